"""One connection for maintenance, and the one place that translates PostgreSQL's errors.

No message shows a password: it names a connection by host, port and database, and leaves out what
libpq writes about an unreadable URL, which it quotes.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.domain.errors import Error, Fault, Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "PostgreSQL"
OLDEST_SERVER = 150000
SETTING = "the database URL"

NOTICES_SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""When a machine that vanished counts as lost: seconds, and milliseconds for the last."""

# For a refused connection libpq gives the server's sentence and no SQLSTATE.
_SETUP_SENTENCES = (
    "authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
    "permission denied",
    "is not permitted to log in",
    "not currently accepting connections",
    "invalid ",
    "Servname not supported",
)


@contextmanager
def connected(url: str, *, patience: float = 5.0) -> Iterator[Connection]:
    """Open a connection in autocommit, closed at the end; psycopg's errors are translated."""
    where = described(url)
    with translated(where), _dialled(url, where, patience) as connection:
        _refuse_unfit(connection.info)
        yield connection


@contextmanager
def connected_past_poolers(url: str) -> Iterator[Connection]:
    """Open one that keeps its session: its locks, and the role that it takes on."""
    with connected(url) as connection:
        if connection.is_pooled:
            result = (
                "leads to a pooler, which shares sessions; give the address of PostgreSQL itself"
            )
            raise Misconfigured([Fault("DATABASE_MIGRATION_URL", result)])
        yield connection


@contextmanager
def translated(where: str = "") -> Iterator[None]:
    """Turn psycopg's errors into the domain's."""
    try:
        yield
    except psycopg.Error as error:
        raise translation(error, where) from error


def translation(error: psycopg.Error, where: str = "") -> Error:
    """Give the domain's error for one of psycopg's."""
    message_primary = error.diag.message_primary or str(error).strip().splitlines()[0]
    place = f"{SERVICE} at {where}" if where else SERVICE
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return Misconfigured([Fault(SETTING, f"{place}: {message_primary}")])
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable(SERVICE, f"{place} does not answer: {message_primary}")
    return Misconfigured([Fault("", f"{place} refused: {message_primary}")])


def described(url: str) -> str:
    """Name host, port and database of a URL, without its secrets."""
    parts = _parts(url)
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    return f"{host}:{parts.get('port') or 5432}/{parts.get('dbname') or parts.get('user') or ''}"


def _parts(url: str) -> dict[str, Any]:
    result = "is not a PostgreSQL URL; write postgresql://user:password@host:5432/database"
    try:
        if parts := conninfo_to_dict(url):
            return parts
    except psycopg.ProgrammingError:
        # Not chained: libpq quotes the URL, and with it the password.
        raise Misconfigured([Fault(SETTING, result)]) from None
    raise Misconfigured([Fault(SETTING, result)])


def _dialled(url: str, where: str, patience: float) -> Connection:
    conninfo = make_conninfo(
        url, connect_timeout=max(2, int(patience)), application_name="clientupdater maintenance"
    )
    try:
        return Connection.connect(conninfo, autocommit=True, prepare_threshold=None)
    except psycopg.OperationalError as error:
        raise _refusal(error, where) from error


def _refusal(error: psycopg.OperationalError, where: str) -> Error:
    result = _reason(str(error))
    if any(sentence in result for sentence in _SETUP_SENTENCES):
        return Misconfigured([Fault(SETTING, f"{SERVICE} at {where} refuses: {result}")])
    return Unavailable(SERVICE, f"{SERVICE} at {where} does not answer: {result}")


def _reason(message: str) -> str:
    """Take the line with the reason out of libpq's several."""
    lines = message.strip().splitlines() or [""]
    for mark in ("FATAL:", "failed:"):
        for line in lines:
            if mark in line:
                return line.rpartition(mark)[2].strip()
    return lines[0]


def _refuse_unfit(info: psycopg.ConnectionInfo) -> None:
    if info.server_version < OLDEST_SERVER:
        result = (
            f"leads to PostgreSQL {info.server_version // 10000}; "
            f"version {OLDEST_SERVER // 10000} or newer is needed"
        )
        raise Misconfigured([Fault(SETTING, result)])
    # Names are sorted without their accents, which PostgreSQL can do in Unicode alone.
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        result = f"leads to a database in {encoding}; create it with ENCODING 'UTF8'"
        raise Misconfigured([Fault(SETTING, result)])
