"""The health of what the software depends on, in words that an operator can act on."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from attrs import frozen


@frozen
class Health:
    """The result of one check, and what to do where it is not well."""

    of: str
    ok: bool
    found: str
    remedy: str = ""


HealthCheck: TypeAlias = Callable[[], Health]
"""Checks one thing; a thing that is down is a result, and raises nothing."""


class ServiceStatus(StrEnum):
    """The state of a service."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MISSING = "missing"
    """It is not configured, and something else does its work less well."""
    NOT_CONFIGURED = "not_configured"
    """It is not configured, and nothing needs it."""


@frozen(kw_only=True)
class ServiceHealth:
    """The state of one service, in no more words than anybody who has signed in may read."""

    status: ServiceStatus
    latency_ms: float | None = None
    circuit: str | None = None
    error: str | None = None


ServiceCheck: TypeAlias = Callable[[], ServiceHealth]
"""Checks one service, within a time limit of its own."""
