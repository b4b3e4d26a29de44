"""Setting what row-level security lets a transaction see; the commit ends the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from clientupdater.adapters.postgres.configuration.configuration import QUERIES
from clientupdater.adapters.postgres.core.scope_ids import scope_ids, uuid_array
from clientupdater.adapters.postgres.core.scope_signer import ACTOR, COMPANIES, process_of
from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.ids import CompanyId, PersonId
from clientupdater.ports.unit_of_work import Administration, System
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientupdater.adapters.postgres.configuration.configuration import ConfigurationMemory
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.unit_of_work import RowSecurityScope

    Scope: TypeAlias = Mapping[str, object]

SYSTEM_ROLE = "clientupdater_system"
_ID_NAMES = (
    "all_companies",
    "area_companies",
    "area_branches",
    "branch_companies",
    "direct_branches",
    "self_companies",
    "stand_ins",
    "stand_in_branches",
)
_NAMES = (ACTOR, *_ID_NAMES, "administers")
_NO_ACTOR = PersonId(UUID(int=0))
_AS_SYSTEM = f"set local role {SYSTEM_ROLE}"
_AS_BEFORE = "set local role to default"


def begin(
    control: TransactionControl,
    first: str,
    rls_scope: RowSecurityScope,
    memory: ConfigurationMemory,
    last: str = QUERIES["generation"],
) -> tuple[Any, ...]:
    """Send `first`, the scope's settings and `last` in one message; give the row of `last`.

    Its first column is the generation of the configuration: where a grant over every company is
    spelt out with the companies of another one, the settings are sent again.
    """
    known = memory.latest
    sets = settings(control, rls_scope, known.companies if known else ())
    row = control.send(first, *sets, last)[0]
    if _is_over_everything(rls_scope) and (known is None or known.generation != row[0]):
        companies = memory.at(row[0], control.connection).companies
        control.send(*settings(control, rls_scope, companies))
    return row


def settings(
    control: TransactionControl, rls_scope: RowSecurityScope, companies: Iterable[Any]
) -> list[str]:
    """Give the statements that set a scope, over these companies where it is over every one."""
    control.administers = isinstance(rls_scope, Administration)
    values = _scope(control, rls_scope, companies)
    if (left := seconds_left()) is not None:
        values.append(f"set local statement_timeout = {max(1, int(left * 1000))}")
    return values


def _scope(
    control: TransactionControl, rls_scope: RowSecurityScope, companies: Iterable[Any]
) -> list[str]:
    if isinstance(rls_scope, System):
        return [_AS_SYSTEM]
    actor, values = _NO_ACTOR, {}
    if isinstance(rls_scope, AccessScope):
        known = rls_scope.over(map(CompanyId, companies))
        actor = rls_scope.actor
        values = {name: uuid_array(ids) for name, ids in scope_ids(known).items() if ids}
    elif not control.administers:
        return []
    if control.administers:
        values["administers"] = "on"
    return _set(signed(control, actor, values))


def as_actor(control: TransactionControl, actor: PersonId) -> list[str]:
    """Give the statement that sets who acts, and no client."""
    return _set(signed(control, actor, {}))


def changed(
    control: TransactionControl, access_scope: AccessScope, companies: Iterable[Any]
) -> list[str]:
    """Give the statements that set other clients; what administers goes on to do so."""
    return [*_cleared(), *_scope(control, access_scope, companies)]


def over_all_companies(control: TransactionControl) -> tuple[list[str], list[str], Scope]:
    """Give the statements that show every client, those that set the scope again, and its ids.

    For statements that apply this scope by themselves: to where clients were (R5).
    """
    ids = ", ".join(map(_read, _ID_NAMES))
    query = f"select scope_actor(), {ids}, array(select id from companies)"  # noqa: S608 — our names
    ((actor, *columns, companies),) = control.begun.execute(query.encode()).fetchall()
    scope = dict(zip(_ID_NAMES, columns, strict=True))
    values = {name: uuid_array(tuple(each)) for name, each in scope.items() if each}
    everything = {"all_companies": uuid_array(tuple(companies))}
    return (
        [*_cleared(), *_set(signed(control, actor or _NO_ACTOR, everything))],
        [*_cleared(), *_set(signed(control, actor or _NO_ACTOR, values))],
        {ACTOR: actor, **scope},
    )


def begin_savepoint(
    control: TransactionControl,
    first: str,
    rls_scope: RowSecurityScope,
    memory: ConfigurationMemory,
) -> tuple[Any, ...]:
    """Begin a savepoint, which sets anew whatever others in its transaction have set."""
    return begin(control, "; ".join([first, *_cleared()]), rls_scope, memory)


def signed(
    control: TransactionControl, actor: PersonId, arrays: Mapping[str, str]
) -> Mapping[str, str]:
    """Give the settings of a scope; without a key, as they are."""
    if control.signer is None:
        return {ACTOR: str(actor), **arrays}
    return control.signer.signed(process_of(control.connection), actor, arrays)


def _read(name: str) -> str:
    """Read ids of the scope, beside the verified actor."""
    if name in COMPANIES:
        return f"scope_companies('{name.removesuffix('_companies')}')"
    return f"scope_ids('clientupdater.{name}')"


def _is_over_everything(rls_scope: RowSecurityScope) -> bool:
    return isinstance(rls_scope, AccessScope) and rls_scope.everywhere is not None


def _cleared() -> list[str]:
    return [_AS_BEFORE, *_set(dict.fromkeys(_NAMES, ""))]


def _set(values: Mapping[str, str]) -> list[str]:
    """Set ids and signatures, in which nothing needs quoting."""
    return [f"set local clientupdater.{name} = '{value}'" for name, value in values.items()]
