"""The places of the console, and for whom each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.console.views import CONSOLE

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor


@frozen
class MenuEntry:
    """A place, for people who hold one of the permissions."""

    address: str
    text: str
    """Its name in the catalogue of texts."""
    permissions: tuple[Permission, ...]
    over_things: bool = False
    """It is about things that are no clients, for which a permission needs scope all (A6a)."""
    others: tuple[str, ...] = ()
    """Addresses of other pages that belong to the place."""

    def is_for(self, actor: Actor) -> bool:
        return any(
            grant.permission in self.permissions
            and (grant.scope is Scope.ALL or not self.over_things)
            for grant in actor.grants
        )

    def has(self, address: str) -> bool:
        """Whether a page belongs to the place."""
        mine = (self.address, *self.others)
        return any(address == each or address.startswith(f"{each}/") for each in mine)


MENU = (
    MenuEntry(CONSOLE, "menu.work", (Permission.STATUS_READ,)),
    MenuEntry(f"{CONSOLE}/team", "menu.team", (Permission.REPORTS_READ,)),
    MenuEntry(f"{CONSOLE}/sync", "menu.sync", (Permission.SYNC_READ,), over_things=True),
    MenuEntry(f"{CONSOLE}/jobs", "menu.jobs", (Permission.JOBS_MANAGE,), over_things=True),
    MenuEntry(f"{CONSOLE}/exports", "menu.exports", (Permission.REPORTS_EXPORT,)),
    MenuEntry(f"{CONSOLE}/people", "menu.people", (Permission.USERS_READ,)),
    MenuEntry(
        f"{CONSOLE}/branches",
        "menu.branches",
        (Permission.BRANCHES_READ, Permission.AREAS_READ),
        over_things=True,
        others=(f"{CONSOLE}/areas",),
    ),
    MenuEntry(
        f"{CONSOLE}/settings",
        "menu.settings",
        (Permission.CONFIG_READ,),
        over_things=True,
        others=(f"{CONSOLE}/lookups",),
    ),
    MenuEntry(f"{CONSOLE}/audits", "menu.audits", (Permission.AUDIT_READ,)),
    MenuEntry(f"{CONSOLE}/health", "menu.health", (Permission.SYNC_READ, Permission.JOBS_MANAGE)),
)


def menu_of(actor: Actor) -> tuple[MenuEntry, ...]:
    """List the places that a person can use."""
    return tuple(entry for entry in MENU if entry.is_for(actor))
