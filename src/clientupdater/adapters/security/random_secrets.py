"""Secrets from the machine's own randomness."""

from __future__ import annotations

import secrets
from uuid import UUID, uuid4

from attrs import frozen

from clientupdater.adapters.security.readable import readable_password


@frozen
class RandomSecrets:
    """Makes up what nobody can guess."""

    def identity(self) -> UUID:
        """Make one to know something new by."""
        return uuid4()

    def token(self) -> str:
        """Make 256 random bits (U2)."""
        return secrets.token_urlsafe(32)

    def password(self) -> str:
        """Make one of 16 random letters in groups of four: 79 bits, and easily typed."""
        return readable_password()
