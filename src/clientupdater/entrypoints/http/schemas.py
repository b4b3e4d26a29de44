"""JSON Schemas of the shapes that endpoints take and give, and examples of them."""

from __future__ import annotations

import types
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import attrs
from attrs import define, field

from clientupdater.domain.periods import Period
from clientupdater.domain.sync.fields import BUILT_IN_SOURCES, Source
from clientupdater.entrypoints.http.contract import PERIOD_PATTERN
from clientupdater.entrypoints.http.descriptions.about import UNSET, UUID_EXAMPLE, About
from clientupdater.entrypoints.http.descriptions.enums import CHOICES
from clientupdater.entrypoints.http.descriptions.members import MEMBERS
from clientupdater.entrypoints.http.descriptions.problems import JsonPointer
from clientupdater.entrypoints.structuring import Integer, Many, Text, takes_more
from clientupdater.entrypoints.wire import to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    UUID: {"type": "string", "format": "uuid"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,6})?$"},
    Period: {"type": "string", "pattern": PERIOD_PATTERN},
    JsonPointer: {"type": "string", "pattern": "^(/[^/]*)*$"},
    object: {},
    Any: {},
}
_EXAMPLES: Mapping[Any, Any] = {
    str: "…",
    int: 1,
    float: 1.5,
    bool: True,
    type(None): None,
    UUID: UUID_EXAMPLE,
    date: "2026-11-20",
    datetime: "2026-11-20T09:30:00+08:00",
    Decimal: "1500.00",
    Period: "2026-11",
    Source: str(Source.SNOWFLAKE),
    object: {},
    Any: {},
}
_UNDESCRIBED = About("")
"""A test holds that no member of the contract is."""
_UNIONS = {Union, types.UnionType}
_LISTS = {tuple, list, Sequence}


@define
class Schemas:
    """Schemas of shapes; those of classes are written once, by name."""

    named: dict[str, dict[str, Any]] = field(factory=dict)
    _kinds: dict[str, type] = field(factory=dict)

    def of(self, kind: Any) -> dict[str, Any]:
        """Describe a shape."""
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if get_origin(kind):
            return self._composed(kind)
        return self._named(kind)

    def of_member(self, shape: type, attribute: attrs.Attribute[Any]) -> dict[str, Any]:
        """Describe a member of a shape: its schema, its meaning, its default."""
        kind = hints_of(shape)[attribute.name]
        schema, default = self.of(kind), attribute.default
        if text := about(attribute.name, kind, shape).text:
            schema["description"] = text
        if default is not attrs.NOTHING and isinstance(default, str | int | Enum):
            schema["default"] = to_plain(default)
        return schema

    def _composed(self, kind: Any) -> dict[str, Any]:
        origin, inner = get_origin(kind), get_args(kind)
        if origin is Annotated:
            schema = self.of(inner[0])
            for limit in inner[1:]:
                schema |= _limit(limit)
            return schema
        if origin in _UNIONS:
            return {"anyOf": [self.of(each) for each in inner]}
        if origin in _LISTS:
            return {"type": "array", "items": self.of(inner[0])}
        return {"type": "object", "additionalProperties": self.of(inner[1])}

    def _named(self, kind: type) -> dict[str, Any]:
        name = CHOICES[kind].name if kind in CHOICES else kind.__name__
        if self._kinds.setdefault(name, kind) is not kind:
            raise ValueError(f"two shapes are named {name}; rename one of them")
        if name not in self.named:
            self.named[name] = {}  # it may hold itself
            self.named[name] = self._object(kind) if attrs.has(kind) else _values(kind)
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, kind: type) -> dict[str, Any]:
        members = members_of(kind)
        schema = {
            "type": "object",
            "description": (kind.__doc__ or "").strip().split("\n")[0],
            "properties": {a.name: self.of_member(kind, a) for a in members},
            "required": [a.name for a in members if a.default is attrs.NOTHING],
            "additionalProperties": takes_more(kind),
        }
        return {name: value for name, value in schema.items() if value != []}


def members_of(kind: type) -> list[attrs.Attribute[Any]]:
    """List the members that go over the wire."""
    return [a for a in attrs.fields(kind) if not a.name.startswith("_")]


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """Give the types of a shape's members."""
    return get_type_hints(kind, include_extras=True)


def about(name: str, kind: Any, shape: type | None = None) -> About:
    """Find what a member means: by its own declaration, else by its shape and name, or its name."""
    own = (each for each in getattr(kind, "__metadata__", ()) if isinstance(each, About))
    of_shape = MEMBERS.get(f"{shape.__name__}.{name}") if shape else None
    return next(own, None) or of_shape or MEMBERS.get(name, _UNDESCRIBED)


def example_of(kind: Any) -> Any:
    """Make an example of a shape."""
    kind = _bare(kind)
    if kind in _EXAMPLES:
        return _EXAMPLES[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in _LISTS:
        return [example_of(inner[0])]
    if origin:
        return {"example": example_of(inner[1])}
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    return _example_of_object(kind)


def example_of_member(name: str, kind: Any, shape: type | None = None) -> Any:
    """Make an example of a member: the one that is declared, else one by its type."""
    declared = about(name, kind, shape).example
    bare = _bare(kind)
    holds_shapes = attrs.has(bare) or any(map(attrs.has, map(_bare, get_args(bare))))
    if declared is UNSET or (holds_shapes and declared is not None):
        return example_of(kind)
    return declared


def _example_of_object(kind: Any) -> dict[str, Any]:
    if own := getattr(kind, "EXAMPLE", None):
        return dict(own)
    hints = hints_of(kind)
    values = {a.name: example_of_member(a.name, hints[a.name], kind) for a in members_of(kind)}
    required = {a.name for a in members_of(kind) if a.default is attrs.NOTHING}
    return {n: value for n, value in values.items() if value is not None or n in required}


def _bare(kind: Any) -> Any:
    """Leave out limits and null."""
    while get_origin(kind) in {Annotated, *_UNIONS}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    return kind


def _values(kind: Any) -> dict[str, Any]:
    text = CHOICES[kind].text if kind in CHOICES else (kind.__doc__ or "").strip()
    schema: dict[str, Any] = {"type": "string", "description": text}
    if kind is Source:
        return schema | {"pattern": Source.PATTERN, "examples": list(map(str, BUILT_IN_SOURCES))}
    return schema | {"enum": [each.value for each in kind]}


def _limit(limit: object) -> dict[str, Any]:
    if isinstance(limit, Text):
        return {"minLength": limit.shortest, "maxLength": limit.longest}
    if isinstance(limit, Integer):
        return {"minimum": limit.least, "maximum": limit.most}
    if isinstance(limit, Many):
        return {"minItems": limit.least, "maxItems": limit.most}
    return {}
