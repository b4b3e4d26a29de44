"""A world of random work: updates, voids, reopenings, moves and exemptions, by the use cases."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from attrs import define, field

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import Error
from clientupdater.domain.events import Promise
from clientupdater.domain.periods import Period
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.http.routes.clients import ClientFilters, filter_of
from clientupdater.entrypoints.structuring import structured_words
from clientupdater.ports.filter_codec import filter_words
from clientupdater.ports.lists import ClientQuery
from tests.support.staff_fixture import Staff, staffed
from tests.support.stores import VAULT
from tests.support.sync_fixture import MANILA, Syncing, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.client_filter import ClientFilter
    from tests.support.servers import Database

NOVEMBER = Period.month(2026, 11)
CODES = tuple(f"FC-{n:03}" for n in range(12))
BRANCHES = ("CAL", "DAV", "BAG")
_THRESHOLDS = {
    "signals.records": 3,
    "signals.same_remark": 2,
    "signals.unreachable": 1,
    "signals.fewest_records": 2,
    "signals.last_day_percent": 1,
    "signals.outcome_factor": 1,
}
_UPDATES = (
    {"status": "CALLED"},
    {"status": "CALLED", "remarks": "No answer"},
    {"status": "UPDATED", "has_payment": True},
    {"status": "TO_FOLLOW", "next_follow_up_on": 1},
    {"status": "CALLED", "promise": 2},
    {"status": "DONE", "reason": "CONFIRMED"},
    {"status": "DONE", "reason": "NOT_REACHABLE", "remarks": "Gone"},
    {"status": "DONE", "reason": "DECEASED"},
)


@define
class ReportWorld:
    """Three branches with twelve clients, and people who work on them."""

    staff: Staff
    syncing: Syncing
    random: Random
    people: list[PersonId] = field(factory=list)

    def hire(self, *rights: str, branches: tuple[str, ...] = ()) -> PersonId:
        person = self.staff.hire(*rights)
        for branch in branches:
            self.staff.run(
                "insert into user_branches (user_id, branch_id)"
                " values (%s, (select id from branches where code = %s))",
                person,
                branch,
            )
        return person

    def caller(self, person: PersonId) -> Caller:
        token = self.staff.session(person)
        return self.staff.app.people.authenticate(token, Origin()).caller

    def begin(self) -> None:
        """Let the clients arrive, so that their rows are opened."""
        for code in CODES:
            owed = str(self.random.choice((0, 500, 3000, 30_000, 90_000)))
            branch = self.random.choice(BRANCHES)
            self.syncing.says(record(code, branch_code=branch, past_due_amount=owed))
        self.syncing.run()

    def loosen_signals(self) -> None:
        """Set the thresholds so low that the few records of this world make signals."""
        for key, value in _THRESHOLDS.items():
            self.staff.run(
                "insert into config_settings (key, value, value_type) values (%s, %s, 'number')",
                key,
                str(value),
            )

    def work(self, steps: int) -> None:
        callers = [self.caller(person) for person in self.people]
        for _ in range(steps):
            self.staff.clock.forward(minutes=self.random.choice((1, 30, 300)))
            self.random.choice((self._update, self._update, self._correct, self._change))(callers)

    def _update(self, callers: list[Caller]) -> None:
        caller, code = self.random.choice(callers), self.random.choice(CODES)
        values: dict[str, Any] = dict(self.random.choice(_UPDATES))
        today = self.staff.clock.now().astimezone(MANILA).date()
        if days := values.pop("promise", 0):
            values["promise"] = Promise(today + timedelta(days=days))
        if days := values.get("next_follow_up_on"):
            values["next_follow_up_on"] = today + timedelta(days=days)
        tracking = self.staff.app.tracking
        with suppress(Error):
            tracking.record(caller, code, NOVEMBER, StatusUpdate(**values), self._version(code))

    def _correct(self, callers: list[Caller]) -> None:
        caller, code = self.random.choice(callers), self.random.choice(CODES)
        tracking, version = self.staff.app.tracking, self._version(code)
        with suppress(Error):
            if self.random.random() < 0.5:
                tracking.reopen(caller, code, NOVEMBER, "Again", version)
            else:
                tracking.void(caller, code, NOVEMBER, version, "A mistake", version)

    def _change(self, callers: list[Caller]) -> None:
        """Let the source move a client, or stop and begin to track it."""
        del callers
        code = self.random.choice(CODES)
        known = self.syncing.records[code]
        known |= self.random.choice(
            (
                {"BRANCH_CODE": self.random.choice(BRANCHES)},
                {"PAR_STATUS": "tele_hardcore"},
                {"PAR_STATUS": "tele_130"},
            )
        )
        known["UPDATED_AT"] = self.staff.clock.now()
        self.syncing.run()

    def _version(self, code: str) -> int:
        return int(
            self.staff.one(
                "select coalesce(max(s.version), 0) from client_period_status s"
                " join clients c on c.id = s.client_id where c.client_code = %s",
                code,
            )
        )

    def listed(self, caller: Caller, wanted: ClientFilter) -> list[Any]:
        """List the clients of a figure's filter, as it goes out over HTTP and comes back."""
        filters = structured_words(filter_words(wanted), ClientFilters)
        query = ClientQuery(filter=filter_of(caller, filters), limit=200)
        return list(self.staff.app.clients.directory.list(caller, query).items)


@contextmanager
def report_world(database: Database, seed: int) -> Iterator[ReportWorld]:
    """Let three weeks of November pass."""
    with staffed(database, MANILA, VAULT) as staff:
        staff.clock.moment = datetime(2026, 11, 2, 1, tzinfo=UTC)
        work = staff.app.worklist.work
        assert isinstance(work, PostgresUnitsOfWork)
        syncing = Syncing(work, database.superuser_url, staff.clock).set_up()
        yield ReportWorld(staff, syncing, Random(seed))  # noqa: S311 — no secret
