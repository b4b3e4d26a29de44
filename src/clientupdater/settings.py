"""What the environment says, read once, every fault of it told at once.

Each field carries its name in the environment, how it is read, and what it is for;
``docs/settings.md`` and ``.env.example`` are made from that (``make docs``). What a person changes
while the software runs is not here but in the table ``config_settings``.
"""

from __future__ import annotations

import zoneinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.serving import networks
from clientupdater.settings_of_sources import SourceSettings, source_faults
from clientupdater.settings_readers import (
    POSTGRES_EXAMPLE,
    SIGNING_ALGORITHMS,
    Setting,
    address,
    algorithms,
    hide,
    key,
    keys,
    long_word,
    mask,
    origins,
    postgres_url,
    read_as,
    trusted_url,
    url,
    whole,
    words,
    yes_or_no,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clientupdater.serving import Network


class LogLevel(StrEnum):
    """From which severity on something is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line is written."""

    JSON = "json"
    CONSOLE = "console"


@frozen(kw_only=True)
class Settings(SourceSettings):
    """Everything that the environment decides."""

    database_url: str | None = field(
        default=None,
        metadata=read_as(
            "DATABASE_URL",
            postgres_url,
            "postgresql://user:password@host:port/database",
            "The database, as a login of the application's role: one that owns nothing and is "
            "bound by row security. Unset: `demo` brings its own, everything else refuses.",
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
            "The same database as the owner of its tables, for `db` commands alone.",
            default="DATABASE_URL",
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
            "The same database past a pooler, for workers: they listen for new jobs on a "
            "connection that has to stay theirs.",
            default="DATABASE_URL",
            example=POSTGRES_EXAMPLE,
            secret=True,
        ),
        repr=hide,
    )
    database_pool_min: int = field(
        default=1,
        metadata=read_as(
            "DATABASE_POOL_MIN",
            whole(0, 1000),
            "a whole number from 0 to 1000",
            "Connections kept open while nothing happens.",
            default="1",
        ),
    )
    database_pool_max: int = field(
        default=8,
        metadata=read_as(
            "DATABASE_POOL_MAX",
            whole(1, 1000),
            "a whole number from 1 to 1000",
            "Connections at most; as many requests work at once.",
            default="8",
        ),
    )
    database_pool_timeout_ms: int = field(
        default=1000,
        metadata=read_as(
            "DATABASE_POOL_TIMEOUT_MS",
            whole(1, 600_000),
            "milliseconds, from 1 to 600000",
            "How long a request waits for a connection before it is told to try again.",
            default="1000",
        ),
    )
    redis_url: str | None = field(
        default=None,
        metadata=read_as(
            "REDIS_URL",
            url("redis", "rediss"),
            "redis://host:port/number, or rediss://",
            "Redis, shared by all processes. Unset: each process keeps its own in memory.",
            example="redis://localhost:6379/0",
            secret=True,
        ),
        repr=hide,
    )
    encryption_keys: Mapping[str, bytes] | None = field(
        default=None,
        metadata=read_as(
            "ENCRYPTION_KEYS",
            keys,
            "id:base64,… with keys of 32 bytes, the newest first",
            "What personal data is sealed with: the first key seals, all of them open.",
            secret=True,
        ),
        repr=hide,
    )
    blind_index_key: bytes | None = field(
        default=None,
        metadata=read_as(
            "BLIND_INDEX_KEY",
            key,
            "32 bytes in base64",
            "What pension numbers are found by. It is never changed once there are any.",
            secret=True,
        ),
        repr=hide,
    )
    business_timezone: zoneinfo.ZoneInfo = field(
        default=attrs.Factory(lambda: zoneinfo.ZoneInfo("Asia/Manila")),
        metadata=read_as(
            "BUSINESS_TIMEZONE",
            zoneinfo.ZoneInfo,
            "a name of the time zone database, such as Asia/Manila",
            "Where the business's days and periods begin.",
            default="Asia/Manila",
        ),
    )
    rate_limit_read_requests: int = field(
        default=100,
        metadata=read_as(
            "RATE_LIMIT_READ_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "How often somebody may read, in a minute.",
            default="100",
        ),
    )
    rate_limit_write_requests: int = field(
        default=30,
        metadata=read_as(
            "RATE_LIMIT_WRITE_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "How often somebody may write, in a minute.",
            default="30",
        ),
    )
    rate_limit_export_requests: int = field(
        default=5,
        metadata=read_as(
            "RATE_LIMIT_EXPORT_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "How often somebody may ask for an export, in five minutes.",
            default="5",
        ),
    )
    rate_limit_login_attempts: int = field(
        default=5,
        metadata=read_as(
            "RATE_LIMIT_LOGIN_ATTEMPTS",
            whole(1, 50_000),
            "a whole number, from 1 to 50000",
            "How often signing in may be tried from one address with one email, in five minutes; "
            "from one address twenty times as often.",
            default="5",
        ),
    )
    session_idle_minutes: int = field(
        default=720,
        metadata=read_as(
            "SESSION_IDLE_MINUTES",
            whole(1, 10080),
            "minutes, from 1 to 10080",
            "How long a session lives unused.",
            default="720",
        ),
    )
    session_absolute_hours: int = field(
        default=168,
        metadata=read_as(
            "SESSION_ABSOLUTE_HOURS",
            whole(1, 8760),
            "hours, from 1 to 8760",
            "How long a session lives at all.",
            default="168",
        ),
    )
    login_max_failures: int = field(
        default=5,
        metadata=read_as(
            "LOGIN_MAX_FAILURES",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "How many failures to sign in lock an account.",
            default="5",
        ),
    )
    login_lock_minutes: int = field(
        default=15,
        metadata=read_as(
            "LOGIN_LOCK_MINUTES",
            whole(1, 10080),
            "minutes, from 1 to 10080",
            "How long signing in is locked then; open sessions go on.",
            default="15",
        ),
    )
    oidc_issuer: str | None = field(
        default=None,
        metadata=read_as(
            "OIDC_ISSUER",
            trusted_url,
            "an https:// address, exactly as tokens name it",
            "Whose bearer tokens let people in, by their clerk_id. Unset: nobody's do.",
            example="https://clerk.example.com",
        ),
    )
    oidc_audience: str | None = field(
        default=None,
        metadata=read_as(
            "OIDC_AUDIENCE",
            str,
            "a word that the token's aud has to hold",
            "Whom tokens are meant for. With an issuer, this or OIDC_AUTHORIZED_PARTIES is set.",
            example="clientupdater",
        ),
    )
    oidc_authorized_parties: tuple[str, ...] = field(
        default=(),
        metadata=read_as(
            "OIDC_AUTHORIZED_PARTIES",
            words,
            "one or more, separated by commas",
            "Who may have asked for a token: its azp has to be one of them.",
            example="https://app.example.com",
        ),
    )
    oidc_jwks_url: str | None = field(
        default=None,
        metadata=read_as(
            "OIDC_JWKS_URL",
            trusted_url,
            "an https:// address",
            "Where the issuer publishes its keys.",
            default="OIDC_ISSUER/.well-known/jwks.json",
            example="https://clerk.example.com/.well-known/jwks.json",
        ),
    )
    oidc_algorithms: tuple[str, ...] = field(
        default=("RS256", "ES256"),
        metadata=read_as(
            "OIDC_ALGORITHMS",
            algorithms,
            f"some of {', '.join(SIGNING_ALGORITHMS)}",
            "By which algorithms tokens may be signed; the token has no say in it.",
            default="RS256,ES256",
        ),
    )
    idempotency_required: bool = field(
        default=True,
        metadata=read_as(
            "IDEMPOTENCY_REQUIRED",
            yes_or_no,
            "true or false",
            "Whether each change has to bring an Idempotency-Key; one that is brought counts "
            "either way.",
            default="true",
        ),
    )
    idempotency_hours: int = field(
        default=24,
        metadata=read_as(
            "IDEMPOTENCY_HOURS",
            whole(1, 720),
            "hours, from 1 to 720",
            "How long the answer to a change is kept for those who ask for it again.",
            default="24",
        ),
    )
    request_deadline_ms: int = field(
        default=5000,
        metadata=read_as(
            "REQUEST_DEADLINE_MS",
            whole(100, 600_000),
            "milliseconds, from 100 to 600000",
            "How long a request may take before it is given up and told to try again.",
            default="5000",
        ),
    )
    max_body_bytes: int = field(
        default=1024 * 1024,
        metadata=read_as(
            "MAX_BODY_BYTES",
            whole(1024, 1024**3),
            "bytes, from 1024 to 1073741824",
            "How long the body of a request may be; many updates in one may be 4 MiB.",
            default="1048576",
        ),
    )
    max_concurrent_requests: int | None = field(
        default=None,
        metadata=read_as(
            "MAX_CONCURRENT_REQUESTS",
            whole(1, 100_000),
            "a whole number, from 1 to 100000",
            "How many requests may be inside one process; beyond it they are told to try again "
            "at once.",
            default="twice DATABASE_POOL_MAX: as many wait as are worked on",
            example="16",
        ),
    )
    trusted_proxies: tuple[Network, ...] = field(
        default=(),
        metadata=read_as(
            "TRUSTED_PROXIES",
            networks,
            "addresses or networks, separated by commas",
            "Whose X-Forwarded-For is believed; unset: nobody's.",
            example="10.0.0.0/8",
        ),
    )
    cors_origins: tuple[str, ...] = field(
        default=(),
        metadata=read_as(
            "CORS_ORIGINS",
            origins,
            "origins such as https://app.example.com, separated by commas",
            "From which web pages browsers may call; unset: from none but our own.",
            example="https://app.example.com",
        ),
    )
    circuit_snowflake_threshold: int = field(
        default=5,
        metadata=read_as(
            "CIRCUIT_SNOWFLAKE_THRESHOLD",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "After how many failures in a row Snowflake is left alone for a while.",
            default="5",
        ),
    )
    circuit_snowflake_cooldown_ms: int = field(
        default=60000,
        metadata=read_as(
            "CIRCUIT_SNOWFLAKE_COOLDOWN_MS",
            whole(100, 3_600_000),
            "milliseconds, from 100 to 3600000",
            "For how long; then one call at a time tries whether it is well again.",
            default="60000",
        ),
    )
    circuit_nextbank_threshold: int = field(
        default=3,
        metadata=read_as(
            "CIRCUIT_NEXTBANK_THRESHOLD",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "After how many failures in a row Nextbank is left alone for a while.",
            default="3",
        ),
    )
    circuit_nextbank_cooldown_ms: int = field(
        default=30000,
        metadata=read_as(
            "CIRCUIT_NEXTBANK_COOLDOWN_MS",
            whole(100, 3_600_000),
            "milliseconds, from 100 to 3600000",
            "For how long; then one call at a time tries whether it is well again.",
            default="30000",
        ),
    )
    nextbank_webhook_secrets: tuple[str, ...] = field(
        default=(),
        metadata=read_as(
            "NEXTBANK_WEBHOOK_SECRETS",
            words,
            "words, separated by commas",
            "What NextBank signs its notices with; the old one beside the new one while it is "
            "changed. Unset: no notice is believed.",
            secret=True,
        ),
        repr=hide,
    )
    sync_overlap_minutes: int = field(
        default=60,
        metadata=read_as(
            "SYNC_OVERLAP_MINUTES",
            whole(0, 10_080),
            "minutes, from 0 to 10080",
            "How much further back than the last run an incremental one reads.",
            default="60",
        ),
    )
    retention_activity_logs: int = field(
        default=90,
        metadata=read_as(
            "RETENTION_ACTIVITY_LOGS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long it is kept what people did; status events and audits stay for ever.",
            default="90",
        ),
    )
    retention_completed_jobs: int = field(
        default=7,
        metadata=read_as(
            "RETENTION_COMPLETED_JOBS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long jobs are kept that are done or were called off; dead ones stay.",
            default="7",
        ),
    )
    retention_export_files: int = field(
        default=30,
        metadata=read_as(
            "RETENTION_EXPORT_FILES",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long the file of an export can be fetched; then it is removed.",
            default="30",
        ),
    )
    retention_sync_snapshots: int = field(
        default=30,
        metadata=read_as(
            "RETENTION_SYNC_SNAPSHOTS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "For how many days what a source sent is kept, and what of it could not be taken.",
            default="30",
        ),
    )
    export_dir: Path = field(
        default=Path("exports"),
        metadata=read_as(
            "EXPORT_DIR",
            Path,
            "a directory",
            "Where exports are written: one that workers and servers share, and nobody else reads.",
            default="./exports",
        ),
    )
    export_s3_bucket: str | None = field(
        default=None,
        metadata=read_as(
            "EXPORT_S3_BUCKET",
            str,
            "the name of a bucket",
            "Keeps exports in a bucket instead (it needs the extra `s3`); credentials are found as "
            "the AWS tools find them.",
            example="exports",
        ),
    )
    export_s3_endpoint: str | None = field(
        default=None,
        metadata=read_as(
            "EXPORT_S3_ENDPOINT",
            url("https", "http"),
            "https://host",
            "Where the bucket is, if not at AWS.",
            example="https://s3.example.com",
        ),
    )
    export_s3_prefix: str = field(
        default="",
        metadata=read_as(
            "EXPORT_S3_PREFIX",
            str,
            "text such as exports/",
            "What the names of files in the bucket begin with.",
            example="exports/",
        ),
    )
    ops_token: str | None = field(
        default=None,
        metadata=read_as(
            "OPS_TOKEN",
            long_word,
            "a random word of 24 characters or more",
            "What operations show to read /metrics and the system's health, also when the "
            "database is down. Unset: /metrics is not there.",
            secret=True,
        ),
        repr=hide,
    )
    metrics_bind: tuple[str, int] | None = field(
        default=None,
        metadata=read_as(
            "METRICS_BIND",
            address,
            "host:port",
            "An address of its own at which the metrics are told to whoever reaches it.",
            example="127.0.0.1:9464",
        ),
    )
    actor: str | None = field(
        default=None,
        metadata=read_as(
            "CLIENTUPDATER_ACTOR",
            str,
            "the email of an active user",
            "Who acts on the command line where --as does not say.",
            example="ana@example.com",
        ),
        repr=hide,
    )
    health_check_timeout_ms: int = field(
        default=5000,
        metadata=read_as(
            "HEALTH_CHECK_TIMEOUT_MS",
            whole(1, 60_000),
            "milliseconds, from 1 to 60000",
            "How long a health check waits for an answer.",
            default="5000",
        ),
    )
    log_level: LogLevel = field(
        default=LogLevel.INFO,
        metadata=read_as(
            "LOG_LEVEL",
            lambda text: LogLevel(text.lower()),
            "debug, info, warning or error",
            "From which severity on something is logged.",
            default="info",
        ),
    )
    log_format: LogFormat | None = field(
        default=None,
        metadata=read_as(
            "LOG_FORMAT",
            lambda text: LogFormat(text.lower()),
            "json or console",
            "How log lines are written.",
            default="json; console on a terminal",
            example="json",
        ),
    )

    @classmethod
    def from_mapping(cls, environment: Mapping[str, str]) -> Settings:
        """Read them all; raise Misconfigured with every fault there is."""
        values, faults = {}, []
        for name, setting in described():
            text = environment.get(setting.name, "").strip()
            if not text:
                continue
            try:
                values[name] = setting.read(text)
            except (ValueError, KeyError, InvalidInput, zoneinfo.ZoneInfoNotFoundError, OSError):
                found = mask(text) if setting.secret else text
                told = f"is {found!r}; expected {setting.expected}"
                faults.append(Fault(setting.name, told))
        settings = cls(**values)
        faults.extend(_contradictions(settings))
        if faults:
            raise Misconfigured(faults)
        return settings

    @property
    def serving_url(self) -> str:
        """The database to serve from; without one nothing can be done."""
        return _required(self.database_url, "DATABASE_URL")

    def require_keys(self) -> None:
        """Insist on keys: what one process seals, every other has to open, also tomorrow."""
        keys = {"ENCRYPTION_KEYS": self.encryption_keys, "BLIND_INDEX_KEY": self.blind_index_key}
        told = "is not set; it is needed to serve (`clientupdater demo` makes up its own)"
        if faults := [Fault(name, told) for name, key in keys.items() if key is None]:
            raise Misconfigured(faults)

    @property
    def direct_url(self) -> str:
        """The database past a pooler."""
        return _required(self.database_direct_url or self.database_url, "DATABASE_URL")

    @property
    def migration_url(self) -> str:
        """The database as its owner, for what changes its shape."""
        return _required(self.database_migration_url or self.database_url, "DATABASE_URL")


def described() -> Iterator[tuple[str, Setting]]:
    """List the fields and how each is read."""
    for attribute in attrs.fields(Settings):
        yield attribute.name, attribute.metadata["setting"]


def _contradictions(settings: Settings) -> Iterator[Fault]:
    low, high = settings.database_pool_min, settings.database_pool_max
    if low > high:
        told = f"is {low}, more than DATABASE_POOL_MAX ({high}); expected at most as many"
        yield Fault("DATABASE_POOL_MIN", told)
    if settings.oidc_issuer and not (settings.oidc_audience or settings.oidc_authorized_parties):
        told = "is not set, nor is OIDC_AUTHORIZED_PARTIES; expected one of them with OIDC_ISSUER"
        yield Fault("OIDC_AUDIENCE", told)
    yield from source_faults(settings)


def _required(url: str | None, name: str) -> str:
    if url is None:
        told = (
            f"is not set; expected {POSTGRES_EXAMPLE.replace('password', '…')} "
            "(or run `clientupdater demo`, which brings a database along)"
        )
        raise Misconfigured([Fault(name, told)])
    return url
