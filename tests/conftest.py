"""What every test may ask for. Servers are started by the first test that needs one."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
import redis
import structlog
from hypothesis import settings

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from tests.support import databases, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from tests.support.databases import Databases
    from tests.support.servers import Database

_BEGINS = ("operations", "faults", "entrypoints", "console", "integration")
"""The folders of tests in the order in which they run; the others follow."""

settings.register_profile("default", derandomize=True, max_examples=50, deadline=None)
settings.register_profile("thorough", derandomize=False, max_examples=1000, deadline=None)
settings.load_profile("default")

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        # The default writes every local variable of each frame, thousands of lines for an App.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


gc.disable()  # while tests are collected, which makes much that stays


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Take ours for `--dist loadfile`."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.support.spreading import ByFile  # noqa: PLC0415 — not without xdist

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits longest, and leave small files for the end."""
    items.sort(key=lambda item: _place(item.path.parent.name))


def _place(folder: str) -> int:
    return _BEGINS.index(folder) if folder in _BEGINS else len(_BEGINS)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected alone, as a server does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def pytest_report_header() -> str:
    """Say at the top which servers are used."""
    return servers.described()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give the PostgreSQL server of this session."""
    with servers.postgres() as provided:
        if not servers.foreign_url():
            databases.log_in_quickly(provided)
        yield provided


@pytest.fixture(scope="session")
def databases_of_tests(cluster: Cluster) -> Iterator[Databases]:
    with databases.opened(cluster) as opened:
        yield opened


@pytest.fixture(scope="session")
def template_database(databases_of_tests: Databases) -> Iterator[str]:
    """Give the name of a database that is migrated and seeded, to be copied."""
    with databases_of_tests.new() as template:
        maintenance = PostgresMaintenance(template.owner_url)
        maintenance.migrate()
        maintenance.seed()
        yield template.name


@pytest.fixture
def empty_database(databases_of_tests: Databases) -> Iterator[Database]:
    """Give a database with nothing in it."""
    with databases_of_tests.new() as database:
        yield database


@pytest.fixture
def database(databases_of_tests: Databases, template_database: str) -> Iterator[Database]:
    """Give a migrated and seeded database of the test's own."""
    with databases_of_tests.new(template_database) as database:
        yield database


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Give the URL of this session's Redis."""
    with servers.redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Give the URL of a Redis with nothing in it."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server
