"""What the tests of the interfaces share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.composition import open_app
from clientupdater.entrypoints.http.application import build
from clientupdater.settings import Settings
from tests.support.http_actors import HttpActors, http_actors
from tests.support.http_server import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.support.servers import Database


@pytest.fixture
def client(database: Database) -> Iterator[httpx.Client]:
    settings = Settings(database_url=database.app_url)
    with served(build(lambda: open_app(settings))) as opened:
        yield opened


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with http_actors(database) as opened:
        yield opened
