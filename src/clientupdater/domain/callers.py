"""Who calls a use case, and from where: what every log and audit wants to know (L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor


@frozen(kw_only=True)
class Origin:
    """Where a call came from; nothing of it decides anything."""

    interface: str = "library"
    request_id: str | None = None
    ip_address: str | None = field(default=None, repr=False)
    user_agent: str | None = None


@frozen
class Caller:
    """Somebody who acts, through one of the interfaces."""

    actor: Actor
    origin: Origin = Origin()
