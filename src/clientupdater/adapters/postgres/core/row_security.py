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
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.unit_of_work import RowSecurityScope

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


def begin(line: Line, first: str, rls_scope: RowSecurityScope, *, is_part: bool) -> None:
    """Begin with this statement, and with what may be seen, in one message where that is known.

    A part of a whole comes after others, whose sight must not become its own.
    """
    begun = [first]
    if not isinstance(rls_scope, System) and rls_scope.everywhere is not None:
        known = line.send(first, _COMPANIES).fetchall()
        rls_scope, begun = rls_scope.over(CompanyId(company) for (company,) in known), []
    values = {**(_NO_SIGHT if is_part else {}), **_told(rls_scope)}
    settings = {f"clientupdater.{name}": value for name, value in values.items()}
    if (left := seconds_left()) is not None:
        settings["statement_timeout"] = str(max(1, int(left * 1000)))
    line.send(*begun, *(_set(name, value) for name, value in settings.items()))


def _set(name: str, value: str) -> str:
    return f"set local {name} = {Literal(value).as_string()}"


def _told(rls_scope: RowSecurityScope) -> dict[str, str]:
    return {"system": "on"} if isinstance(rls_scope, System) else _told_of(rls_scope)


def _told_of(access_scope: AccessScope) -> dict[str, str]:
    # Branches are read anew for every table of a query: none are told that no company goes by.
    area_branches = access_scope.area_branches if access_scope.area_companies else frozenset()
    direct_branches = access_scope.direct_branches if access_scope.branch_companies else frozenset()
    return {
        "actor": str(access_scope.actor),
        "all_companies": array(access_scope.all_companies),
        "area_companies": array(access_scope.area_companies),
        "area_branches": array(area_branches),
        "branch_companies": array(access_scope.branch_companies),
        "direct_branches": array(direct_branches),
        "self_companies": array(access_scope.self_companies),
    }
