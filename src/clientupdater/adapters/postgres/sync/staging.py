"""One run's records beside the clients: staged by COPY, compared and applied set-based."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from attrs import Factory, define

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.columns import PIECES
from clientupdater.adapters.postgres.sync.copy_text import (
    REFUSED,
    SEALED,
    STAGE,
    Numbers,
    refused_lines,
    stage_lines,
)
from clientupdater.adapters.postgres.sync.fingerprints import SEEN, Fingerprints
from clientupdater.adapters.postgres.tracking.columns import period_columns
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import cycle_takes_effect
from clientupdater.domain.sync.fields import Field
from clientupdater.domain.sync.jobs import SyncCounts
from clientupdater.domain.sync.outcome import EXAMPLES, Effect, Outcome
from clientupdater.ports.sync import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.sync.absence import FetchSummary
    from clientupdater.domain.sync.mapping import Reject, Row
    from clientupdater.ports.sync import InputPage, Numbered, Work

COMPARE = named_queries("sync/compare.sql", PIECES)
APPLY = named_queries("sync/apply.sql", {**TRACKING, **PIECES})
ROWS = named_queries("sync/rows.sql", TRACKING)

AT_ONCE = 5_000
"""How many numbers are sealed at once."""
ROW_EFFECTS = ("opened", "exempted", "restored", "moved")
CONFLICT, EXCEPTION = "contact_conflicts", "terminal_exceptions"


@define(eq=False)
class PostgresStaging:
    """The temporary tables of one run, which end with its transaction."""

    _connection: Connection
    _vault: Vault
    _work: Work
    _marks: Fingerprints
    _params: dict[str, Any]
    _numbers: Numbers = Factory(Numbers)

    @classmethod
    def begun(cls, connection: Connection, vault: Vault, work: Work) -> PostgresStaging:
        """Create the tables; other runs wait from here on."""
        for name in ("wait_for_turn", "settings", "stage", "refused", "seen", "owned"):
            connection.execute(COMPARE[name])
        for company in work.terms.companies:
            fields = [str(each) for each in work.terms.of(company).owned]
            connection.execute(COMPARE["put_owned"], {"company": company, "fields": fields})
        marks = Fingerprints.of(connection, vault, work.job.request, work.terms)
        return cls(connection, vault, work, marks, _params_of(work))

    def news(self, page: InputPage) -> Sequence[Numbered]:
        changed, unchanged = self._marks.news(page)
        if unchanged:
            with self._connection.cursor().copy(SEEN) as copy:
                copy.write(b"".join(unchanged))
        return changed

    def take(self, rows: Sequence[Row], rejects: Sequence[Reject]) -> None:
        with self._connection.cursor().copy(STAGE) as copy:
            for share in stage_lines(rows, self._numbers, self._vault, self._marks.of_row):
                copy.write(share)
        if rejects:
            with self._connection.cursor().copy(REFUSED) as copy:
                copy.write(refused_lines(rejects))

    def compare(self, fetch: FetchSummary) -> Comparison:
        """Find what differs, who is new and who is gone; hold whom it will write."""
        self._params |= {"as_of": fetch.as_of, "marks": fetch.marks_absent}
        self._do(COMPARE, "measure", "measure_seen", "recall")
        self._do(COMPARE, "refuse_twice", "refuse_unfit", "refuse_torn")
        self._do(COMPARE, "leave_to_others", "forget_refused", "keep_refused")
        self._do(COMPARE, "look", "measure_found", "look_for_gone")
        self._do(COMPARE, "lock_clients", "settle", "measure_change")
        return Comparison(self._counts(COMPARE, "deactivated"), self._counts(COMPARE, "active"))

    def apply(
        self, writable: Mapping[CompanyId, Sequence[Period]], *, moves_watermark: bool
    ) -> Outcome:
        self._do(APPLY, "begin_undoable", "effects", "sealed_numbers")
        self._seal()
        self._do(APPLY, "list_created", "list_changed", "list_vanished")
        self._do(APPLY, "create_clients", "deactivate_gone", "write_history")
        self._do(APPLY, "note_sources", "note_new_sources", "note_same", "note_missing")
        self._do(APPLY, "end_assignments")
        if moves_watermark:
            self._do(APPLY, "move_watermarks")
        # From here on rows of periods are locked, by the triggers that run at the commit (Y9).
        # Every writer of several clients' rows locks openings out before it locks a row.
        self._connection.execute(TRACKING["lock_openings"])
        self._do(APPLY, "change_clients")
        self._apply_to_rows(writable)
        return self._outcome()

    def undo(self) -> None:
        self._connection.execute(APPLY["undo"])

    # --- pieces

    def _do(self, queries: Mapping[str, LiteralString], *names: str) -> None:
        for name in names:
            self._connection.execute(queries[name], self._params)

    def _counts(self, queries: Mapping[str, LiteralString], name: str) -> dict[str, int]:
        return dict(self._connection.execute(queries[name], self._params).fetchall())

    def _seal(self) -> None:
        """Seal the numbers to be written, each for its own client (C3)."""
        with self._connection.cursor("numbers_needed") as needed:
            needed.execute(APPLY["numbers_needed"])
            while some := needed.fetchmany(AT_ONCE):
                with self._connection.cursor().copy(SEALED) as copy:
                    copy.write("".join(self._sealed_line(*each) for each in some))

    def _sealed_line(self, client: UUID, row: int) -> str:
        sealed = self._vault.sealed(self._numbers.get(row), ClientId(client))
        return f"{client}\t\\\\x{sealed.ciphertext.hex()}\n"

    def _apply_to_rows(self, writable: Mapping[CompanyId, Sequence[Period]]) -> None:
        self._do(ROWS, "touched", "measure_touched")
        for period in self._work.due:
            from_day = max(self._work.today, period.first_day)
            values = {**period_columns(period), "from_day": from_day, "now": self._work.now}
            self._connection.execute(ROWS["open"], values)
        pairs = [(company, each) for company, periods in writable.items() for each in periods]
        self._params["companies"] = [company for company, _ in pairs]
        self._params["periods"] = [str(period) for _, period in pairs]
        self._do(ROWS, "rows_due", "lock_rows", "settle_rows", "move_rows")

    def _outcome(self) -> Outcome:
        kinds = self._connection.execute(APPLY["count_kinds"]).fetchall()
        lines = {kind: count for kind, count, _ in kinds}
        ((received, rejected, missing, exceptions),) = self._all("count_records")
        ((updated,),) = self._all("count_updated")
        ((hash_,),) = self._all("hash")
        return Outcome(
            counts=SyncCounts(
                received=received,
                created=lines.get("created", 0),
                updated=updated,
                reappeared=lines.get("reappeared", 0),
                rejected=rejected,
                missing=missing,
                vanished=lines.get("vanished", 0),
            ),
            hash=hash_,
            by_field=self._counts(APPLY, "count_fields"),
            consequences={
                **{kind: lines.get(kind, 0) for kind in ROW_EFFECTS},
                EXCEPTION: exceptions,
                CONFLICT: lines.get("contact_conflict", 0),
            },
            rejects={
                f"{column} {reason}".strip(): count
                for column, reason, count in self._all("count_reasons")
            },
            examples=self._examples(),
        )

    def _all(self, name: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(APPLY[name], self._params).fetchall()

    def _examples(self) -> dict[str, tuple[Effect, ...]]:
        by_kind: dict[str, list[Effect]] = {}
        self._params["at_most"] = EXAMPLES
        for kind, code, what, before, after in self._all("examples"):
            by_kind.setdefault(kind, []).append(Effect(code, what, before, after))
        return {kind: tuple(effects) for kind, effects in by_kind.items()}


def _params_of(work: Work) -> dict[str, Any]:
    job = work.job
    return {
        "job": job.id,
        "source": str(job.request.source),
        "company": job.request.company,
        "now": work.now,
        "next_month": cycle_takes_effect(work.today),
        "code_column": work.terms.general.column_of(Field.CLIENT_CODE),
        "company_column": work.terms.general.column_of(Field.COMPANY),
        "product_column": work.terms.general.column_of(Field.PRODUCT),
    }
