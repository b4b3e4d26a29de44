"""Connections to serve from: who may serve, from how many connections, and how they are doing."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from attrs import frozen
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.connect import connected, described, translated
from clientupdater.adapters.postgres.migrations import read_applied
from clientupdater.adapters.postgres.sql_files import bundled
from clientupdater.domain.errors import Error, Fault, Misconfigured
from clientupdater.ports.health import Health
from clientupdater.ports.readings import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.connect import Connection

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


@frozen
class PoolSize:
    """How many connections, and how long to wait for one."""

    least: int
    most: int
    patience: float


def open_pool(url: str, size: PoolSize) -> ConnectionPool:
    """Open the serving pool; connections that the server closed meanwhile are replaced."""
    return ConnectionPool(
        url,
        min_size=size.least,
        max_size=size.most,
        timeout=size.patience,
        check=_check,
        kwargs={"application_name": "clientupdater", "autocommit": True},
        name="serving",
        open=True,
    )


def _check(connection: Connection) -> None:
    """Raise where the server has closed it; only where it said something unasked is it asked."""
    unread = select.poll()
    unread.register(connection.fileno(), select.POLLIN)
    if unread.poll(0):
        ConnectionPool.check_connection(connection)


def pool_readings(pool: ConnectionPool) -> tuple[Reading, ...]:
    """Tell how many connections there are, and who waits for one."""
    found = pool.get_stats()
    return (
        Reading("pool_connections", found.get("pool_size", 0)),
        Reading("pool_waiting", found.get("requests_waiting", 0)),
    )


def refuse_unsafe_role(url: str) -> None:
    """Raise Misconfigured if row security would not bind this login."""
    with connected(url) as connection, translated(described(url)):
        faults = list(_role_faults(connection))
    if faults:
        raise Misconfigured([Fault("DATABASE_URL", f"{told}; {_REMEDY}") for told in faults])


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
        found = f"PostgreSQL {version // 10000}.{version % 10000} at {described(self.url)}"
        return Health("database", ok=True, found=found)

    def role(self) -> Health:
        """Tell whether row security binds us."""
        try:
            refuse_unsafe_role(self.url)
        except Error as error:
            return Health("role", ok=False, found=error.message)
        return Health("role", ok=True, found="owns nothing, bound by row security")

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
            found = f"{len(missing)} migrations are not applied, the first {missing[0]}"
            return Health("schema", ok=False, found=found, remedy="run: clientupdater db migrate")
        return Health("schema", ok=True, found=f"at version {max(applied, default=0)}")
