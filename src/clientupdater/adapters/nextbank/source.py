"""Clients from NextBank, page after page, or one by code (Y1, Y6)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import define, field

from clientupdater.adapters.nextbank.dialect import Dialect
from clientupdater.adapters.nextbank.pages import BankPage, read_record
from clientupdater.domain.errors import SourceExpired, SourceMalformed, SourceRefused
from clientupdater.domain.sync.mapping import require_columns
from clientupdater.ports.sources import Abilities, Fetch, SourcePage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.adapters.nextbank.http_client import Line
    from clientupdater.ports.sources import RawRecord

#: How many single clients we keep with their ETags, for conditional requests.
KEPT = 1_000
#: No client has these codes: as part of a path they would lead elsewhere.
_NO_CODES = frozenset({"", ".", ".."})


@define
class NextBank:
    """Reads NextBank. A position is the number of a page and its cursor."""

    line: Line
    page_size: int = 1_000
    dialect: Dialect = field(factory=Dialect)
    _leads_to: dict[str, int] = field(factory=dict, init=False, repr=False)
    """The page number of each cursor."""
    _pages: dict[int, int] = field(factory=dict, init=False, repr=False)
    _kept: OrderedDict[str, tuple[str, RawRecord]] = field(
        factory=OrderedDict, init=False, repr=False
    )
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def abilities(self) -> Abilities:
        return Abilities(incremental=True, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read; the first page states the time, the count and the columns."""
        first = self._read(since, None, 1)
        if first.tells_columns:
            require_columns(columns, first.columns)
        with self._lock:
            self._leads_to.clear()
            self._pages.clear()
        return Fetch(first.as_of, first.total, since, tuple(columns), uuid4().hex)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read a page; raise SourceMalformed if its cursor leads back."""
        number, cursor = _parsed(position)
        page = self._read(fetch.since, cursor, number)
        page.require(fetch.columns)
        self._refuse_circles(fetch, page, cursor)
        self._refuse_repeats(fetch, page)
        following = None if page.cursor is None else f"{number + 1}:{page.cursor}"
        return SourcePage(page.only(fetch.columns), following)

    def one(self, code: str) -> RawRecord | None:
        """Read one client, with a conditional request if it was read before."""
        if code in _NO_CODES:
            return None
        known = self._kept.get(code)
        headers = {"If-None-Match": known[0]} if known else {}
        response = self.line.get(self.dialect.path_of(code), {}, **headers)
        if known and response.status == HTTPStatus.NOT_MODIFIED:
            return known[1]
        if response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        record = read_record(response.document("a client"), self.dialect)
        self._keep(code, response.headers.get("ETag"), record)
        return record

    def _read(self, since: datetime | None, cursor: str | None, number: int) -> BankPage:
        params = {
            "updated_since": since.astimezone(UTC).isoformat() if since else None,
            "cursor": cursor,
            "limit": str(self.page_size),
        }
        response = self.line.get(self.dialect.clients, self.dialect.asking(params))
        if response.status == HTTPStatus.GONE:
            raise SourceExpired(f"NextBank keeps page {number} no more; begin again.")
        if response.status != HTTPStatus.OK:
            message = "see NEXTBANK_BASE_URL and NEXTBANK_CLIENTS_PATH"
            raise SourceRefused(f"NextBank has no list of clients there; {message}")
        return BankPage.read(response.document(f"page {number}"), number, self.dialect)

    def _refuse_circles(self, fetch: Fetch, page: BankPage, cursor: str | None) -> None:
        """Note each cursor's page; a cursor of two pages means a circle."""
        with self._lock:
            for each, number in ((cursor, page.number), (page.cursor, page.number + 1)):
                known = self._leads_to.setdefault(f"{fetch.handle}:{each}", number)
                if each is not None and known != number:
                    message = f"NextBank: page {page.number} leads back to one that was read"
                    raise SourceMalformed(message)

    def _refuse_repeats(self, fetch: Fetch, page: BankPage) -> None:
        """Raise SourceMalformed for a page with the clients of an earlier page.

        The count would agree although other clients did not come, and those would be marked as
        missing and deactivated in the end (Y6).
        """
        if not page.records:
            return
        content = hash((fetch.handle, *(frozenset(each.items()) for each in page.records)))
        with self._lock:
            first = self._pages.setdefault(content, page.number)
        if first != page.number:
            message = f"NextBank: page {page.number} brings the clients of page {first} once more"
            raise SourceMalformed(message)

    def _keep(self, code: str, etag: str | None, record: RawRecord) -> None:
        with self._lock:
            self._kept.pop(code, None)
            if etag:
                self._kept[code] = etag, record
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _parsed(position: str | None) -> tuple[int, str | None]:
    if position is None:
        return 1, None
    number, colon, cursor = position.partition(":")
    if not (colon and cursor and number.isascii() and number.isdigit()):
        raise SourceMalformed("the position is none that this source gave")
    return int(number), cursor
