"""The words that cache entries are bound to, to count only while they stand."""

from __future__ import annotations

import secrets

_BYTES = 16


def new_epoch() -> bytes:
    """Make one that was never there before: a number would come again once it is lost."""
    return secrets.token_bytes(_BYTES)
