"""How the things that we need are doing, in words that an operator can act on."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from attrs import frozen


@frozen
class Health:
    """What was found of one thing, and what to do if it is not well."""

    of: str
    ok: bool
    found: str
    remedy: str = ""


class HealthCheck(Protocol):
    """Looks at one thing."""

    def __call__(self) -> Health:
        """Tell how it is; what is down is not well, and no error."""
        ...


class Standing(StrEnum):
    """How a service stands."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MISSING = "missing"
    """It is not there, and something else does its work less well."""
    NOT_CONFIGURED = "not_configured"
    """It is not there, and nobody asked for it."""


@frozen(kw_only=True)
class ServiceHealth:
    """How one service stands, in no more words than anybody may read who has signed in."""

    standing: Standing
    latency_ms: float | None = None
    circuit: str | None = None
    error: str | None = None


class ServiceCheck(Protocol):
    """Looks at one service."""

    def __call__(self) -> ServiceHealth:
        """Tell how it stands, within a time of its own."""
        ...
