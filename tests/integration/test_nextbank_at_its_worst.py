"""NextBank as no simulator of its contract would be: what it sends is not to be trusted."""

from __future__ import annotations

import gzip
import logging
import threading
import tracemalloc
import zlib
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from attrs import define, field

from clientupdater.adapters.nextbank import responses
from clientupdater.adapters.nextbank.connecting import Account, open_nextbank
from clientupdater.adapters.nextbank.credentials import ClientCredentials
from clientupdater.adapters.nextbank.simulator import (
    API_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    Bank,
    Mishap,
    Planned,
    running,
)
from clientupdater.domain.errors import Fault, SourceMalformed, SourceRefused, Unavailable
from clientupdater.ports.sources import UNREADABLE, Fetch, faults_of
from clientupdater.runtime.deadlines import ending_at, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.sources import ClientSource

pytestmark = pytest.mark.rule("Y12")

PATIENT_S = 60.0
NOW = "2026-11-23T00:00:00+00:00"
PAGE: dict[str, Any] = {"items": [], "next_cursor": None, "as_of": NOW, "total": 0}
GZIP = {"Content-Encoding": "gzip"}


@define
class Stranger:
    """Gives the same answer to everything, and notes what it is asked."""

    status: int = 200
    headers: dict[str, str] = field(factory=dict)
    body: bytes = b""
    url: str = ""
    asked: list[str] = field(factory=list)

    def page(self, **other: Any) -> Stranger:
        """Send this for a page."""
        self.body = orjson.dumps({**PAGE, **other})
        return self


@contextmanager
def answering(stranger: Stranger) -> Iterator[Stranger]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stranger.asked.append(self.path)
            self.send_response(stranger.status)
            for name, value in stranger.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(stranger.body)))
            self.end_headers()
            self.wfile.write(stranger.body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stranger.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stranger
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def begun(stranger: Stranger) -> Fetch:
    with (
        answering(stranger),
        open_nextbank(stranger.url, Account(API_KEY), PATIENT_S) as source,
    ):
        return source.begin()


def malformed(stranger: Stranger) -> str:
    with pytest.raises(SourceMalformed) as caught:
        begun(stranger)
    return str(caught.value)


# --- it leads us elsewhere


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_other_address_gets_our_credentials(status: int) -> None:
    with answering(Stranger()) as elsewhere:
        sent = Stranger(status, {"Location": f"{elsewhere.url}/v1/clients"})
        with pytest.raises(SourceRefused, match=f"answers {status}"):
            begun(sent)
        with answering(sent):
            account = Account(None, CLIENT_ID, CLIENT_SECRET, sent.url)
            with (
                open_nextbank(sent.url, account) as source,
                pytest.raises(SourceRefused, match="gives us no token"),
            ):
                source.begin()
    assert elsewhere.asked == []


@pytest.mark.parametrize("code", ["", ".", ".."])
def test_a_code_that_would_lead_elsewhere_is_no_clients(code: str) -> None:
    with (
        answering(Stranger()) as stranger,
        open_nextbank(stranger.url, Account(API_KEY)) as source,
    ):
        assert source.one(code) is None
    assert stranger.asked == []


# --- it sends too much


def packed(megabytes: int) -> bytes:
    """Pack so many megabytes of nothing."""
    packing = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    parts = [packing.compress(bytes(1_000_000)) for _ in range(megabytes)]
    return b"".join(parts) + packing.flush()


def test_a_compression_bomb_is_unpacked_only_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses, "LARGEST_RESPONSE", 1_000_000)
    bomb = Stranger(headers=GZIP, body=packed(100))
    tracemalloc.start()
    try:
        assert "answers with more than 1000000 bytes" in malformed(bomb)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packing", ["gzip, gzip", "deflate", "br", "zstd"])
def test_packings_that_were_not_asked_for_are_refused(packing: str) -> None:
    result = malformed(Stranger(headers={"Content-Encoding": packing}, body=b"x"))
    assert result.startswith("NextBank packs its response in a way that was not asked for.")


