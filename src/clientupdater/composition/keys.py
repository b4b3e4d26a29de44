"""The keys of the settings, and the adapters that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.adapters.security.vault import Vault

if TYPE_CHECKING:
    from clientupdater.settings import Settings


def key_ring(settings: Settings) -> KeyRing:
    """Use the configured keys; without any, make keys that last as long as this process."""
    keys = settings.encryption_keys
    return KeyRing(keys) if keys else KeyRing.made_up()


def vault(settings: Settings) -> Vault | None:
    """Hold the keys of pension numbers; without them, none is stored or shown."""
    if settings.encryption_keys is None or settings.blind_index_key is None:
        return None
    return Vault(KeyRing(settings.encryption_keys), settings.blind_index_key)


def scope_signer(settings: Settings) -> ScopeSigner | None:
    """Sign scopes with a key that never changes, since the database keeps it to verify them."""
    if settings.blind_index_key is None:
        return None
    ring = KeyRing({"index": settings.blind_index_key})
    return ScopeSigner(KeyedHash(ring.derived("row security scope")))


def caller_hash(settings: Settings) -> KeyedHash:
    """Hash callers with a key that never changes, so that restarts keep their counts."""
    if settings.blind_index_key is None:
        return KeyedHash()
    return KeyedHash(KeyRing({"index": settings.blind_index_key}).derived("rate limits"))
