"""The values that each filter of client lists can have, for one scope (A10)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.core.scope_ids import scope_ids
from clientupdater.domain.ids import PersonId
from clientupdater.ports.filter_options import FilterOption, FilterOptions, StatusOption
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.lists import ReadContext


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


def read_filter_options(
    connection: Connection, configuration: Configuration, read_context: ReadContext
) -> FilterOptions:
    """Read the values in scope; each statement is planned for how many places that covers."""

    def read(query: str) -> Sequence[tuple[Any, ...]]:
        return connection.execute(QUERIES[query].encode(), params, prepare=False).fetchall()

    status_scope = configuration.scope(read_context.statuses)
    params = {
        **_scope_params(configuration.scope(read_context.clients)),
        "status_companies": list(status_scope.scopes),
    }
    options = _by_table(read("words"))
    return FilterOptions(
        **{table: tuple(options[table]) for table in _LOOKUPS},
        statuses=_statuses(options),
        loan_statuses=tuple(word for (word,) in read("loan_statuses")),
        officers=tuple(StaffMember(PersonId(id_), name) for id_, name in read("officers")),
    )


def _by_table(rows: Sequence[tuple[Any, ...]]) -> Mapping[str, list[Any]]:
    options: dict[str, list[Any]] = defaultdict(list)
    for table, _, code, name, is_active, status in rows:
        key = f"reasons of {status}" if table == "reasons" else table
        options[key].append(FilterOption(code, name, is_active))
    return options


def _statuses(options: Mapping[str, list[Any]]) -> tuple[StatusOption, ...]:
    return tuple(
        StatusOption(s.code, s.name, s.is_active, tuple(options[f"reasons of {s.code}"]))
        for s in options["statuses"]
    )


def _scope_params(access_scope: AccessScope) -> dict[str, object]:
    ids = scope_ids(access_scope)
    return {
        "actor": access_scope.actor,
        "companies": list(access_scope.scopes),
        "everything": bool(access_scope.all_companies),
        "branches": list(ids["direct_branches"] | ids["area_branches"]),
        **{name: list(each) for name, each in ids.items()},
    }
