"""Passwords that are told once, and typed by a person."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No two of these look alike."""


def readable_password() -> str:
    """Make one of 16 random letters in groups of four: 79 bits, and easily typed."""
    letters = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))
