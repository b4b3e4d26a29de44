"""The configuration's generation: it moves with every change, and what is cached goes by it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from attrs import evolve
from psycopg.errors import InsufficientPrivilege

from clientupdater.adapters.cache_codecs.lookups import JSON_LOOKUPS
from clientupdater.app import App
from clientupdater.composition import open_app
from clientupdater.domain.access import Grant
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.settings import Settings
from tests.support.builders import MANILA
from tests.support.plain_sql import SqlRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from clientupdater.domain.lookups import Lookups
    from tests.support.servers import Database

CONFIGURATION = (
    "companies",
    "pension_types",
    "pensioner_types",
    "products",
    "account_types",
    "par_statuses",
    "status_types",
    "status_reasons",
    "areas",
    "branches",
    "area_branches",
    "config_categories",
    "config_options",
    "config_settings",
)
GENERATION = b"select generation from configuration_generation"
TOKEN = "a token of a session"  # noqa: S105
RENAMED = "update account_types set name = %s where code = 'ATM'"


def run(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run a statement by itself."""
    with psycopg.connect(url) as connection:
        done = connection.execute(statement.encode(), values)
        return done.fetchall() if done.description else []


def generation(database: Database) -> int:
    ((result,),) = run(database.superuser_url, GENERATION.decode())
    assert isinstance(result, int)
    return result


@pytest.mark.parametrize(
    "statement",
    ["update {} set created_at = created_at", "delete from {} where false", "truncate {} cascade"],
)
def test_whatever_changes_the_configuration_moves_its_generation(
    database: Database, statement: str
) -> None:
    unmoved = set()
    with psycopg.connect(database.superuser_url) as connection:
        # Each is tried by itself, and a truncation stops at what is append-only.
        connection.execute("set session_replication_role = replica")
        for table in CONFIGURATION:
            connection.execute(
                f"alter table {table} enable always trigger move_generation".encode()
            )
        for table in CONFIGURATION:
            before = connection.execute(GENERATION).fetchone()
            connection.execute(statement.format(table).encode())
            if connection.execute(GENERATION).fetchone() == before:
                unmoved.add(table)
        connection.rollback()
    assert unmoved == set()


def test_the_name_of_a_person_moves_the_generation_and_their_sign_in_does_not(
    database: Database,
) -> None:
    generations = [generation(database)]
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        ana = SqlRows(connection).user()
        for change in (
            "update users set first_name = 'Ana' where id = %s",
            "update users set last_name = 'Reyes' where id = %s",
            "update users set email = 'ana.reyes@example.com' where id = %s",
            "delete from users where id = %s",
        ):
            generations.append(generation(database))
            if change.startswith("delete"):
                signed_in = "update users set last_login_at = now(), login_count = 1 where id = %s"
                connection.execute(signed_in, (ana,))
                assert generation(database) == generations[-1]
            connection.execute(change, (ana,))
    generations.append(generation(database))
    assert generations == sorted(set(generations))


def test_the_application_moves_the_generation_only_by_changing_the_configuration(
    database: Database,
) -> None:
    before = generation(database)
    with pytest.raises(InsufficientPrivilege):
        run(database.app_url, "update configuration_generation set generation = 1")
    run(database.app_url, RENAMED, "Cash card")
    assert generation(database) > before


def test_a_number_that_was_given_out_and_rolled_back_is_not_given_out_again(
    database: Database,
) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(RENAMED.encode(), ("Cash card",))
        ((rolled_back,),) = connection.execute(GENERATION).fetchall()
        connection.rollback()
    run(database.owner_url, RENAMED, "Card")
    assert generation(database) > rolled_back


# --- two processes' worth


