"""Connections to serve from: who may serve, from how many connections, and how they are doing."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

import psycopg
from attrs import frozen
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.admin.migrations import read_applied
from clientupdater.adapters.postgres.admin.sql_files import bundled
from clientupdater.adapters.postgres.core.connect import (
    NOTICES_SILENCE,
    connected,
    described,
    is_pooled,
    translated,
)
from clientupdater.domain.errors import Error, Fault, Misconfigured
from clientupdater.ports.gauges import GaugeReading
from clientupdater.ports.health import Health

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.core.connect import Connection

# Both who logged in and who one acts as: RESET ROLE leads from the second back to the first.
_WHO_SERVES = """
select r.rolname, r.rolsuper, r.rolbypassrls,
       (select string_agg(c.relname, ', ' order by c.relname)
          from pg_catalog.pg_class c
         where c.relnamespace = 'public'::regnamespace
           and c.relkind in ('r', 'p')
           and pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER'))
  from pg_catalog.pg_roles r
 where r.rolname in (session_user, current_user)
"""
_REMEDY = (
    "log in as clientupdater, the login that sql/roles.sql makes, or as another that owns nothing "
    "and acts as clientupdater_app by default (ALTER ROLE … SET role = 'clientupdater_app')"
)


_PAST_POOLER = (
    "set DATABASE_DIRECT_URL (and DATABASE_WORKER_URL, DATABASE_MIGRATION_URL, where they are set) "
    "to the address of PostgreSQL itself"
)


@frozen
class PoolSize:
    """How many connections, and how long to wait for one."""

    least: int
    most: int
    patience: float


def open_pool(url: str, size: PoolSize, *, prepares: bool | None = None) -> ConnectionPool:
    """Open the serving pool; without a word on it, statements are prepared unless pooled."""
    return _LivelyPool(
        url,
        min_size=size.least,
        max_size=size.most,
        timeout=size.patience,
        # An attempt that failed holds its place until the next, and each waits twice as long: it
        # is given up early, so that whoever asks next begins a new one.
        reconnect_timeout=size.patience / 2,
        configure=_unprepared_where_pooled if prepares is None else None,
        kwargs={
            "application_name": "clientupdater",
            "autocommit": True,
            **({"prepare_threshold": None} if prepares is False else {}),
            **NOTICES_SILENCE,
        },
        name="serving",
        open=True,
    )


class _LivelyPool(ConnectionPool):
    """Replaces what the server closed meanwhile, however many; the library gives up at two."""

    def getconn(self, timeout: float | None = None) -> Connection:
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(until - time.monotonic())
            if _is_alive(connection):
                return connection
            connection.close()
            self.putconn(connection)


def _is_alive(connection: Connection) -> bool:
    """Whether the server keeps it open; only where it said something unasked is it asked."""
    unread = select.poll()
    unread.register(connection.fileno(), select.POLLIN)
    try:
        if unread.poll(0):
            ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True


def _unprepared_where_pooled(connection: Connection) -> None:
    if is_pooled(connection):
        connection.prepare_threshold = None


def pool_readings(pool: ConnectionPool) -> tuple[GaugeReading, ...]:
    """Tell how many connections there are, and who waits for one."""
    result = pool.get_stats()
    return (
        GaugeReading("pool_connections", result.get("pool_size", 0)),
        GaugeReading("pool_waiting", result.get("requests_waiting", 0)),
    )


def refuse_unsafe_role(url: str, setting: str = "DATABASE_URL") -> None:
    """Raise Misconfigured if row security would not bind this login."""
    with connected(url) as connection, translated(described(url)):
        faults = list(_role_faults(connection))
    if faults:
        raise Misconfigured([Fault(setting, f"{item}; {_REMEDY}") for item in faults])


def _role_faults(connection: Connection) -> Iterator[str]:
    for name, is_superuser, bypasses, owned in connection.execute(_WHO_SERVES):
        if is_superuser:
            yield f"logs in as {name}, a superuser, who sees every client whatever the rules say"
        elif bypasses:
            yield f"logs in as {name}, who bypasses row security"
        elif owned:
            yield f"logs in as {name}, an owner of tables, who can take row security off"


@frozen
class PostgresHealth:
    """What an operator and a load balancer want to know of the database."""

    url: str

    def database(self) -> Health:
        """Tell whether it answers, and as which version."""
        try:
            with connected(self.url) as connection:
                version = connection.info.server_version
        except Error as error:
            remedy = "start PostgreSQL, or correct DATABASE_URL"
            return Health("database", ok=False, found=error.message, remedy=remedy)
        message = f"PostgreSQL {version // 10000}.{version % 10000} at {described(self.url)}"
        return Health("database", ok=True, found=message)

    def role(self) -> Health:
        """Tell whether row security binds us."""
        try:
            refuse_unsafe_role(self.url)
        except Error as error:
            return Health("role", ok=False, found=error.message)
        return Health("role", ok=True, found="owns nothing, bound by row security")

    def pooler(self, setting: str, *, is_expected: bool) -> Health:
        """Tell whether this address leads past a pooler where the settings say so."""
        try:
            with connected(self.url) as connection, translated(described(self.url)):
                result = is_pooled(connection)
        except Error as error:
            return Health("pooler", ok=False, found=f"{setting}: {error.message}")
        if result and not is_expected:
            message = f"{setting} leads to a pooler, which is not declared"
            return Health("pooler", ok=False, found=message, remedy=_PAST_POOLER)
        message = f"{setting} leads to {'a pooler, as declared' if result else 'PostgreSQL itself'}"
        return Health("pooler", ok=True, found=message)

    def schema(self) -> Health:
        """Tell whether every migration that this code needs is there.

        A schema that is further than this code is fine: during a release both versions serve.
        """
        try:
            with connected(self.url) as connection, translated(described(self.url)):
                applied = read_applied(connection)
        except Error as error:
            return Health("schema", ok=False, found=error.message)
        missing = [f.label for f in bundled().migrations() if f.version not in applied]
        if missing:
            message = f"{len(missing)} migrations are not applied, the first {missing[0]}"
            return Health("schema", ok=False, found=message, remedy="run: clientupdater db migrate")
        return Health("schema", ok=True, found=f"at version {max(applied, default=0)}")
