"""One policy in three places: the decision, the lists and row-level security (A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientupdater.adapters.postgres.configuration.configuration import read_configuration
from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.scope_ids import scope_ids
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.domain.access import Actor, ClientPlace, Grant, Territory, decide
from clientupdater.domain.access_scope import AccessScope, access_scope_of
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from tests.support.appending import APPEND, move
from tests.support.plain_sql import access_scope as set_reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.servers import Database

BRANCHES = tuple(BranchId(UUID(int=n)) for n in range(11, 17))
AREAS = tuple(AreaId(UUID(int=n)) for n in range(21, 24))
PEOPLE = tuple(PersonId(UUID(int=n)) for n in range(31, 34))
CANARY = {"FCASH": "Canary Fcash", "PCNI": "Canary Pcni"}
FIELDS = ("all_companies", "branch_companies", "direct_branches", "area_companies",
          "area_branches", "self_companies")  # fmt: skip
STAND_INS = ("stand_ins", "stand_in_branches")

MAKE = """
insert into clients (client_code, company_id, full_name, branch_id, assigned_to)
select 'P' || row_number() over (), co.id,
       case when b.n = 11 and o.id is null then 'Canary ' || initcap(co.code) else 'Some Body' end,
       lpad(to_hex(b.n), 32, '0')::uuid, o.id
from companies co
cross join generate_series(11, 16) b (n)
cross join (select null::uuid union all select id from users) o (id)
"""


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Give a database with a client in every company and branch, of every officer and of none."""
    with psycopg.connect(database.superuser_url) as owner:
        for person in PEOPLE:
            email = f"{person}@example.com"
            owner.execute("insert into users (id, email) values (%s, %s)", (person, email))
        for branch in BRANCHES:
            sql = "insert into branches (id, code, name) values (%s, %s, 'A branch')"
            owner.execute(sql, (branch, str(branch)))
        # assigned_to alone decides here; otherwise a trigger carries it from an assignment.
        owner.execute(MAKE)
        owner.execute(
            "insert into client_period_status (client_id, company_id, branch_id, period_type,"
            " period_year, period_month, status_type_id) select c.id, c.company_id, c.branch_id,"
            " 'monthly', 2026, 11, t.id from clients c, status_types t where t.code = 'PENDING'"
        )
    with Connection.connect(database.worker_url) as opened:
        yield opened


@st.composite
def actors(draw: st.DrawFn, companies: tuple[CompanyId, ...], permission: Permission) -> Actor:
    """Draw anyone: with grants of this and others, over one company or all, and a territory."""
    of = st.sampled_from([permission, permission, Permission.USERS_READ])
    grants = st.builds(Grant, of, st.none() | st.sampled_from(companies), st.sampled_from(Scope))
    held = draw(st.frozensets(grants, max_size=4))
    return Actor(
        draw(st.sampled_from(PEOPLE)),
        is_active=draw(st.sampled_from((True, True, True, False))),
        grants=held,
        stands_in_for=draw(st.frozensets(st.sampled_from(PEOPLE), max_size=2)),
        territory=Territory.assemble(
            draw(st.frozensets(st.sampled_from(BRANCHES), max_size=3)),
            draw(st.frozensets(st.sampled_from(AREAS), max_size=2)),
            draw(
                st.dictionaries(
                    st.sampled_from(AREAS), st.frozensets(st.sampled_from(BRANCHES), max_size=3)
                )
            ),
            draw(st.frozensets(st.sampled_from((*BRANCHES, *AREAS)), max_size=3)),
        ),
    )


def places(connection: Connection) -> dict[UUID, ClientPlace]:
    """Read every client's place, as the system."""
    set_reach(connection, system="on")
    cursor = connection.execute("select id, company_id, branch_id, assigned_to from clients")
    return {id_: ClientPlace(*place) for id_, *place in cursor}


def enforce(connection: Connection, access_scope: AccessScope) -> None:
    """Set the scope for row-level security, as a unit of work does."""
    values = {name: list(getattr(access_scope, name)) for name in FIELDS}
    values |= {name: list(scope_ids(access_scope)[name]) for name in STAND_INS}
    set_reach(connection, actor=access_scope.actor, **values)


ENFORCED = """
select array(select id from clients),
       array(select client_id from client_period_status),
       array(select distinct client_id from client_words)
"""


def enforced(connection: Connection, access_scope: AccessScope) -> list[set[UUID]]:
    """Read everything without a condition: only row-level security filters."""
    enforce(connection, access_scope)
    row = connection.execute(ENFORCED).fetchone()
    assert row is not None
    return [set(ids) for ids in row]


