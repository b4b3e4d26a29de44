"""What every store of clients, rows and events keeps to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

import pytest
from attrs import evolve, frozen

from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import Channel, EventKind, ExemptCause, Promise, fold
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.tracking import (
    Change,
    PeriodRow,
    note_payment,
    opened,
    record,
    reopen,
    revive,
    settle,
    void,
)
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.builders import (
    ANA,
    BEN,
    CALOOCAN,
    DAVAO,
    NOVEMBER,
    manila,
    moved,
    write_context,
)
from tests.support.stores import Store, newcomer

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.unit_of_work import RowSecurityScope, Transaction

OCTOBER, QUARTER = Period.month(2026, 10), Period.quarter(2026, 4)
CALLED = StatusUpdate(status="CALLED")
PAID = StatusUpdate(status="DONE", reason="FULLY_PAID")


def opening(store: Store, client: Client, period: Period = NOVEMBER) -> PeriodRow:
    """Open a client's row and keep it."""
    with store.work.begin(SYSTEM) as tx:
        return tx.rows.open(client, period, opened(client, write_context(manila(1), by=None)))


def recording(tx: Transaction, row: PeriodRow, update: StatusUpdate, now: datetime) -> PeriodRow:
    """Record an update within a unit of work."""
    change = record(row, update, tx.settings.statuses(), write_context(now))
    return tx.rows.append(row, change)


def kept(store: Store, client: Client, period: Period = NOVEMBER) -> PeriodRow:
    """Read a row that must be there."""
    with store.work.begin(SYSTEM) as tx:
        row = tx.rows.find(client.id, period)
    assert row is not None
    return row


# --- absence -------------------------------------------------------------------------------


def test_an_unknown_row_is_none_and_no_error(store: Store) -> None:
    nobody = ClientId(uuid4())
    with store.work.begin(SYSTEM) as tx:
        assert tx.clients.find(nobody) is None
        assert tx.clients.by_code("FC-NOBODY") is None
        assert tx.rows.find(nobody, NOVEMBER) is None
        assert list(tx.rows.of_client(nobody)) == []
        assert tx.rows.history(nobody, NOVEMBER) == ()


def test_a_row_of_an_unknown_client_cannot_be_opened(store: Store) -> None:
    nobody = newcomer(Forgetful(store.fcash))
    with pytest.raises(NotFound), store.work.begin(SYSTEM) as tx:
        tx.rows.open(nobody, NOVEMBER, opened(nobody, write_context()))


@frozen
class Forgetful:
    """A book that forgets whom it is given."""

    fcash: CompanyId

    def add(self, client: Client) -> Client:
        return client


def test_an_event_of_a_row_that_was_never_opened_is_not_found(store: Store) -> None:
    client = newcomer(store)
    opened_event = opened(client, write_context())
    row = PeriodRow(client.id, client.company, NOVEMBER, fold([opened_event]))
    with pytest.raises(NotFound), store.work.begin(SYSTEM) as tx:
        recording(tx, row, CALLED, manila(5))


# --- what is kept --------------------------------------------------------------------------


def test_a_client_is_found_by_identity_and_by_code(store: Store) -> None:
    client = newcomer(
        store, assigned_to=ANA, cycle_from=date(2026, 12, 1), par_trackable=True, is_active=False
    )
    with store.work.begin(SYSTEM) as tx:
        assert tx.clients.find(client.id) == client
        assert tx.clients.by_code(client.code) == client


def test_a_client_without_product_or_par_status_is_kept_as_such(store: Store) -> None:
    client = newcomer(store, cycle=None, par_trackable=False, is_deleted=True)
    with store.work.begin(SYSTEM) as tx:
        assert tx.clients.find(client.id) == client


