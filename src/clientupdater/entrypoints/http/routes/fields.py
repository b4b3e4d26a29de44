"""Members that many requests have."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
from attrs import frozen

from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.entrypoints.http.contract import part
from clientupdater.entrypoints.structuring import Integer, Text

AS_IT_IS: Any = object()
"""The default of a member that is left out, since null removes a value."""

Version = Annotated[int, Integer(0, 2**31 - 1)]
Limit = Annotated[int, Integer(1, 200)]
Cursor = Annotated[str, Text(longest=4096, shortest=1)]


@frozen(kw_only=True)
class PageQuery:
    """Which page of a list, and how long it may be."""

    limit: Limit = 50
    cursor: Annotated[str, Text(longest=4096)] | None = None


@frozen
class DeleteRequest:
    """The version that you read, if no header names it."""

    version: Version | None = None


def changes_of(body: Any) -> dict[str, Any]:
    """Name the members of a PATCH that were sent, but for the version."""
    values = {a.name: getattr(body, a.name) for a in attrs.fields(type(body))}
    del values["version"]
    return {name: value for name, value in values.items() if value is not AS_IT_IS}


def place_named(text: str, pointer: str) -> Any:
    """Read how a body names a branch or an area: by its id, or by `code:` and its code."""
    try:
        return part("branch").read(text)
    except NotFound:
        raise InvalidInput.of(pointer, "is an id, or code: and a code") from None
