"""A program of another team: it brings a source of its own, a ledger in JSON, and syncs from it.

    DATABASE_URL=… DATABASE_WORKER_URL=… LEDGER_TOKEN=… python ledger.py ledger.json

The database learns the name once, with the owner's login: `clientupdater sync add-source ledger`.
The token is of a user who may run syncs and change mappings.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clientupdater import App, Settings, open_command_app
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import SourceMalformed
from clientupdater.domain.sync.fields import Entry, Source
from clientupdater.domain.sync.jobs import SyncJob, SyncRequest
from clientupdater.domain.sync.mapping import require_columns
from clientupdater.ports.sources import Abilities, Fetch, RawRecord, SourcePage

NAME = Source("ledger")
PAGE = 500
MAPPING = (
    Entry("client_code", "no", ("trim", "upper")),
    Entry("full_name", "name", ("squeeze_spaces",)),
    Entry("company", "company", ("trim", "upper", "lookup:companies")),
    Entry("branch", "branch", ("lookup:branches",)),
    Entry("product", "product", ("lookup:products",)),
    Entry("contact_number", "phone", ("ph_number",)),
)


@dataclass(frozen=True)
class Ledger:
    """Clients from a file that holds a list of objects; each object is a client."""

    file: Path

    def abilities(self) -> Abilities:
        return Abilities(incremental=False, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        rows = self._rows()
        require_columns(columns, {name for row in rows for name in row})
        as_of = datetime.fromtimestamp(self.file.stat().st_mtime, UTC)
        return Fetch(as_of, stated_count=len(rows), columns=tuple(columns))

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        begin = int(position or 0)
        rows = self._rows()
        end = begin + PAGE
        return SourcePage(tuple(rows[begin:end]), str(end) if end < len(rows) else None)

    def one(self, code: str) -> RawRecord | None:
        return next((row for row in self._rows() if row["no"] == code), None)

    def _rows(self) -> list[RawRecord]:
        try:
            rows: list[RawRecord] = json.loads(self.file.read_text("utf-8"))
        except ValueError as error:
            raise SourceMalformed(f"{self.file.name} is not JSON; write it again.") from error
        return rows


def sync(app: App, caller: Caller) -> SyncJob:
    """Save the mapping, then read everything and apply the differences."""
    app.sync.mappings.save(caller, NAME, None, MAPPING)
    job = app.sync.runs.ask(caller, SyncRequest(NAME), enqueue=False)
    return app.sync.runs.run(job.id)


def main() -> None:
    ledger = Ledger(Path(sys.argv[1]))
    with open_command_app(Settings.from_mapping(os.environ), sources={NAME: ledger}) as app:
        caller = app.people.authenticate(os.environ["LEDGER_TOKEN"], Origin()).caller
        done = sync(app, caller)
    print(f"{done.state}: {done.counts.created} new, {done.counts.unchanged} unchanged")


if __name__ == "__main__":
    main()
