"""The keys that the environment gives, and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.adapters.security.vault import Vault

if TYPE_CHECKING:
    from clientupdater.settings import Settings


def key_ring(settings: Settings) -> KeyRing:
    """Use the configured keys; without any, keys that end with this process."""
    keys = settings.encryption_keys
    return KeyRing(keys) if keys else KeyRing.made_up()


def vault(settings: Settings) -> Vault | None:
    """Hold the keys for pension numbers; without them, none is sealed or shown."""
    if settings.encryption_keys is None or settings.blind_index_key is None:
        return None
    return Vault(KeyRing(settings.encryption_keys), settings.blind_index_key)


def caller_hash(settings: Settings) -> KeyedHash:
    """Hash with what never changes: with another key, everybody would be counted anew."""
    if settings.blind_index_key is None:
        return KeyedHash()
    return KeyedHash(KeyRing({"index": settings.blind_index_key}).derived("rate limits"))
