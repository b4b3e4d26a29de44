"""Setting what row-level security lets a transaction see; the commit ends the setting."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from clientupdater.adapters.postgres.configuration.configuration import QUERIES
from clientupdater.adapters.postgres.core.connection import Command
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.core.scope_ids import scope_ids, uuid_array
from clientupdater.adapters.postgres.core.scope_signer import ACTOR, COMPANIES, process_of
from clientupdater.adapters.postgres.core.transactions import Opening
from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.ids import CompanyId, PersonId
from clientupdater.ports.unit_of_work import Administration, System
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientupdater.adapters.postgres.configuration.configuration import ConfigurationMemory
    from clientupdater.adapters.postgres.core.connection import Row, Sent
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
_TIMEOUT = "statement_timeout"
_NO_ACTOR = PersonId(UUID(int=0))
_GENERATION = Command(Statement.of(QUERIES["generation"]))
_AS_SYSTEM = f"set local role {SYSTEM_ROLE}"
_AS_BEFORE = "set local role to default"


def opening(
    control: TransactionControl,
    first: Iterable[Sent],
    rls_scope: RowSecurityScope,
    memory: ConfigurationMemory,
    last: Command = _GENERATION,
) -> Opening:
    """Begin with `first`, the scope's settings and `last`, whose row has the generation first.

    Where a grant over every company was spelt out with the companies of another generation, the
    settings are sent again.
    """
    known = memory.latest
    control.generation = known.generation if known else None

    def heed(row: Row) -> list[Sent]:
        control.generation = row[0]
        if not _is_over_everything(rls_scope) or (known and known.generation == row[0]):
            return []
        return settings(control, rls_scope, memory.at(row[0], control.connection).companies)

    sets = settings(control, rls_scope, known.companies if known else ())
    return Opening((*first, *sets, last), heed)


def settings(
    control: TransactionControl, rls_scope: RowSecurityScope, companies: Iterable[Any]
) -> list[Sent]:
    """Give the commands that set a scope, over these companies where it is over every one."""
    control.administers = isinstance(rls_scope, Administration)
    role: list[Sent] = [_AS_SYSTEM] if isinstance(rls_scope, System) else []
    values = _scope(control, rls_scope, companies)
    if (left := seconds_left()) is not None:
        values = {**values, _TIMEOUT: str(max(1, int(left * 1000)))}
    return [*role, *_set(values)]


def _scope(
    control: TransactionControl, rls_scope: RowSecurityScope, companies: Iterable[Any]
) -> Mapping[str, str]:
    """Give the settings of a scope, signed."""
    actor, values = _NO_ACTOR, {}
    if isinstance(rls_scope, AccessScope):
        known = rls_scope.over(map(CompanyId, companies))
        actor = rls_scope.actor
        values = {name: uuid_array(ids) for name, ids in scope_ids(known).items() if ids}
    elif not control.administers:
        return {}
    if control.administers:
        values["administers"] = "on"
    return signed(control, actor, values)


def as_actor(control: TransactionControl, actor: PersonId) -> list[Command]:
    """Give the command that sets who acts, and no client."""
    return _set(signed(control, actor, {}))


def changed(
    control: TransactionControl, access_scope: AccessScope, companies: Iterable[Any]
) -> list[Sent]:
    """Give the commands that set other clients; what administers goes on to do so."""
    return [*_cleared(), *_set(_scope(control, access_scope, companies))]


def over_all_companies(control: TransactionControl) -> tuple[list[Sent], list[Sent], Scope]:
    """Give the commands that show every client, those that set the scope again, and its ids.

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


def begin(
    control: TransactionControl,
    first: Iterable[Sent],
    rls_scope: RowSecurityScope,
    memory: ConfigurationMemory,
) -> None:
    """Begin at once."""
    control.opening = opening(control, first, rls_scope, memory)
    control.begin()


def begin_savepoint(
    control: TransactionControl,
    first: str,
    rls_scope: RowSecurityScope,
    memory: ConfigurationMemory,
) -> None:
    """Begin a savepoint, which sets anew whatever others in its transaction have set."""
    begin(control, (first, *_cleared()), rls_scope, memory)


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


def _cleared() -> list[Sent]:
    return [_AS_BEFORE, *_set(dict.fromkeys(_NAMES, ""))]


def _set(values: Mapping[str, str]) -> list[Command]:
    return [Command.of(_setting(tuple(values)), values)] if values else []


@lru_cache(64)
def _setting(names: tuple[str, ...]) -> Statement:
    """Give the statement that sets so many of our settings, and PostgreSQL's bound of time."""
    sets = (
        f"set_config('{name if name == _TIMEOUT else f'clientupdater.{name}'}', %({name})s, true)"
        for name in names
    )
    return Statement.of(f"select {', '.join(sets)}")
