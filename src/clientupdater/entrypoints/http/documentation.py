"""The addresses of the contract: JSON for programs, a page for people, and the index."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from clientupdater.entrypoints.http import docs_page, openapi
from clientupdater.entrypoints.http.front_page import STYLED, front_page
from clientupdater.entrypoints.http.replies import compressed, takes_gzip
from clientupdater.entrypoints.http.system import PAGES, Page
from clientupdater.entrypoints.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from clientupdater.entrypoints.http.contract import Endpoint


async def _kept(body: bytes, short: bytes, kind: str, request: Request) -> Response:
    """Answer with bytes that were made at the start, compressed if the client takes that."""
    headers = {"Vary": "Accept-Encoding", "Content-Security-Policy": STYLED}
    if takes_gzip(request):
        return Response(short, headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
    return Response(body, headers=headers, media_type=kind)


def contract_of(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Write the whole contract: the endpoints, the pages of the system, and those here."""
    return openapi.document(endpoints, (*PAGES, *_pages(b"", b"")))


@cache
def pages_of(endpoints: tuple[Endpoint, ...]) -> tuple[Page, ...]:
    """Make the pages once for each process; they never change while it runs."""
    contract = contract_of(endpoints)
    return _pages(to_json(contract), docs_page.page(contract).encode())


def _pages(contract: bytes, page: bytes) -> tuple[Page, ...]:
    return (
        Page("/", "Where to read on.", front_page, also=("text/html",)),
        _page("/api/openapi.json", "This contract, for programs.", contract, "application/json"),
        _page("/api/docs", "This contract, for people.", page, "text/html"),
    )


def _page(address: str, summary: str, body: bytes, kind: str) -> Page:
    return Page(address, summary, partial(_kept, body, compressed(body), kind), kind)
