"""Seal and index pension numbers (C3)."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.adapters.security.key_ring import KEY_BYTES
from clientupdater.domain.errors import Fault, KeyMissing, Misconfigured

if TYPE_CHECKING:
    from clientupdater.adapters.security.key_ring import KeyRing
    from clientupdater.domain.ids import ClientId

PURPOSE = "pension number"
_log = logging.getLogger(__name__)


@frozen
class SealedNumber:
    """The stored form of a number; only the last four characters can be read."""

    ciphertext: bytes
    blind_index: bytes
    last_four: str


@frozen
class Vault:
    """Seals numbers with a ring of keys, and indexes them with a key that is never rotated."""

    ring: KeyRing
    index_key: bytes = field(repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a short key: it could be guessed."""
        if len(self.index_key) < KEY_BYTES:
            raise ValueError(f"the blind index needs a key of {KEY_BYTES} bytes")

    def sealed(self, number: str, client: ClientId) -> SealedNumber:
        """Seal a number for one client: in another client's row it does not open."""
        plain = plain_number(number)
        return SealedNumber(
            self.ring.sealed(plain.encode(), PURPOSE, client.bytes),
            self.blind_index(plain),
            plain[-4:],
        )

    def opened(self, ciphertext: bytes, client: ClientId) -> str:
        """Open a client's number. Raises KeyMissing if no key of the ring opens it."""
        try:
            return self.ring.required(ciphertext, PURPOSE, client.bytes).decode()
        except KeyMissing as error:
            _log.warning("a pension number cannot be opened: %s", error)
            raise

    def opens(self, ciphertext: bytes, client: ClientId) -> bool:
        """Whether a key of the ring opens a client's number."""
        try:
            self.ring.required(ciphertext, PURPOSE, client.bytes)
        except KeyMissing:
            return False
        return True

    def renewed(
        self, ciphertext: bytes, blind_index: bytes, client: ClientId
    ) -> SealedNumber | None:
        """Seal a number again, with the newest key and the present index; None if it is so."""
        number = self.opened(ciphertext, client)
        if self.ring.is_current(ciphertext) and self.blind_index(number) == blind_index:
            return None
        return self.sealed(number, client)

    def blind_index(self, number: str) -> bytes:
        """Hash a number for look-ups, however it is typed."""
        return self.blind_index_of_plain(plain_number(number))

    def blind_index_of_plain(self, number: str) -> bytes:
        """Hash a number in its plain form."""
        return hmac.digest(self.index_key, number.encode(), "sha256")

    def record_key(self, data: bytes) -> bytes:
        """Derive a key for the fingerprints of records with numbers in them."""
        return hmac.digest(self.index_key, b"records: " + data, "sha256")


def plain_number(number: str) -> str:
    """Return the stored form of a number: letters and digits alone, in upper case."""
    upper = number.upper()
    return upper if upper.isalnum() else "".join(each for each in upper if each.isalnum())


def required(vault: Vault | None) -> Vault:
    """Raise Misconfigured without keys: numbers cannot be sealed, found or shown."""
    if vault is None:
        message = "is needed to seal and to show pension numbers"
        raise Misconfigured(
            [Fault(name, message) for name in ("ENCRYPTION_KEYS", "BLIND_INDEX_KEY")]
        )
    return vault
