"""What a page says about the form before it, such as what was recorded and how to undo it.

It travels in the address, sealed for the person, because it may name a client.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.periods import Period
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.structuring import Text, structured
from clientupdater.entrypoints.wire import to_json
from clientupdater.ports.sealing import Unreadable

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

Sealed = Annotated[str, Text(longest=2000)]
_PURPOSE = "notice of the console"
_UNDO_FOR = timedelta(minutes=1)


@frozen(kw_only=True)
class NoticeQuery:
    """A page that can have a notice."""

    notice: Sealed | None = field(default=None, repr=False)


@frozen
class Undo:
    """The record that can be taken back."""

    client: UUID
    period: Period
    sequence: int


@frozen
class Notice:
    """A text of the catalogue with its values."""

    name: str
    values: dict[str, str] = field(factory=dict, repr=False)
    undo: Undo | None = None
    at: datetime | None = None


@frozen
class ShownNotice:
    text: str = field(repr=False)
    undo: Undo | None


def noticed(call: Call, address: str, notice: Notice) -> str:
    """Add a notice to an address."""
    sealed = call.app.operations.sealer.sealed(to_json(notice), _PURPOSE, _bond(call))
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}notice={base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def notice_of(call: Call) -> ShownNotice | None:
    """Read the notice of a page's address; one that cannot be read is left out."""
    sealed = getattr(call.query, "notice", None)
    if sealed is None:
        return None
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        opened = call.app.operations.sealer.opened(raw, _PURPOSE, _bond(call))
        notice = structured(json.loads(opened), Notice)
        return ShownNotice(text(notice.name, **notice.values), _undo(call, notice))
    except (Unreadable, InvalidInput, binascii.Error, ValueError, KeyError):
        return None


def _undo(call: Call, notice: Notice) -> Undo | None:
    """Offer it for a minute."""
    now = call.app.tracking.clients.clock.now()
    is_fresh = notice.at is not None and now - notice.at < _UNDO_FOR
    return notice.undo if is_fresh else None


def _bond(call: Call) -> bytes:
    return str(call.caller.actor.id).encode()
