"""The settings of the HTTP server: limits, sessions, tokens, idempotency, deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.settings.readers import (
    SIGNING_ALGORITHMS,
    algorithms,
    networks,
    on_or_off,
    origins,
    read_as,
    trusted_url,
    whole,
    words,
    yes_or_no,
)

if TYPE_CHECKING:
    from clientupdater.settings.readers import Network


@frozen(kw_only=True, slots=False)
class ServingSettings:
    """How people sign in, and how much they may ask of a server."""

    rate_limit_read_requests: int = field(
        default=100,
        metadata=read_as(
            "RATE_LIMIT_READ_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "The most read requests of one person in a minute.",
            default="100",
        ),
    )
    rate_limit_write_requests: int = field(
        default=30,
        metadata=read_as(
            "RATE_LIMIT_WRITE_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "The most write requests of one person in a minute.",
            default="30",
        ),
    )
    rate_limit_export_requests: int = field(
        default=5,
        metadata=read_as(
            "RATE_LIMIT_EXPORT_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "The most exports that one person may request in five minutes.",
            default="5",
        ),
    )
    rate_limit_login_attempts: int = field(
        default=5,
        metadata=read_as(
            "RATE_LIMIT_LOGIN_ATTEMPTS",
            whole(1, 50_000),
            "a whole number, from 1 to 50000",
            "The most failed sign-ins of one email from one address in five minutes. One address "
            "may try twenty times as often in all, successful or not.",
            default="5",
        ),
    )
    rate_limit_webhook_requests: int = field(
        default=300,
        metadata=read_as(
            "RATE_LIMIT_WEBHOOK_REQUESTS",
            whole(1, 1_000_000),
            "a whole number, from 1 to 1000000",
            "The most webhook notices from one address in a minute.",
            default="300",
        ),
    )
    session_idle_minutes: int = field(
        default=720,
        metadata=read_as(
            "SESSION_IDLE_MINUTES",
            whole(1, 10080),
            "minutes, from 1 to 10080",
            "How long a session lives without a request.",
            default="720",
        ),
    )
    session_absolute_hours: int = field(
        default=168,
        metadata=read_as(
            "SESSION_ABSOLUTE_HOURS",
            whole(1, 8760),
            "hours, from 1 to 8760",
            "How long a session lives in all.",
            default="168",
        ),
    )
    login_max_failures: int = field(
        default=5,
        metadata=read_as(
            "LOGIN_MAX_FAILURES",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "How many failed sign-ins in a row lock an account.",
            default="5",
        ),
    )
    login_lock_minutes: int = field(
        default=15,
        metadata=read_as(
            "LOGIN_LOCK_MINUTES",
            whole(1, 10080),
            "minutes, from 1 to 10080",
            "How long an account stays locked; its open sessions go on.",
            default="15",
        ),
    )
    oidc_issuer: str | None = field(
        default=None,
        metadata=read_as(
            "OIDC_ISSUER",
            trusted_url,
            "an https:// address, exactly as tokens name it",
            "The issuer whose bearer tokens are accepted; their subject is the user's clerk_id. "
            "Unset: no bearer token of an issuer is accepted.",
            example="https://clerk.example.com",
        ),
    )
    oidc_audience: str | None = field(
        default=None,
        metadata=read_as(
            "OIDC_AUDIENCE",
            str,
            "a value of the token's aud",
            "The audience that a token must name. With an issuer, set this or "
            "OIDC_AUTHORIZED_PARTIES.",
            example="clientupdater",
        ),
    )
    oidc_authorized_parties: tuple[str, ...] = field(
        default=(),
        metadata=read_as(
            "OIDC_AUTHORIZED_PARTIES",
            words,
            "one or more, separated by commas",
            "The parties that a token may be issued to: its azp must be one of them.",
            example="https://app.example.com",
        ),
    )
    oidc_jwks_url: str | None = field(
        default=None,
        metadata=read_as(
            "OIDC_JWKS_URL",
            trusted_url,
            "an https:// address",
            "The address where the issuer publishes its keys.",
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
            "The algorithms that a token may be signed with.",
            default="RS256,ES256",
        ),
    )
    idempotency_required: bool = field(
        default=True,
        metadata=read_as(
            "IDEMPOTENCY_REQUIRED",
            yes_or_no,
            "true or false",
            "Whether every change must carry an Idempotency-Key. A key that is sent always counts.",
            default="true",
        ),
    )
    idempotency_hours: int = field(
        default=24,
        metadata=read_as(
            "IDEMPOTENCY_HOURS",
            whole(1, 720),
            "hours, from 1 to 720",
            "How long the response to a change is kept for retries with its Idempotency-Key.",
            default="24",
        ),
    )
    request_deadline_ms: int = field(
        default=5000,
        metadata=read_as(
            "REQUEST_DEADLINE_MS",
            whole(100, 600_000),
            "milliseconds, from 100 to 600000",
            "How long a request may take before it ends with 503 and Retry-After.",
            default="5000",
        ),
    )
    max_body_bytes: int = field(
        default=1024 * 1024,
        metadata=read_as(
            "MAX_BODY_BYTES",
            whole(1024, 1024**3),
            "bytes, from 1024 to 1073741824",
            "The longest body of a request; bulk updates may always have 4 MiB.",
            default="1048576",
        ),
    )
    max_concurrent_requests: int | None = field(
        default=None,
        metadata=read_as(
            "MAX_CONCURRENT_REQUESTS",
            whole(1, 100_000),
            "a whole number, from 1 to 100000",
            "The most requests inside one process, waiting ones included. One more gets 503 with "
            "Retry-After at once.",
            default="twice DATABASE_POOL_MAX",
            example="16",
        ),
    )
    drain_seconds: int = field(
        default=5,
        metadata=read_as(
            "DRAIN_SECONDS",
            whole(0, 3600),
            "seconds, from 0 to 3600",
            "How long /readyz answers 503 after SIGTERM before the server stops listening, so that "
            "load balancers notice.",
            default="5",
        ),
    )
    keep_alive_seconds: int = field(
        default=75,
        metadata=read_as(
            "KEEP_ALIVE_SECONDS",
            whole(1, 3600),
            "seconds, from 1 to 3600",
            "How long an idle connection stays open; each response announces it.",
            default="75",
        ),
    )
    header_timeout_seconds: int = field(
        default=10,
        metadata=read_as(
            "HEADER_TIMEOUT_SECONDS",
            whole(1, 600),
            "seconds, from 1 to 600",
            "How long a request's headers may take to arrive before the connection is closed.",
            default="10",
        ),
    )
    max_connections: int = field(
        default=1000,
        metadata=read_as(
            "MAX_CONNECTIONS",
            whole(1, 100_000),
            "a whole number, from 1 to 100000",
            "The most open connections of a process. One more gets 503 with Retry-After.",
            default="1000",
        ),
    )
    console: bool = field(
        default=False,
        metadata=read_as(
            "CONSOLE",
            on_or_off,
            "on or off",
            "Whether the server has the console, the pages for people, at /console.",
            default="off; on in the demo",
            example="on",
        ),
    )
    trusted_proxies: tuple[Network, ...] = field(
        default=(),
        metadata=read_as(
            "TRUSTED_PROXIES",
            networks,
            "addresses or networks, separated by commas",
            "The proxies whose X-Forwarded-For is trusted. Unset: none.",
            example="10.0.0.0/8",
        ),
    )
    cors_origins: tuple[str, ...] = field(
        default=(),
        metadata=read_as(
            "CORS_ORIGINS",
            origins,
            "origins such as https://app.example.com, separated by commas",
            "The origins of other web pages that may call from a browser. Unset: none.",
            example="https://app.example.com",
        ),
    )
