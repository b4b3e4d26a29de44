"""Which column of a source fills which field (Y1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, UnknownSource
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Entry, Source
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.structuring import Many, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Code = Annotated[str, Text(longest=50, shortest=1)]


@frozen(kw_only=True)
class MappingLine:
    """A field, the column that fills it, and the steps between."""

    field: Annotated[str, Text(longest=100, shortest=1)]
    column: Annotated[str, Text(longest=255)]
    transforms: Annotated[tuple[Annotated[str, Text(longest=100)], ...], Many(most=10)] = ()
    owns: bool = True


@frozen(kw_only=True)
class MappingQuery:
    """The source, and a company; none: the general mapping."""

    source: Source
    company: Code | None = None


@frozen(kw_only=True)
class SaveSyncMappingRequest:
    """All lines of a source; they replace the existing ones."""

    source: Source
    company: Code | None = None
    items: Annotated[tuple[MappingLine, ...], Many(most=50)]


@frozen
class SyncMapping:
    """The lines of a source, by field."""

    source: Source
    company: Annotated[
        str | None, About("The company's code; null: the mapping of every other company.", None)
    ]
    items: tuple[MappingLine, ...]

    @classmethod
    def of(
        cls, request: MappingQuery | SaveSyncMappingRequest, entries: Iterable[Entry]
    ) -> SyncMapping:
        lines = (
            MappingLine(
                field=each.field, column=each.column, transforms=each.transforms, owns=each.owns
            )
            for each in entries
        )
        return cls(request.source, request.company, tuple(lines))


def get_sync_mapping(call: Call) -> SyncMapping:
    """Show which column of a source fills which field."""
    query: MappingQuery = call.query
    company = _company(call, query.company)
    return SyncMapping.of(query, call.app.sync.mappings.show(call.caller, query.source, company))


def save_sync_mapping(call: Call) -> SyncMapping:
    """Replace which column of a source fills which field. The next sync job uses it."""
    body: SaveSyncMappingRequest = call.body
    company = _company(call, body.company)
    entries = [Entry(each.field, each.column, each.transforms, each.owns) for each in body.items]
    try:
        saved = call.app.sync.mappings.save(call.caller, body.source, company, entries)
    except UnknownSource:
        raise
    except InvalidInput as error:
        raise error.below("/items") from error
    return SyncMapping.of(body, saved)


def _company(call: Call, code: str | None) -> CompanyId | None:
    if code is None:
        return None
    known = call.app.configuration.names(call.caller).companies
    result = next((each for each, name in known.items() if name == code), None)
    if result is None:
        raise InvalidInput.of("/company", "there is no such company")
    return CompanyId(result)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/sync/mappings",
        summary="Get a mapping",
        handle=get_sync_mapping,
        query=MappingQuery,
        answers=SyncMapping,
        permission=Permission.CONFIG_READ,
    ),
    Endpoint(
        method="PUT",
        path="/sync/mappings",
        summary="Save a mapping",
        handle=save_sync_mapping,
        body=SaveSyncMappingRequest,
        answers=SyncMapping,
        permission=Permission.CONFIG_MANAGE,
    ),
)
