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
    from clientupdater.domain.access_scope import Reach
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
        reach = written_out(looking.clients, self._connection)
        statuses = written_out(looking.statuses, self._connection)
        told = {**_told(reach), "status_companies": list(statuses.scopes)}
        words = self._words(told)
        return FilterOptions(
            **{table: tuple(words.get(table, ())) for table in _LOOKUPS},
            statuses=_statuses(words),
            loan_statuses=tuple(word for (word,) in self._read("loan_statuses", told)),
            officers=tuple(
                PersonName(PersonId(i), name) for i, name in self._read("officers", told)
            ),
        )

    def _words(self, told: Mapping[str, object]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for table, _, code, name, active, status in self._read("words", told):
            of = f"reasons of {status}" if table == "reasons" else table
            found.setdefault(of, []).append(Option(code, name, active))
        return found

    def _read(self, query: str, told: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        """Run it, planned for its very values: how many places there are decides."""
        return self._connection.execute(QUERIES[query].encode(), told, prepare=False).fetchall()


def _statuses(words: Mapping[str, Sequence[Option]]) -> tuple[StatusOption, ...]:
    return tuple(
        StatusOption(s.code, s.name, s.is_active, tuple(words.get(f"reasons of {s.code}", ())))
        for s in words.get("statuses", ())
    )


def _told(reach: Reach) -> dict[str, object]:
    branches = (reach.direct_branches if reach.branch_companies else frozenset()) | (
        reach.area_branches if reach.area_companies else frozenset()
    )
    return {
        "actor": reach.actor,
        "companies": list(reach.scopes),
        "everything": bool(reach.all_companies),
        "branches": list(branches),
        "all_companies": list(reach.all_companies),
        "branch_companies": list(reach.branch_companies),
        "area_companies": list(reach.area_companies),
        "self_companies": list(reach.self_companies),
        "direct_branches": list(reach.direct_branches),
        "area_branches": list(reach.area_branches),
    }
