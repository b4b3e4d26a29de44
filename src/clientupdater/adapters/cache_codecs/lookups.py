"""The form of the lookups in a cache entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from attrs import asdict

from clientupdater.domain.lookups import Lookup
from clientupdater.ports.cache import Form

if TYPE_CHECKING:
    from clientupdater.domain.lookups import Lookups


def _written(value: Lookups) -> bytes:
    return orjson.dumps(
        {table: [asdict(word, recurse=False) for word in words] for table, words in value.items()}
    )


def _read(written: bytes) -> Lookups:
    return {
        table: tuple(Lookup(**word) for word in words)
        for table, words in orjson.loads(written).items()
    }


JSON_LOOKUPS = Form("lookups/1", _written, _read)
"""Each lookup by its fields."""
