"""What the filters of client lists can be, over one PostgreSQL transaction (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.read_models.scope import written_out
from clientupdater.domain.ids import PersonId
from clientupdater.ports.filter_options import FilterOptions, Option, StatusOption
from clientupdater.ports.read_models import PersonName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.read_models import Looking

QUERIES = named_queries("read_models/filter_options.sql")
_LOOKUPS = (
    "companies",
    "branches",
    "areas",
    "products",
    "pension_types",
    "pensioner_types",
    "par_statuses",
    "account_types",
)


@frozen
class PostgresClientFilters:
    """The filters of lists of clients."""

    _connection: Connection

    def options(self, looking: Looking) -> FilterOptions:
        """Read what they can be."""
        access_scope = written_out(looking.clients, self._connection)
        statuses = written_out(looking.statuses, self._connection)
        values = {**_told(access_scope), "status_companies": list(statuses.scopes)}
        words = self._words(values)
        return FilterOptions(
            **{table: tuple(words.get(table, ())) for table in _LOOKUPS},
            statuses=_statuses(words),
            loan_statuses=tuple(word for (word,) in self._read("loan_statuses", values)),
            officers=tuple(
                PersonName(PersonId(i), name) for i, name in self._read("officers", values)
            ),
        )

    def _words(self, result: Mapping[str, object]) -> dict[str, list[Any]]:
        values: dict[str, list[Any]] = {}
        for table, _, code, name, active, status in self._read("words", result):
            of = f"reasons of {status}" if table == "reasons" else table
            values.setdefault(of, []).append(Option(code, name, active))
        return values

    def _read(self, query: str, values: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        """Run it, planned for its very values: how many places there are decides."""
        return self._connection.execute(QUERIES[query].encode(), values, prepare=False).fetchall()


def _statuses(words: Mapping[str, Sequence[Option]]) -> tuple[StatusOption, ...]:
    return tuple(
        StatusOption(s.code, s.name, s.is_active, tuple(words.get(f"reasons of {s.code}", ())))
        for s in words.get("statuses", ())
    )


def _told(access_scope: AccessScope) -> dict[str, object]:
    branches = (access_scope.direct_branches if access_scope.branch_companies else frozenset()) | (
        access_scope.area_branches if access_scope.area_companies else frozenset()
    )
    return {
        "actor": access_scope.actor,
        "companies": list(access_scope.scopes),
        "everything": bool(access_scope.all_companies),
        "branches": list(branches),
        "all_companies": list(access_scope.all_companies),
        "branch_companies": list(access_scope.branch_companies),
        "area_companies": list(access_scope.area_companies),
        "self_companies": list(access_scope.self_companies),
        "direct_branches": list(access_scope.direct_branches),
        "area_branches": list(access_scope.area_branches),
    }
