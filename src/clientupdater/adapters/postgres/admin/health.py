"""Health checks of the database: its answer, its login, its poolers, its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.admin.migrations import read_applied
from clientupdater.adapters.postgres.admin.sql_files import bundled
from clientupdater.adapters.postgres.core.connect import (
    connected,
    described,
    translated,
)
from clientupdater.adapters.postgres.core.pool import (
    may_act_as_the_system,
    refuse_unsafe_role,
    require_system_role,
)
from clientupdater.adapters.postgres.core.scope_signer import verifies
from clientupdater.domain.errors import Error
from clientupdater.ports.health import Health

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner

CLOCKS_DIFFER_S = 5
_PAST_POOLER = (
    "set DATABASE_DIRECT_URL (and DATABASE_WORKER_URL, DATABASE_MIGRATION_URL, where they are set) "
    "to the address of PostgreSQL itself"
)

_REPLAYED = """
select pg_is_in_recovery(),
       extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())
"""
_WITHOUT_REPLICA = "correct DATABASE_REPLICA_URL; until then the primary answers everything"


@frozen
class PostgresHealth:
    """The checks of a database's address, for operators and load balancers."""

    url: str

    def database(self) -> Health:
        """Check that it answers, and read its version."""
        try:
            with connected(self.url) as connection:
                version = connection.info.server_version
        except Error as error:
            remedy = "start PostgreSQL, or correct DATABASE_URL"
            return Health("database", ok=False, found=error.message, remedy=remedy)
        message = f"PostgreSQL {version // 10000}.{version % 10000} at {described(self.url)}"
        return Health("database", ok=True, found=message)

    def role(self) -> Health:
        """Check that row-level security binds the login."""
        try:
            refuse_unsafe_role(self.url)
        except Error as error:
            return Health("role", ok=False, found=error.message)
        return Health("role", ok=True, found="owns nothing, bound by row security")

    def serving_role(self) -> Health:
        """Check that the serving login may not act as the system."""
        try:
            is_system = may_act_as_the_system(self.url)
        except Error as error:
            return Health("serving role", ok=False, found=error.message)
        if is_system:
            message = "the serving login may act as the system: SQL injected there sees all clients"
            remedy = "serve with the login clientupdater, and run: REVOKE clientupdater_system FROM"
            return Health("serving role", ok=False, found=message, remedy=f"{remedy} it")
        return Health("serving role", ok=True, found="may not act as the system")

    def worker_role(self) -> Health:
        """Check that the workers' login may act as the system."""
        try:
            require_system_role(self.url)
        except Error as error:
            return Health("worker role", ok=False, found=error.message)
        return Health("worker role", ok=True, found="may act as the system")

    def scopes(self, signer: ScopeSigner | None) -> tuple[Health, bool]:
        """Check that the database verifies scopes, and whether it accepts those of this key."""
        try:
            is_verified = verifies(self.url, signer)
        except Error as error:
            return Health("scopes", ok=False, found=error.message), False
        if not is_verified:
            message = "the database takes the scope of a transaction unverified"
            remedy = "once every process runs this version, run: clientupdater db seed"
            return Health("scopes", ok=False, found=message, remedy=remedy), True
        return Health("scopes", ok=True, found="the database verifies them"), True

    def pooler(self, setting: str, *, is_expected: bool) -> Health:
        """Check that the address leads to a pooler only where one is declared."""
        try:
            with connected(self.url) as connection, translated(described(self.url)):
                result = connection.is_pooled
        except Error as error:
            return Health("pooler", ok=False, found=f"{setting}: {error.message}")
        if result and not is_expected:
            message = f"{setting} leads to a pooler, which is not declared"
            return Health("pooler", ok=False, found=message, remedy=_PAST_POOLER)
        message = f"{setting} leads to {'a pooler, as declared' if result else 'PostgreSQL itself'}"
        return Health("pooler", ok=True, found=message)

    def replica(self) -> Health:
        """Check that the address leads to a replica, with a safe login; tell how far it is."""
        try:
            refuse_unsafe_role(self.url, "DATABASE_REPLICA_URL")
            with connected(self.url) as connection, translated(described(self.url)):
                ((is_replica, seconds),) = connection.execute(_REPLAYED).fetchall()
        except Error as error:
            return Health("replica", ok=False, found=error.message, remedy=_WITHOUT_REPLICA)
        if not is_replica:
            message = "DATABASE_REPLICA_URL leads to a server that is no replica"
            return Health("replica", ok=False, found=message, remedy=_WITHOUT_REPLICA)
        if seconds is None:
            return Health("replica", ok=True, found="it has replayed no transaction yet")
        message = f"the last transaction that it replayed is {int(seconds)} s old"
        return Health("replica", ok=True, found=message)

    def clock(self, now: datetime) -> Health:
        """Check that this machine and the database agree on the time."""
        try:
            with connected(self.url) as connection, translated(described(self.url)):
                row = connection.execute("select clock_timestamp()").fetchone()
        except Error as error:
            return Health("clock", ok=False, found=error.message)
        apart = abs(now - row[0]).total_seconds() if row else 0
        if apart > CLOCKS_DIFFER_S:
            message = f"this machine and the database are {apart:.0f} s apart"
            remedy = "let both set their clocks by the network: apt-get install chrony"
            return Health("clock", ok=False, found=message, remedy=remedy)
        return Health("clock", ok=True, found="this machine and the database agree")

    def users(self) -> Health:
        """Tell whether there is a user yet, who can make others."""
        try:
            with connected(self.url) as connection, translated(described(self.url)):
                row = connection.execute("select count(*) from users where is_active").fetchone()
        except Error as error:
            return Health("users", ok=False, found=error.message)
        message = f"{row[0] if row else 0} are active"
        if row == (0,):
            message = "none yet; make the first: clientupdater users create YOUR-EMAIL --bootstrap"
        return Health("users", ok=True, found=message)

    def schema(self) -> Health:
        """Check that every migration of this code is applied.

        A schema with newer migrations is fine: during a release both versions serve.
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
