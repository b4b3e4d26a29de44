"""A Snowflake on loopback that the real connector talks to: fakesnow's server behind a gate.

The gate refuses or breaks off on demand, and writes down who came and what was asked. It sends a
result in chunks as Snowflake does, which fakesnow does not.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from base64 import b64decode, b64encode
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import uvicorn
from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from fakesnow import arrow
from fakesnow.server import app, shared_fs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clientupdater.adapters.snowflake.account import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from starlette.types import Message, Receive, Scope, Send

_moments = arrow.timestamp_to_sf_struct


def _moments_and_none(column: Any) -> Any:
    """Keep a moment that is null null: fakesnow 0.12 makes it 1970, Snowflake does not."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    result = _moments(whole)
    parts = [result.field(n) for n in range(result.type.num_fields)]
    return pa.StructArray.from_arrays(parts, fields=list(result.type), mask=whole.is_null())


arrow.timestamp_to_sf_struct = _moments_and_none  # type: ignore[assignment] # the same, more exactly


OFFSET_MINUTES = 480
"""How far a moment of a column whose name ends in _MANILA is from UTC; fakesnow knows UTC alone."""
CENTAVOS = 2


@define
class FakeSnowflake:
    """Lets requests through, but for those that `spoil` gives another answer to."""

    port: int = 0
    database: str = field(factory=lambda: f"DB_{uuid4().hex[:8].upper()}")
    spoil: Callable[[str, dict[str, Any]], JSONResponse | None] = lambda _, __: None
    logins: list[dict[str, Any]] = field(factory=list)
    statements: list[str] = field(factory=list)
    chunk_rows: int | None = None
    """How many rows of a result come in a chunk; the first is in the answer."""
    chunks_asked: list[str] = field(factory=list)
    _chunks: dict[str, bytes] = field(factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        result = self._told(scope["path"], body)
        spoiled = self.spoil(scope["path"], result)
        if spoiled is not None:
            await spoiled(scope, receive, send)
            return

        if scope["path"].startswith("/chunks/"):
            self.chunks_asked.append(scope["path"])
            await Response(self._chunks[scope["path"]])(scope, receive, send)
            return

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        if "sqlText" not in result:
            await app(scope, again, send)
            return
        await self._as_snowflake(await _answer(scope, again))(scope, receive, send)

    def _as_snowflake(self, answer: dict[str, Any]) -> JSONResponse:
        """Send what fakesnow gives in the forms and the chunks that Snowflake gives it in."""
        data = answer.get("data") or {}
        if data.get("rowsetBase64"):
            table = pa.ipc.open_stream(b64decode(data["rowsetBase64"])).read_all()
            table = _in_snowflakes_forms(table, data["rowtype"])
            size = self.chunk_rows or max(table.num_rows, 1)
            first, *others = [table.slice(n, size) for n in range(0, table.num_rows, size)] or [
                table
            ]
            data["rowsetBase64"] = b64encode(_written(first)).decode()
            data["chunks"] = [self._chunk(each) for each in others]
        return JSONResponse(answer)

    def cut_chunks(self) -> None:
        """Leave a row out of every chunk that is still to be fetched."""
        for path, written in self._chunks.items():
            self._chunks[path] = _written(pa.ipc.open_stream(written).read_all().slice(1))

    def _chunk(self, table: pa.Table) -> dict[str, Any]:
        path, written = f"/chunks/{uuid4().hex}", _written(table)
        self._chunks[path] = written
        values = {"uncompressedSize": len(written), "compressedSize": len(written)}
        return {**values, "url": f"http://127.0.0.1:{self.port}{path}", "rowCount": table.num_rows}

    def _told(self, path: str, body: bytes) -> dict[str, Any]:
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        values: dict[str, Any] = json.loads(plain) if plain else {}
        if "login-request" in path:
            self.logins.append(values["data"])
        if "sqlText" in values:
            self.statements.append(values["sqlText"])
        return values

    def account(self, key: Path, **other: Any) -> Account:
        """Name it, as a user with a key."""
        values: dict[str, Any] = {
            "name": "fakesnow",
            "user": "UPDATER",
            "view": "CLIENT_VIEW",
            "private_key_file": key,
            "database": self.database,
            "schema": "PUBLIC",
            "statement_timeout_s": 60,
            "address": {"host": "127.0.0.1", "port": self.port, "protocol": "http"},
        }
        return Account(**{**values, **other})

    def fill(self, *statements: str) -> None:
        """Run statements behind the gate."""
        with shared_fs.connect(self.database, "PUBLIC") as connection:
            for statement in statements:
                connection.cursor().execute(statement)


async def _answer(scope: Scope, receive: Receive) -> dict[str, Any]:
    """Ask fakesnow; read its answer to the end."""
    parts: list[bytes] = []

    async def take(message: Message) -> None:
        parts.append(message.get("body", b""))

    await app(scope, receive, take)
    answer: dict[str, Any] = json.loads(b"".join(parts))
    return answer


def _written(table: pa.Table) -> bytes:
    written: bytes = arrow.to_ipc(table).to_pybytes()
    return written


def _in_snowflakes_forms(table: pa.Table, described: list[dict[str, Any]]) -> pa.Table:
    """Write amounts as scaled integers, and give moments a zone by the name of their column."""
    for n, column in enumerate(described):
        name, cells = column["name"], table.column(n).combine_chunks()
        if name.endswith("_MANILA"):
            zones = pa.array([1440 + OFFSET_MINUTES] * len(cells), pa.int32())
            moments = _moments_of(cells, cells.field(0), cells.field(1), zones)
            table = _replaced(table, n, moments, "TIMESTAMP_TZ")
        elif name.endswith("_LTZ"):
            column["type"] = "timestamp_ltz"
            moments = _moments_of(cells, cells.field(0), cells.field(1))
            table = _replaced(table, n, moments, "TIMESTAMP_LTZ")
        elif column["scale"] == CENTAVOS and pa.types.is_decimal(cells.type):
            scaled = pc.multiply(cells, pa.scalar(10**CENTAVOS, pa.decimal128(3, 0)))
            table = _replaced(table, n, scaled.cast(pa.int64()), "FIXED")
    return table


def _moments_of(cells: pa.Array, *parts: pa.Array) -> pa.Array:
    fields = list(cells.type)[: len(parts)]
    return pa.StructArray.from_arrays(parts, fields=fields, mask=cells.is_null())


def _replaced(table: pa.Table, n: int, cells: pa.Array, kind: str) -> pa.Table:
    metadata = {**(table.schema.field(n).metadata or {}), b"logicalType": kind.encode()}
    return table.set_column(
        n, pa.field(table.schema.field(n).name, cells.type, metadata=metadata), cells
    )


@contextmanager
def running() -> Iterator[FakeSnowflake]:
    """Let it answer on a port of its own."""
    fake_snowflake = FakeSnowflake()
    server = uvicorn.Server(uvicorn.Config(fake_snowflake, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        fake_snowflake.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield fake_snowflake
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def written_key(folder: Path, passphrase: bytes | None = None) -> Path:
    """Write a private key, as the bank's people would."""
    sealed = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path = folder / "key.pem"
    path.write_bytes(private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    return path


@cache
def private_key() -> RSAPrivateKey:
    """Make a key once: that takes a while."""
    return rsa.generate_private_key(65537, 2048)
