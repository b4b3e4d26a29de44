"""NextBank's responses, read within a limit of size.

We unpack them here: `httpx` would unpack a piece to any size, and as often as a header says.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
from attrs import field, frozen

from clientupdater.domain.errors import SourceMalformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST_RESPONSE = 64 * 1024 * 1024
#: The only encodings that we unpack.
ACCEPTED = {"Accept": "application/json", "Accept-Encoding": "gzip"}
_GZIP = 16 + zlib.MAX_WBITS
#: Half a surrogate pair, as JSON writes it and as Python reads it.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF_READ = re.compile("[\ud800-\udfff]")
_64_BITS = range(-(2**63), 2**63)


@frozen
class Response:
    """A complete response."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def document(self, what: str) -> Any:
        """Parse JSON; numbers with a fraction stay exact."""
        try:
            return _read_json(self.body)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise SourceMalformed(f"NextBank: {what} is no JSON that can be read") from error


def _read_json(body: bytes) -> Any:
    return json.loads(
        body.decode("utf-8-sig"),
        parse_float=Decimal,
        parse_int=_whole,
        parse_constant=_no_number,
        object_hook=_with_characters if _HALF.search(body) else None,
    )


def _no_number(name: str) -> None:
    raise ValueError(name)


def _with_characters(item: dict[str, Any]) -> dict[str, Any]:
    """Replace half a surrogate pair by NUL.

    Both get a row rejected, but a page with half a pair could not be stored at all (Y3).
    """
    return {_character(name): _character(value) for name, value in item.items()}


def _character(cell: Any) -> Any:
    return _HALF_READ.sub("\0", cell) if isinstance(cell, str) else cell


def _whole(digits: str) -> int | Decimal:
    """Read a whole number, exactly even if it has more than 64 bits."""
    number = int(digits)
    return number if number in _64_BITS else Decimal(number)


def read_whole(response: httpx.Response, until: float) -> bytes:
    """Read all of it before a moment; raises what `httpx` raises, and SourceMalformed."""
    read = bytearray()
    unpacked = _unpacking(response.headers.get("Content-Encoding", "identity"))
    for piece in response.iter_raw():
        read += unpacked(piece, LARGEST_RESPONSE + 1 - len(read))
        if len(read) > LARGEST_RESPONSE:
            raise SourceMalformed(f"NextBank answers with more than {LARGEST_RESPONSE} bytes")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the response came too slowly")
    return bytes(read)


def _unpacking(encoding: str) -> Callable[[bytes, int], bytes]:
    """Choose how to unpack a piece, up to a number of bytes."""
    match encoding.strip().lower():
        case "identity":
            return lambda piece, _: piece
        case "gzip":
            return _unzipping()
        case _:
            raise SourceMalformed("NextBank packs its response in a way that was not asked for")


def _unzipping() -> Callable[[bytes, int], bytes]:
    gzip = zlib.decompressobj(_GZIP)

    def unpack(piece: bytes, most: int) -> bytes:
        try:
            return gzip.decompress(piece, most)
        except zlib.error as error:
            raise httpx.DecodingError("the response cannot be unpacked") from error

    return unpack
