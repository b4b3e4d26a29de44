"""A figure of a past moment opens into exactly the clients that it counted then (R3, R5)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from attrs import evolve

from clientupdater.adapters.postgres.reports.past import Past as TablesOfThePast
from clientupdater.adapters.postgres.reports.past import run
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.permissions import Permission
from clientupdater.domain.statuses import CONFIRMED
from clientupdater.domain.sync.fields import Source
from clientupdater.entrypoints.http.routes.clients import ClientFilters, filter_of
from clientupdater.entrypoints.structuring import structured_words
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.filter_codec import filter_words
from clientupdater.ports.lists import ClientQuery
from clientupdater.ports.past_rows import PastQuery
from clientupdater.ports.reports import CompletionQuery, PlaceQuery
from clientupdater.ports.staff_reports import StaffQuery
from clientupdater.usecases.clients.lists import read_context
from tests.support.past_world import BEGUN, Past, figures_of, prepared, scoped_rows
from tests.support.report_world import CODES, NOVEMBER, report_world
from tests.support.sync_fixture import MANILA
from tests.support.thoroughness import some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.past_rows import PastClient
    from tests.support.servers import Database

BEGUN_AT = datetime(2026, 11, 1, tzinfo=UTC)
NOVEMBER_OF_FCASH: dict[str, Any] = {"company": "FCASH", "period": NOVEMBER}


def past_clients(
    past: Past, caller: Caller, wanted: ClientFilter, moment: datetime
) -> list[PastClient]:
    """List them by the filter as it goes out, two on a page."""
    words = filter_words(wanted)
    words.pop("as_of", None)
    params = structured_words(words, ClientFilters)
    query = PastQuery(filter=evolve(filter_of(caller, params), as_of=moment), limit=2)
    reader, clients = past.world.staff.app.reports.past_clients, list[Any]()
    while True:
        page = reader.read(caller, query)
        clients += page.items
        if page.after is None:
            return clients
        query = evolve(query, after=page.after)


def codes_of(clients: Sequence[Any]) -> list[str]:
    return sorted(each.client_code for each in clients)


@pytest.fixture
def past(database: Database) -> Iterator[Past]:
    with report_world(database, 1) as world:
        yield prepared(world)


@pytest.mark.rule("R3", "R5", "R8", "R9")
@pytest.mark.parametrize("seed", some_of(range(5), few=1))
def test_R3_each_figure_of_the_past_opens_into_the_clients_that_it_listed_then(
    database: Database, seed: int
) -> None:
    with report_world(database, seed) as world:
        past, noted = prepared(world), []
        for _ in range(4):
            past.happens(8)
            now = world.staff.clock.now()
            for reader in past.readers:
                caller = world.caller(reader)
                for figure in past.random.sample(past.figures(caller), 25):
                    listed = world.listed(caller, figure.filter)
                    noted.append((now, reader, figure.filter, codes_of(listed)))
        past.happens(12)
        world.staff.clock.forward(minutes=15)
        for moment, reader, wanted, listed in noted:
            clients = past_clients(past, world.caller(reader), wanted, moment)
            assert codes_of(clients) == listed, (moment, wanted)
        assert any(listed for *_, listed in noted)


@pytest.mark.rule("R1", "R3", "R5")
@pytest.mark.parametrize("seed", some_of(range(5, 8), few=1))
def test_R3_the_clients_of_a_past_completion_are_those_of_a_recount(
    database: Database, seed: int
) -> None:
    with report_world(database, seed) as world:
        past, noted = prepared(world), []
        for _ in range(4):
            past.happens(8)
            for reader in past.readers:
                rows = scoped_rows(world, world.caller(reader))
                noted.append((world.staff.clock.now(), reader, rows))
        past.happens(12)
        world.staff.clock.forward(minutes=15)
        for moment, reader, rows in noted:
            caller = world.caller(reader)
            query = CompletionQuery(**NOVEMBER_OF_FCASH, as_of=moment)
            totals = world.staff.app.reports.completion.read(caller, query).totals
            kinds: dict[str, Callable[[Any], bool]] = {
                "rows": lambda _: True,
                "done": lambda row: row.status == "DONE",
                "contacted": lambda row: row.first_contact is not None,
                "confirmed": lambda row: row.status == "DONE" and row.reason == CONFIRMED,
            }
            for name, is_counted in kinds.items():
                expected = {
                    row.client for row in rows if not row.rated.is_exempt and is_counted(row.rated)
                }
                figure = totals.figures[name]
                clients = past_clients(past, caller, figure.filter, moment)
                assert {each.id for each in clients} == expected, (moment, name)
                assert figure.value == len(clients)


@pytest.mark.rule("R3", "R5", "R6")
def test_R3_the_records_of_a_past_staff_report_open_into_their_clients(past: Past) -> None:
    past.happens(30)
    moment, caller = past.world.staff.clock.now(), past.world.caller(past.boss)
    past.happens(10)
    past.world.staff.clock.forward(minutes=15)
    rows = past.world.staff.app.reports.staff.read(
        caller, StaffQuery(company="FCASH", as_of=moment)
    ).rows
    figures = [figure for row in rows for figure in row.figures.values()]
    assert sum(figure.clients for figure in figures) > 0
    for figure in figures:
        assert figure.filter.as_of == moment
        clients = past_clients(past, caller, figure.filter, moment)
        assert len(clients) == figure.clients
        assert {each.snapshot for each in clients} <= {None}


@pytest.mark.rule("R5", "A2")
def test_R5_a_client_that_left_ones_sight_is_listed_as_it_stood_without_its_name(
    past: Past,
) -> None:
    world, manager = past.world, past.world.caller(past.readers[1])
    query = PlaceQuery(company="FCASH")
    moment = world.staff.clock.now()
    total = world.staff.app.reports.balance.read(manager, query).totals.figures["opened"]
    before = world.listed(manager, total.filter)
    gone, stays = before[0], before[1]
    world.staff.clock.forward(minutes=20)
    world.syncing.records[gone.client_code] |= {
        "BRANCH_CODE": "BAG",
        "UPDATED_AT": world.staff.clock.now(),
    }
    world.syncing.run()
    world.staff.clock.forward(minutes=20)
    clients = {each.client_code: each for each in past_clients(past, manager, total.filter, moment)}
    assert set(clients) == {each.client_code for each in before}
    assert clients[stays.client_code].full_name == stays.full_name
    shown = clients[gone.client_code]
    assert (shown.full_name, shown.branch) == (None, gone.branch)
    assert shown.snapshot
    assert (shown.snapshot.branch, shown.snapshot.status) == (gone.branch, "PENDING")


@pytest.mark.rule("R5")
def test_R5_a_list_of_the_past_says_which_filters_it_lacks_or_does_not_know(past: Past) -> None:
    caller = past.world.caller(past.boss)
    wanted = ClientFilter(active=True, row=StatusFilter(untouched_days=3))
    with pytest.raises(InvalidInput) as refused:
        past.world.staff.app.reports.past_clients.read(caller, PastQuery(filter=wanted))
    named = {each.pointer for each in refused.value.faults}
    assert named == {"/as_of", "/company", "/period", "/active", "/untouched_days"}


SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("branch", "branch_then", "opened_in", "moved_in", "moved_out"), "CAL"),
    "contact_branch": "CAL",
    **dict.fromkeys(("area", "area_then", "contact_area"), "NORTH"),
    **dict.fromkeys(("contact_by", "done_by", "updated_by", "assigned_to", "recorded_by")),
    **dict.fromkeys(("opened_from", "opened_before", "recorded_from", "recorded_before"), BEGUN_AT),
    **dict.fromkeys(("follow_up_before", "promised_before", "done_until"), BEGUN),
    **dict.fromkeys(("past_due_from", "past_due_to"), Decimal(1000)),
    "product": "FCASH_SSS",
    "pension_type": "SSS",
    "pensioner_type": "none of these is looked up",
    "par_status": "tele_130",
    "account_type": "none of these is looked up",
    "loan_status": "ACTIVE",
    "status": "CALLED",
    "reason": "CONFIRMED",
    "untouched_days": 3,
    "recorded": Recorded.SAME_REMARK,
    "recorded_reason": "CONFIRMED",
}
"""A value for each filter; people are put in by the test, and others are true."""
ALWAYS_THERE = {"company", "period", "as_of", "row"}


@pytest.mark.rule("R3", "R5")
def test_R5_each_filter_is_known_of_the_past_or_refused_by_its_name(past: Past) -> None:
    caller, moment = past.world.caller(past.boss), past.world.staff.clock.now()
    past.world.staff.clock.forward(minutes=20)
    of_rows = {each.name for each in attrs.fields(StatusFilter)} - ALWAYS_THERE
    of_clients = {each.name for each in attrs.fields(ClientFilter)} - ALWAYS_THERE
    refused = set()
    for name in sorted(of_rows | of_clients):
        value = SAMPLES.get(name, True)
        value = past.boss if value is None else value
        row: dict[str, Any] = {name: value} if name in of_rows else {}
        own: dict[str, Any] = {name: value} if name in of_clients else {}
        if name.startswith("recorded"):
            own["recorded_by"] = past.boss
        status = StatusFilter(period=NOVEMBER, **row)
        wanted = ClientFilter(company="FCASH", as_of=moment, row=status, **own)
        try:
            past.world.staff.app.reports.past_clients.read(caller, PastQuery(filter=wanted))
        except InvalidInput as error:
            refused |= {each.pointer for each in error.faults}
    assert refused == {
        *("/pensioner_type", "/account_type", "/active", "/loan_status"),
        *("/untouched_days", "/updated_by"),
    }


@pytest.mark.rule("R5")
def test_R5_a_list_of_the_present_refuses_a_past_moment(past: Past) -> None:
    wanted = ClientFilter(company="FCASH", as_of=past.world.staff.clock.now())
    with pytest.raises(InvalidInput, match="as_of"):
        past.world.staff.app.clients.directory.list(
            past.world.caller(past.boss), ClientQuery(filter=wanted)
        )


@pytest.mark.rule("R5", "R9")
def test_R5_ageing_counts_the_amount_and_the_bracket_before_the_first_change(past: Past) -> None:
    world, caller = past.world, past.world.caller(past.boss)
    moment = world.staff.clock.now()
    ageing = world.staff.app.reports.ageing.read
    shown = ageing(caller, PlaceQuery(company="FCASH"))
    for amount, bracket in (("111.11", "tele_130"), ("222.22", "tele_hardcore")):
        world.staff.clock.forward(minutes=20)
        for code in CODES:
            world.syncing.records[code] |= {
                "PAST_DUE_AMOUNT": amount,
                "PAR_STATUS": bracket,
                "UPDATED_AT": world.staff.clock.now(),
            }
        world.syncing.run(Source.NEXTBANK)
    world.staff.clock.forward(minutes=20)
    again = ageing(caller, PlaceQuery(company="FCASH", as_of=moment))
    assert figures_of(again) == figures_of(shown)
    assert figures_of(ageing(caller, PlaceQuery(company="FCASH"))) != figures_of(shown)


@pytest.mark.rule("R5", "R9")
def test_R5_ageing_counts_amounts_before_changes_that_do_not_say_since_when(past: Past) -> None:
    world, caller = past.world, past.world.caller(past.boss)
    ageing = world.staff.app.reports.ageing.read
    shown: dict[datetime, Any] = {}
    for amount in ("111.11", "2222.22", "33333.33"):
        shown[world.staff.clock.now()] = figures_of(ageing(caller, PlaceQuery(company="FCASH")))
        world.staff.clock.forward(minutes=20)
        for code in CODES:
            now = world.staff.clock.now()
            world.syncing.records[code] |= {"PAST_DUE_AMOUNT": amount, "UPDATED_AT": now}
        world.syncing.run(Source.NEXTBANK)
        if amount != "33333.33":  # an older version has written the first two
            world.staff.run("update client_sync_history set old_value_since = null")
    world.staff.clock.forward(minutes=20)
    for moment, figures in shown.items():
        again = ageing(caller, PlaceQuery(company="FCASH", as_of=moment))
        assert figures_of(again) == figures


@pytest.mark.rule("R5")
def test_R5_a_report_of_the_present_is_planned_for_its_values(past: Past) -> None:
    world, manager = past.world, past.world.caller(past.readers[1])
    reader = read_context(manager, world.staff.clock, MANILA)
    with world.staff.app.clients.directory.work.read(reader.clients) as tx:
        asked = "select current_setting('plan_cache_mode')"
        rows = run(tx.control, reader, asked, {})  # type: ignore[attr-defined] # it is ours
    assert rows == [("force_custom_plan",)]


@pytest.mark.rule("R5", "A4")
def test_A4_a_statement_over_the_past_without_a_condition_sees_the_scope_alone(past: Past) -> None:
    world, manager = past.world, past.world.caller(past.readers[1])
    total = world.staff.app.reports.balance.read(manager, PlaceQuery(company="FCASH")).totals
    seen = {each.client_code for each in world.listed(manager, total.figures["opened"].filter)}
    scope = access_scope_of(manager.actor, Permission.CLIENTS_READ)
    tables = TablesOfThePast(world.staff.clock.now(), "Asia/Manila", [str(NOVEMBER)])
    with world.staff.app.clients.directory.work.read(scope) as tx:
        statement = "select c.client_code from clients c"
        rows = tables.run(tx.control, statement, {})  # type: ignore[attr-defined] # it is ours
    codes = {code for (code,) in rows}
    assert seen <= codes < set(CODES)
