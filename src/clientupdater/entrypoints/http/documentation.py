"""Where the contract is to be read: for programs, and for people."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from clientupdater.entrypoints.http import docs_page, openapi
from clientupdater.entrypoints.http.system import PAGES, Page
from clientupdater.entrypoints.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from clientupdater.entrypoints.http.contract import Endpoint


async def _kept(body: bytes | str, kind: str, _: Request) -> Response:
    return Response(body, media_type=kind)


def contract_of(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Write the whole contract: the endpoints, the server's own pages, and those here."""
    return openapi.document(endpoints, (*PAGES, *_pages("", "")))


def pages_of(endpoints: Iterable[Endpoint]) -> tuple[Page, ...]:
    """Make the pages once; they are the same for everybody, for as long as we run."""
    told = contract_of(endpoints)
    return _pages(to_json(told), docs_page.page(told))


def _pages(contract: bytes | str, page: str) -> tuple[Page, ...]:
    as_json, as_html = "application/json", "text/html"
    return (
        Page("/api/openapi.json", "This contract.", partial(_kept, contract, as_json), as_json),
        Page("/api/docs", "This contract, for people.", partial(_kept, page, as_html), as_html),
    )
