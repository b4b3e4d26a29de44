"""Setting what row-level security lets a transaction see; the commit ends the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.sql import Literal

from clientupdater.adapters.postgres.core.scope_ids import scope_ids, uuid_array
from clientupdater.domain.ids import CompanyId
from clientupdater.ports.unit_of_work import System
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.unit_of_work import RowSecurityScope

_COMPANIES = "select id from companies"
_NOTHING = dict.fromkeys(
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


def begin(
    control: TransactionControl, first: str, rls_scope: RowSecurityScope, *, is_savepoint: bool
) -> None:
    """Send `first` with the scope's settings: in one message, where its companies are known.

    A savepoint comes after others in its transaction: it sets anew whatever they have set.
    """
    begun = [first]
    if not isinstance(rls_scope, System) and rls_scope.everywhere is not None:
        companies = control.send(first, _COMPANIES).fetchall()
        rls_scope, begun = rls_scope.over(CompanyId(company) for (company,) in companies), []
    values = {**(_NOTHING if is_savepoint else {}), **_values(rls_scope)}
    settings = {f"clientupdater.{name}": value for name, value in values.items()}
    if (left := seconds_left()) is not None:
        settings["statement_timeout"] = str(max(1, int(left * 1000)))
    control.send(*begun, *(_set(name, value) for name, value in settings.items()))


def _set(name: str, value: str) -> str:
    return f"set local {name} = {Literal(value).as_string()}"


def _values(rls_scope: RowSecurityScope) -> dict[str, str]:
    if isinstance(rls_scope, System):
        return {"system": "on"}
    arrays = {name: uuid_array(ids) for name, ids in scope_ids(rls_scope).items()}
    return {"actor": str(rls_scope.actor), **arrays}
