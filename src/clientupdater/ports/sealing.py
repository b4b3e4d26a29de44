"""Sealing data that leaves the process and comes back: encrypted, and checked for changes."""

from __future__ import annotations

from typing import Protocol


class Unreadable(Exception):
    """Sealed data that cannot be opened: it was changed, or its key is missing."""


class KeyUnknown(Unreadable):
    """Sealed data whose key is not on the ring."""

    def __init__(self, name: str) -> None:
        """Name the key."""
        self.name = name
        super().__init__(f"it is sealed with the key {name!r}, which is not on the ring")


class Sealer(Protocol):
    """Encrypts and authenticates, with a key for each purpose."""

    def sealed(self, secret: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Seal data for one purpose, and bind it to its place."""
        ...

    def opened(self, sealed: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Open data that was sealed for this purpose and place. Raises Unreadable."""
        ...
