"""The parameters of a report, as texts, to the query of its service."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

import attrs
from attrs import frozen

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.reports import Report

Query = TypeVar("Query")
_TRUTHS = {"true": True, "false": False}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


_READ: Mapping[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    bool: _TRUTHS.__getitem__,
    date: date.fromisoformat,
    datetime: _moment,
    UUID: UUID,
    Period: Period.parse,
}
_EXPECTED = {
    int: "a whole number",
    bool: "true or false",
    date: "a day, such as 2026-11-30",
    datetime: "a moment with an offset, such as 2026-11-30T17:00:00+08:00",
    UUID: "an id",
    Period: "a period, such as 2026-11 or 2026-Q4",
}


@frozen
class ReportByParams(Generic[Query]):
    """One report: the class of its query, and the verb that reads it."""

    query: type[Query]
    verb: Callable[[Caller, Query], Report]

    def check(self, params: Mapping[str, str]) -> None:
        self._query(params)

    def read(self, caller: Caller, params: Mapping[str, str]) -> Report:
        return self.verb(caller, self._query(params))

    def _query(self, params: Mapping[str, str]) -> Query:
        kinds, faults, values = _kinds(self.query), list[Fault](), dict[str, Any]()
        for name, text in params.items():
            if name not in kinds:
                known = ", ".join(kinds)
                faults.append(_fault(name, f"is no parameter of this report; there are {known}"))
                continue
            try:
                values[name] = _read(kinds[name], text)
            except (ValueError, KeyError, OverflowError, InvalidInput):
                faults.append(_fault(name, f"expected {_expected(kinds[name])}"))
        required = {a.name for a in attrs.fields(self.query) if a.default is attrs.NOTHING}  # type: ignore[arg-type]
        faults += [_fault(name, "is required") for name in sorted(required - params.keys())]
        if faults:
            raise InvalidInput(faults)
        return self.query(**values)


def _kinds(query: type) -> Mapping[str, type]:
    """Give the type of each parameter; what may be absent has one beside None."""
    hints = get_type_hints(query)
    return {a.name: _plain(hints[a.name]) for a in attrs.fields(query)}


def _plain(hint: Any) -> type:
    kinds = [each for each in get_args(hint) if each is not type(None)]
    kind: type = kinds[0] if kinds else hint
    return kind


def _read(kind: type, text: str) -> Any:
    return kind(text) if issubclass(kind, StrEnum) else _READ[kind](text)


def _expected(kind: type) -> str:
    return ", ".join(kind) if issubclass(kind, StrEnum) else _EXPECTED[kind]


def _fault(name: str, text: str) -> Fault:
    return Fault(f"/report/params/{name}", text)
