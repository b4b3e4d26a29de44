"""What every test may ask for. Servers are started by the first test that needs one."""

from __future__ import annotations

import itertools
import secrets
from typing import TYPE_CHECKING

import pytest
import redis
import structlog
from hypothesis import settings

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from tests.support import servers
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster

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

_RUN = secrets.token_hex(4)
_numbers = itertools.count(1)


def pytest_report_header() -> str:
    """Say at the top which servers are used."""
    return servers.described()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give the PostgreSQL server of this session."""
    with servers.postgres() as provided:
        yield provided


@pytest.fixture(scope="session")
def template_database(cluster: Cluster) -> Iterator[str]:
    """Give the name of a database that is migrated and seeded, to be copied."""
    name = f"test_{_RUN}_template"
    cluster.create_database(name)
    maintenance = PostgresMaintenance(cluster.owner_url(name))
    maintenance.migrate()
    maintenance.seed()
    yield name
    cluster.drop_database(name)


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Database]:
    """Give a database with nothing in it."""
    name = f"test_{_RUN}_{next(_numbers)}"
    cluster.create_database(name)
    yield Database.on(cluster, name)
    cluster.drop_database(name)


@pytest.fixture
def database(cluster: Cluster, template_database: str) -> Iterator[Database]:
    """Give a migrated and seeded database of the test's own."""
    name = f"test_{_RUN}_{next(_numbers)}"
    cluster.create_database(name, template=template_database)
    yield Database.on(cluster, name)
    cluster.drop_database(name)


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
