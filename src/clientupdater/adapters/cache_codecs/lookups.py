"""How the lookups are written into a cache entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from attrs import asdict, frozen

from clientupdater.ports.lists import Lookup

if TYPE_CHECKING:
    from clientupdater.ports.lists import Lookups


@frozen
class JsonLookups:
    """Each word by its fields."""

    name: str = "lookups/1"
    """Another number when the fields change: an older version of us may share the cache."""

    def written(self, value: Lookups) -> bytes:
        """Write them."""
        return orjson.dumps(
            {
                table: [asdict(word, recurse=False) for word in words]
                for table, words in value.items()
            }
        )

    def read(self, written: bytes) -> Lookups:
        """Read what was written so."""
        return {
            table: tuple(Lookup(**word) for word in words)
            for table, words in orjson.loads(written).items()
        }
