"""Passwords as they are kept: argon2id, at the cost that OWASP names for it (U1).

The library's own default takes four lanes and 64 MiB, which under a flood of sign-ins is every
core of a small machine; this one takes a single lane, 19 MiB and some 20 ms.
"""

from __future__ import annotations

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)


def hash_password(password: str) -> str:
    """Make what is kept instead of the password; it carries its own salt and cost."""
    return _HASHER.hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """Tell whether this is the password; with a hash that cannot be read, none is."""
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
