"""What the server takes for a request, byte by byte.

A proxy in front of it must not see another message in the same bytes. So whatever two programs
could read differently is refused, and what follows a refused request is never read as a request.
"""

from __future__ import annotations

import logging
import socket
import struct
import sys
from contextlib import contextmanager
from functools import partial
from http.client import parse_headers
from typing import TYPE_CHECKING

import anyio
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clientupdater.entrypoints.http.middleware.connections import (
    BODY_ARRIVED,
    MOST_HEAD_BYTES,
    MOST_HEADERS,
    MOST_SENT_AHEAD,
    BoundedConnection,
    ConnectionLimits,
)
from tests.support.http_server import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from starlette.requests import Request

GET = b"GET /echo HTTP/1.1\r\nHost: here\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: here\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
EXPECTING = b"Expect: 100-continue\r\n"
REFUSED = b"HTTP/1.1 400 Bad Request\r\n"
MEBIBYTE = 1024 * 1024
DATA_SEGMENTS_IN = 152
"""Where Linux writes the number of segments with data into its `tcp_info`."""


async def echo(request: Request) -> Response:
    arrived = BODY_ARRIVED in request.scope
    body = (await request.body()).decode()
    return JSONResponse({"headers": [*request.headers], "body": body, "arrived": arrived})


async def refuse(_: Request) -> Response:
    """Answer without reading the body."""
    return Response(status_code=401)


async def wait(_: Request) -> Response:
    await anyio.sleep(0.1)
    return Response("waited")


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def http(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """Serve with uvloop, and as it is served where uvloop does not run."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/refuse", refuse, methods=["POST"]),
        Route("/wait", wait),
    ]
    config = uvicorn.Config(
        Starlette(routes=routes),
        http=partial(BoundedConnection, ConnectionLimits()),  # type: ignore[arg-type]
        loop=request.param,
        ws="none",
        log_config=None,
        lifespan="on",
    )
    with served(config) as client:
        yield client


@contextmanager
def sent(http: httpx.Client, *pieces: bytes) -> Iterator[socket.socket]:
    """Send bytes as they are, each piece by itself."""
    address = http.base_url.host, http.base_url.port or 80
    with socket.create_connection(address, timeout=20) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            try:
                raw.sendall(piece)
            except OSError:
                break  # the server has closed it
        yield raw


def responses(raw: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Read so many responses from one connection."""
    results = []
    with raw.makefile("rb") as stream:
        for _ in range(count):
            status = int(stream.readline().split()[1])
            length = parse_headers(stream)["content-length"]
            results.append((status, stream.read(int(length or 0))))
    return results


def everything(raw: socket.socket) -> bytes:
    """Read until the server closes."""
    pieces = []
    try:
        while piece := raw.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass  # it closed while there was more to read
    return b"".join(pieces)


TWO_READINGS = {
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "one length twice": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": POST + b"Content-Length: +3\r\n\r\nabc",
    "a negative length": POST + b"Content-Length: -1\r\n\r\nabc",
    "a length in hexadecimal": POST + b"Content-Length: 0x3\r\n\r\nabc",
    "a length with an underscore": POST + b"Content-Length: 0_3\r\n\r\nabc",
    "a length without digits": POST + b"Content-Length:\r\n\r\nabc",
    "a length beyond 64 bits": POST + b"Content-Length: 99999999999999999999\r\n\r\nabc",
    "chunks and a length": POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "a length and chunks": POST
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n",
    "chunks not last": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "an encoding before chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "an unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "an encoding behind a control character": POST
    + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a number": CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
    "a chunk longer than it says": CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n",
    "a blank after a chunk's number": CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n",
    "chunks in bare lines": CHUNKED + b"3\nabc\n0\n\n",
    "lines without a carriage return": b"GET /echo HTTP/1.1\nHost: here\n\n",
    "a carriage return within a value": GET + b"X-A: a\rX-B: b\r\n\r\n",
    "a line feed within a value": GET + b"X-A: a\nX-B: b\r\n\r\n",
    "a NUL within a value": GET + b"X-A: a\0b\r\n\r\n",
    "a header over two lines": GET + b"X-A: a\r\n b\r\n\r\n",
    "a header without a name": GET + b": a\r\n\r\n",
    "a header without a colon": GET + b"X-A\r\n\r\n",
    "no host": b"GET /echo HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: there\r\n\r\n",
    "HTTP/0.9": b"GET /echo\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT here:80 HTTP/1.1\r\nHost: here\r\n\r\n",
    "a method that is not registered": b"BREW /echo HTTP/1.1\r\nHost: here\r\n\r\n",
}


@pytest.mark.parametrize("message", TWO_READINGS.values(), ids=TWO_READINGS)
def test_a_message_that_can_be_read_in_two_ways_is_refused(
    http: httpx.Client, message: bytes
) -> None:
    with sent(http, message + GET + b"\r\n") as raw:
        result = everything(raw)
    assert result.startswith(REFUSED)
    assert result.count(b"HTTP/1.1 ") == 1, "nothing behind it is read"


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (POST + b"Content-Length: 3\r\n\r\nabc", "abc"),
        (CHUNKED + b"3;name=value\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"),
        (POST + b"Transfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"),
        (GET + b"Content-Length: 3\r\n\r\nabc", "abc"),
        (POST + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000, "x" * 300_000),
        (b"\r\n" + GET + b"\r\n", ""),
    ],
)
def test_the_next_request_follows_a_body_of_any_kind(
    http: httpx.Client, message: bytes, body: str
) -> None:
    with sent(http, message + GET + b"\r\n") as raw:
        (status, first), (following, second) = responses(raw, 2)
    assert (status, following) == (200, 200)
    assert f'"body":"{body}"'.encode() in first
    assert b'"body":""' in second


