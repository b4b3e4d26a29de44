"""The places of the console, and for whom each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
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


MENU = (
    MenuEntry(CONSOLE, "menu.work", (Permission.STATUS_READ,)),
    MenuEntry(f"{CONSOLE}/team", "menu.team", (Permission.REPORTS_READ,)),
    MenuEntry(f"{CONSOLE}/sync", "menu.sync", (Permission.SYNC_READ,)),
    MenuEntry(f"{CONSOLE}/jobs", "menu.jobs", (Permission.JOBS_MANAGE,)),
    MenuEntry(f"{CONSOLE}/exports", "menu.exports", (Permission.REPORTS_EXPORT,)),
    MenuEntry(f"{CONSOLE}/people", "menu.people", (Permission.USERS_READ,)),
    MenuEntry(f"{CONSOLE}/settings", "menu.settings", (Permission.CONFIG_READ,)),
    MenuEntry(f"{CONSOLE}/audits", "menu.audits", (Permission.AUDIT_READ,)),
    MenuEntry(f"{CONSOLE}/health", "menu.health", (Permission.SYNC_READ, Permission.JOBS_MANAGE)),
)


def menu_of(actor: Actor) -> tuple[MenuEntry, ...]:
    """List the places that a person can use."""
    held = {grant.permission for grant in actor.grants}
    return tuple(entry for entry in MENU if held.intersection(entry.permissions))
