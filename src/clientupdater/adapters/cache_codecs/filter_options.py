"""The form of filter options in a cache entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import orjson

from clientupdater.domain.ids import PersonId
from clientupdater.ports.cache import Form
from clientupdater.ports.filter_options import FilterOption, FilterOptions, StatusOption
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "statuses": lambda item: StatusOption(
        **{**item, "reasons": tuple(FilterOption(**each) for each in item["reasons"])}
    ),
    "loan_statuses": str,
    "officers": lambda item: StaffMember(PersonId(UUID(item["id"])), item["name"]),
}


def _written(value: FilterOptions) -> bytes:
    return orjson.dumps(attrs.asdict(value))


def _read(written: bytes) -> FilterOptions:
    filters = orjson.loads(written)
    return FilterOptions(**{name: tuple(map(_reader(name), of)) for name, of in filters.items()})


def _reader(name: str) -> Callable[[Any], Any]:
    return _READERS.get(name, _option)


def _option(values: Mapping[str, Any]) -> FilterOption:
    return FilterOption(**values)


JSON_FILTER_OPTIONS = Form("filter options/1", _written, _read)
"""Each filter by its name, each option by its fields."""
