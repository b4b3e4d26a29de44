"""The change feed misses nothing, repeats nothing, and keeps the order of each row."""

from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import evolve, frozen

from clientupdater.adapters.postgres.tracking import changes
from clientupdater.domain.changes import FeedCursor
from clientupdater.domain.errors import Forbidden, Gone, InvalidInput
from clientupdater.domain.updates import StatusUpdate
from clientupdater.usecases.tracking.bulk import BulkItem
from tests.support.seal_fixture import NOVEMBER, seal_world
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.changes import FeedItem
    from tests.support.seal_fixture import SealWorld

MANILA = ZoneInfo("Asia/Manila")
APPEND = """
with moved as (
    update client_period_status s set version = s.version + 1
    from clients c
    where c.id = s.client_id and c.client_code = %s and s.period = '2026-10'
    returning s.*
)
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    has_payment
)
select id, version, 'payment', status_type_id, company_id, branch_id, true from moved
"""


@pytest.fixture
def world(database: Database) -> Iterator[SealWorld]:
    with seal_world(database, MANILA) as result:
        yield result


@frozen
class Taken:
    """Read once: the row and the sequence."""

    row: tuple[str, str]
    sequence: int


def taken(change: FeedItem) -> Taken:
    return Taken((change.client_code, str(change.period)), change.version)


def read_all(
    world: SealWorld, caller: Caller, after: FeedCursor | int = 0, limit: int = 7
) -> tuple[list[Taken], FeedCursor]:
    """Read until there is no more."""
    result: list[Taken] = []
    while True:
        page = world.staff.app.changes.since(caller, after, limit)
        result += map(taken, page.items)
        after = page.next
        if page.caught_up:
            return result, page.next


def require_whole(world: SealWorld, read: Sequence[Taken]) -> None:
    """Require each event of the database once, in the order of its row."""
    assert len(read) == len(set(read))
    assert len(read) == world.staff.one("select count(*) from status_events")
    rows: dict[object, list[int]] = defaultdict(list)
    for each in read:
        rows[each.row].append(each.sequence)
    for sequences in rows.values():
        assert sequences == list(range(len(sequences)))


@pytest.mark.parametrize("limit", [1, 7, 200])
@pytest.mark.parametrize("window", [1, 3, 5_000])
def test_the_feed_holds_every_event_once(
    world: SealWorld, limit: int, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "WINDOW", window)
    read, cursor = read_all(world, world.caller(), limit=limit)
    require_whole(world, read)
    assert read_all(world, world.caller(), cursor)[0] == []
    world.append("S1")
    assert read_all(world, world.caller(), cursor)[0] == [Taken(("S1", "2026-10"), 2)]


def test_what_commits_late_is_not_missed(world: SealWorld) -> None:
    caller = world.caller()
    read, cursor = read_all(world, caller)
    with psycopg.connect(world.database.superuser_url) as early:
        early.execute(APPEND, ("S1",))
        world.append("S2")
        more, cursor = read_all(world, caller, cursor)
        assert more == [Taken(("S2", "2026-10"), 2)]
        world.append("S3")
        again, cursor = read_all(world, caller, cursor)
        assert again == [Taken(("S3", "2026-10"), 2)]
    last, cursor = read_all(world, caller, cursor)
    assert last == [Taken(("S1", "2026-10"), 2)]
    require_whole(world, [*read, *more, *again, *last])


def test_a_transaction_that_began_early_may_write_to_a_row_late(world: SealWorld) -> None:
    """The order of transactions would turn these two events around, with one between them open."""
    caller = world.caller()
    read, cursor = read_all(world, caller)
    url = world.database.superuser_url
    with psycopg.connect(url) as early, psycopg.connect(url) as between:
        early.execute(APPEND, ("S7",))  # takes its transaction's number
        between.execute(APPEND, ("S6",))
        world.append("S1")
        early.execute(APPEND, ("S1",))
        early.commit()
        more, cursor = read_all(world, caller, cursor, limit=1)
        assert [each.row[0] for each in more] == ["S7", "S1", "S1"]
    last, _ = read_all(world, caller, cursor, limit=1)
    require_whole(world, [*read, *more, *last])


def test_what_is_rolled_back_holds_nobody_up(world: SealWorld) -> None:
    caller = world.caller()
    read, cursor = read_all(world, caller)
    with psycopg.connect(world.database.superuser_url) as early:
        early.execute(APPEND, ("S1",))
        early.rollback()
    world.append("S2")
    more, _ = read_all(world, caller, cursor)
    require_whole(world, [*read, *more])


def test_updates_of_one_row_in_one_statement_keep_their_order(world: SealWorld) -> None:
    rights = ("status:update all", "status:read all", "clients:read all")
    caller = world.caller(world.staff.hire(*rights))
    _, cursor = read_all(world, caller)
    items = [
        BulkItem(code, NOVEMBER, StatusUpdate(status="CALLED"), version)
        for version in range(1, 11)
        for code in ("S5", "S1", "S3")
    ]
    world.staff.app.tracking.record_many(caller, items, atomic=True)
    read, _ = read_all(world, caller, cursor)
    for code in ("S1", "S3", "S5"):
        sequences = [each.sequence for each in read if each.row == (code, "2026-11")]
        assert sequences == [*range(2, 12)]


