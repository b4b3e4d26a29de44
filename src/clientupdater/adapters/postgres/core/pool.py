"""The pool of connections that requests are served from, and the login that may serve."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg
from attrs import frozen
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.core.connect import (
    NOTICES_SILENCE,
    connected,
    described,
    translated,
)
from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.row_security import SYSTEM_ROLE
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.ports.gauges import GaugeReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

_CONNECTING_S = 10

# Both the login and the role it acts as: RESET ROLE leads from the second back to the first.
_SERVING_ROLES = """
select r.rolname, r.rolsuper, r.rolbypassrls,
       (select string_agg(c.relname, ', ' order by c.relname)
          from pg_catalog.pg_class c
         where c.relnamespace = 'public'::regnamespace
           and c.relkind in ('r', 'p')
           and pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER'))
  from pg_catalog.pg_roles r
 where r.rolname in (session_user, current_user)
"""
_IS_MEMBER = """
select exists (
    select from pg_catalog.pg_roles r
    where r.rolname = %s and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
)
"""
_NOT_A_MEMBER = (
    f"logs in as a role that may not act as {SYSTEM_ROLE}, which workers and commands need; set "
    "DATABASE_WORKER_URL to the login clientupdater_worker, which sql/roles.sql makes"
)
_REMEDY = (
    "log in as clientupdater, the login that sql/roles.sql makes, or as another that owns nothing "
    "and acts as clientupdater_app by default (ALTER ROLE … SET role = 'clientupdater_app')"
)


@frozen
class PoolSize:
    """How many connections the pool has, and how many seconds to wait for one."""

    least: int
    most: int
    patience: float


def open_pool(
    url: str, size: PoolSize, *, prepares: bool | None = None, of_replica: bool = False
) -> LivelyPool:
    """Open it; unless `prepares` says, statements are prepared where no pooler is between.

    A replica may be away for now, so its login is checked with each connection.
    """

    def configure(connection: Connection) -> None:
        if prepares is None:
            _unprepared_where_pooled(connection)
        if of_replica:
            _refuse_unsafe(connection, "DATABASE_REPLICA_URL")

    return LivelyPool(
        url,
        connection_class=Connection,
        min_size=size.least,
        max_size=size.most,
        timeout=size.patience,
        # A failed attempt keeps its place in the pool, and waits twice as long each time: the pool
        # gives it up early, so that the next request begins a new one.
        reconnect_timeout=size.patience / 2,
        configure=configure,
        kwargs={
            "application_name": "clientupdater",
            "autocommit": True,
            "connect_timeout": _CONNECTING_S,
            **({"prepare_threshold": None} if prepares is False else {}),
            **NOTICES_SILENCE,
        },
        name="replica" if of_replica else "serving",
        open=True,
    )


class _Kept(threading.local):
    """What a thread keeps of a pool, while it is within."""

    keeps = False
    connection: Connection | None = None
    """The connection that it keeps, while nothing uses it."""

    def __init__(self, give_back: Callable[[Connection], None]) -> None:
        self._give_back = give_back

    def __enter__(self) -> None:
        self.keeps = True

    def __exit__(self, *_: object) -> None:
        self.keeps = False
        if connection := self.connection:
            self.connection = None
            self._give_back(connection)


class LivelyPool(ConnectionPool["Connection"]):
    """Replaces connections that the server closed, however many; the library gives up at two.

    Within `kept`, a thread uses one connection for one thing after the other.
    """

    def __init__(self, *args: Any, **params: Any) -> None:
        self._kept = _Kept(super().putconn)
        super().__init__(*args, **params)

    def kept(self) -> AbstractContextManager[None]:
        """Keep a connection that this thread returns, for when it next asks for one.

        A request asks two or three times, and taking a connection costs as much as a statement.
        """
        return self._kept

    def getconn(self, timeout: float | None = None) -> Connection:
        if connection := self._kept.connection:
            self._kept.connection = None
            return connection
        return self._lively(timeout)

    def putconn(self, conn: Connection) -> None:
        kept, at_rest = self._kept, conn.pgconn.transaction_status == TransactionStatus.IDLE
        if kept.keeps and kept.connection is None and at_rest:
            kept.connection = conn
        else:
            super().putconn(conn)

    def _lively(self, timeout: float | None) -> Connection:
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(until - time.monotonic())
            if _is_alive(connection):
                return connection
            connection.close()
            super().putconn(connection)


def _is_alive(connection: Connection) -> bool:
    """Whether the server keeps it open, as far as it has said: nothing is sent to it.

    The first look reads what the server sent unasked, the second that it closed the connection.
    """
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return False
    return True


def _unprepared_where_pooled(connection: Connection) -> None:
    if connection.is_pooled:
        connection.prepare_threshold = None


def pool_readings(pool: ConnectionPool[Connection]) -> tuple[GaugeReading, ...]:
    """Read how many connections there are, and how many requests wait for one."""
    result = pool.get_stats()
    return (
        GaugeReading("pool_connections", result.get("pool_size", 0)),
        GaugeReading("pool_waiting", result.get("requests_waiting", 0)),
    )


def refuse_unsafe_role(url: str, setting: str = "DATABASE_URL") -> None:
    """Raise Misconfigured where row-level security would not bind this login."""
    with connected(url) as connection, translated(described(url)):
        _refuse_unsafe(connection, setting)


def may_act_as_the_system(url: str) -> bool:
    """Whether this login is a member of the role that sees every client."""
    with connected(url) as connection, translated(described(url)):
        return connection.execute(_IS_MEMBER, (SYSTEM_ROLE,)).fetchone() == (True,)


def require_system_role(url: str, setting: str = "DATABASE_WORKER_URL") -> None:
    """Raise Misconfigured where this login may not act as the system, or is not a safe one."""
    refuse_unsafe_role(url, setting)
    if not may_act_as_the_system(url):
        raise Misconfigured([Fault(setting, _NOT_A_MEMBER)])


def _refuse_unsafe(connection: Connection, setting: str) -> None:
    if faults := list(_role_faults(connection)):
        raise Misconfigured([Fault(setting, f"{item}; {_REMEDY}") for item in faults])


def _role_faults(connection: Connection) -> Iterator[str]:
    for name, is_superuser, bypasses, owned in connection.execute(_SERVING_ROLES):
        if is_superuser:
            yield f"logs in as {name}, a superuser, who sees every client whatever the policies"
        elif bypasses:
            yield f"logs in as {name}, who bypasses row security"
        elif owned:
            yield f"logs in as {name}, an owner of tables, who can switch row security off"
