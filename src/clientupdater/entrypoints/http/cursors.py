"""Cursors: where a list goes on, sealed, because the place holds a client's name.

A cursor opens for the person it was made for, on the route and with the filters it was made
with. `limit` does not bind it: a page may be shorter than the one before.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from clientupdater.domain.errors import InvalidInput
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.structuring import structured
from clientupdater.entrypoints.wire import to_json
from clientupdater.ports.sealing import Unreadable

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

T = TypeVar("T")
_PURPOSE = "cursor"
_LONGEST = 4096
_UNBOUND = frozenset({"cursor", "limit"})


def sealed_cursor(call: Call, place: object) -> str:
    """Seal a place for its caller and their query."""
    sealed = call.app.operations.sealer.sealed(to_json(place), _PURPOSE, _bond(call))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def opened_cursor(call: Call, cursor: str) -> Any:
    """Open a cursor, as it was sealed for this very list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        sealed = base64.b64decode(padded[: _LONGEST + 1], altchars=b"-_", validate=True)
        return json.loads(call.app.operations.sealer.opened(sealed, _PURPOSE, _bond(call)))
    except (Unreadable, binascii.Error, ValueError) as error:
        message = "The cursor is not one of this list; begin again without it."
        raise Rejected(400, "invalid_cursor", message) from error


def opened_place(call: Call, cursor: str, shape: type[T]) -> T:
    """Open a cursor and read the place that it holds."""
    try:
        return structured(opened_cursor(call, cursor), shape)
    except InvalidInput as error:
        message = "The cursor comes from another version; begin again without it."
        raise Rejected(400, "invalid_cursor", message) from error


def _bond(call: Call) -> bytes:
    """Name the requester, the route and the filters."""
    params = {
        name: value
        for name, value in _members(call).items()
        if name not in _UNBOUND and value is not None
    }
    return to_json([call.route, call.caller.actor.id, call.path, params])


def _members(call: Call) -> dict[str, Any]:
    items = [each for each in (call.query, call.body) if each is not None]
    return {a.name: getattr(each, a.name) for each in items for a in attrs.fields(type(each))}
