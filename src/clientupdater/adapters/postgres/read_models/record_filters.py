"""The filters that look at events: moves of rows, and the records of one person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.domain import report_settings as keys
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.periods import Period
from clientupdater.domain.report_settings import working_hours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from clientupdater.adapters.postgres.read_models.client_walk import ResolvedQuery
    from clientupdater.ports.business_settings import BusinessSettings

_BEFORE_A_PERIOD = timedelta(days=7)
_MOVES = ("row_opened_in", "row_moved_in", "row_moved_out")


def found_first(resolved: ResolvedQuery) -> list[str]:
    """Hold for the clients c, found first, that filters by moves or records admit."""
    moves = [name for name in _MOVES if name in resolved.filters]
    found = [render(f"found_{name.removeprefix('row_')}") for name in moves]
    if "recorded_by" in resolved.filters:
        found.append(render("found_records", where=all_of(records_of(resolved))))
    return found


def within_reports(resolved: ResolvedQuery) -> list[str]:
    """Hold for the clients c that the reader's reports:read covers, or does not."""
    if "within_reports" not in resolved.filters:
        return []
    scope = resolved.report_scope
    covered = ScopePredicate(scope, "q").form.over_clients() if scope else "false"
    return [covered if resolved.filters["within_reports"] else f"not ({covered})"]


def record_params(resolved: ResolvedQuery) -> dict[str, object]:
    """Give the parameters of these conditions."""
    params: dict[str, object] = {**resolved.report_params}
    if resolved.periods:
        first = min(Period.parse(period).first_day for period in resolved.periods)
        params["moves_from"] = first - _BEFORE_A_PERIOD
    if resolved.report_scope:
        params |= ScopePredicate(resolved.report_scope, "q").params
    return params


def report_params(settings: BusinessSettings, company: UUID | None, zone: str) -> dict[str, object]:
    """Give what the settings say about promises, working hours and remarks."""
    of = CompanyId(company) if company else None
    hours = working_hours(settings.text(keys.WORKING_HOURS, of))
    return {
        "zone": zone,
        "promise_grace_days": int(settings.number(keys.PROMISE_GRACE_DAYS, of)),
        "same_remark": int(settings.number(keys.SIGNAL_SAME_REMARK, of)),
        "hours_start": hours and hours.start,
        "hours_end": hours and hours.end,
    }


def records_of(resolved: ResolvedQuery) -> list[str]:
    """Hold for the records e of rows r that the filter asks for, of clients c within the scopes."""
    bounds, scopes = [*_bounds(resolved)], [*_scopes(resolved)]
    kind, within = resolved.filters.get("recorded", "update"), all_of([*bounds, *scopes])
    is_kind = render(
        f"recorded_{kind}", live=render("is_live"), client="r.client_id", within=within
    )
    return [*bounds, *scopes, is_kind]


def _bounds(resolved: ResolvedQuery) -> Iterable[str]:
    for name in ("recorded_from", "recorded_before", "recorded_reason"):
        if name in resolved.filters:
            yield render(name)
    row = resolved.query.filter.row
    if row and row.period:
        yield render("recorded_period")


def _scopes(resolved: ResolvedQuery) -> Iterable[str]:
    yield ScopePredicate(resolved.client_scope).form.over_clients()
    if resolved.status_scope != resolved.client_scope:
        yield ScopePredicate(resolved.status_scope, "t").form.over_clients()
