"""The query plans of statements as they ran: how much a page reads."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
from attrs import Factory, define
from psycopg.pq import Escaping

from clientupdater.adapters.postgres.core.connection import Command
from clientupdater.adapters.postgres.core.literals import written_out
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.core.transactions import TransactionControl
from clientupdater.adapters.postgres.read_models import PostgresReadModels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg.pq.abc import PGresult

    from clientupdater.adapters.postgres.core.connection import Connection, Row, Sent
    from clientupdater.adapters.postgres.core.repositories import PostgresTransaction


def models_of(tx: PostgresTransaction, explaining: Explaining) -> PostgresReadModels:
    """Make the read models of a transaction over a connection that explains."""
    control = TransactionControl(explaining)  # type: ignore[arg-type] # it stands in for one
    control.may_end = True
    return PostgresReadModels(control, tx.settings)


GROWING = (
    "clients",
    "client_period_status",
    "client_words",
    "activity_logs",
    "config_audit_log",
    "authorization_audit",
    "data_access_log",
)
"""Tables that grow with clients, or with what is done; the others stay small."""
_READING = re.compile(rb"\s*(with|select|execute)\b")

_numbers = count()

Plan = dict[str, Any]


@define(eq=False)
class Explaining:
    """A connection that explains each statement that reads, then runs it."""

    connection: Connection
    plans: list[Plan] = Factory(list)
    _names: dict[bytes, bytes] = Factory(dict)
    """Of the statements that it prepared, by their text."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(
        self, statement: bytes, params: Mapping[str, object] | None = None, *, prepare: Any = None
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        """Explain and run; what is prepared is planned without its values."""
        text = statement
        if params:
            known = Statement.of(statement.decode())
            if prepare is False:
                text = written_out(self.connection, known, params).encode()
            else:
                text = self._executed(Command.of(known, params))
        self._explain(text)
        return self.connection.execute(text, prepare=False)

    def send(self, commands: Sequence[Sent]) -> list[PGresult]:
        """Explain and run commands, but not the commit after them."""
        run = [each for each in commands if each != "commit"]
        for each in run:
            self._explain(each.encode() if isinstance(each, str) else self._executed(each))
        results = self.connection.send(run)
        return results if len(run) == len(commands) else [*results, results[-1]]

    def send_for_last(self, commands: Sequence[Sent]) -> PGresult:
        """Explain and run commands; give the result of the last."""
        return self.send(commands)[-1]

    def read(self, statement: Statement, params: Mapping[str, object]) -> list[Row]:
        """Explain a statement as it is prepared, and run it."""
        self._explain(self._executed(Command.of(statement, params)))
        return self.connection.read(statement, params)

    def _executed(self, command: Command) -> bytes:
        name, escape = self._prepared(command.statement.text), Escaping(self.connection.pgconn)
        values = [b"null" if v is None else escape.escape_literal(v) for v in command.values]
        return b"execute %b(%b)" % (name, b", ".join(values)) if values else b"execute " + name

    def _prepared(self, text: bytes) -> bytes:
        if text not in self._names:
            name = self._names[text] = b"explained_%d" % next(_numbers)
            self.connection.execute(b"prepare %b as %b" % (name, text), prepare=False)
        return self._names[text]

    def _explain(self, text: bytes) -> None:
        if _READING.match(text):
            explain = b"explain (analyze, buffers, format json) " + text
            ((plan,),) = self.connection.execute(explain, prepare=False).fetchall()
            self.plans.append(plan[0]["Plan"])

    @property
    def nodes(self) -> list[Plan]:
        """Every node of every plan, with what row-level security looks up."""
        assert self.plans, "no statement was explained"
        return [node for plan in self.plans for node in _nodes(plan)]

    @property
    def rows_read(self) -> int:
        """Rows of growing tables that were read, whether they matched or not."""
        return sum(_read(node) for node in self.nodes if _table(node) in GROWING)

    @property
    def blocks(self) -> int:
        """Blocks that were read, with those of index entries that were skipped."""
        assert self.plans, "no statement was explained"
        return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self.plans)

    @property
    def tables_scanned(self) -> set[str]:
        """Growing tables that were scanned as a whole."""
        return {
            node["Relation Name"]
            for node in self.nodes
            if node["Node Type"] == "Seq Scan"
            and node["Relation Name"] in GROWING
            and node["Actual Loops"]
        }


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _read(node: Plan) -> int:
    if node["Node Type"] == "Bitmap Heap Scan":
        return 0  # its index scan below counts
    left = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    each = node["Actual Rows"] + sum(node.get(name, 0) for name in left)
    return int(each * node["Actual Loops"])


def _table(node: Plan) -> str | None:
    """Name the table, for a bitmap by the name of its index."""
    if node["Node Type"] != "Bitmap Index Scan":
        return node.get("Relation Name")
    items = [table for table in GROWING if node["Index Name"].startswith(table)]
    return max(items, key=len, default=None)
