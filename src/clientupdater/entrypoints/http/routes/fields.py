"""Members that many requests have."""

from __future__ import annotations

from typing import Annotated

from attrs import frozen

from clientupdater.entrypoints.structuring import Integer, Text

Version = Annotated[int, Integer(0, 2**31 - 1)]
Limit = Annotated[int, Integer(1, 200)]
Cursor = Annotated[str, Text(longest=4096, shortest=1)]


@frozen(kw_only=True)
class PageQuery:
    """Which page of a list, and how long it may be."""

    limit: Limit = 50
    cursor: Annotated[str, Text(longest=4096)] | None = None
