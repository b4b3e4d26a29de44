"""The settings of the database and of Redis: addresses, logins, pool sizes."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from attrs import field, frozen

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.settings.readers import (
    POSTGRES_EXAMPLE,
    hide,
    postgres_url,
    read_as,
    url,
    whole,
    yes_or_no,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_REDIS_KINDS = ("", "+sentinel", "+cluster")


@frozen(kw_only=True, slots=False)
class DatabaseSettings:
    """How to reach the database and Redis."""

    database_url: str | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_URL",
            postgres_url,
            "postgresql://user:password@host:port/database",
            "The database, with the application's login: it owns nothing and row-level security "
            "binds it. Required by every command but `demo`, which brings its own database.",
            example=POSTGRES_EXAMPLE,
            secret=True,
        ),
        repr=hide,
    )
    database_migration_url: str | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_MIGRATION_URL",
            postgres_url,
            "postgresql://user:password@host:port/database",
            "The same database with the login that owns its tables, for `db` commands only; not "
            "through a pooler.",
            default="DATABASE_DIRECT_URL",
            example=POSTGRES_EXAMPLE.replace("clientupdater:", "clientupdater_owner:"),
            secret=True,
        ),
        repr=hide,
    )
    database_direct_url: str | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_DIRECT_URL",
            postgres_url,
            "postgresql://user:password@host:port/database",
            "The same database without the pooler. Set it if DATABASE_URL leads to a pooler: then "
            "statements are not prepared there, and workers and migrations connect here, since "
            "they need a connection of their own.",
            default="DATABASE_URL",
            example=POSTGRES_EXAMPLE,
            secret=True,
        ),
        repr=hide,
    )
    database_worker_url: str | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_WORKER_URL",
            postgres_url,
            "postgresql://user:password@host:port/database",
            "The same database with the login of workers and commands, which may act as "
            "clientupdater_system; not through a pooler. The serving login may not, so workers and "
            "commands refuse to start with it.",
            default="DATABASE_DIRECT_URL",
            example=POSTGRES_EXAMPLE.replace("clientupdater:", "clientupdater_worker:"),
            secret=True,
        ),
        repr=hide,
    )
    database_replica_url: str | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_REPLICA_URL",
            postgres_url,
            "postgresql://user:password@host:port/database",
            "A streaming replica of the database, with the application's login, for reports, "
            "audits and exports, of servers and workers; not through a pooler. A read goes to it "
            "once it has all that was committed before, and to DATABASE_URL otherwise.",
            example=POSTGRES_EXAMPLE.replace("@localhost", "@replica"),
            secret=True,
        ),
        repr=hide,
    )
    database_prepared_statements: bool | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_PREPARED_STATEMENTS",
            yes_or_no,
            "true or false",
            "Whether to prepare statements. Behind a pooler, set true only if it supports them "
            "(PgBouncer 1.21 or later, with max_prepared_statements).",
            default="true; false behind a pooler",
            example="true",
        ),
    )
    database_insecure: bool = field(
        default=False,
        metadata=read_as(
            "DATABASE_INSECURE",
            yes_or_no,
            "true or false",
            "Allow connections to PostgreSQL on another machine without TLS.",
            default="false",
        ),
    )
    database_pool_min: int = field(
        default=1,
        metadata=read_as(
            "DATABASE_POOL_MIN",
            whole(0, 1000),
            "a whole number from 0 to 1000",
            "Connections that stay open while idle.",
            default="1",
        ),
    )
    database_pool_max: int = field(
        default=8,
        metadata=read_as(
            "DATABASE_POOL_MAX",
            whole(1, 1000),
            "a whole number from 1 to 1000",
            "The most connections of a process, and so the most requests that it works on at once.",
            default="8",
        ),
    )
    database_pool_timeout_ms: int = field(
        default=1000,
        metadata=read_as(
            "DATABASE_POOL_TIMEOUT_MS",
            whole(1, 600_000),
            "milliseconds, from 1 to 600000",
            "How long a request waits for a connection before it gets 503 with Retry-After.",
            default="1000",
        ),
    )
    redis_url: str | None = field(
        default=None,
        metadata=read_as(
            "REDIS_URL",
            url(*(f"{scheme}{kind}" for scheme in ("redis", "rediss") for kind in _REDIS_KINDS)),
            "redis://host:port/number, or rediss://",
            "Redis, for the cache, limits and circuits that processes share; with Sentinel, "
            "redis+sentinel://host:port,host:port/service/number; a cluster, "
            "redis+cluster://host:port,host:port. Unset: each process keeps its own in memory.",
            example="redis://localhost:6379/0",
            secret=True,
        ),
        repr=hide,
    )
    redis_insecure: bool = field(
        default=False,
        metadata=read_as(
            "REDIS_INSECURE",
            yes_or_no,
            "true or false",
            "Allow connections to Redis on another machine without TLS.",
            default="false",
        ),
    )

    @property
    def serving_url(self) -> str:
        """DATABASE_URL; raises Misconfigured if it is not set."""
        return _required(self.database_url)

    @property
    def direct_url(self) -> str:
        """The database without the pooler."""
        return self.database_direct_url or self.serving_url

    @property
    def worker_url(self) -> str:
        """The database with the workers' login, without the pooler."""
        return self.database_worker_url or self.direct_url

    @property
    def migration_url(self) -> str:
        """The database with its owner's login, without the pooler."""
        return self.database_migration_url or self.direct_url

    def name_of(self, url: str) -> str:
        """Name the setting that an address of a server or worker came from."""
        names = ("DATABASE_URL", "DATABASE_DIRECT_URL")
        items = (name for name in names if getattr(self, name.lower()) == url)
        return next(items, "DATABASE_WORKER_URL")

    @property
    def prepares_when_serving(self) -> bool | None:
        """Whether DATABASE_URL may prepare statements; None: only if no pooler is found there."""
        if self.database_prepared_statements is None and self.database_direct_url:
            return False
        return self.database_prepared_statements


