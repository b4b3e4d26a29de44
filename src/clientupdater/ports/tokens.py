"""Tokens that somebody else signs for our people (U1)."""

from __future__ import annotations

from typing import Protocol


class Tokens(Protocol):
    """Reads tokens of the one issuer that is trusted."""

    def verify(self, token: str) -> str:
        """Tell whom the issuer means, in its own words: its subject.

        Raises Unauthenticated for a token that does not hold in every respect, and Unavailable
        when it cannot be judged because the issuer's keys were never had.
        """
        ...