def test_the_catalogue_holds_the_rules_of_the_seed(store: Store) -> None:
    with store.work.begin(SYSTEM) as tx:
        statuses = tx.settings.statuses()
    assert statuses.choose("DONE", "DECEASED", None, store.pcni).is_terminal
    assert statuses.choose("VISITED", None, None, store.fcash).status == "VISITED"
    with pytest.raises(Exception, match="not for clients of this company"):
        statuses.choose("VISITED", None, None, store.pcni)
    with pytest.raises(Exception, match="DONE with NOT_REACHABLE needs remarks"):
        statuses.choose("DONE", "NOT_REACHABLE", None, store.fcash)
    with pytest.raises(Exception, match="Choose one of TO_FOLLOW, CALLED, UPDATED, DONE"):
        statuses.choose("CALED", None, None, store.pcni)


def test_P4_an_opened_row_is_pending_at_version_0(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    assert (row.snapshot.status, row.snapshot.version) == ("PENDING", 0)
    assert kept(store, client) == row


def test_P3_a_row_of_a_period_is_opened_once(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    with pytest.raises(AlreadyExists, match="2026-11"):
        opening(store, client)
    assert kept(store, client) == row


def test_everything_that_an_event_says_is_kept(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    update = StatusUpdate(
        status="TO_FOLLOW",
        remarks="call after payday",
        has_payment=False,
        occurred_at=manila(4, 15, 30),
        channel=Channel.CALL,
        next_follow_up_on=date(2026, 11, 16),
        promise=Promise(date(2026, 11, 15), Decimal("1500.50")),
    )
    with store.work.begin(SYSTEM) as tx:
        change = record(row, update, tx.settings.statuses(), write_context(manila(5)))
        after = tx.rows.append(row, change)
    with store.work.begin(SYSTEM) as tx:
        assert tx.rows.history(client.id, NOVEMBER)[-1] == change.event
        assert tx.rows.find(client.id, NOVEMBER) == after
    assert after.snapshot == change.snapshot


@pytest.mark.rule("S9", "S14")
def test_every_kind_of_event_is_kept_and_the_snapshot_stays_its_fold(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    with store.work.begin(SYSTEM) as tx:
        statuses = tx.settings.statuses()
        history = tx.rows.history(client.id, NOVEMBER)
    for day, happens in enumerate(_everything(client, statuses), start=2):
        change = happens(row, history, day)
        assert change is not None
        with store.work.begin(SYSTEM) as tx:
            row = tx.rows.append(row, change)
        with store.work.begin(SYSTEM) as tx:
            history = tx.rows.history(client.id, NOVEMBER)
            assert tx.rows.find(client.id, NOVEMBER) == row
        assert history[-1] == change.event
        assert fold(history) == row.snapshot
    assert [event.sequence for event in history] == list(range(10))
    assert {event.kind for event in history} == set(EventKind)


Happening: TypeAlias = "Callable[[PeriodRow, History, int], Change | None]"


def _everything(client: Client, statuses: StatusCatalogue) -> list[Happening]:
    """List one happening of each kind, in an order in which they can follow each other."""
    gone = evolve(client, has_terminal_outcome=True)

    def ben(day: int) -> WriteContext:
        return write_context(manila(day), by=BEN, may_correct=True)

    def nobody(day: int) -> WriteContext:
        return write_context(manila(day), by=None)

    return [
        lambda row, _, day: record(row, CALLED, statuses, ben(day)),
        lambda row, _, day: note_payment(row, manila(1), nobody(day)),
        lambda row, history, day: void(row, history, 1, "not hers", ben(day)),
        lambda row, _, day: moved(row, DAVAO, nobody(day)),
        lambda row, _, day: settle(row, ExemptCause.PAR_STATUS, nobody(day)),
        lambda row, _, day: settle(row, None, nobody(day)),
        lambda row, _, day: record(row, PAID, statuses, ben(day)),
        lambda row, history, day: reopen(row, history, "by mistake", ben(day)),
        lambda row, _, day: revive(row, gone, "again", ben(day)),
    ]


@pytest.mark.rule("S9")
def test_two_events_of_one_moment_leave_the_snapshot_their_fold(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    with store.work.begin(SYSTEM) as tx:
        row = recording(tx, row, CALLED, manila(5))
        row = tx.rows.append(row, moved(row, DAVAO, write_context(manila(5), by=None)))
    with store.work.begin(SYSTEM) as tx:
        assert fold(tx.rows.history(client.id, NOVEMBER)) == row.snapshot
    assert kept(store, client) == row


# --- ordering ------------------------------------------------------------------------------


def test_a_clients_rows_come_with_the_latest_period_first(store: Store) -> None:
    client = newcomer(store)
    for period in (OCTOBER, Period.month(2025, 12), NOVEMBER, QUARTER):
        opening(store, client, period)
    with store.work.begin(SYSTEM) as tx:
        periods = [str(row.period) for row in tx.rows.of_client(client.id)]
    assert periods == ["2026-11", "2026-Q4", "2026-10", "2025-12"]


def test_events_come_in_sequence_and_each_row_has_its_own(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    opening(store, client, OCTOBER)
    with store.work.begin(SYSTEM) as tx:
        for minute in range(1, 5):
            row = recording(tx, row, CALLED, manila(5, 9, minute))
    with store.work.begin(SYSTEM) as tx:
        assert [e.sequence for e in tx.rows.history(client.id, NOVEMBER)] == [0, 1, 2, 3, 4]
        assert [e.sequence for e in tx.rows.history(client.id, OCTOBER)] == [0]


# --- all or nothing ------------------------------------------------------------------------


class Mishap(Exception):
    """Something goes wrong half-way."""


def test_an_exception_rolls_everything_back(store: Store) -> None:
    client, other = newcomer(store), newcomer(store)
    row = opening(store, client)

    def go_wrong() -> None:
        with store.work.begin(SYSTEM) as tx:
            recording(tx, row, CALLED, manila(5))
            tx.rows.open(other, NOVEMBER, opened(other, write_context()))
            raise Mishap

    with pytest.raises(Mishap):
        go_wrong()
    assert kept(store, client) == row
    with store.work.begin(SYSTEM) as tx:
        assert tx.rows.find(other.id, NOVEMBER) is None
        assert len(tx.rows.history(client.id, NOVEMBER)) == 1


def test_a_unit_of_work_reads_its_own_writes_and_others_only_after_the_commit(
    store: Store,
) -> None:
    client = newcomer(store)
    row = opening(store, client)
    with store.work.begin(SYSTEM) as tx:
        after = recording(tx, row, CALLED, manila(5))
        assert tx.rows.find(client.id, NOVEMBER) == after
        assert kept(store, client) == row
    assert kept(store, client) == after


def test_a_refused_opening_leaves_the_unit_of_work_usable(store: Store) -> None:
    client, nobody = newcomer(store), newcomer(Forgetful(store.fcash))
    with store.work.begin(SYSTEM) as tx:
        with pytest.raises(NotFound):
            tx.rows.open(nobody, NOVEMBER, opened(nobody, write_context()))
        tx.rows.open(client, NOVEMBER, opened(client, write_context()))
    assert kept(store, client).snapshot.version == 0


# --- conflict ------------------------------------------------------------------------------


def test_S10_a_row_that_has_moved_on_refuses_and_writes_nothing(store: Store) -> None:
    client = newcomer(store)
    stale = opening(store, client)
    with store.work.begin(SYSTEM) as tx:
        current = recording(tx, stale, CALLED, manila(5))
    with pytest.raises(VersionConflict) as conflict, store.work.begin(SYSTEM) as tx:
        recording(tx, stale, CALLED, manila(6))
    assert (conflict.value.provided, conflict.value.current) == (0, 1)
    assert conflict.value.snapshot == current.snapshot
    with store.work.begin(SYSTEM) as tx:
        assert len(tx.rows.history(client.id, NOVEMBER)) == 2


def race(*racers: Callable[[], None]) -> list[Exception]:
    """Let threads go at once; give back what each of the losers met."""
    barrier = Barrier(len(racers))
    met: list[Exception] = []

    def run(racer: Callable[[], None]) -> None:
        barrier.wait(timeout=10)
        try:
            racer()
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            met.append(error)

    threads = [Thread(target=run, args=(racer,)) for racer in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    return met


def test_S10_of_two_writers_of_the_same_version_one_wins(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    both_have_read = Barrier(2)

    def write() -> None:
        with store.work.begin(SYSTEM) as tx:
            seen = tx.rows.find(client.id, NOVEMBER)
            both_have_read.wait(timeout=10)
            assert seen == row
            recording(tx, seen, CALLED, manila(5))

    (met,) = race(write, write)
    assert isinstance(met, VersionConflict)
    with store.work.begin(SYSTEM) as tx:
        assert [e.sequence for e in tx.rows.history(client.id, NOVEMBER)] == [0, 1]


def test_S9_writers_in_turn_leave_no_gap(store: Store) -> None:
    client = newcomer(store)
    opening(store, client)

    def write_five() -> None:
        done = 0
        while done < 5:
            try:
                with store.work.begin(SYSTEM) as tx:
                    seen = tx.rows.find(client.id, NOVEMBER)
                    assert seen is not None
                    recording(tx, seen, CALLED, manila(5))
                done += 1
            except VersionConflict:
                continue

    assert race(write_five, write_five, write_five) == []
    with store.work.begin(SYSTEM) as tx:
        history = tx.rows.history(client.id, NOVEMBER)
    assert [event.sequence for event in history] == list(range(16))
    assert kept(store, client).snapshot.version == 15


def test_P3_of_two_openings_of_the_same_row_one_wins(store: Store) -> None:
    client = newcomer(store)
    (met,) = race(lambda: _open(store, client), lambda: _open(store, client))
    assert isinstance(met, AlreadyExists)
    with store.work.begin(SYSTEM) as tx:
        assert len(tx.rows.history(client.id, NOVEMBER)) == 1


def _open(store: Store, client: Client) -> None:
    opening(store, client)


def test_a_writer_waits_for_the_one_before_and_goes_on_when_that_one_gives_up(
    store: Store,
) -> None:
    client = newcomer(store)
    row = opening(store, client)
    first_has_written = Barrier(2)

    def give_up() -> None:
        with store.work.begin(SYSTEM) as tx:
            recording(tx, row, CALLED, manila(5))
            first_has_written.wait(timeout=10)
            raise Mishap

    def go_on() -> None:
        first_has_written.wait(timeout=10)
        with store.work.begin(SYSTEM) as tx:
            recording(tx, row, CALLED, manila(6))

    (met,) = race(give_up, go_on)
    assert isinstance(met, Mishap)
    assert kept(store, client).snapshot.updated_at == manila(6)


# --- terminal outcomes ---------------------------------------------------------------------


@pytest.mark.rule("T1", "T3", "T4")
def test_a_client_knows_of_its_terminal_outcome_until_it_is_taken_back(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client, OCTOBER)

    def ended() -> bool:
        with store.work.begin(SYSTEM) as tx:
            result = tx.clients.find(client.id)
        assert result is not None
        return result.has_terminal_outcome

    corrector = write_context(manila(3), by=BEN, may_correct=True)
    paid = StatusUpdate(status="DONE", reason="FULLY_PAID", occurred_at=manila(1))
    with store.work.begin(SYSTEM) as tx:
        row = tx.rows.append(row, record(row, paid, tx.settings.statuses(), corrector))
    assert ended()
    with store.work.begin(SYSTEM) as tx:
        history = tx.rows.history(client.id, OCTOBER)
        tx.rows.append(row, void(row, history, 1, "another client", corrector))
    assert not ended()


@pytest.mark.rule("T4")
def test_a_client_revived_in_a_later_period_is_tracked_again(store: Store) -> None:
    client = newcomer(store)
    october, november = opening(store, client, OCTOBER), opening(store, client)
    corrector = write_context(manila(4), by=BEN, may_correct=True)
    paid = StatusUpdate(status="DONE", reason="FULLY_PAID", occurred_at=manila(1))
    with store.work.begin(SYSTEM) as tx:
        tx.rows.append(
            october, record(october, paid, tx.settings.statuses(), write_context(manila(3)))
        )
        known = tx.clients.find(client.id)
        assert known is not None
        assert known.has_terminal_outcome
        tx.rows.append(november, revive(november, known, "borrowed again", corrector))
    with store.work.begin(SYSTEM) as tx:
        known = tx.clients.find(client.id)
    assert known is not None
    assert not known.has_terminal_outcome


# --- sight ---------------------------------------------------------------------------------


def rls_scope(store: Store, scope: Scope, *, everywhere: bool = False) -> RowSecurityScope:
    """Let Ana, who has Caloocan directly and Davao by an area, read clients at a scope."""
    grant = Grant(Permission.CLIENTS_READ, None if everywhere else store.fcash, scope)
    territory = Territory(frozenset({CALOOCAN}), area_branches=frozenset({DAVAO}))
    return access_scope_of(
        Actor(ANA, grants=frozenset({grant}), territory=territory), grant.permission
    )


@pytest.mark.rule("A2", "A4")
@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope.SELF, {"mine"}),
        (Scope.BRANCH, {"mine", "caloocan"}),
        (Scope.AREA, {"mine", "caloocan", "davao"}),
        (Scope.ALL, {"mine", "caloocan", "davao"}),
    ],
)
def test_a_unit_of_work_sees_the_rows_of_its_scope(
    store: Store, scope: Scope, seen: set[str], everywhere: bool
) -> None:
    book = {
        "mine": newcomer(store, branch=DAVAO, assigned_to=ANA),
        "caloocan": newcomer(store, branch=CALOOCAN, assigned_to=BEN),
        "davao": newcomer(store, branch=DAVAO),
        "pcni": newcomer(store, company=store.pcni, branch=CALOOCAN),
    }
    for client in book.values():
        opening(store, client)
    expected = seen | ({"pcni"} if everywhere and scope is not Scope.SELF else set())
    with store.work.begin(rls_scope(store, scope, everywhere=everywhere)) as tx:
        clients = {name for name, client in book.items() if tx.clients.find(client.id)}
        rows = {name for name, client in book.items() if tx.rows.find(client.id, NOVEMBER)}
        events = {name for name, client in book.items() if tx.rows.history(client.id, NOVEMBER)}
    assert clients == rows == events == expected


@pytest.mark.rule("A5")
def test_a_client_out_of_sight_cannot_be_written_either(store: Store) -> None:
    client = newcomer(store, company=store.pcni)
    row = opening(store, client)
    with store.work.begin(rls_scope(store, Scope.ALL)) as tx:
        assert tx.clients.by_code(client.code) is None
        with pytest.raises(NotFound):
            recording(tx, row, CALLED, manila(5))
        with pytest.raises(NotFound):
            tx.rows.open(client, OCTOBER, opened(client, write_context()))
    assert kept(store, client) == row


def test_A8_an_inactive_person_sees_nothing(store: Store) -> None:
    client = newcomer(store)
    grant = Grant(Permission.CLIENTS_READ, None, Scope.ALL)
    gone = Actor(ANA, is_active=False, grants=frozenset({grant}))
    with store.work.begin(access_scope_of(gone, grant.permission)) as tx:
        assert tx.clients.find(client.id) is None


def test_one_sight_leaves_nothing_behind_for_the_next(store: Store) -> None:
    client = newcomer(store)
    nothing = access_scope_of(Actor(ANA), Permission.CLIENTS_READ)
    for _ in range(6):
        with store.work.begin(SYSTEM) as tx:
            assert tx.clients.find(client.id)
        with store.work.begin(nothing) as tx:
            assert tx.clients.find(client.id) is None


# --- opening whole periods -----------------------------------------------------------------


def test_P4_a_batch_opens_a_row_for_every_client_that_is_due(store: Store) -> None:
    due = [newcomer(store) for _ in range(3)]
    due.append(newcomer(store, par_trackable=True))
    passed_over = [
        newcomer(store, is_active=False),
        newcomer(store, is_deleted=True),
        newcomer(store, par_trackable=False),
        newcomer(store, cycle=None),
        newcomer(store, cycle=Cycle.QUARTERLY, company=store.pcni),
        newcomer(store, cycle_from=date(2026, 12, 1)),
    ]
    now = write_context(manila(5), by=None)
    with store.work.begin(SYSTEM) as tx:
        assert tx.rows.missing(NOVEMBER, now) == 4
        batch = tx.rows.open_batch(NOVEMBER, now, after=None, at_most=100)
    assert (batch.rows, batch.last) == (4, None)
    with store.work.begin(SYSTEM) as tx:
        assert tx.rows.missing(NOVEMBER, now) == 0
        for client in due:
            row = tx.rows.find(client.id, NOVEMBER)
            assert row is not None
            assert tx.rows.history(client.id, NOVEMBER) == (opened(client, now),)
            assert row.snapshot == fold([opened(client, now)])
        assert not any(tx.rows.find(client.id, NOVEMBER) for client in passed_over)


@pytest.mark.rule("P3", "P4")
def test_opening_twice_opens_nothing_more(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    with store.work.begin(SYSTEM) as tx:
        recorded = recording(tx, row, CALLED, manila(5))
    with store.work.begin(SYSTEM) as tx:
        batch = tx.rows.open_batch(NOVEMBER, write_context(), after=None, at_most=100)
    assert batch.rows == 0
    assert kept(store, client) == recorded


def test_P4_batches_walk_through_the_whole_book(store: Store) -> None:
    clients = [newcomer(store) for _ in range(5)]
    sizes, after = [], None
    while True:
        with store.work.begin(SYSTEM) as tx:
            batch = tx.rows.open_batch(NOVEMBER, write_context(), after=after, at_most=2)
        sizes.append(batch.rows)
        after = batch.last
        if after is None:
            break
    assert sizes == [2, 2, 1]
    with store.work.begin(SYSTEM) as tx:
        assert all(tx.rows.find(client.id, NOVEMBER) for client in clients)


@pytest.mark.rule("P3", "P4")
def test_two_concurrent_openings_of_a_period_open_each_row_once(store: Store) -> None:
    for _ in range(20):
        newcomer(store)
    opened_rows: list[int] = []

    def open_all() -> None:
        with store.work.begin(SYSTEM) as tx:
            batch = tx.rows.open_batch(NOVEMBER, write_context(), after=None, at_most=100)
        opened_rows.append(batch.rows)

    assert race(open_all, open_all) == []
    assert sum(opened_rows) == 20


@pytest.mark.rule("P2", "P4")
def test_a_changed_cycle_opens_its_running_period_from_its_day_on(store: Store) -> None:
    client = newcomer(
        store, company=store.pcni, cycle=Cycle.QUARTERLY, cycle_from=date(2026, 12, 1)
    )
    for now, rows in [(manila(30, 23, 59), 0), (manila(1, 0, month=12), 1)]:
        with store.work.begin(SYSTEM) as tx:
            batch = tx.rows.open_batch(QUARTER, write_context(now), after=None, at_most=9)
        assert batch.rows == rows
    assert kept(store, client, QUARTER).snapshot.version == 0


def test_T1_a_client_with_a_terminal_outcome_gets_no_later_row(store: Store) -> None:
    client = newcomer(store)
    row = opening(store, client)
    with store.work.begin(SYSTEM) as tx:
        recording(tx, row, PAID, manila(5))
    december = Period.month(2026, 12)
    with store.work.begin(SYSTEM) as tx:
        now = write_context(manila(1, month=12))
        assert tx.rows.open_batch(december, now, after=None, at_most=9).rows == 0
        assert tx.rows.missing(december, now) == 0


def test_P2_clients_with_no_known_cycle_are_counted_not_guessed(store: Store) -> None:
    newcomer(store, cycle=None)
    newcomer(store, cycle=None, is_active=False)
    newcomer(store)
    with store.work.begin(SYSTEM) as tx:
        assert tx.rows.unmapped() == 1


# --- rows of one branch --------------------------------------------------------------------


def test_writers_of_different_rows_do_not_wait_for_each_other(store: Store) -> None:
    one, other = newcomer(store), newcomer(store)
    row, other_row = opening(store, one), opening(store, other)
    with store.work.begin(SYSTEM) as first:
        recording(first, row, CALLED, manila(5))
        with store.work.begin(SYSTEM) as second:
            recording(second, other_row, CALLED, manila(5) + timedelta(seconds=1))
        assert kept(store, other).snapshot.version == 1
    assert kept(store, one).snapshot.version == 1