def listed(connection: Connection, access_scope: AccessScope) -> list[set[UUID]]:
    """Read by the lists' own conditions, without row-level security."""
    set_reach(connection, system="on")
    predicate = ScopePredicate(access_scope)
    scope = predicate.form
    own = scope.own_clients() if access_scope.self_companies else "false"
    statement = f"""
        select array(select c.id from clients c where {scope.over_clients()}),
               array(select s.client_id from client_period_status s where {scope.over_rows()}
                     union select c.id from clients c where {own}),
               array(select distinct w.client_id from client_words w where {scope.over_words()})
    """
    row = connection.execute(statement.encode(), predicate.params).fetchone()
    assert row is not None
    return [set(ids) for ids in row]


APPENDED = f"""
select c.id from unnest(%(clients)s::uuid[]) c (id)
where ({APPEND.replace("%(client)s", "c.id")}) = 1
"""


def updated(connection: Connection, clients: Iterable[UUID]) -> set[UUID]:
    """Write an update of every client's row, and take it back; give whose rows were written."""
    params = {**move(connection, None, BRANCHES[0]), "clients": list(clients)}
    with connection.transaction(force_rollback=True):
        return {id_ for (id_,) in connection.execute(APPENDED.encode(), params)}


READ = """
select (found.client).id, (found.period_row).client_id
from unnest(%s::uuid[]) c (id)
cross join lateral client_in_period(c.id, null, '2026-11') found
"""


def read_in_period(connection: Connection, clients: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """Read every client with its row of November as an update begins, by id."""
    return connection.execute(READ, ([*clients],)).fetchall()


def test_A4_the_policy_the_lists_and_row_level_security_agree(connection: Connection) -> None:
    everyone = places(connection)
    companies = tuple({place.company for place in everyone.values()})
    judged, known = 0, read_configuration(connection)

    @settings(max_examples=150)
    @given(st.data(), st.sampled_from(Permission))
    def agree(data: st.DataObject, permission: Permission) -> None:
        nonlocal judged
        actor = data.draw(actors(companies, permission))
        decided = {id_ for id_, at in everyone.items() if decide(actor, permission, at).allowed}
        access_scope = known.scope(access_scope_of(actor, permission))
        assert enforced(connection, access_scope) == [decided] * 3
        assert listed(connection, access_scope) == [decided] * 3
        judged += len(everyone)

    agree()
    assert judged > 5000


def test_A4_an_update_reads_and_writes_the_clients_that_row_level_security_shows(
    connection: Connection,
) -> None:
    everyone = places(connection)
    assert updated(connection, everyone) == set(everyone)  # as the system
    assert len(read_in_period(connection, everyone)) == len(everyone)
    companies = tuple({place.company for place in everyone.values()})
    written, known = 0, read_configuration(connection)

    @settings(max_examples=50)
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        nonlocal written
        actor = data.draw(actors(companies, Permission.STATUS_UPDATE))
        shown, _, _ = enforced(
            connection, known.scope(access_scope_of(actor, Permission.STATUS_UPDATE))
        )
        assert updated(connection, everyone) == shown
        assert {*read_in_period(connection, everyone)} == {(each, each) for each in shown}
        written += len(shown)

    agree()
    assert written > 200


@pytest.mark.rule("A4", "A10")
@pytest.mark.parametrize("company", CANARY)
@pytest.mark.parametrize("scope", Scope)
def test_no_reader_of_one_company_reads_the_canary_of_the_other(
    connection: Connection, company: str, scope: Scope
) -> None:
    row = connection.execute("select id from companies where code = %s", (company,)).fetchone()
    assert row is not None
    assert isinstance(row[0], UUID)
    grant = Grant(Permission.CLIENTS_READ, CompanyId(row[0]), scope)
    actor = Actor(PEOPLE[0], grants=frozenset({grant}), territory=Territory(frozenset(BRANCHES)))
    enforce(
        connection,
        read_configuration(connection).scope(access_scope_of(actor, Permission.CLIENTS_READ)),
    )
    names = {name for (name,) in connection.execute("select full_name from clients")}
    others = set(CANARY.values()) - {CANARY[company]}
    assert not names & others
    assert scope is Scope.SELF or CANARY[company] in names


def test_an_actor_without_a_scope_sees_nothing(connection: Connection) -> None:
    stranger = AccessScope(PersonId(uuid4()), None, {}, frozenset(), frozenset())
    everyone = places(connection)
    assert enforced(connection, stranger) == [set(), set(), set()]
    assert updated(connection, everyone) == set()
