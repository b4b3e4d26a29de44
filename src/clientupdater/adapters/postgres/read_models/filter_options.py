"""What the filters of client lists can be, over one PostgreSQL transaction (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.ports.filter_options import Option, StatusOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.domain.access_scope import AccessScope

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
