"""The form of the lookups in a cache entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from attrs import asdict, frozen

from clientupdater.ports.lists import Lookup

if TYPE_CHECKING:
    from clientupdater.ports.lists import Lookups


@frozen
class JsonLookups:
    """Each lookup by its fields."""

    name: str = "lookups/1"
    """A new number when the fields change: an older version may share the cache."""

    def written(self, value: Lookups) -> bytes:
        return orjson.dumps(
            {
                table: [asdict(word, recurse=False) for word in words]
                for table, words in value.items()
            }
        )

    def read(self, written: bytes) -> Lookups:
        return {
            table: tuple(Lookup(**word) for word in words)
            for table, words in orjson.loads(written).items()
        }