class Processes:
    """Two Apps over one database, and a signed-in person."""

    def __init__(self, database: Database, apps: list[App]) -> None:
        self.database = database
        self.apps = apps
        with psycopg.connect(database.superuser_url) as connection:
            self.person, now = SqlRows(connection).user(), datetime.now(UTC)
            connection.execute(
                "insert into user_sessions (user_id, session_token, expires_at)"
                " values (%s, %s, %s)",
                (self.person, fingerprint(TOKEN), now + timedelta(days=1)),
            )

    def looked_up(self, app: App, *, shared: bool) -> Lookups:
        """Look them up as a request does, in memory or in what processes share."""
        result = app.people.authenticate(TOKEN, Origin())
        use_case = (
            evolve(app.configuration.lookups, cache=app.operations.cache)
            if shared
            else app.configuration.lookups
        )
        return use_case(result.caller, generation=result.generation)

    def names(self, *, shared: bool) -> list[str]:
        """Say how both call an account type."""
        items = [self.looked_up(app, shared=shared)["account_types"] for app in self.apps]
        return [next(word.name for word in words if word.code == "ATM") for words in items]

    def staff(self, person: UUID) -> list[str | None]:
        """Say how both call a person."""
        results = [(app, app.people.authenticate(TOKEN, Origin())) for app in self.apps]
        return [
            app.configuration.names(
                result.caller, [person], generation=result.generation
            ).people.get(person)
            for app, result in results
        ]

    def rename_behind_the_triggers(self, name: str) -> None:
        """Change it without a notice: only a new read shows it."""
        with psycopg.connect(self.database.superuser_url) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(RENAMED.encode(), (name,))


@pytest.fixture(params=["with Redis", "without"])
def processes(request: pytest.FixtureRequest, database: Database) -> Iterator[Processes]:
    settings = Settings(
        database_url=database.app_url,
        business_timezone=MANILA,
        encryption_keys={"first": b"e" * 32},
        blind_index_key=b"b" * 32,
    )
    if request.param == "with Redis":
        settings = evolve(settings, redis_url=request.getfixturevalue("redis_url"))
    with ExitStack() as stack:
        apps = [stack.enter_context(open_app(settings)) for _ in range(2)]
        yield Processes(database, apps)


@pytest.mark.rule("A7")
@pytest.mark.parametrize("shared", [True, False])
def test_a_changed_lookup_shows_at_once_in_every_process(
    processes: Processes, *, shared: bool
) -> None:
    assert processes.names(shared=shared) == ["ATM", "ATM"]
    processes.rename_behind_the_triggers("Behind the triggers")
    assert processes.names(shared=shared) == ["ATM", "ATM"]
    for name in ("Cash card", "Card"):
        run(processes.database.app_url, RENAMED, name)
        assert processes.names(shared=shared) == [name, name]


@pytest.mark.rule("A7")
def test_a_changed_name_of_a_person_shows_at_once_in_every_process(processes: Processes) -> None:
    url, rename = processes.database.superuser_url, "update users set first_name = %s where id = %s"
    for name in ("Ana", "Anna"):
        run(url, rename, name, processes.person)
        assert processes.staff(processes.person) == [name, name]
    with psycopg.connect(url) as connection:
        new = SqlRows(connection).user()
    assert None not in processes.staff(new)
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(rename.encode(), ("Behind the triggers", processes.person))
    assert processes.staff(processes.person) == ["Anna", "Anna"]


def test_without_a_generation_nothing_is_cached(processes: Processes) -> None:
    app = processes.apps[0]
    caller = app.people.authenticate(TOKEN, Origin()).caller
    app.configuration.lookups(caller)
    processes.rename_behind_the_triggers("Read anew")
    words = app.configuration.lookups(caller)["account_types"]
    assert "Read anew" in [word.name for word in words]


def test_what_is_no_longer_in_use_is_cached_apart(processes: Processes) -> None:
    retire = "update account_types set is_active = false where code = 'ATM'"
    run(processes.database.app_url, retire)
    app = processes.apps[0]
    result = app.people.authenticate(TOKEN, Origin())
    may = frozenset({Grant(Permission.CONFIG_READ, None, Scope.ALL)})
    caller = Caller(evolve(result.caller.actor, grants=may))

    def codes(*, inactive: bool) -> list[str]:
        words = app.configuration.lookups(caller, inactive=inactive, generation=result.generation)
        return [word.code for word in words["account_types"]]

    for _ in range(2):
        assert "ATM" in codes(inactive=True)
        assert "ATM" not in codes(inactive=False)


def test_a_cached_value_equals_the_one_read_from_the_database(
    processes: Processes,
) -> None:
    app = processes.apps[0]
    caller = app.people.authenticate(TOKEN, Origin()).caller
    assert processes.looked_up(app, shared=True) == app.configuration.lookups(caller)
    form = JSON_LOOKUPS
    assert form.read(form.written(app.configuration.lookups(caller))) == app.configuration.lookups(
        caller
    )
