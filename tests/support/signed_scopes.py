"""A database that verifies the scope of each transaction, and the key to sign scopes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.admin.scope_keys import store_key
from clientupdater.adapters.postgres.core.connect import connected
from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash

if TYPE_CHECKING:
    from tests.support.servers import Database

SIGNER = ScopeSigner(KeyedHash(KeyRing({"index": b"i" * 32}).derived("row security scope")))
"""By the BLIND_INDEX_KEY that commands and servers of tests have."""


def verify_scopes(database: Database) -> ScopeSigner:
    """Have a database verify scopes from now on; give what signs them."""
    with connected(database.owner_url) as connection:
        store_key(connection, SIGNER)
    return SIGNER
