"""Who calls a use case, and from where, for logs and audits (L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.access import Actor


@frozen(kw_only=True)
class Origin:
    """Where a call came from; nothing of it decides anything."""

    interface: str = "library"
    request_id: str | None = None
    ip_address: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    os_user: str | None = None
    """On the command line: by which user of the operating system."""
    host: str | None = None
    """On the command line: on which machine."""

    @property
    def record(self) -> Mapping[str, str | None]:
        """Describe the origin for logs and audits; user and machine only for the command line."""
        machine = {"os_user": self.os_user, "host": self.host}
        known = {name: value for name, value in machine.items() if value}
        return {"interface": self.interface, "request_id": self.request_id, **known}


@frozen
class Caller:
    """An actor, and the interface through which they act."""

    actor: Actor
    origin: Origin = Origin()
    generation: int | None = field(default=None, eq=False)
    """The generation of the configuration when the actor's rights were read, if it is known."""
