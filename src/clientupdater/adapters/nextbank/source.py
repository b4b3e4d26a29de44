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

    from clientupdater.adapters.nextbank.line import Line
    from clientupdater.ports.sources import RawRecord

#: So many single clients are kept with their ETags, to be asked for whether they have changed.
KEPT = 1_000
#: What no client is called: as part of a path it would lead elsewhere.
_NO_CODES = frozenset({"", ".", ".."})


@define
class NextBank:
    """Reads NextBank. A position is the number of a page and the cursor that it is asked for by."""

    line: Line
    page_size: int = 1_000
    dialect: Dialect = field(factory=Dialect)
    _leads_to: dict[str, int] = field(factory=dict, init=False, repr=False)
    """The number of the page that a cursor is for."""
    _pages: dict[int, int] = field(factory=dict, init=False, repr=False)
    _kept: OrderedDict[str, tuple[str, RawRecord]] = field(
        factory=OrderedDict, init=False, repr=False
    )
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def abilities(self) -> Abilities:
        """Say that it can do everything."""
        return Abilities(incremental=True, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read; the first page tells of when, how many, and which columns there are."""
        first = self._asked(since, None, 1)
        if first.tells_columns:
            require_columns(columns, first.columns)
        with self._lock:
            self._leads_to.clear()
            self._pages.clear()
        return Fetch(first.as_of, first.total, since, tuple(columns), uuid4().hex)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read a page; one whose cursor leads back to where we have been is refused."""
        number, cursor = _parsed(position)
        page = self._asked(fetch.since, cursor, number)
        page.require(fetch.columns)
        self._refuse_circles(fetch, page, cursor)
        self._refuse_repeats(fetch, page)
        following = None if page.cursor is None else f"{number + 1}:{page.cursor}"
        return SourcePage(page.only(fetch.columns), following)

    def one(self, code: str) -> RawRecord | None:
        """Read one client, or hear that it is as it was."""
        if code in _NO_CODES:
            return None
        known = self._kept.get(code)
        headers = {"If-None-Match": known[0]} if known else {}
        answer = self.line.get(self.dialect.path_of(code), {}, **headers)
        if known and answer.status == HTTPStatus.NOT_MODIFIED:
            return known[1]
        if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        record = read_record(answer.document("a client"), self.dialect)
        self._keep(code, answer.headers.get("ETag"), record)
        return record

    def _asked(self, since: datetime | None, cursor: str | None, number: int) -> BankPage:
        asked = {
            "updated_since": since.astimezone(UTC).isoformat() if since else None,
            "cursor": cursor,
            "limit": str(self.page_size),
        }
        answer = self.line.get(self.dialect.clients, self.dialect.asking(asked))
        if answer.status == HTTPStatus.GONE:
            raise SourceExpired(f"NextBank keeps page {number} no more; begin again.")
        if answer.status != HTTPStatus.OK:
            message = "see NEXTBANK_BASE_URL and NEXTBANK_CLIENTS_PATH"
            raise SourceRefused(f"NextBank has no list of clients there; {message}")
        return BankPage.read(answer.document(f"page {number}"), number, self.dialect)

    def _refuse_circles(self, fetch: Fetch, page: BankPage, cursor: str | None) -> None:
        """Note which page a cursor is for: where it is for another one too, we go in a circle."""
        with self._lock:
            for each, number in ((cursor, page.number), (page.cursor, page.number + 1)):
                known = self._leads_to.setdefault(f"{fetch.handle}:{each}", number)
                if each is not None and known != number:
                    message = f"NextBank: page {page.number} leads back to one that was read"
                    raise SourceMalformed(message)

    def _refuse_repeats(self, fetch: Fetch, page: BankPage) -> None:
        """Refuse the clients of another page: as many as stated would come, and some would not.

        Those whose place they took would count as missing, and be given up in the end (Y6).
        """
        if not page.records:
            return
        brought = hash((fetch.handle, *(frozenset(each.items()) for each in page.records)))
        with self._lock:
            first = self._pages.setdefault(brought, page.number)
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
