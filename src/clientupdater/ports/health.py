"""How the things that we need are doing, in words that an operator can act on."""

from __future__ import annotations

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
