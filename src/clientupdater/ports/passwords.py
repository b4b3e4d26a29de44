"""Hashing passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Set


class Passwords(Protocol):
    """Hashes passwords at a cost that slows down guessing.

    Every method that hashes raises Unavailable if too many callers wait for it.
    """

    def hash(self, password: str) -> str:
        """Hash a password with a salt of its own."""
        ...

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password; without a hash it is not, at the same cost (U3)."""
        ...

    def commonest(self) -> Set[str]:
        """Return the passwords that are guessed first, in lower case (U6)."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash has another cost than today's."""
        ...
