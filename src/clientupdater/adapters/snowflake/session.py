"""A session with Snowflake: opened when it is needed, its failures in our words.

The connector takes half a second to import, and not every installation has it: it is imported when
the first session is opened.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import define, field

from clientupdater.domain.errors import Error, Fault, Misconfigured, SourceRefused, Unavailable
from clientupdater.ports.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientupdater.adapters.snowflake.account import Account

NAME = "Snowflake"
_log = logging.getLogger(__name__)

_NOT_THERE, _NO_WAREHOUSE = 2003, 606
_CANCELLED = frozenset({604, 630})
_HELP: Mapping[int, str] = {
    _NOT_THERE: "the view is not there, or not for our role: see SNOWFLAKE_CLIENT_VIEW and grants",
    _NO_WAREHOUSE: "no warehouse runs for us: see SNOWFLAKE_WAREHOUSE and grants",
}


@define
class Session:
    """Runs statements over one connection, which it opens anew after a failure."""

    account: Account
    _connection: Any = field(default=None, init=False, repr=False)

    def run(self, statement: str, given: Sequence[object] = ()) -> Any:
        """Run a statement; give the cursor that holds its result."""
        patience = max(1, int(seconds_left(self.account.statement_timeout_s) or 0))
        with self._translated():
            cursor = self._connected().cursor()
            cursor.execute(statement, tuple(given), timeout=patience)
        _log.info("a query ran in Snowflake", extra={"query_id": cursor.sfqid})
        return cursor

    def result_of(self, query: str) -> Any:
        """Give the result of a query that ran before, in whichever session; Snowflake keeps it."""
        with self._translated():
            connection = self._connected()
            # The connector would wait 100 s for a query that Snowflake knows nothing of any more.
            if connection.get_query_status(query).name == "NO_DATA":
                raise SourceRefused(f"Snowflake knows no query {query}")
            cursor = connection.cursor()
            cursor.get_results_from_sfqid(query)
        return cursor

    def fetch(self, cursor: Any, number: int) -> list[tuple[Any, ...]]:
        """Read so many rows of a result, or those that are left."""
        with self._translated():
            rows: list[tuple[Any, ...]] = cursor.fetchmany(number)
        return rows

    def close(self) -> None:
        """Let the connection go; one that is broken already is no matter."""
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
        """Say in our words what went wrong, and never what Snowflake quotes."""
        errors = connector().errors
        try:
            yield
        except Error:
            raise
        except (errors.Error, OSError, ValueError, TypeError) as error:
            signing_in = self._connection is None
            self.close()
            raise _translation(error, errors, signing_in=signing_in) from error


def connector() -> Any:
    """Import Snowflake's connector, or say how to get it."""
    try:
        found = import_module("snowflake.connector")
    except ModuleNotFoundError as error:
        told = "Snowflake's connector is not installed: pip install 'clientupdater[snowflake]'"
        raise Misconfigured([Fault("SNOWFLAKE_ACCOUNT", told)]) from error
    logging.getLogger("snowflake.connector").setLevel(logging.WARNING)  # it writes queries down
    return found


def _translation(error: Exception, errors: Any, *, signing_in: bool) -> Error:
    if isinstance(error, (ValueError, TypeError)):
        told = f"cannot be used ({type(error).__name__}); expected a private key in PEM"
        return Misconfigured([Fault("SNOWFLAKE_PRIVATE_KEY_FILE", told)])
    number = getattr(error, "errno", None)
    if number in _CANCELLED:
        told = "Snowflake took too long over a query; see SNOWFLAKE_STATEMENT_TIMEOUT_S."
        return Unavailable(NAME, told)
    refused = isinstance(error, (errors.DatabaseError, errors.ForbiddenError))
    if not refused or isinstance(error, (errors.OperationalError, errors.InternalError)):
        return Unavailable(NAME, f"Snowflake does not answer{_numbered(number)}; try again.")
    if signing_in:
        told = "see SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and the key or token"
        return SourceRefused(f"Snowflake does not let us in{_numbered(number)}; {told}")
    why = _HELP.get(number or 0, "see what this query met with there")
    query = getattr(error, "sfqid", None) or "without an id"
    return SourceRefused(f"Snowflake refuses query {query}{_numbered(number)}: {why}")


def _numbered(number: int | None) -> str:
    """Name Snowflake's own number, where it gave one."""
    return f" ({number})" if number else ""
