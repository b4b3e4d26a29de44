"""The keys that seal data: the newest one seals, each one opens."""

from __future__ import annotations

import base64
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clientupdater.domain.errors import KeyMissing
from clientupdater.ports.sealing import KeyUnknown, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES = 32
NONCE_BYTES = 12


@define(slots=False)
class KeyRing:
    """Keys by name, the newest first; `repr` shows names alone."""

    keys: Mapping[str, bytes] = field(repr=lambda keys: str(list(keys)))

    @classmethod
    def made_up(cls) -> KeyRing:
        """Make a ring with one random key."""
        return cls({"first": secrets.token_bytes(KEY_BYTES)})

    def written(self) -> str:
        """Write the ring in the format of ENCRYPTION_KEYS."""
        encoded = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        return ",".join(f"{name}:{text}" for name, text in encoded.items())

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return next(iter(self.keys))

    def sealed(self, secret: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Seal data for one purpose and place: elsewhere it does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        name = self.newest.encode()
        head = bytes([len(name)]) + name
        sealing = self._cipher(self.newest, purpose)
        return head + nonce + sealing.encrypt(nonce, secret, head + bound_to)

    def opened(self, sealed: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Open data that was sealed for this purpose and place. Raises Unreadable."""
        name, head, rest = _split(sealed)
        if name not in self.keys:
            raise KeyUnknown(name)
        nonce, ciphertext = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return self._cipher(name, purpose).decrypt(nonce, ciphertext, head + bound_to)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("it was changed, or sealed for another purpose or place") from error

    def required(self, sealed: bytes, purpose: str, bound_to: bytes = b"") -> bytes:
        """Open data that was stored. Raises KeyMissing if no configured key opens it."""
        try:
            return self.opened(sealed, purpose, bound_to)
        except KeyUnknown as error:
            raise KeyMissing(error.name) from error
        except Unreadable as error:
            raise KeyMissing(key_of(sealed), is_another=True) from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether data is sealed with the newest key."""
        return key_of(sealed) == self.newest

    def derived(self, purpose: str) -> bytes:
        """Derive a key for one purpose from the newest key."""
        return self._derived(self.newest, purpose)

    def _cipher(self, name: str, purpose: str) -> AESGCM:
        ciphers = self._ciphers
        if (name, purpose) not in ciphers:
            ciphers[name, purpose] = AESGCM(self._derived(name, purpose))
        return ciphers[name, purpose]

    def _derived(self, name: str, purpose: str) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(self.keys[name])

    @cached_property
    def _ciphers(self) -> dict[tuple[str, str], AESGCM]:
        return {}


def key_of(sealed: bytes) -> str:
    """Return the name of the key that sealed the data."""
    return _split(sealed)[0]


def _split(sealed: bytes) -> tuple[str, bytes, bytes]:
    size = sealed[0] + 1 if sealed else 0
    if len(sealed) <= size + NONCE_BYTES:
        raise Unreadable("it is too short to have been sealed")
    return sealed[1:size].decode("ascii", "replace"), sealed[:size], sealed[size:]
