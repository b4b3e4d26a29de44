"""Reports over one PostgreSQL transaction, read from the counts that rows keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.reports.past import BLOCKS as PAST
from clientupdater.adapters.postgres.reports.past import run
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.periods import Period
from clientupdater.domain.rates import Counts
from clientupdater.ports.reports import NO_OFFICER, CompletionBy, CompletionView
from clientupdater.ports.row_counts import CompletionCounts, KeyedCounts, StandingCount

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.reports import CompletionQuery

BLOCKS = named_queries.read_blocks("reports/counts.sql")
_NOTHING = "none"
_KEYS = {
    CompletionBy.BRANCH: "branch_id",
    CompletionBy.PRODUCT: "product_id",
    CompletionBy.PENSION_TYPE: "pension_type_id",
    CompletionBy.OFFICER: "assigned_to",
}
_KEY_CHANGED = {
    "branch_id": "e.branch_id is not null",
    "assigned_to": "e.other_officer",
    "product_id": "e.other_product",
    "pension_type_id": "e.other_pension_type",
}
"""Whether a client `e` was elsewhere at a past moment, by what counts are read by."""
_BY_PRODUCT = (CompletionBy.PRODUCT, CompletionBy.PENSION_TYPE)
_CREDIT_KEYS = {
    CompletionBy.AREA: ("done_branch_id", "contact_branch_id"),
    CompletionBy.BRANCH: ("done_branch_id", "contact_branch_id"),
    CompletionBy.OFFICER: ("done_by", "contact_by"),
}


@frozen
class PostgresRowCounts:
    _control: TransactionControl
    _configuration: Configuration

    def completion(self, query: CompletionQuery, read_context: ReadContext) -> CompletionCounts:
        rows = self._read(
            "completion", query.company, [query.period], read_context, **_completion_holes(query)
        )
        total = next(Counts(*map(int, counts)) for is_total, _, *counts in rows if is_total)
        keyed = {key: Counts(*map(int, counts)) for is_total, key, *counts in rows if not is_total}
        return CompletionCounts(keys=self._named(query.by, keyed), total=total)

    def by_day(
        self, company: str, periods: Sequence[Period], read_context: ReadContext
    ) -> Mapping[Period, Mapping[date | None, Counts]]:
        days: dict[Period, dict[date | None, Counts]] = {period: {} for period in periods}
        rows = self._read("by_day", company, periods, read_context, view="day")
        for period, day, *counts in rows:
            days[Period.parse(period)][day] = Counts(*map(int, counts))
        return days

    def standing(
        self, company: str, period: Period, read_context: ReadContext
    ) -> tuple[StandingCount, ...]:
        return tuple(
            StandingCount(
                status=status,
                is_exempt=exempt,
                has_payment=paid,
                is_terminal=terminal,
                is_confirmed=confirmed,
                is_contacted=contacted,
                rows=int(rows),
            )
            for status, exempt, paid, terminal, confirmed, contacted, rows in self._read(
                "standing", company, [period], read_context, view="standing"
            )
        )

    def find_wrong(self, periods: Sequence[Period]) -> list[tuple[str, Period]]:
        params = {"periods": [str(period) for period in periods]}
        sql = named_queries.render(BLOCKS, "wrong_counts").encode()
        rows = self._control.begun.execute(sql, params, prepare=False)
        return [(branch, Period.parse(period)) for branch, period in rows]

    def fold(self, at_most: int) -> int:
        sql = BLOCKS["fold"].encode()
        ((folded,),) = self._control.begun.execute(sql, {"at_most": at_most}).fetchall()
        return int(folded)

    def _read(
        self,
        block: str,
        company: str,
        periods: Sequence[Period],
        read_context: ReadContext,
        key: str = "",
        **holes: str,
    ) -> list[tuple[Any, ...]]:
        """Run it, planned for its very scope; `key` is the client's column that it counts by."""
        scope, whole, params = _reader_scope(self._configuration, read_context)
        names = [str(period) for period in periods]
        params |= {"company": _company_id(self._configuration, company), "periods": names}
        counted = BLOCKS["counted_as_of" if read_context.as_of else "counted"]
        blocks = {**BLOCKS, "counted": counted, "within": PAST["within"]}
        sql = named_queries.render(blocks, block, scope=scope, **holes)
        key_changed = _KEY_CHANGED.get(key, "false")
        matters = named_queries.render(
            BLOCKS, "matters", key_changed=key_changed, whole_company=whole
        )
        return run(self._control, read_context, sql, params, names, matters)

    def _named(
        self, by: CompletionBy, keyed: Mapping[UUID | None, Counts]
    ) -> tuple[KeyedCounts, ...]:
        """Give each its code and name, in the order of names; those without one come last."""
        names = self._names(by, [key for key in keyed if key])
        without = NO_OFFICER if by is CompletionBy.OFFICER else _NOTHING
        rows = [
            _keyed(names.get(key) if key else None, without, counts)
            for key, counts in keyed.items()
        ]
        return tuple(sorted(rows, key=lambda row: (row.key is None, row.name, row.key or "")))

    def _names(self, by: CompletionBy, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        sql = BLOCKS[f"names_of_{by}"].encode()
        rows = self._control.begun.execute(sql, {"ids": list(ids)}).fetchall()
        return {id_: (code, name) for id_, code, name in rows}


def _reader_scope(
    configuration: Configuration, read_context: ReadContext
) -> tuple[str, str, dict[str, object]]:
    """Limit counts c to the scopes of a reader.

    Gives the condition, the one that holds where they have the whole company, and parameters.
    """
    scopes = filter(None, (read_context.clients, read_context.statuses, read_context.reports))
    once = {scope.fingerprint(): scope for scope in scopes}
    predicates = [
        ScopePredicate(configuration.scope(scope), f"r{n}") for n, scope in enumerate(once.values())
    ]
    condition = " and ".join(f"({each.form.over_clients()})" for each in predicates)
    whole = " and ".join(
        f"%(company)s::uuid = any(%({each.prefix}_all_companies)s::uuid[])" for each in predicates
    )
    params = {name: value for each in predicates for name, value in each.params.items()}
    return condition, whole, params


def _company_id(configuration: Configuration, code: str | None) -> UUID:
    company = configuration.ids["company"].get(code or "")
    if company is None:
        raise InvalidInput.of("/company", "there is no such code")
    return company


def _keyed(name: tuple[str, str] | None, without: str, counts: Counts) -> KeyedCounts:
    return KeyedCounts(name[0], name[1], counts) if name else KeyedCounts(None, without, counts)


def _completion_holes(query: CompletionQuery) -> dict[str, str]:
    if query.view is CompletionView.CREDIT and query.by not in _BY_PRODUCT:
        done, contact = _CREDIT_KEYS[query.by]
        block = "keyed_credit_by_area" if query.by is CompletionBy.AREA else "keyed_credit"
        keyed = named_queries.render(BLOCKS, block, done_key=done, contact_key=contact)
        return {"view": "credit", "key_columns": f"c.{done}, c.{contact}", "keyed": keyed}
    if query.by is CompletionBy.AREA:
        keyed = BLOCKS["keyed_obligation_by_area"]
        return {"view": "day", "key": "branch_id", "key_columns": "c.branch_id", "keyed": keyed}
    key = _KEYS[query.by]
    keyed = named_queries.render(BLOCKS, "keyed_obligation", key=key)
    view = "product" if query.by in _BY_PRODUCT else "day"
    return {"view": view, "key": key, "key_columns": f"c.{key}", "keyed": keyed}
