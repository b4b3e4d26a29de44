"""Databases of single tests, made and removed at the lowest cost: most tests want one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import secrets
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import psycopg
from attrs import define, field, frozen
from psycopg import sql

from clientupdater.adapters.postgres.admin.cluster import OWNER, Cluster
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class Databases:
    """Makes databases over one connection that stays open."""

    cluster: Cluster
    connection: psycopg.Connection
    strategy: str
    run: str = field(factory=lambda: secrets.token_hex(4))
    _numbers: Iterator[int] = field(factory=lambda: itertools.count(1))

    @contextmanager
    def new(self, template: str = "template0") -> Iterator[Database]:
        """Make one, and drop it in the end, even while others are connected."""
        name, copied = f"test_{self.run}_{next(self._numbers)}", f"strategy {self.strategy}"
        self._execute("create database {} owner {} template {} " + copied, name, OWNER, template)
        yield Database.on(self.cluster, name)
        _logged_in.log_out()
        self._execute("drop database if exists {} with (force)", name)

    def _execute(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@define
class _LoggedIn:
    """One connection of a superuser, for tests that put in one row after another."""

    lock: RLock = field(factory=RLock)
    url: str = ""
    connection: psycopg.Connection | None = None

    def to(self, url: str) -> psycopg.Connection:
        if self.connection is None or self.url != url or not self._answers():
            self.log_out()
            self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)
            self.url = url
        return self.connection

    def log_out(self) -> None:
        with self.lock:
            if self.connection is not None:
                self.connection.close()
            self.connection = None

    def _answers(self) -> bool:
        """Some tests cut all connections."""
        try:
            if self.connection is not None:
                self.connection.execute("select")
        except psycopg.OperationalError:
            return False
        return True


_logged_in = _LoggedIn()


@contextmanager
def past_all_rules(url: str) -> Iterator[psycopg.Connection]:
    """Begin a transaction as the superuser; the login stays until a database is dropped.

    To log in again takes longer than most of what tests put in.
    """
    with _logged_in.lock, _logged_in.to(url).transaction() as transaction:
        yield transaction.connection


@contextmanager
def opened(cluster: Cluster) -> Iterator[Databases]:
    """Keep a connection for it.

    To copy a database by its files takes half of what the write-ahead log does, but writes out
    all that is in memory, which is quick where the server waits for no disk.
    """
    with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
        waits_for_disk = connection.execute("show fsync").fetchone() == ("on",)
        yield Databases(cluster, connection, "wal_log" if waits_for_disk else "file_copy")


def log_in_quickly(cluster: Cluster) -> None:
    """Hash each password once instead of 4,096 times: a test logs in some ten times."""
    urls = (cluster.superuser_url, cluster.owner_url(), cluster.app_url(), cluster.worker_url())
    with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
        for parts in map(urlsplit, urls):
            role, password = unquote(parts.username or ""), unquote(parts.password or "")
            statement = sql.SQL("alter role {} password {}")
            connection.execute(
                statement.format(sql.Identifier(role), sql.Literal(_verifier(password)))
            )


def _verifier(password: str) -> str:
    """Write what PostgreSQL keeps of a password, hashed once (RFC 5803)."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    encoded = [base64.b64encode(each).decode() for each in (salt, stored_key, server_key)]
    return "SCRAM-SHA-256$1:{}${}:{}".format(*encoded)