def test_a_packed_page_is_read_and_a_broken_one_is_asked_for_again() -> None:
    page = Stranger(headers=GZIP).page(total=3)
    page.body = gzip.compress(page.body)
    assert begun(page).stated_count == 3
    with pytest.raises(Unavailable, match="DecodingError"):
        begun(Stranger(headers=GZIP, body=b"no gzip at all"))


# --- it sends what is no page


@pytest.mark.parametrize(
    "members",
    [
        {"items": {}},
        {"total": True},
        {"total": -1},
        {"total": "3"},
        {"total": 3.5},
        {"next_cursor": 5},
        {"as_of": 1_790_000_000},
        {"as_of": "yesterday"},
        {"as_of": "9999-12-31T23:59:59-12:00"},
        {"as_of": "0001-01-01T00:00:00+14:00"},
    ],
    ids=str,
)
def test_a_page_that_holds_something_else_is_malformed(members: dict[str, Any]) -> None:
    assert malformed(Stranger().page(**members)).startswith("NextBank: ")


@pytest.mark.rule("Y3")
@pytest.mark.parametrize(
    ("item", "column", "message", "left"),
    [
        (1, "", "is no client: an object was agreed", {}),
        ("a client", "", "is no client: an object was agreed", {}),
        (
            {"code": "C-1", "0134567890": []},
            "",
            "is not flat: it holds other values",
            {"code": "C-1"},
        ),
        ({"code": ["C-1"]}, "code", "is not flat: it holds other values", {}),
        (
            {"code": "C-1", "name": {"first": "Ana"}},
            "name",
            "is not flat: it holds other values",
            {"code": "C-1"},
        ),
        (
            {"code": "C-1", "deleted": "no"},
            "deleted",
            "says neither yes nor no to being deleted",
            {"code": "C-1"},
        ),
        (
            {"code": "C-1", "deleted": []},
            "deleted",
            "is not flat: it holds other values",
            {"code": "C-1"},
        ),
    ],
    ids=str,
)
def test_Y3_a_client_that_is_not_as_agreed_costs_its_row_and_not_the_page(
    item: object, column: str, message: str, left: dict[str, Any]
) -> None:
    page = Stranger().page(items=[{"code": "C-0", "name": "Ben"}, item], total=2)
    with (
        answering(page) as stranger,
        open_nextbank(stranger.url, Account(API_KEY)) as source,
    ):
        whole, broken = source.page(source.begin(columns=["code", "name"])).records
    assert whole == {"code": "C-0", "name": "Ben"}
    assert faults_of(broken) == (Fault(column, message),)
    assert {name: cell for name, cell in broken.items() if name != UNREADABLE} == left


def test_a_page_of_nothing_but_broken_clients_is_no_page_without_columns() -> None:
    page = Stranger().page(items=[{"code": "C-1", "name": []}], total=1)
    with (
        answering(page) as stranger,
        open_nextbank(stranger.url, Account(API_KEY)) as source,
    ):
        assert len(source.page(source.begin(columns=["code", "name"])).records) == 1


def test_no_member_of_theirs_speaks_for_us() -> None:
    page = Stranger().page(items=[{"code": "C-1", UNREADABLE: "no JSON"}], total=1)
    with (
        answering(page) as stranger,
        open_nextbank(stranger.url, Account(API_KEY)) as source,
    ):
        assert source.page(source.begin()).records == ({"code": "C-1"},)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"\xff\xfe", b'{"as_of": 1e9999999999999999999}', b'{"total": NaN}'],
    ids=str,
)
def test_an_answer_that_is_no_page_is_malformed(body: bytes) -> None:
    assert malformed(Stranger(body=body)).startswith("NextBank: ")
    deep = b"[" * 200_000
    assert "page 1 is no JSON that can be read." in malformed(Stranger(body=deep))


