"""A hash that only a holder of the key can compute."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH_BYTES = 4


@frozen
class KeyedHash:
    """Equal for equal parts; without the key, no one can try which parts they were."""

    key: bytes = field(factory=lambda: secrets.token_bytes(32), repr=False)

    def of(self, parts: Iterable[str]) -> bytes:
        """Hash the parts in their order, with the length of each."""
        return hmac.digest(self.key, b"".join(_framed(part) for part in parts), sha256)


def _framed(part: str) -> bytes:
    # Typed text may contain a lone surrogate; it is hashed like any other character.
    encoded = part.encode(errors="surrogatepass")
    return len(encoded).to_bytes(_LENGTH_BYTES) + encoded
