"""The conditions and parameters of a query for clients, the same for pages and for exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.read_models.client_walk import running_periods
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.record_filters import (
    found_first,
    record_params,
    within_reports,
)
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.ports.client_filter import NONE

if TYPE_CHECKING:
    from datetime import date, datetime

    from clientupdater.adapters.postgres.read_models.client_walk import ResolvedQuery

_WITHOUT = {
    "assigned_to": "unassigned",
    "product": "without_product",
    "pension_type": "without_pension_type",
}


_ELSEWHERE = ("row_", "recorded", "within_reports")
"""What the filters begin with that are no condition on a client by themselves."""


def client_conditions(resolved: ResolvedQuery) -> list[str]:
    """Hold for a client c that the filters admit."""
    names = [name for name in resolved.filters if not name.startswith(_ELSEWHERE)]
    names = [_WITHOUT.get(name, name) if resolved.filters[name] == NONE else name for name in names]
    if resolved.is_mine:
        names = ["assigned_to_me" if name == "assigned_to" else name for name in names]
    records = [*within_reports(resolved), *found_first(resolved)]
    return [*(render(name) for name in names), *records]


def row_conditions(resolved: ResolvedQuery) -> list[str]:
    """Hold for a period row s that the filters admit."""
    names = [name for name in resolved.filters if name.startswith("row_")]
    if "row_status" in resolved.ids and "row_status" not in names:
        names.append("row_status")
    if resolved.filters.get("row_exempt") or resolved.filters.get("row_has_payment"):
        names = ["row_status_among_few" if name == "row_status" else name for name in names]
    return [render(name) for name in names]


def scope_predicates(resolved: ResolvedQuery) -> list[ScopePredicate]:
    """Give the scopes that both clients and rows are within: one where they are the same."""
    scopes = [ScopePredicate(resolved.client_scope)]
    if resolved.status_scope != resolved.client_scope:
        scopes.append(ScopePredicate(resolved.status_scope, "t"))
    return scopes


def query_params(resolved: ResolvedQuery) -> dict[str, object]:
    """Give the parameters of every condition and walk of the query."""
    area, after = resolved.area, resolved.query.after
    params: dict[str, object] = {
        **moment_params(resolved.now, resolved.today),
        **resolved.filters,
        **{name: id_ for name, id_ in resolved.ids.items() if id_},
        **{name: ids for scope in scope_predicates(resolved) for name, ids in scope.params.items()},
        **record_params(resolved),
        "periods": resolved.periods,
        **{f"period_{n}": period for n, period in enumerate(resolved.periods)},
        "branches": list(area.branches),
        "companies": list(area.companies),
        "area_members": list(resolved.area_members),
        "among": list(resolved.among or ()),
        **{f"word_{n}": word for n, word in enumerate(resolved.words)},
        "whole_words": list(resolved.whole_words),
    }
    if resolved.is_mine:
        scope = resolved.client_scope
        params |= {
            "my_officers": [scope.actor, *scope.stands_in_for],
            "my_branches": list(scope.area_branches),
        }
    if after:
        params |= {"after_value": after.value, "after_client": after.client}
    return params


def moment_params(now: datetime, today: date) -> dict[str, object]:
    return {"now": now, "year": today.year, "running": running_periods(today)}
