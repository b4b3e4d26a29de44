"""Passwords as they are kept, and secrets that are made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Set
    from uuid import UUID


class Passwords(Protocol):
    """Hashes passwords at a cost that guessers feel.

    Every method raises Unavailable when too many wait for their turn already.
    """

    def hash(self, password: str) -> str:
        """Make what is kept instead of a password."""
        ...

    def verify(self, hashed: str | None, password: str) -> bool:
        """Tell whether this is the password; without a hash it is not, at the same cost (U3)."""
        ...

    def commonest(self) -> Set[str]:
        """Give the passwords that guessers try first, in lower case (U6)."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether it was kept at another cost than today's."""
        ...


class Secrets(Protocol):
    """Makes up what nobody can guess."""

    def identity(self) -> UUID:
        """Make one to know something new by."""
        ...

    def token(self) -> str:
        """Make 256 random bits (U2)."""
        ...

    def password(self) -> str:
        """Make a password that is told once, and typed by a person (U6)."""
        ...
