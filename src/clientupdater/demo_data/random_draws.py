"""Drawing lots."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping


def randomness(seed: int, what_for: str) -> Random:
    """Give each part a sequence of its own, so that a change to one leaves the others alone."""
    return Random(f"{seed} {what_for}")  # noqa: S311 # invents people, guards nothing


def happens(rng: Random, share: float) -> bool:
    """Let something happen in this share of all cases."""
    return rng.random() < share


def drawn(rng: Random, chances: Mapping[str, float]) -> str:
    """Draw one of several, each as likely as it weighs."""
    return rng.choices(tuple(chances), tuple(chances.values()))[0]


def identity(rng: Random) -> UUID:
    """Make an identity that is the same for the same seed."""
    return UUID(int=rng.getrandbits(128), version=4)
