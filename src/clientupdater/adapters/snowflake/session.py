"""A session with Snowflake, opened on demand, with its errors translated.

The connector is optional and takes half a second to import, so the first session imports it.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import define, field

from clientupdater.adapters.snowflake.results import has_tables, result_of
from clientupdater.domain.errors import (
    Error,
    Fault,
    Misconfigured,
    SourceMalformed,
    SourceRefused,
    Unavailable,
)
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientupdater.adapters.snowflake.account import Account
    from clientupdater.adapters.snowflake.results import Result

NAME = "Snowflake"
_log = logging.getLogger(__name__)

_NOT_THERE, _NO_WAREHOUSE = 2003, 606
_CANCELLED = frozenset({604, 630})
_UNREADABLE = 252005
#: A session that was idle for hours has expired, and so has its renewal token: open a new one.
_OVER = frozenset({390111, 390112, 390113, 390114, 390115})
_HELP: Mapping[int, str] = {
    _NOT_THERE: "the view is not there, or not for our role: see SNOWFLAKE_CLIENT_VIEW and grants",
    _NO_WAREHOUSE: "no warehouse runs for us: see SNOWFLAKE_WAREHOUSE and grants",
}


@define
class Session:
    """Runs statements over one connection, which it reopens after a failure."""

    account: Account
    in_tables: bool = field(factory=has_tables)
    """Whether to read results as Arrow tables."""
    _connection: Any = field(default=None, init=False, repr=False)

    def run(self, statement: str, params: Sequence[object] = ()) -> Result:
        """Run a statement; the rows of its result are fetched on demand."""
        patience = max(1, int(seconds_left(self.account.statement_timeout_s) or 0))
        with self._translated():
            cursor = self._connected().cursor()
            cursor.execute(statement, tuple(params), timeout=patience)
            unsupported = connector().errors.NotSupportedError
            result = result_of(cursor, unsupported, in_tables=self.in_tables)
        _log.info("a query ran in Snowflake", extra={"query_id": result.query})
        return result

    def fetch(self, result: Result, number: int) -> list[tuple[Any, ...]]:
        """Read this many rows of a result, or the rest."""
        seconds_left()
        with self._translated():
            return result.rows.fetchmany(number)

    def close(self) -> None:
        """Close the connection, even if it is broken."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def _connected(self) -> Any:
        seconds_left()
        if self._connection is None:
            self._connection = connector().connect(**self.account.arguments())
        return self._connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translate errors, without the text that Snowflake quotes."""
        errors = connector().errors
        try:
            yield
        except Error:
            raise
        except (errors.Error, OSError, ValueError, TypeError, ArithmeticError) as error:
            signing_in = self._connection is None
            self.close()
            raise _translation(error, errors, signing_in=signing_in) from error


def connector() -> Any:
    """Import Snowflake's connector, or say how to install it."""
    try:
        module = import_module("snowflake.connector")
    except ModuleNotFoundError as error:
        message = "Snowflake's connector is not installed: pip install 'clientupdater[snowflake]'"
        raise Misconfigured([Fault("SNOWFLAKE_ACCOUNT", message)]) from error
    logging.getLogger("snowflake.connector").setLevel(logging.WARNING)  # it logs queries
    return module


def _translation(error: Exception, errors: Any, *, signing_in: bool) -> Error:
    number = getattr(error, "errno", None)
    if number == _UNREADABLE or isinstance(error, (ValueError, TypeError, ArithmeticError)):
        return _unusable(error, signing_in=signing_in and number is None)
    if number in _CANCELLED:
        message = "Snowflake took too long over a query; see SNOWFLAKE_STATEMENT_TIMEOUT_S."
        return Unavailable(NAME, message)
    if number in _OVER and not signing_in:
        return Unavailable(NAME, f"Our session with Snowflake is over ({number}); try again.")
    refused = isinstance(error, (errors.DatabaseError, errors.ForbiddenError))
    if not refused or isinstance(error, (errors.OperationalError, errors.InternalError)):
        return Unavailable(NAME, f"Snowflake does not answer{_numbered(number)}; try again.")
    return _refusal(error, number, signing_in=signing_in)


def _refusal(error: Exception, number: int | None, *, signing_in: bool) -> Error:
    if signing_in:
        message = "see SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and the key or token"
        return SourceRefused(f"Snowflake does not let us in{_numbered(number)}; {message}")
    why = _HELP.get(number or 0, "see what this query met with there")
    query = getattr(error, "sfqid", None) or "without an id"
    return SourceRefused(f"Snowflake refuses query {query}{_numbered(number)}: {why}")


def _numbered(number: int | None) -> str:
    """Give Snowflake's own error number, if there is one."""
    return f" ({number})" if number else ""


def _unusable(error: Exception, *, signing_in: bool) -> Error:
    """Distinguish an invalid key from a cell that Python cannot hold, such as the year 10000."""
    kind = type(error).__name__
    if not signing_in:
        return SourceMalformed(f"Snowflake sends a cell that cannot be read ({kind})")
    message = f"cannot be used ({kind}); expected a private key in PEM"
    return Misconfigured([Fault("SNOWFLAKE_PRIVATE_KEY_FILE", message)])
