"""Tokens and passwords that cannot be guessed."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No two of these look alike."""


def random_token() -> str:
    """Make a token of 256 random bits (U2)."""
    return secrets.token_urlsafe(32)


def readable_password() -> str:
    """Make a password of 16 random letters in groups of four: 79 bits, and easy to type."""
    letters = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))
