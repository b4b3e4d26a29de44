"""How the options of filters are written into a cache entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import orjson
from attrs import frozen

from clientupdater.domain.ids import PersonId
from clientupdater.ports.filter_options import FilterOptions, Option, StatusOption
from clientupdater.ports.lists import PersonName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OF_THEIR_OWN: Mapping[str, Callable[[Any], Any]] = {
    "statuses": lambda told: StatusOption(
        **{**told, "reasons": tuple(Option(**each) for each in told["reasons"])}
    ),
    "loan_statuses": str,
    "officers": lambda told: PersonName(PersonId(UUID(told["id"])), told["name"]),
}


@frozen
class JsonFilterOptions:
    """Each filter by its name, each option by its fields."""

    name: str = "filter options/1"
    """Another number when the fields change: an older version of us may share the cache."""

    def written(self, value: FilterOptions) -> bytes:
        """Write them."""
        return orjson.dumps(attrs.asdict(value))

    def read(self, written: bytes) -> FilterOptions:
        """Read what was written so."""
        result = orjson.loads(written)
        return FilterOptions(**{name: tuple(map(_reader(name), of)) for name, of in result.items()})


def _reader(name: str) -> Callable[[Any], Any]:
    return _OF_THEIR_OWN.get(name, _option)


def _option(values: Mapping[str, Any]) -> Option:
    return Option(**values)