def test_two_readers_beside_sixteen_writers_read_every_event_once(world: SealWorld) -> None:
    """Each writer locks rows in order, some of them for long; many roll back."""
    over = Event()

    def write(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 — no secret
        with psycopg.connect(world.database.superuser_url) as connection:
            for _ in range(25):
                codes = sorted(chance.sample(["S1", "S2", "S3", "S4", "S5", "S6", "S7"], 2))
                for code in codes:
                    connection.execute(APPEND, (code,))
                if number % 4 == 0:
                    connection.execute("select pg_sleep(0.01)")
                if chance.random() < 0.2:
                    connection.rollback()
                else:
                    connection.commit()

    def read(caller: Caller, limit: int) -> list[Taken]:
        result: list[Taken] = []
        cursor: FeedCursor | int = 0
        is_last = False
        while not is_last:
            is_last = over.is_set()
            more, cursor = read_all(world, caller, cursor, limit)
            result += more
        return result

    with ThreadPoolExecutor(20) as threads:
        readers = [threads.submit(read, world.caller(), limit) for limit in (3, 100)]
        for done in [threads.submit(write, number) for number in range(16)]:
            done.result()
        over.set()
        for reader in readers:
            require_whole(world, reader.result())


def test_A4_a_reader_gets_the_rows_that_status_read_covers(world: SealWorld) -> None:
    person = world.staff.hire("status:read branch FCASH")
    world.staff.run(
        "insert into user_branches (user_id, branch_id) values (%s, %s)", person, world.south
    )
    read, _ = read_all(world, world.caller(person))
    assert {each.row[0] for each in read} == {"S6", "S7"}
    assert len(read) == 8
    with pytest.raises(Forbidden, match="status:read"):
        world.staff.app.changes.since(world.caller(world.staff.hire("clients:read all")))


def test_events_are_shown_to_those_who_may_read_the_history_of_the_client(
    world: SealWorld,
) -> None:
    person = world.staff.hire("status:read all", "status:history:read branch")
    world.staff.run(
        "insert into user_branches (user_id, branch_id) values (%s, %s)", person, world.south
    )
    items = world.staff.app.changes.since(world.caller(person)).items
    shown = {each.client_code for each in items if each.event}
    hidden = {each.client_code for each in items if not each.event}
    assert (shown, hidden) == ({"S6", "S7"}, {"S1", "S2", "S3", "S4", "S5"})
    assert {each.event.remarks for each in items if each.event} == {None, "spoke to the daughter"}
    assert {each.version for each in items} == {0, 1}


def test_a_client_that_comes_into_scope_brings_no_events_that_were_read_over(
    world: SealWorld,
) -> None:
    person = world.staff.hire("status:read branch")
    read, cursor = read_all(world, world.caller(person))
    assert read == []
    world.staff.run(
        "insert into user_branches (user_id, branch_id) values (%s, %s)", person, world.south
    )
    assert read_all(world, world.caller(person), cursor)[0] == []
    world.append("S6")
    assert read_all(world, world.caller(person), cursor)[0] == [Taken(("S6", "2026-10"), 2)]


def test_a_deleted_client_is_in_no_feed(world: SealWorld) -> None:
    world.staff.run("update clients set deleted_at = now() where client_code = 'S1'")
    read, _ = read_all(world, world.caller())
    assert {each.row[0] for each in read} == {"S2", "S3", "S4", "S5", "S6", "S7"}


def test_a_cursor_from_before_a_restore_says_where_to_read_on(world: SealWorld) -> None:
    _, cursor = read_all(world, world.caller())
    other = evolve(cursor, database="0" * 12)
    with pytest.raises(Gone, match=f"after={cursor.floor}, "):
        world.staff.app.changes.since(world.caller(), other)
    world.append("S1")
    read, _ = read_all(world, world.caller(), cursor.floor)
    assert Taken(("S1", "2026-10"), 2) in read


def test_a_copy_of_the_database_refuses_the_cursors_of_the_original(
    database: Database, cluster: Cluster
) -> None:
    with seal_world(database, MANILA) as world:
        _, cursor = read_all(world, world.caller())
    name = f"{database.name}_copy"
    cluster.create_database(name, template=database.name)
    try:
        with seal_world(Database.on(cluster, name), MANILA) as copy, pytest.raises(Gone):
            copy.staff.app.changes.since(copy.caller(), cursor)
    finally:
        cluster.drop_database(name)


def test_a_position_that_no_event_has_yet_is_refused(world: SealWorld) -> None:
    last = world.staff.one("select max(position) from status_events")
    assert read_all(world, world.caller(), last)[0] == []
    with pytest.raises(InvalidInput, match=f"beyond the last position, {last}"):
        world.staff.app.changes.since(world.caller(), last + 1)


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_a_limit(world: SealWorld, limit: int) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        world.staff.app.changes.since(world.caller(), limit=limit)


def test_events_that_were_restored_are_read_whatever_their_transactions(world: SealWorld) -> None:
    """A restored database begins to count transactions anew."""
    world.tamper("update status_events set txid = '900000000'")
    read, cursor = read_all(world, world.caller())
    require_whole(world, read)
    world.append("S1")
    more, _ = read_all(world, world.caller(), cursor)
    assert more == [Taken(("S1", "2026-10"), 2)]


def test_waiting_ends_with_the_first_change(world: SealWorld) -> None:
    _, cursor = read_all(world, world.caller())
    feed = evolve(world.staff.app.changes, pause=lambda _: world.append("S1"))
    page = feed.since(world.caller(), cursor, wait=60)
    assert [taken(each) for each in page.items] == [Taken(("S1", "2026-10"), 2)]
    pauses: list[float] = []
    still = evolve(world.staff.app.changes, pause=pauses.append)
    assert still.since(world.caller(), page.next, wait=1).items == ()
    assert sum(pauses) == 1
