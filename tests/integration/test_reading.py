"""Lists through the App: order, filters, searches and permissions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.app import App
from clientupdater.composition import build_app
from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Forbidden, InvalidInput, NotFound
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.worklist import Cause
from clientupdater.entrypoints.wire import to_plain
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.lists import (
    ClientQuery,
    ClientSort,
    ReadContext,
    WorklistOrder,
    WorklistQuery,
)
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.plain_sql import SqlRows
from tests.support.pools import pool_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.servers import Database

MANILA = ZoneInfo("Asia/Manila")
READ, STATUS = Permission.CLIENTS_READ, Permission.STATUS_READ


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 10, tzinfo=MANILA)


@frozen
class Reading:
    """An App over a database, and a way to put things into it."""

    app: App
    url: str
    here: BranchId
    there: BranchId
    officer: PersonId

    def client(self, name: str, *, there: bool = False, **columns: object) -> ClientId:
        """Make a client of FCASH, reached monthly."""
        product = "select id from products where code = 'FCASH_SSS'"
        with psycopg.connect(self.url) as connection:
            id_ = SqlRows(connection).client(self.there if there else self.here, name=name)
            connection.execute(f"update clients set product_id = ({product})".encode())
        self.change("clients", "id", id_, columns)
        return ClientId(id_)

    def row(self, client: ClientId, status: str = "PENDING", **columns: object) -> None:
        """Give the client a row of November."""
        with psycopg.connect(self.url) as connection:
            SqlRows(connection).row(client, status=status)
        self.change("client_period_status", "client_id", client, columns)

    def change(self, table: str, key: str, id_: UUID, columns: dict[str, Any]) -> None:
        """Change columns of a row as a sync or an update would."""
        with psycopg.connect(self.url) as connection:
            for name, value in columns.items():
                sql = f"update {table} set {name} = %s where {key} = %s"
                connection.execute(sql.encode(), (value, id_))

    def caller(
        self,
        *permissions: Permission,
        scope: Scope = Scope.BRANCH,
        companies: Sequence[CompanyId | None] = (None,),
    ) -> Caller:
        """Let the officer act, who has the branch here."""
        grants = frozenset(
            Grant(each, company, scope)
            for each in permissions or (READ, STATUS)
            for company in companies
        )
        return Caller(Actor(self.officer, True, grants, Territory(frozenset({self.here}))))  # noqa: FBT003

    def names(self, caller: Caller | None = None, **query: Any) -> list[str]:
        """List names, page by page: of one, unless said otherwise."""
        items: list[str] = []
        after = None
        while True:
            asked = ClientQuery(**{"limit": 1, "after": after, **query})
            page = self.app.clients.directory.search(caller or self.caller(), asked)
            items += [client.full_name for client in page.items]
            if (after := page.after) is None:
                return items


@pytest.fixture
def reading(database: Database) -> Iterator[Reading]:
    """Give two branches and an officer."""
    with psycopg.connect(database.superuser_url) as connection:
        sql_rows = SqlRows(connection)
        here, there, officer = sql_rows.branch(), sql_rows.branch(), sql_rows.user()
    with pool_on(database.worker_url, 1, 2) as pool:
        app = build_app(PostgresUnitsOfWork(pool), Clock(), MANILA)
        places = BranchId(here), BranchId(there)
        yield Reading(app, database.superuser_url, *places, PersonId(officer))


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_the_worklist_begins_with_what_is_due_and_ends_with_what_is_due_later(
    reading: Reading, limit: int
) -> None:
    later = reading.client("Later")
    reading.row(later, "TO_FOLLOW", update_count=1, next_follow_up_on=date(2026, 11, 21))
    reading.row(reading.client("In Hand", past_due_amount=9), "CALLED", update_count=1)
    reading.row(reading.client("Owes Little", past_due_amount=1))
    reading.row(reading.client("Owes Much", past_due_amount=5))
    reading.row(reading.client("Done"), "DONE")
    reading.row(reading.client("Elsewhere", there=True))
    due = {"update_count": 1, "next_follow_up_on": date(2026, 11, 20)}
    reading.row(reading.client("Today"), "TO_FOLLOW", **due)
    reading.row(
        reading.client("Overdue"), "CALLED", update_count=1, next_follow_up_on=date(2026, 11, 3)
    )
    result, after = [], None
    while True:
        page = reading.app.worklist.read(reading.caller(), WorklistQuery(limit=limit, after=after))
        result += [(item.client.full_name, item.cause) for item in page.items]
        if (after := page.after) is None:
            break
    assert result == [
        ("Overdue", Cause.FOLLOW_UP_DUE),
        ("Today", Cause.FOLLOW_UP_DUE),
        ("Owes Much", Cause.NOT_TOUCHED),
        ("Owes Little", Cause.NOT_TOUCHED),
        ("In Hand", Cause.IN_HAND),
        ("Later", Cause.FOLLOW_UP_LATER),
    ]
    by_name = reading.app.worklist.read(reading.caller(), WorklistQuery(order=WorklistOrder.NAME))
    assert [item.client.full_name for item in by_name.items] == sorted(name for name, _ in result)


@pytest.mark.parametrize("order", WorklistOrder)
@pytest.mark.parametrize("known", [False, True], ids=["in a transaction", "in one message each"])
def test_one_branch_of_many_may_have_nearly_all_of_a_page(
    reading: Reading, order: WorklistOrder, *, known: bool
) -> None:
    with psycopg.connect(reading.url) as connection:
        sql_rows = SqlRows(connection)
        branches = [sql_rows.branch() for _ in range(10)]
        for owed in range(60, 0, -1):  # the first branch has the forty who owe most
            branch = branches[0] if owed > 20 else branches[owed % 10]
            client = sql_rows.client(branch, name=f"{100 - owed} Santos")
            change = "update clients set past_due_amount = %s where id = %s"
            connection.execute(change.encode(), (owed, client))
            sql_rows.row(client)
        generation = sql_rows.one("select generation from configuration_generation")
    actor = reading.caller().actor
    caller = Caller(evolve(actor, territory=Territory(frozenset(map(BranchId, branches)))))
    if known:
        reading.app.worklist.read(caller, WorklistQuery(limit=1))  # reads the configuration
        caller = evolve(caller, generation=generation)
    pages, after = list[list[str]](), None
    while after or not pages:
        page = reading.app.worklist.read(caller, WorklistQuery(order=order, limit=15, after=after))
        pages.append([item.client.full_name for item in page.items])
        after = page.after
    assert [len(names) for names in pages] == [15, 15, 15, 15]
    assert [name for names in pages for name in names] == [f"{n} Santos" for n in range(40, 100)]


def walked(reading: Reading, caller: Caller, **query: Any) -> list[str]:
    """Walk the worklist item by item, and set the other order on the way."""
    items: list[str] = []
    after = None
    while True:
        asked = WorklistQuery(limit=1, after=after, **query)
        page = reading.app.worklist.read(caller, asked)
        items += [item.client.full_name for item in page.items]
        if (after := page.after) is None:
            return items
        order(reading, "urgency" if items == sorted(items) else "name")


def order(reading: Reading, value: str, company: str | None = None) -> None:
    """Set the order in which the worklist is walked by default."""
    with psycopg.connect(reading.url) as connection:
        connection.execute(
            "insert into config_settings (key, value, company_id)"
            " values ('worklist.order', %s, (select id from companies where code = %s))"
            " on conflict (key, company_id) do update set value = excluded.value",
            (value, company),
        )


def test_the_worklist_has_the_order_that_the_business_set_unless_the_query_names_one(
    reading: Reading,
) -> None:
    for owes, name in enumerate(("Ana", "Ben", "Clara")):
        reading.row(reading.client(name, past_due_amount=owes))
    everyone = reading.caller()
    by_name, by_work = ["Ana", "Ben", "Clara"], ["Clara", "Ben", "Ana"]
    assert walked(reading, everyone) == by_work
    order(reading, "name")
    assert walked(reading, everyone) == by_name
    assert walked(reading, everyone, order=WorklistOrder.WORK) == by_work
    assert walked(reading, everyone, order=WorklistOrder.NAME) == by_name


def test_the_reader_of_one_company_gets_that_companys_order(reading: Reading) -> None:
    for owes, name in enumerate(("Ana", "Ben")):
        reading.row(reading.client(name, past_due_amount=owes))
    with psycopg.connect(reading.url) as connection:
        fcash, pcni = (
            CompanyId(SqlRows(connection).id_of("companies", c)) for c in ("FCASH", "PCNI")
        )
    of_one, of_both = reading.caller(companies=[fcash]), reading.caller(companies=[fcash, pcni])
    order(reading, "name", "FCASH")
    assert walked(reading, of_one) == ["Ana", "Ben"]
    order(reading, "urgency")
    assert walked(reading, of_both) == walked(reading, reading.caller()) == ["Ben", "Ana"]
    order(reading, "nonsense")
    assert walked(reading, of_both) == ["Ben", "Ana"]


def test_P4_a_row_that_is_missing_shows_as_pending_at_version_0(reading: Reading) -> None:
    client = reading.client("Juan dela Cruz")
    shown = reading.app.clients.directory.show(reading.caller(), client)
    assert shown.current is not None
    assert (shown.current.status, shown.current.version) == ("PENDING", 0)
    assert str(shown.current.period) == "2026-11"
    (listed,) = reading.app.clients.directory.list(reading.caller(), ClientQuery()).items
    assert (
        listed == shown == reading.app.clients.directory.show(reading.caller(), shown.client_code)
    )


@pytest.mark.parametrize(
    "q", ["pena", "PEÑA", "mar pe", "pe mar", "0917 123-4567", "+63 917 123 4567", "9171234567"]
)
def test_a_search_finds_a_client_however_it_is_typed(reading: Reading, q: str) -> None:
    reading.client("María Peña", contact_number="09171234567")
    reading.client("Mario Santos", contact_number="09180000000")
    reading.client("María Peña-Elsewhere", there=True)
    assert reading.names(q=q) == ["María Peña"]


@pytest.mark.parametrize("q", ["dela cruz juan", "JUAN CRUZ", "d j c"])
def test_every_word_counts_by_its_beginning_in_any_order(reading: Reading, q: str) -> None:
    reading.client("Juan dela Cruz")
    reading.client("Juana Reyes")
    assert reading.names(q=q) == ["Juan dela Cruz"]
    assert reading.names(q=f"{q} reyes") == []


def test_a_search_follows_a_change_of_name_of_branch_and_of_officer(reading: Reading) -> None:
    client = reading.client("Ana Reyes")
    reading.change("clients", "id", client, {"full_name": "Ana Santos"})
    assert (reading.names(q="reyes"), reading.names(q="santos")) == ([], ["Ana Santos"])
    reading.change("clients", "id", client, {"branch_id": reading.there})
    assert reading.names(q="ana") == []
    reading.change("clients", "id", client, {"assigned_to": reading.officer})
    assert reading.names(q="ana") == ["Ana Santos"]


def test_C4_a_deleted_client_is_in_no_list(reading: Reading) -> None:
    client = reading.client("Ana Reyes")
    reading.row(client)
    reading.change("clients", "id", client, {"deleted_at": Clock().now()})
    assert reading.names() == reading.names(q="ana") == []
    assert reading.app.worklist.read(reading.caller(), WorklistQuery()).items == ()
    with pytest.raises(NotFound):
        reading.app.clients.directory.show(reading.caller(), client)


@pytest.mark.parametrize("sort", ClientSort)
def test_every_order_lists_each_client_once(reading: Reading, sort: ClientSort) -> None:
    expected = {f"Client {letter}" for letter in "abc"}
    for name in sorted(expected):
        day = {"next_follow_up_on": date(2026, 11, 9)}
        reading.row(reading.client(name, past_due_amount=5), "TO_FOLLOW", **day)
    result = reading.names(sort=sort)
    assert len(result) == len(expected)
    assert set(result) == expected


def test_by_follow_up_clients_without_a_day_come_last_by_name(reading: Reading) -> None:
    for name, day in (("Zoe", 9), ("Yan", 8), ("Xia", 9)):
        reading.row(reading.client(name), "TO_FOLLOW", next_follow_up_on=date(2026, 11, day))
    reading.row(reading.client("Ben", there=False))
    reading.row(reading.client("Carl"), "DONE", next_follow_up_on=date(2026, 11, 7))
    reading.client("Ana")
    reading.client("Elsewhere", there=True)
    by_day = reading.names(sort=ClientSort.FOLLOW_UP)
    assert by_day[0] == "Yan"
    assert set(by_day[1:3]) == {"Zoe", "Xia"}
    assert by_day[3:] == ["Ana", "Ben", "Carl"]
    for limit in range(1, 8):
        assert reading.names(sort=ClientSort.FOLLOW_UP, limit=limit) == by_day, limit
    done = ClientFilter(row=StatusFilter(status="DONE"))
    assert reading.names(sort=ClientSort.FOLLOW_UP, filter=done) == ["Carl"]
    for q in ("ana", "zoe", "zo", "z"):
        (result,) = reading.names(sort=ClientSort.FOLLOW_UP, q=q)
        assert result.lower().startswith(q)


def test_clients_are_filtered_by_every_field_of_their_row(reading: Reading) -> None:
    reading.row(reading.client("Pending"))
    done = reading.client("Done", par_status_id=None, past_due_amount=Decimal(7))
    reading.row(done, "DONE", has_payment=True, update_count=1)

    def having(**row: Any) -> list[str]:
        return reading.names(filter=ClientFilter(row=StatusFilter(**row)))

    assert having(status="DONE") == having(touched=True) == having(has_payment=True) == ["Done"]
    assert having(touched=False) == having(status="PENDING") == ["Pending"]
    assert reading.names(filter=ClientFilter(past_due_from=Decimal("6.5"))) == ["Done"]
    assert reading.names(filter=ClientFilter(assigned_to="none", company="FCASH")) != []
    assert reading.names(filter=ClientFilter(assigned_to=reading.officer)) == []
    # R2: a client who moved after DONE is listed where it is now.
    reading.change("clients", "id", done, {"branch_id": reading.there})
    assert having(status="DONE") == []
    with pytest.raises(InvalidInput, match="status"):
        having(status="NONSENSE")
    with pytest.raises(InvalidInput, match="account_type"):
        reading.names(filter=ClientFilter(account_type=""))


@pytest.mark.rule("A5")
def test_a_reader_without_the_permission_is_refused_and_the_refusal_is_logged(
    reading: Reading,
) -> None:
    client = reading.client("Ana Reyes")
    reads = reading.caller(READ)
    with pytest.raises(Forbidden, match="status:read"):
        reading.app.worklist.read(reads, WorklistQuery())
    rows = ClientQuery(filter=ClientFilter(row=StatusFilter(status="DONE")))
    with pytest.raises(Forbidden, match="status:read"):
        reading.app.clients.directory.list(reads, rows)
    with pytest.raises(Forbidden, match="clients:read"):
        reading.app.clients.directory.show(reading.caller(STATUS), client)
    with pytest.raises(Forbidden, match="config:read"):
        reading.app.configuration.lookups(reads, inactive=True)
    with pytest.raises(NotFound):
        reading.app.clients.directory.show(reads, reading.client("Ben Cruz", there=True))
    with psycopg.connect(reading.url) as connection:
        of = connection.execute(
            "select co.code from authorization_audit a join companies co on co.id = a.company_id"
            " where a.resource_id = %s",
            (str(client),),
        ).fetchall()
        assert of == [("FCASH",)]
        kept = connection.execute("select count(*) from authorization_audit").fetchone()
    assert kept == (4,)


@pytest.mark.rule("A1", "A4")
def test_without_status_read_a_client_is_shown_without_its_row(reading: Reading) -> None:
    client = reading.client("Ana Reyes")
    reading.row(client)
    assert reading.app.clients.directory.show(reading.caller(READ), client).current is None


def test_a_limit_runs_from_1_to_200() -> None:
    for limit in (0, 201):
        with pytest.raises(InvalidInput, match="limit"):
            ClientQuery(limit=limit)


def test_the_eight_lookups_have_the_entries_of_the_seed(reading: Reading) -> None:
    result = reading.app.configuration.lookups(reading.caller())
    assert len(result) == 8
    assert result["status_types"][0].code == "PENDING"
    assert result["products"][0].facts.keys() == {"company", "tracking_cycle"}
    everything = reading.caller(Permission.CONFIG_READ, scope=Scope.ALL)
    assert reading.app.configuration.lookups(everything, inactive=True) == result


def test_a_page_goes_out_with_the_members_that_its_items_have_in_a_program(
    reading: Reading,
) -> None:
    owing = reading.client("Owes", past_due_amount=Decimal("12400.00"), assigned_to=reading.officer)
    reading.change("clients", "id", owing, {"contact_conflict": True, "contact_number": "0917"})
    promised = {"promised_on": date(2026, 11, 25), "promised_amount": Decimal("5.50")}
    reading.row(owing, "CALLED", update_count=1, updated_by=reading.officer, **promised)
    reading.client("Never Opened")
    work = reading.app.worklist.read(reading.caller(), WorklistQuery()).items
    clients = reading.app.clients.directory.search(reading.caller(), ClientQuery()).items
    assert (len(work), len(clients)) == (1, 2)
    for items in (work, clients):
        assert to_plain(items) == to_plain(list(items))
        assert to_plain(items[:1]) == to_plain([items[0]])


def test_a_page_shows_the_code_of_a_branch_that_was_added_since_its_transaction_began(
    reading: Reading,
) -> None:
    client, scope = reading.client("Moves"), access_scope_of(reading.caller().actor, READ)
    with reading.app.clients.directory.work.begin(SYSTEM) as tx:
        read_models = tx.read_models
        with psycopg.connect(reading.url) as connection:
            added = SqlRows(connection).branch()
        reading.change("clients", "id", client, {"branch_id": added})
        now = datetime.now(UTC)
        look = ReadContext(
            clients=evolve(scope, direct_branches=frozenset({BranchId(added)})),
            statuses=scope,
            now=now,
            today=now.date(),
        )
        record = read_models.client(client, look)
    with psycopg.connect(reading.url) as connection:
        ((code,),) = connection.execute("select code from branches where id = %s", (added,))
    assert record is not None
    assert record.branch == code
