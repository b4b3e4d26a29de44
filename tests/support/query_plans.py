"""The query plans of statements as they ran: how much a page reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import Factory, define
from psycopg.sql import Literal

from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.read_models import PostgresReadModels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientupdater.adapters.postgres.core.unit_of_work import PostgresTransaction


def models_of(tx: PostgresTransaction, explaining: Explaining) -> PostgresReadModels:
    """Make the read models of a transaction over a connection that explains."""
    return PostgresReadModels(explaining, tx.settings, lambda _: explaining)  # type: ignore[arg-type, return-value] # it stands in for both


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

Plan = dict[str, Any]
Found: TypeAlias = list[tuple[Any, ...]]


@define
class Explaining:
    """A connection, and its raw cursors, that explain what they run, then run it."""

    connection: psycopg.Connection[tuple[Any, ...]]
    plans: list[Plan] = Factory(list)

    def execute(
        self,
        statement: bytes,
        params: Mapping[str, object] | Sequence[object] | None = None,
        *,
        prepare: Any = None,
    ) -> psycopg.Cursor[tuple[Any, ...]] | psycopg.RawCursor[tuple[Any, ...]]:
        """Explain and run; a prepared statement is planned without its values."""
        if statement.startswith(b"set "):
            return self.connection.execute(statement)
        text, values = statement, params or ()
        if isinstance(params, Mapping):
            named = Statement.of(statement.decode())
            text, values = named.text, named.values(params)
        explained = self._with_values if prepare is False else self._as_kept
        ((plan,),) = explained(b"explain (analyze, buffers, format json) ", text, [*values])
        self.plans.append(plan[0]["Plan"])
        return self._raw.execute(text, values, prepare=prepare)

    @property
    def _raw(self) -> psycopg.RawCursor[tuple[Any, ...]]:
        return psycopg.RawCursor(self.connection)

    def _with_values(self, explain: bytes, text: bytes, values: list[object]) -> Found:
        return self._raw.execute(explain + text, values, prepare=False).fetchall()

    def _as_kept(self, explain: bytes, text: bytes, values: list[object]) -> Found:
        self.connection.execute(b"prepare page as " + text)
        literals = ", ".join(Literal(value).as_string(self.connection) for value in values)
        message = f"({literals})" if values else ""
        rows = self.connection.execute(explain + f"execute page{message}".encode()).fetchall()
        self.connection.execute("deallocate page")
        return rows

    @property
    def nodes(self) -> list[Plan]:
        """Every node of every plan, with what row-level security looks up."""
        return [node for plan in self.plans for node in _nodes(plan)]

    @property
    def rows_read(self) -> int:
        """Rows of growing tables that were read, whether they matched or not."""
        return sum(_read(node) for node in self.nodes if _table(node) in GROWING)

    @property
    def blocks(self) -> int:
        """Blocks that were read, with those of index entries that were skipped."""
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
