"""Telling row-level security what a transaction may see; it forgets it with the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.sql import Literal

from clientupdater.adapters.postgres.read_models.scope import array
from clientupdater.domain.ids import CompanyId
from clientupdater.ports.unit_of_work import System
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.transactions import Line
    from clientupdater.domain.access_scope import Reach
    from clientupdater.ports.unit_of_work import Sight

_COMPANIES = "select id from companies"
_NO_SIGHT = dict.fromkeys(
    (
        "system",
        "actor",
        "all_companies",
        "area_companies",
        "area_branches",
        "branch_companies",
        "direct_branches",
        "self_companies",
    ),
    "",
)


def begin(line: Line, first: str, sight: Sight, *, is_part: bool) -> None:
    """Begin with this statement, and with what may be seen, in one message where that is known.

    A part of a whole comes after others, whose sight must not become its own.
    """
    begun = [first]
    if not isinstance(sight, System) and sight.everywhere is not None:
        known = line.send(first, _COMPANIES).fetchall()
        sight, begun = sight.over(CompanyId(company) for (company,) in known), []
    told = {**(_NO_SIGHT if is_part else {}), **_told(sight)}
    settings = {f"clientupdater.{name}": value for name, value in told.items()}
    if (left := seconds_left()) is not None:
        settings["statement_timeout"] = str(max(1, int(left * 1000)))
    line.send(*begun, *(_set(name, value) for name, value in settings.items()))


def _set(name: str, value: str) -> str:
    return f"set local {name} = {Literal(value).as_string()}"


def _told(sight: Sight) -> dict[str, str]:
    return {"system": "on"} if isinstance(sight, System) else _told_of(sight)


def _told_of(reach: Reach) -> dict[str, str]:
    # Branches are read anew for every table of a query: none are told that no company goes by.
    area_branches = reach.area_branches if reach.area_companies else frozenset()
    direct_branches = reach.direct_branches if reach.branch_companies else frozenset()
    return {
        "actor": str(reach.actor),
        "all_companies": array(reach.all_companies),
        "area_companies": array(reach.area_companies),
        "area_branches": array(area_branches),
        "branch_companies": array(reach.branch_companies),
        "direct_branches": array(direct_branches),
        "self_companies": array(reach.self_companies),
    }
