"""The words that cache entries carry, to count only while they stand."""

from __future__ import annotations

import secrets

FENCE_BYTES = 16


def new_fence() -> bytes:
    """Make one that was never there before: a number would come again once it is lost."""
    return secrets.token_bytes(FENCE_BYTES)
