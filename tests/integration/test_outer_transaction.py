"""Several units of work in one transaction that claims an idempotency key."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.errors import NotFound, RequestInProgress
from clientupdater.domain.ids import ClientId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.ports.idempotency import AlreadyDone, Claim, IdempotencyKey, StoredResponse
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.clients.client_access import ClientAccess
from clientupdater.usecases.tracking.service import Tracking
from tests.support.builders import ANA, MANILA, NOVEMBER
from tests.support.pools import pool_on
from tests.support.signed_scopes import verify_scopes
from tests.support.stores import PostgresStore
from tests.support.tracking_fixture import CALLED, CLERK, TrackingFixture, who

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.unit_of_work import RowSecurityScope
    from tests.support.servers import Database

NOW = datetime(2026, 11, 5, 1, tzinfo=UTC)
CLAIM = Claim(IdempotencyKey(ANA, "POST /updates", "a key"), NOW)
CLIENT = ClientId(UUID(int=1))
BOSS = who(Permission.STATUS_UPDATE, scope=Scope.ALL)
SCOPE = access_scope_of(CLERK.actor, Permission.STATUS_UPDATE)
RESPONSE = StoredResponse(fingerprint=b"f", rights=b"r", status=201, headers={}, body=b"b")


@pytest.fixture
def tracker(database: Database) -> Iterator[TrackingFixture]:
    with pool_on(database.worker_url, 2, 4) as pool:
        store = PostgresStore.populated(PostgresUnitsOfWork(pool), database.superuser_url)
        store.employ(CLERK.actor)
        yield TrackingFixture.on(store)


@pytest.fixture
def work(tracker: TrackingFixture) -> PostgresUnitsOfWork:
    work = tracker.store.work
    assert isinstance(work, PostgresUnitsOfWork)
    return work


def count_events(work: PostgresUnitsOfWork) -> int:
    with work.begin(SYSTEM) as tx:
        ((count,),) = tx.connection.execute("select count(*) from status_events").fetchall()
        return int(count)


def test_units_of_work_commit_together(tracker: TrackingFixture, work: PostgresUnitsOfWork) -> None:
    clients, before = [tracker.client(NOVEMBER) for _ in range(2)], count_events(work)
    with work.outer_transaction(SYSTEM, CLAIM):
        for client in clients:
            tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    assert count_events(work) == before + 2


def test_where_the_outer_one_fails_nothing_of_its_units_remains(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    client = tracker.client(NOVEMBER)
    before = count_events(work)
    with suppress(ZeroDivisionError), work.outer_transaction(SYSTEM, CLAIM):
        tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
        raise ZeroDivisionError
    assert count_events(work) == before


@pytest.mark.parametrize(
    "rls_scope",
    [SYSTEM, visible_scope_of(CLERK.actor)],
    ids=["a first unit of the same scope", "a savepoint"],
)
def test_a_unit_that_fails_after_it_wrote_leaves_nothing_and_the_next_one_is_kept(
    tracker: TrackingFixture, work: PostgresUnitsOfWork, rls_scope: RowSecurityScope
) -> None:
    client, other = tracker.client(NOVEMBER), tracker.client(NOVEMBER)
    row, before = tracker.row(client), count_events(work)
    with work.outer_transaction(rls_scope, CLAIM):
        with suppress(NotFound), work.begin(SYSTEM) as tx:
            tx.connection.execute("update clients set full_name = 'x' where id = %s", (client.id,))
            raise NotFound
        tracker.tracking.record(CLERK, other.id, NOVEMBER, CALLED, 0)
    assert tracker.row(client) == row
    assert count_events(work) == before + 1
    with work.begin(SYSTEM) as tx:
        cursor = tx.connection.execute("select 1 from clients where full_name = 'x'")
        assert cursor.fetchall() == []


def test_the_key_stays_claimed_after_a_unit_that_failed(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    del tracker
    with work.outer_transaction(SYSTEM, CLAIM):
        with suppress(NotFound), work.begin(SYSTEM) as tx:
            tx.clients.find(CLIENT)
            raise NotFound
        with (
            pytest.raises(RequestInProgress),
            PostgresUnitsOfWork(work.pool).outer_transaction(SYSTEM, CLAIM),
        ):
            pass


def test_a_stored_response_comes_with_the_claim(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    del tracker
    with work.outer_transaction(SYSTEM, CLAIM) as outer:
        outer.keep_response(CLAIM, RESPONSE, NOW.replace(year=2027))
    with pytest.raises(AlreadyDone) as done, work.outer_transaction(SYSTEM, CLAIM):
        pass
    assert done.value.response == RESPONSE


def test_where_another_request_has_the_key_no_unit_reads_or_writes_until_it_is_free(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    """Not even where a caller goes on after the refusal."""
    client, before = tracker.client(NOVEMBER), count_events(work)
    others = PostgresUnitsOfWork(work.pool)
    tracking = Tracking(ClientAccess(others, tracker.clock, MANILA))

    def try_twice(rls_scope: RowSecurityScope) -> None:
        with others.outer_transaction(rls_scope, CLAIM):
            for _ in range(2):
                with pytest.raises(RequestInProgress):
                    tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)

    with work.outer_transaction(SYSTEM, CLAIM):
        with work.begin(SYSTEM) as tx:
            tx.clients.find(client.id)
        for rls_scope in (SCOPE, SYSTEM):
            with pytest.raises(RequestInProgress):
                try_twice(rls_scope)
    assert count_events(work) == before


def test_a_stored_response_ends_what_asks_for_it_again_before_it_reads(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    client, before = tracker.client(NOVEMBER), count_events(work)
    with work.outer_transaction(SCOPE, CLAIM) as outer:
        outer.keep_response(CLAIM, RESPONSE, NOW.replace(year=2027))
    with pytest.raises(AlreadyDone) as done, work.outer_transaction(SCOPE, CLAIM):
        tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    assert done.value.response == RESPONSE
    assert count_events(work) == before


def test_what_was_read_with_the_claim_is_read_again_where_companies_have_changed(
    tracker: TrackingFixture, work: PostgresUnitsOfWork, database: Database
) -> None:
    """A grant over every company is spelt out with the companies that the process knows."""
    client, scope = tracker.client(NOVEMBER), access_scope_of(BOSS.actor, Permission.STATUS_UPDATE)
    with (
        pool_on(database.app_url) as pool,
        work.begin(SYSTEM) as tx,
    ):
        serving = PostgresUnitsOfWork(pool, signer=verify_scopes(database))
        known = tx.settings
        older = {**known.ids, "company": {}}
        serving.memory.latest = evolve(known, generation=known.generation - 1, ids=older)
        with serving.outer_transaction(scope, CLAIM), serving.begin(scope) as outer_tx:
            found = outer_tx.clients.in_period(client.id, NOVEMBER)
            assert found is not None
            assert found.client.cycle == client.cycle
            assert outer_tx.settings.generation == known.generation


def test_where_another_request_took_the_key_meanwhile_the_rest_is_refused(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    """The key is free for a moment while a unit that failed is rolled back."""
    del tracker

    def fail_while_another_answers() -> None:
        with work.begin(SYSTEM) as tx:
            tx.connection.execute("rollback")
            with PostgresUnitsOfWork(work.pool).outer_transaction(SYSTEM, CLAIM) as other:
                other.keep_response(CLAIM, RESPONSE, NOW.replace(year=2027))
            raise NotFound

    with (
        pytest.raises(AlreadyDone),
        work.outer_transaction(SYSTEM, CLAIM),
        pytest.raises(AlreadyDone),
    ):
        fail_while_another_answers()


def test_settings_are_those_of_the_moment_that_a_unit_begins(
    tracker: TrackingFixture, work: PostgresUnitsOfWork
) -> None:
    with work.begin(SYSTEM) as tx:
        days = tx.settings.number(BACKDATING_DAYS, None)
    tracker.store.set(BACKDATING_DAYS, None, str(days + 1))
    with work.begin(SYSTEM) as tx:
        assert tx.settings.number(BACKDATING_DAYS, None) == days + 1
