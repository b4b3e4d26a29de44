"""Putting a statement together from named pieces; values never pass through here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOLE = re.compile(r"\[\[(\w+)\]\]")

PIECES: dict[str, str] = {
    **named_queries("read_models/pages.sql"),
    **named_queries("read_models/filters.sql"),
    **named_queries("read_models/tables.sql"),
    "trackable": TRACKING["trackable"],
}


def filled(piece: str, **params: object) -> str:
    """Fill a piece's holes: with what is given, else with the piece of that name."""
    text = PIECES[piece]
    while _HOLE.search(text):
        text = _HOLE.sub(lambda hole: str(params.get(hole[1], PIECES.get(hole[1]))), text)
    return text


def all_of(conditions: Iterable[str]) -> str:
    """Ask for all of these conditions; for none, of anything."""
    return " and ".join(conditions) or "true"