@pytest.mark.rule("Y3")
def test_Y3_cells_that_cannot_be_stored_cost_their_rows_and_not_the_run() -> None:
    body = rb'{"code": "C-1", "name": "An\ud800a", "debt": 123456789012345678901234567890}'
    with (
        answering(Stranger(body=body)) as stranger,
        open_nextbank(stranger.url, Account(API_KEY)) as source,
    ):
        record = source.one("C-1")
    assert record == {
        "code": "C-1",
        "name": "An\0a",
        "debt": Decimal(123456789012345678901234567890),
    }
    assert orjson.dumps(record, default=str)


# --- it asks for too long a rest


@pytest.mark.parametrize("retry_after", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_rest_that_would_never_end_is_an_hour(retry_after: str) -> None:
    bank = Bank([], (Planned(Mishap.TOO_MANY, retry_after=retry_after),))
    with (
        running(bank),
        open_nextbank(bank.url, Account(API_KEY)) as source,
        pytest.raises(Unavailable, match="left alone for 3600 s") as caught,
    ):
        source.begin()
    assert caught.value.details == {"retry_after": 3600}


# --- it leads us in a circle


def read_on(source: ClientSource, fetch: Fetch, position: str | None) -> None:
    """Read from a place on, to the end if there is one."""
    while position is not None:
        position = source.page(fetch, position).position


def test_a_circle_is_seen_also_by_who_began_to_read_in_the_middle() -> None:
    there_and_back = tuple(Planned(Mishap.CIRCLE, at=n) for n in (2, 4, 6))
    bank = Bank([{"code": f"C-{n}"} for n in range(8)], there_and_back)
    with (
        running(bank),
        open_nextbank(bank.url, Account(API_KEY), PATIENT_S, page_size=2) as source,
    ):
        fetch = source.begin()
        with pytest.raises(SourceMalformed, match="leads back to one that was read"):
            read_on(source, fetch, "3:4")


# --- its tokens


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "a\r\nHost: elsewhere"},
        {"access_token": "clé"},
        {"access_token": ""},
        {"access_token": 5},
        {"access_token": "good", "expires_in": "soon"},
        [],
    ],
    ids=str,
)
def test_a_token_that_is_none_is_refused(answer: object) -> None:
    with pytest.raises(SourceRefused, match="gives no token"):
        ClientCredentials(lambda: answer).headers()


def test_a_token_that_lives_for_ever_is_taken() -> None:
    credentials = ClientCredentials(lambda: {"access_token": "good", "expires_in": 10**400})
    assert credentials.headers() == {"Authorization": "Bearer good"}


def test_a_caller_waits_for_a_token_only_until_its_deadline() -> None:
    asked, go = threading.Event(), threading.Event()

    def fetch() -> object:
        asked.set()
        go.wait(PATIENT_S)
        return {"access_token": "good"}

    credentials = ClientCredentials(fetch)
    first = threading.Thread(target=credentials.headers)
    first.start()
    try:
        assert asked.wait(PATIENT_S)
        with ending_at(within(0.1)), pytest.raises(Unavailable):
            credentials.headers()
    finally:
        go.set()
        first.join()


def test_a_token_endpoint_that_is_busy_is_worth_another_try() -> None:
    with (
        answering(Stranger(429)) as busy,
        open_nextbank(busy.url, Account(None, CLIENT_ID, CLIENT_SECRET, busy.url)) as source,
        pytest.raises(Unavailable, match="no token now"),
    ):
        source.begin()


def test_nothing_that_opens_a_door_is_logged_however_much_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bank = Bank([{"code": "C-1"}])
    with caplog.at_level(logging.DEBUG), running(bank):
        account = Account(None, CLIENT_ID, CLIENT_SECRET, f"{bank.url}/oauth/token")
        with open_nextbank(bank.url, account) as source:
            source.begin()
            source.one("C-1")
    assert [each for each in caplog.records if each.name.startswith("http")] == []
    assert CLIENT_SECRET not in caplog.text
