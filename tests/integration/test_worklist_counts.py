"""The counts of the worklist are the items that it lists, for any world, scope and filter."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.composition import build_app
from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Forbidden, InvalidInput
from clientupdater.domain.ids import BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.worklist import Cause
from clientupdater.ports.lists import WorklistFilter, WorklistOrder, WorklistQuery
from tests.support.plain_sql import SqlRows
from tests.support.pools import pool_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from clientupdater.app import App
    from clientupdater.ports.lists import WorklistItem
    from tests.support.servers import Database

MANILA = ZoneInfo("Asia/Manila")
TODAY = date(2026, 11, 20)
CLIENTS, WORLDS, QUERIES = 40, 12, 12


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 10, tzinfo=MANILA)


@frozen
class World:
    """Random clients with rows of November, and who may read them."""

    app: App
    url: str
    random: Random
    branches: dict[str, UUID]
    officers: tuple[UUID, ...]
    companies: tuple[UUID, ...]

    def fill(self) -> None:
        with psycopg.connect(self.url) as connection:
            sql = SqlRows(connection)
            for n in range(CLIENTS):
                self._client(sql, n)

    def _client(self, sql: SqlRows, n: int) -> None:
        chance = self.random
        company, product = chance.choice(
            [("FCASH", "FCASH_SSS"), ("FCASH", "FCASH_GSIS"), ("PCNI", "PCNI_NON_PNP")]
        )
        branch = chance.choice(list(self.branches.values()))
        client = sql.client(branch, company, f"Client {n}")
        self._change(
            sql,
            "clients",
            "id",
            client,
            product_id=sql.id_of("products", product),
            par_status_id=sql.id_of("par_statuses", chance.choice(["tele_130", "do_not_show"])),
            past_due_amount=chance.choice([None, Decimal(0), Decimal("12.50"), Decimal(900)]),
            assigned_to=chance.choice([None, *self.officers]),
        )
        sql.row(client, status=chance.choice(["PENDING", "CALLED", "CALLED", "DONE"]))
        day = TODAY + timedelta(days=chance.randint(-2, 2))
        self._change(
            sql,
            "client_period_status",
            "client_id",
            client,
            update_count=chance.choice([0, 0, 1, 5]),
            next_follow_up_on=chance.choice([None, None, day]),
            exempt_cause=chance.choice([None, None, None, "inactive"]),
        )
        if chance.random() < 0.1:
            self._change(sql, "clients", "id", client, deleted_at=Clock().now())

    def _change(self, sql: SqlRows, table: str, key: str, id_: UUID, **columns: Any) -> None:
        names = ", ".join(f"{name} = %s" for name in columns)
        statement = f"update {table} set {names} where {key} = %s"
        sql.connection.execute(statement.encode(), (*columns.values(), id_))

    def caller(self) -> Caller:
        """Give a reader with one or two grants of any scope."""
        chance = self.random
        grants = frozenset(
            Grant(
                Permission.STATUS_READ,
                chance.choice([None, *map(CompanyId, self.companies)]),
                chance.choice(list(Scope)),
            )
            for _ in range(chance.randint(1, 2))
        )
        some = frozenset(map(BranchId, chance.sample(list(self.branches.values()), 2)))
        territory = Territory(branches=some)
        return Caller(Actor(PersonId(chance.choice(self.officers)), True, grants, territory))  # noqa: FBT003

    def filter(self) -> WorklistFilter:
        chance = self.random
        values: dict[str, list[Any]] = {
            "cause": list(Cause),
            "branch": list(self.branches),
            "area": ["WEST"],
            "product": ["FCASH_SSS", "PCNI_NON_PNP"],
            "par_status": ["tele_130", "do_not_show"],
            "past_due_from": [Decimal(-1), Decimal(0), Decimal("12.49"), Decimal("12.51")],
            "past_due_to": [Decimal(0), Decimal("12.50"), Decimal(10) ** 30],
        }
        asked = chance.sample(list(values), chance.choice([0, 1, 1, 2, 3]))
        return WorklistFilter(**{name: chance.choice(values[name]) for name in asked})

    def items(self, caller: Caller, wanted: WorklistFilter) -> list[WorklistItem]:
        """Walk the worklist, three items a page, in either order."""
        order = self.random.choice(list(WorklistOrder))
        items: list[WorklistItem] = []
        query = WorklistQuery(filter=wanted, order=order, limit=3)
        while True:
            page = self.app.worklist.read(caller, query)
            items += page.items
            if page.after is None:
                return items
            query = evolve(query, after=page.after)


@pytest.fixture
def worlds(database: Database) -> Iterator[Any]:
    with psycopg.connect(database.superuser_url) as connection:
        sql = SqlRows(connection)
        branches = {sql.one("select code from branches where id = %s", b): b for b in
                    (sql.branch() for _ in range(4))}  # fmt: skip
        officers = tuple(sql.user() for _ in range(2))
        companies = tuple(sql.id_of("companies", code) for code in ("FCASH", "PCNI"))
        area = sql.one("insert into areas (code, name) values ('WEST', 'West') returning id")
        for branch in list(branches.values())[:2]:
            connection.execute(
                "insert into area_branches (area_id, branch_id) values (%s, %s)", (area, branch)
            )
        connection.execute("insert into areas (code, name) values ('EMPTY', 'Empty')")
    with pool_on(database.worker_url, 1, 2) as pool:
        app = build_app(PostgresUnitsOfWork(pool), Clock(), MANILA)

        def make(seed: int) -> World:
            url = database.superuser_url
            world = World(app, url, Random(seed), branches, officers, companies)  # noqa: S311
            world.fill()
            return world

        yield make


def matches(item: WorklistItem, wanted: WorklistFilter, branches: set[str]) -> bool:
    owed = item.client.past_due_amount or Decimal(0)
    return all(
        (
            wanted.cause in (None, item.cause),
            wanted.branch in (None, item.client.branch),
            wanted.area is None or item.client.branch in branches,
            wanted.par_status in (None, item.client.par_status),
            wanted.past_due_from is None or owed >= wanted.past_due_from,
            wanted.past_due_to is None or owed <= wanted.past_due_to,
        )
    )


@pytest.mark.rule("R3", "A10")
@pytest.mark.parametrize("seed", range(WORLDS))
def test_R3_the_counts_of_the_worklist_are_the_items_that_it_lists(worlds: Any, seed: int) -> None:
    world: World = worlds(seed)
    in_area = set(list(world.branches)[:2])
    for _ in range(QUERIES):
        caller, wanted = world.caller(), world.filter()
        items = world.items(caller, wanted)
        assert len({item.client.id for item in items}) == len(items)
        everything = world.items(caller, evolve(wanted, **dict.fromkeys(CHECKED)))
        assert {i.client.id for i in items} == {
            i.client.id for i in everything if matches(i, wanted, in_area)
        }
        counts = world.app.worklist.counts(caller, wanted)
        assert counts.totals.figures["total"].value == len(items)
        expected = Counter((item.client.branch, item.cause) for item in items)
        assert expected == {
            (row.branch, cause): row.figures[cause].value
            for row in counts.rows
            for cause in Cause
            if cause in row.figures and row.figures[cause].value
        }
        for row in (*counts.rows, counts.totals):
            name = world.random.choice(list(row.figures))
            figure = row.figures[name]
            assert len(world.items(caller, figure.filter)) == figure.value


CHECKED = ("cause", "branch", "area", "par_status", "past_due_from", "past_due_to")


def test_a_filter_of_the_worklist_that_names_nothing_is_refused_or_finds_nothing(
    worlds: Any,
) -> None:
    world: World = worlds(1)
    reader = Actor(
        PersonId(world.officers[0]),
        grants=frozenset({Grant(Permission.STATUS_READ, None, Scope.BRANCH)}),
        territory=Territory(branches=frozenset(map(BranchId, world.branches.values()))),
    )
    with pytest.raises(InvalidInput, match="product"):
        world.app.worklist.counts(Caller(reader), WorklistFilter(product="NONSENSE"))
    empty = WorklistFilter(area="EMPTY")
    assert world.app.worklist.read(Caller(reader), WorklistQuery(filter=empty)).items == ()
    counts = world.app.worklist.counts(Caller(reader), empty)
    assert (counts.rows, counts.totals.figures["total"].value) == ((), 0)
    stranger = Caller(Actor(PersonId(world.officers[0])))
    with pytest.raises(Forbidden, match="status:read"):
        world.app.worklist.counts(stranger, WorklistFilter())
