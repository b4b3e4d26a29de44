"""What a statement can do that an attacker injects into a transaction of the serving login (A4).

Each test plays its statements within the transaction of a person who sees one branch, past all that
the application checks. The scope is signed, and the database verifies it (ADR 39).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner, process_of
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.domain.access_scope import AccessScope, over_branches, over_nothing
from clientupdater.domain.ids import BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Scope
from clientupdater.ports.unit_of_work import ADMINISTRATION, SYSTEM
from tests.support.appending import appended, move
from tests.support.plain_sql import SqlRows, sql_rows
from tests.support.pools import pool_on
from tests.support.signed_scopes import SIGNER, verify_scopes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.ports.unit_of_work import RowSecurityScope
    from tests.support.servers import Database


@frozen
class Attack:
    """A person of the branch `here`, a client of it, and one of the branch `there`."""

    database: Database
    work: PostgresUnitsOfWork
    person: PersonId
    boss: PersonId
    here: BranchId
    there: BranchId
    company: CompanyId
    mine: UUID
    other: UUID

    @property
    def scope(self) -> AccessScope:
        return over_branches(self.person, self.here)

    @contextmanager
    def within(self, scope: RowSecurityScope | None = None) -> Iterator[Connection]:
        """Be where the injected statement runs; nothing of it is kept."""
        with self.work.begin(scope or self.scope) as tx:
            yield tx.connection
            tx.connection.execute("rollback; begin")

    def sees(self, connection: Connection) -> set[UUID]:
        return {row[0] for row in connection.execute("select id from clients")}

    def updates(self, connection: Connection) -> set[UUID]:
        """Call the function that writes an update, for each client."""
        to = move(connection, None, self.here)
        clients = self.mine, self.other
        return {each for each in clients if appended(connection, {**to, "client": each})}


@pytest.fixture
def attack(database: Database) -> Iterator[Attack]:
    with sql_rows(database) as made:
        values = _world(made)
        made.connection.commit()
    verify_scopes(database)
    with pool_on(database.app_url, 1, 2) as pool:
        yield Attack(database, PostgresUnitsOfWork(pool, signer=SIGNER), *values)


def _world(made: SqlRows) -> tuple[Any, ...]:
    here, there, person, boss = made.branch(), made.branch(), made.user(), made.user()
    mine, other = made.client(here), made.client(there)
    for client in (mine, other):
        made.event(made.row(client))
    made.connection.execute("update client_period_status set version = 0")
    made.connection.execute(
        "insert into user_sessions (user_id, session_token, expires_at)"
        " values (%s, 'of the boss', now() + interval '1 day')",
        (boss,),
    )
    made.connection.execute("update users set password_hash = 'a hash' where id = %s", (boss,))
    made.connection.execute(
        "insert into export_jobs (type, format, created_by) values ('clients', 'csv', %s)", (boss,)
    )
    for statement in _OF_OTHERS:
        made.connection.execute(statement.encode(), {"boss": boss, "there": there, "other": other})
    return person, boss, here, there, made.id_of("companies", "FCASH"), mine, other


_OF_OTHERS = (
    (
        "insert into user_permissions (user_id, permission_id, scope)"
        " select %(boss)s, id, 'branch' from permissions limit 1"
    ),
    "insert into user_branches (user_id, branch_id) values (%(boss)s, %(there)s)",
    "insert into client_assignments (client_id, officer_id) values (%(other)s, %(boss)s)",
    "insert into one_time_passwords (user_id, kind, token) values (%(boss)s, 'reset', 'a token')",
    (
        "with job as (insert into sync_jobs (type) values ('csv') returning id),"
        " plan as (insert into sync_plans (sync_job_id, plan) select id, '{}' from job),"
        " input as (insert into sync_snapshots (sync_job_id, row_number, record)"
        " select id, 1, '{}' from job)"
        " insert into sync_rejects (sync_job_id, row_number, client_code, record, reasons)"
        " select job.id, 1, c.client_code, '{}', to_jsonb(array['no code'])"
        " from job, clients c where c.id = %(other)s"
    ),
)
"""Rows that belong to others, so that each attack has something to take."""


def test_the_scope_shows_the_persons_clients(attack: Attack) -> None:
    with attack.within() as connection:
        assert attack.sees(connection) == {attack.mine}


def test_no_setting_makes_the_transaction_the_system(attack: Attack) -> None:
    with attack.within() as connection:
        connection.execute("select set_config('clientupdater.system', 'on', false)")
        assert attack.sees(connection) == {attack.mine}


@pytest.mark.parametrize(
    "statement",
    [
        "set role clientupdater_system",
        "set local role clientupdater_owner",
        "set role clientupdater_worker",
        "set role clientupdater_backup",
        "set session authorization clientupdater_worker",
        "grant clientupdater_system to clientupdater_app",
        "drop policy within_scope on clients",
        "alter table clients disable row level security",
        "alter table clients no force row level security",
        "create policy open on clients using (true)",
        "create or replace function scope_is_system() returns boolean language sql return true",
        "create function public.mine() returns int language sql return 1",
        "create table public.mine (id int)",
        "set session_replication_role = replica",
        "alter role clientupdater bypassrls",
        "select * from scope_keys",
        "select row_is_in_scope(gen_random_uuid(), gen_random_uuid(), null)",
        "select set_config('role', 'clientupdater_system', true)",
        "select claim_answer(gen_random_uuid(), 'a key of another', now())",
        "select keep_answer(gen_random_uuid(), 'k', '', '', 200, '{}', '', now(), now())",
        "insert into scope_keys (name, inner_pad, outer_pad) values ('mine', '', '')",
        "select blank_remarks(gen_random_uuid(), 'no one')",
        "select fold_row_counts(1)",
        "select password_hash from users",
        "select u.* from users u",
        "select * from webhook_events",
        "delete from activity_logs",
        "update export_jobs set created_by = gen_random_uuid()",
        "update export_jobs set file_path = 'that of another'",
        "insert into export_jobs (type, format, file_path) values ('clients', 'csv', 'another')",
        "copy clients to program 'cat'",
        "copy (select 1) to '/tmp/stolen'",
        "select pg_read_file('/etc/passwd')",
    ],
)
def test_what_would_switch_the_policies_off_or_read_secrets_is_refused(
    attack: Attack, statement: str
) -> None:
    with attack.within() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", ["none", "clientupdater", "clientupdater_app"])
def test_the_roles_that_the_login_has_show_no_more(attack: Attack, role: str) -> None:
    with attack.within() as connection:
        connection.execute(f"set local role {role}".encode())
        assert attack.sees(connection) == {attack.mine}
        assert attack.updates(connection) == {attack.mine}


def test_the_function_that_writes_an_update_writes_none_for_a_client_of_others(
    attack: Attack,
) -> None:
    written = "select count(*) from status_events where kind = 'moved'"
    logged = "select count(*) from activity_logs where action = 'forged'"
    with attack.within() as connection:
        to = move(connection, attack.other, attack.here, actor=attack.boss, action="forged")
        assert appended(connection, to) == 0
        assert attack.updates(connection) == {attack.mine}
        assert connection.execute(written).fetchall() == [(1,)]
        assert connection.execute(logged).fetchall() == [(0,)]
    for scope in (over_nothing(attack.person), ADMINISTRATION):
        with attack.within(scope) as connection:
            assert attack.updates(connection) == set()


@pytest.mark.parametrize("act", [Attack.sees, Attack.updates])
def test_a_scope_that_is_not_signed_is_refused(
    attack: Attack, act: Callable[[Attack, Connection], set[UUID]]
) -> None:
    wider = {"direct_branches": attack.there, "all_companies": attack.company}
    for name, value in wider.items():
        with attack.within() as connection:
            connection.execute(f"set local clientupdater.{name} = '{{{value}}}'".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is not signed"):
                act(attack, connection)


@pytest.mark.parametrize("act", [Attack.sees, Attack.updates])
def test_a_signature_of_another_key_is_refused(
    attack: Attack, act: Callable[[Attack, Connection], set[UUID]]
) -> None:
    forger = ScopeSigner(KeyedHash(b"f" * 32))
    with attack.within() as connection:
        wider = {
            "branch_companies": f"{{{attack.company}}}",
            "direct_branches": f"{{{attack.there}}}",
        }
        values = forger.signed(process_of(connection), attack.person, wider)
        _set(connection, values)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is not signed"):
            act(attack, connection)


def test_signed_ids_do_not_pass_under_another_name(attack: Attack) -> None:
    company = AccessScope(
        attack.person, None, {attack.company: Scope.BRANCH}, frozenset({attack.here}), frozenset()
    )
    with attack.within(company) as connection:
        connection.execute(
            "select set_config('clientupdater.all_companies',"
            " current_setting('clientupdater.direct_branches'), true)"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is not signed"):
            attack.sees(connection)


@pytest.mark.parametrize("scope", [Scope.SELF, Scope.BRANCH, Scope.AREA])
@pytest.mark.parametrize("act", [Attack.sees, Attack.updates])
def test_a_company_is_not_added_to_what_is_signed(
    attack: Attack, scope: Scope, act: Callable[[Attack, Connection], set[UUID]]
) -> None:
    here = frozenset({attack.here})
    elsewhere = AccessScope(attack.person, None, {CompanyId(uuid4()): scope}, here, here)
    with attack.within(elsewhere) as connection:
        assert act(attack, connection) == set()
        connection.execute(
            "select set_config('clientupdater.actor', regexp_replace("
            " current_setting('clientupdater.actor'), '{[^|}]+}', %s), true)",
            (f"{{{attack.company}}}",),
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is not signed"):
            act(attack, connection)


def test_a_scope_that_was_stolen_from_another_connection_is_refused(attack: Attack) -> None:
    with attack.within(over_branches(attack.boss, attack.there)) as other:
        stolen = {
            name: other.execute(
                "select current_setting(%s)", (f"clientupdater.{name}",)
            ).fetchall()[0][0]
            for name in ("actor", "direct_branches")
        }
        with attack.within() as connection:
            _set(connection, stolen)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is not signed"):
                attack.sees(connection)


def test_a_scope_that_has_expired_is_refused(
    attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clientupdater.adapters.postgres.core.scope_signer.VALID_FOR", -1)
    with attack.within() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        attack.sees(connection)


def test_statements_of_other_connections_are_hidden_from_the_role_that_serves(
    attack: Attack,
) -> None:
    with attack.within(over_branches(attack.boss, attack.there)), attack.within() as connection:
        queries = connection.execute(
            "select query from pg_stat_activity where pid <> pg_backend_pid() and datname ="
            " current_database()"
        ).fetchall()
        assert not [query for (query,) in queries if "clientupdater." in query]


@pytest.mark.parametrize(
    "statement",
    [
        "update clients set contact_number = '0' where id = %(other)s",
        "update client_period_status set version = version + 1 where client_id = %(other)s",
        "update client_assignments set assigned_until = now() where client_id = %(other)s",
        "update users set password_hash = 'mine' where id = %(boss)s",
        "update users set email = 'me@example.com' where id = %(boss)s",
        "update user_sessions set user_id = %(boss)s",
        "delete from user_sessions",
        "delete from user_permissions",
        "update user_permissions set scope = 'all'",
        "update role_grants set scope = 'all'",
        "delete from user_branches",
        "update branches set successor_id = null",
    ],
)
def test_what_belongs_to_others_is_not_changed(attack: Attack, statement: str) -> None:
    with attack.within() as connection:
        assert connection.execute(statement.encode(), _names(attack)).rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        (
            "insert into user_permissions (user_id, permission_id, scope)"
            " select %(person)s, id, 'all' from permissions limit 1"
        ),
        "insert into user_branches (user_id, branch_id) values (%(person)s, %(there)s)",
        "insert into user_roles (user_id, role_id) select %(person)s, id from roles limit 1",
        (
            "insert into user_sessions (user_id, session_token, expires_at)"
            " values (%(boss)s, 'mine', now() + interval '1 day')"
        ),
        "insert into one_time_passwords (user_id, kind, token) values (%(boss)s, 'reset', 'mine')",
        "insert into users (email) values ('me@example.com')",
        (
            "insert into stand_ins (officer_id, stand_in_id, starts_at, ends_at)"
            " values (%(boss)s, %(person)s, now(), now() + interval '1 day')"
        ),
        (
            "insert into client_changes (client_id, field_changed, new_value, changed_by)"
            " values (%(other)s, 'contact_number', '0', %(person)s)"
        ),
        "insert into client_assignments (client_id, officer_id) values (%(other)s, %(person)s)",
        "insert into data_access_log (actor_id, action, subject) values (%(boss)s, 'viewed', 'x')",
        "insert into export_jobs (type, format, created_by) values ('clients', 'csv', %(boss)s)",
        "update clients set branch_id = %(there)s where id = %(mine)s",
    ],
)
def test_rows_of_others_are_not_written(attack: Attack, statement: str) -> None:
    with (
        attack.within() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
    ):
        connection.execute(statement.encode(), _names(attack))


@pytest.mark.parametrize(
    "statement",
    [
        "select from user_sessions",
        "select from one_time_passwords",
        "select from export_jobs",
        "select from sealed_remarks",
        "select from sync_plans",
        "select from sync_rejects",
        "select from sync_snapshots",
        "select from client_period_status where client_id = %(other)s",
        (
            "select from status_events e join client_period_status s"
            " on s.id = e.client_period_status_id where s.client_id = %(other)s"
        ),
        "select from client_words where client_id = %(other)s",
        "select from row_counts where branch_id = %(there)s",
        "select from row_count_changes where branch_id = %(there)s",
        "select from users where stored_password(id) is not null",
        "select from rejects_about(%(other)s, 10)",
        "select from session_by_fingerprint('a guess')",
    ],
)
def test_what_is_outside_of_the_scope_is_empty(attack: Attack, statement: str) -> None:
    with attack.within() as connection:
        assert connection.execute(statement.encode(), _names(attack)).fetchall() == []


def test_a_person_without_clients_sees_none(attack: Attack) -> None:
    with attack.within(over_nothing(attack.person)) as connection:
        assert attack.sees(connection) == set()


def test_administration_sees_no_client(attack: Attack) -> None:
    with attack.within(ADMINISTRATION) as connection:
        assert attack.sees(connection) == set()
        assert connection.execute("select from user_sessions").rowcount == 1


def test_serving_cannot_begin_as_the_system(attack: Attack) -> None:
    from clientupdater.domain.errors import Misconfigured  # noqa: PLC0415

    with pytest.raises(Misconfigured, match="DATABASE_WORKER_URL"), attack.work.begin(SYSTEM):
        pass


def test_what_an_injected_statement_can_still_do(attack: Attack) -> None:
    """What ADR 39 lists as open: what belongs to no client, and what the person may do anyway."""
    with attack.within() as connection:
        for statement in (
            "select email from users where id = %(boss)s",
            "select from user_permissions",
            "update config_settings set value = value",
            "update clients set contact_number = '0' where id = %(mine)s",
            "insert into job_queue (queue_name, unique_key) values ('default', 'x')",
            "select client_has_ended(%(other)s)",
        ):
            connection.execute(statement.encode(), _names(attack))
        to = move(connection, attack.mine, attack.here)
        assert appended(connection, {**to, "by": attack.boss, "actor": attack.boss}) == 1


def _names(attack: Attack) -> dict[str, object]:
    return {
        "person": attack.person,
        "boss": attack.boss,
        "there": attack.there,
        "mine": attack.mine,
        "other": attack.other,
        "company": attack.company,
    }


def _set(connection: Connection, values: dict[str, str]) -> None:
    for name, value in values.items():
        connection.execute("select set_config(%s, %s, true)", (f"clientupdater.{name}", value))