def test_a_message_may_come_byte_by_byte(http: httpx.Client) -> None:
    message = CHUNKED + b"3\r\nabc\r\n0\r\n\r\n"
    with sent(http, *(message[at : at + 1] for at in range(len(message)))) as raw:
        ((status, body),) = responses(raw, 1)
    assert (status, b'"body":"abc"' in body) == (200, True)


def test_trailers_are_not_headers(http: httpx.Client) -> None:
    trailers = b"3\r\nabc\r\n0\r\nAuthorization: Bearer other\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n"
    with sent(http, CHUNKED + trailers + GET + b"\r\n") as raw:
        (_, first), (_, second) = responses(raw, 2)
    for body in (first, second):
        assert b"authorization" not in body
        assert b"x-forwarded-for" not in body


def test_a_header_without_a_value_does_not_take_the_next_one(http: httpx.Client) -> None:
    with sent(http, GET + b"X-A:\r\nX-B: 1\r\n\r\n") as raw:
        ((_, body),) = responses(raw, 1)
    assert b'"headers":["host","x-a","x-b"]' in body


ENDLESS = {
    "a header": GET + b"X-A: ",
    "an address": b"GET /",
    "a method": b"",
    "a trailer": CHUNKED + b"3\r\nabc\r\n0\r\nX-A: ",
    "an extension of a chunk": CHUNKED + b"3;",
}


