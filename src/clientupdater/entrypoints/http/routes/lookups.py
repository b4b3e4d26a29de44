"""Lookups: the codes that people choose from."""

from __future__ import annotations

from typing import Annotated, Any

from attrs import frozen

from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About


@frozen
class LookupsQuery:
    """Whether to list inactive entries too."""

    all: bool = False


@frozen
class LookupEntry:
    """An entry of a lookup."""

    code: str
    name: str
    is_active: bool
    is_system: bool
    sort_order: int
    version: Annotated[int, About("The version.", 3)]
    facts: dict[str, str | int | bool | None]


def list_lookups(call: Call) -> Any:
    """List the codes that people choose from: statuses, reasons, products and so on."""
    return call.app.configuration.lookups(
        call.caller, inactive=call.query.all, generation=call.generation
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/lookups",
        summary="List the lookups",
        handle=list_lookups,
        query=LookupsQuery,
        answers=dict[str, tuple[LookupEntry, ...]],
        cacheable=True,
    ),
)
