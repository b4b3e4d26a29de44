"""A Snowflake on loopback that the real connector talks to: fakesnow's server behind a gate.

The gate refuses or breaks off on demand, and writes down who came and what was asked.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
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
from starlette.responses import JSONResponse

from clientupdater.adapters.snowflake.account import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from starlette.types import Receive, Scope, Send

_moments = arrow.timestamp_to_sf_struct


def _moments_and_none(column: Any) -> Any:
    """Keep a moment that is null null: fakesnow 0.12 makes it 1970, Snowflake does not."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found = _moments(whole)
    parts = [found.field(n) for n in range(found.type.num_fields)]
    return pa.StructArray.from_arrays(parts, fields=list(found.type), mask=whole.is_null())


arrow.timestamp_to_sf_struct = _moments_and_none  # type: ignore[assignment] # the same, more exactly


@define
class Gate:
    """Lets requests through, but for those that `spoil` gives another answer to."""

    port: int = 0
    database: str = field(factory=lambda: f"DB_{uuid4().hex[:8].upper()}")
    spoil: Callable[[str, dict[str, Any]], JSONResponse | None] = lambda _, __: None
    logins: list[dict[str, Any]] = field(factory=list)
    statements: list[str] = field(factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        told = self._told(scope["path"], body)
        spoiled = self.spoil(scope["path"], told)
        if spoiled is not None:
            await spoiled(scope, receive, send)
            return

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, again, send)

    def _told(self, path: str, body: bytes) -> dict[str, Any]:
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        told: dict[str, Any] = json.loads(plain) if plain else {}
        if "login-request" in path:
            self.logins.append(told["data"])
        if "sqlText" in told:
            self.statements.append(told["sqlText"])
        return told

    def account(self, key: Path, **other: Any) -> Account:
        """Name it, as a user with a key."""
        told: dict[str, Any] = {
            "name": "fakesnow",
            "user": "UPDATER",
            "view": "CLIENT_VIEW",
            "private_key_file": key,
            "database": self.database,
            "schema": "PUBLIC",
            "statement_timeout_s": 60,
            "address": {"host": "127.0.0.1", "port": self.port, "protocol": "http"},
        }
        return Account(**{**told, **other})

    def fill(self, *statements: str) -> None:
        """Run statements behind the gate."""
        with shared_fs.connect(self.database, "PUBLIC") as connection:
            for statement in statements:
                connection.cursor().execute(statement)


@contextmanager
def running() -> Iterator[Gate]:
    """Let it answer on a port of its own."""
    gate = Gate()
    server = uvicorn.Server(uvicorn.Config(gate, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        gate.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield gate
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