@pytest.mark.parametrize("begun", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("size", [1024, MEBIBYTE])
def test_something_that_never_ends_is_refused_before_it_is_long(
    http: httpx.Client, begun: bytes, size: int
) -> None:
    with sent(http, begun, *[b"a" * size] * (MEBIBYTE // size)) as raw:
        result = everything(raw)
    assert result.startswith(REFUSED) or not result, "a reset may take the response along"


def test_a_head_is_limited_in_length_and_number_of_headers(http: httpx.Client) -> None:
    name = b"X-Long: "
    room = MOST_HEAD_BYTES - len("/echohosthere") - len(name) + 2
    for message, status in (
        (GET + name + b"a" * room + b"\r\n\r\n", 200),
        (GET + name + b"a" * (room + 1) + b"\r\n\r\n", 400),
        (GET + b"X: 1\r\n" * (MOST_HEADERS - 1) + b"\r\n", 200),
        (GET + b"X: 1\r\n" * MOST_HEADERS + b"\r\n", 400),
    ):
        with sent(http, message) as raw:
            assert responses(raw, 1)[0][0] == status


def test_only_so_many_requests_may_be_sent_ahead(http: httpx.Client) -> None:
    first = b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\n"
    with sent(http, first + (GET + b"\r\n") * (MOST_SENT_AHEAD + 5)) as raw:
        result = everything(raw)
    assert result.count(b"HTTP/1.1 200 OK\r\n") == MOST_SENT_AHEAD + 1, "the others come again"


def test_a_running_request_gets_its_response_before_what_follows_is_refused(
    http: httpx.Client,
) -> None:
    with sent(http, b"GET /wait HTTP/1.1\r\nHost: here\r\n\r\nno request\r\n\r\n") as raw:
        result = everything(raw)
    assert result.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close" in result
    assert result.endswith(b"waited")


def test_nothing_is_read_behind_the_last_request(http: httpx.Client) -> None:
    with sent(http, GET + b"Connection: close\r\n\r\n" + GET + b"\r\n") as raw:
        assert everything(raw).count(b"HTTP/1.1 200 OK\r\n") == 1


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_a_request_to_upgrade_is_answered_as_if_it_had_not_asked(
    http: httpx.Client, protocol: bytes
) -> None:
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol + b"\r\n"
    body = b"Content-Length: 3\r\n\r\nabc"
    with sent(http, POST + wish + body + GET + wish + b"\r\n" + GET + b"\r\n") as raw:
        results = responses(raw, 3)
    assert [status for status, _ in results] == [200, 200, 200]
    assert b'"body":"abc"' in results[0][1]


def test_a_client_that_waits_for_100_continue_gets_it(http: httpx.Client) -> None:
    with sent(http, POST + EXPECTING + b"Content-Length: 3\r\n\r\n") as raw:
        assert raw.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        raw.sendall(b"abc")
        assert b'"body":"abc"' in everything(raw)


def test_a_client_that_is_refused_before_100_continue_begins_anew(http: httpx.Client) -> None:
    head = POST.replace(b"/echo", b"/refuse") + EXPECTING + b"Content-Length: 60\r\n\r\n"
    with sent(http, head + GET + b"\r\n") as raw:
        result = everything(raw)
    assert result.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in result
    assert result.count(b"HTTP/1.1 ") == 1, "the next request is not taken for the body"


def test_HTTP_1_0_is_answered_and_closed(http: httpx.Client) -> None:
    with sent(http, b"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" * 2) as raw:
        result = everything(raw)
    assert result.count(b"HTTP/1.1 200 OK\r\n") == 1
    assert b"connection: close" in result


def test_a_head_request_gets_no_body(http: httpx.Client) -> None:
    head = b"HEAD /echo HTTP/1.1\r\nHost: here\r\n\r\n"
    with sent(http, head + GET + b"Connection: close\r\n\r\n") as raw:
        first, second, body = everything(raw).split(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert second.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body


def test_the_application_knows_whether_it_has_to_wait_for_a_body(http: httpx.Client) -> None:
    head = POST + b"Content-Length: 3\r\n\r\n"
    with sent(http, head + b"abc") as raw:
        assert b'"arrived":true' in responses(raw, 1)[0][1]
    with sent(http, head) as raw:
        raw.settimeout(0.2)
        with pytest.raises(TimeoutError):
            raw.recv(1)
        raw.settimeout(20)
        raw.sendall(b"abc")
        assert b'"arrived":false' in responses(raw, 1)[0][1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts segments")
def test_a_small_response_takes_one_packet(http: httpx.Client) -> None:
    with sent(http, GET + b"\r\n") as raw:
        responses(raw, 1)
        info = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    assert struct.unpack_from("I", info, DATA_SEGMENTS_IN) == (1,)
