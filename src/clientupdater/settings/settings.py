"""All settings of the environment, parsed once; a wrong environment reports every fault at once.

Each field carries its name in the environment, its parser and its description;
``docs/settings.md`` and ``.env.example`` are made from them (``make docs``). Settings that people
change while the software runs are in the table ``config_settings`` instead.
"""

from __future__ import annotations

import zoneinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.settings.database import DatabaseSettings, database_faults
from clientupdater.settings.http import ServingSettings
from clientupdater.settings.readers import (
    Setting,
    address,
    hide,
    key,
    keys,
    long_word,
    mask,
    read_as,
    whole,
)
from clientupdater.settings.retention import KeepingSettings
from clientupdater.settings.sources import SourceSettings, source_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class LogLevel(StrEnum):
    """The lowest severity that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """The format of log lines."""

    JSON = "json"
    CONSOLE = "console"


@frozen(kw_only=True)
class Settings(DatabaseSettings, ServingSettings, KeepingSettings, SourceSettings):
    """Every setting of the environment."""

    encryption_keys: Mapping[str, bytes] | None = field(
        default=None,
        metadata=read_as(
            "ENCRYPTION_KEYS",
            keys,
            "id:base64,… with keys of 32 bytes, the newest first",
            "The keys that encrypt personal data: the first encrypts, every one decrypts. Needed "
            "to serve.",
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
            "The key of the index that finds pension numbers. Never change it once there are any. "
            "Needed to serve.",
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
            "The time zone in which the business's days and periods begin and end.",
            default="Asia/Manila",
        ),
    )
    ops_token: str | None = field(
        default=None,
        metadata=read_as(
            "OPS_TOKEN",
            long_word,
            "a random word of 24 characters or more",
            "The bearer token for /metrics and the system's health, also when the database is "
            "down. Unset: /metrics answers 404.",
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
            "An address that serves the metrics without a token. Restrict who can reach it.",
            example="127.0.0.1:9464",
        ),
    )
    actor: str | None = field(
        default=None,
        metadata=read_as(
            "CLIENTUPDATER_ACTOR",
            str,
            "the email of an active user",
            "The user on whose behalf commands act, unless --as names another.",
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
            "How long a health check waits for a service.",
            default="5000",
        ),
    )
    log_level: LogLevel = field(
        default=LogLevel.INFO,
        metadata=read_as(
            "LOG_LEVEL",
            lambda text: LogLevel(text.lower()),
            "debug, info, warning or error",
            "The lowest severity that is logged.",
            default="info",
        ),
    )
    log_format: LogFormat | None = field(
        default=None,
        metadata=read_as(
            "LOG_FORMAT",
            lambda text: LogFormat(text.lower()),
            "json or console",
            "The format of log lines.",
            default="json; console on a terminal",
            example="json",
        ),
    )

    @classmethod
    def from_mapping(cls, environment: Mapping[str, str]) -> Settings:
        """Parse every setting; raise Misconfigured with all faults."""
        values, faults = {}, []
        for name, setting in described():
            text = environment.get(setting.name, "").strip()
            if not text:
                continue
            try:
                values[name] = setting.read(text)
            except (ValueError, KeyError, InvalidInput, zoneinfo.ZoneInfoNotFoundError, OSError):
                result = mask(text) if setting.secret else text
                message = f"is {result!r}; expected {setting.expected}"
                faults.append(Fault(setting.name, message))
        settings = cls(**values)
        faults.extend(_contradictions(settings))
        if faults:
            raise Misconfigured(faults)
        return settings

    def require_keys(self) -> None:
        """Raise unless the keys are set: other processes must decrypt what this one encrypts."""
        keys = {"ENCRYPTION_KEYS": self.encryption_keys, "BLIND_INDEX_KEY": self.blind_index_key}
        message = "is not set, and serving needs it; make one with: openssl rand -base64 32"
        if faults := [Fault(name, message) for name, key in keys.items() if key is None]:
            raise Misconfigured(faults)


def described() -> Iterator[tuple[str, Setting]]:
    """List the fields with their parsers, the ones that concern everybody first."""
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(Settings)
    first = (*DatabaseSettings.__annotations__, *Settings.__annotations__)
    for attribute in sorted(fields, key=lambda each: each.name not in first):
        yield attribute.name, attribute.metadata["setting"]


def _contradictions(settings: Settings) -> Iterator[Fault]:
    yield from database_faults(settings)
    if settings.oidc_issuer and not (settings.oidc_audience or settings.oidc_authorized_parties):
        message = (
            "is not set, nor is OIDC_AUTHORIZED_PARTIES; expected one of them with OIDC_ISSUER"
        )
        yield Fault("OIDC_AUDIENCE", message)
    yield from source_faults(settings)