def database_faults(settings: DatabaseSettings) -> Iterator[Fault]:
    """Find contradictions, and addresses that would send passwords and clients unencrypted."""
    low, high = settings.database_pool_min, settings.database_pool_max
    if low > high:
        message = f"is {low}, more than DATABASE_POOL_MAX ({high}); expected at most as many"
        yield Fault("DATABASE_POOL_MIN", message)
    for name in _DATABASES:
        address = getattr(settings, name.lower())
        if address and not settings.database_insecure and _is_open_to_postgres(address):
            yield Fault(name, f"{_OPEN}; add ?sslmode=verify-full, or set DATABASE_INSECURE=true")
    address = settings.redis_url
    if address and not settings.redis_insecure and _is_open_to_redis(address):
        yield Fault("REDIS_URL", f"{_OPEN}; use rediss://, or set REDIS_INSECURE=true")


_DATABASES = (
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_WORKER_URL",
    "DATABASE_MIGRATION_URL",
    "DATABASE_REPLICA_URL",
)
_OPEN = "leads to another machine without TLS"
_WITH_TLS = frozenset({"require", "verify-ca", "verify-full"})


def _is_open_to_postgres(address: str) -> bool:
    """Whether data would travel unencrypted; libpq's default sslmode only prefers TLS."""
    parts = urlsplit(address)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    hosts = options.get("hostaddr") or options.get("host") or _hosts(parts.netloc)
    is_near = all(map(_is_near, hosts.split(",")))
    return not is_near and options.get("sslmode") not in _WITH_TLS


def _is_open_to_redis(address: str) -> bool:
    parts = urlsplit(address)
    is_plain = not parts.scheme.startswith("rediss")
    return is_plain and not all(map(_is_near, _hosts(parts.netloc).split(",")))


def _hosts(netloc: str) -> str:
    """Take the hosts of an address without their ports: PostgreSQL may have several."""
    places = unquote(netloc.rpartition("@")[2]).split(",")
    return ",".join(re.sub(r":\d*$", "", place) for place in places)


def _is_near(host: str) -> bool:
    """Whether it is this machine: a socket (also the default without a host) or a loopback."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _required(url: str | None) -> str:
    if url is None:
        message = (
            f"is not set; expected {POSTGRES_EXAMPLE.replace('password', '…')} "
            "(or run `clientupdater demo`, which brings a database along)"
        )
        raise Misconfigured([Fault("DATABASE_URL", message)])
    return url
