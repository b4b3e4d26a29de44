"""Sealing what leaves us and comes back: unread and unchanged, or not at all."""

from __future__ import annotations

from typing import Protocol


class Unreadable(Exception):
    """What was sealed cannot be opened: its key is gone, or it is not what it was."""


class KeyUnknown(Unreadable):
    """It is sealed with a key that is not on the ring."""

    def __init__(self, name: str) -> None:
        """Name the key."""
        self.name = name
        super().__init__(f"it is sealed with the key {name!r}, which is not on the ring")


class Sealer(Protocol):
    """Encrypts and authenticates, each purpose with a key of its own."""

    def sealed(self, secret: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Seal for one purpose, bound to what it belongs to."""
        ...

    def opened(self, sealed: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Open what was sealed for this purpose and bound to this; Unreadable if it was not."""
        ...
