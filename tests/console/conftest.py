"""One browser for all tests of the console, and a context of its own for each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.browsers import NO_BROWSER, chromium, chromium_program
from tests.support.console_fixture import ConsoleFixture, console_fixture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.support.servers import Database


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Run Chromium; without one, tests are skipped, but for CI.

    It ends with these tests, since its event loop would stand in the way of other ones.
    """
    if not chromium_program() and os.environ.get("CI") != "true":
        pytest.skip(NO_BROWSER)
    with chromium() as opened:
        yield opened


@pytest.fixture
def console(database: Database, browser: Browser) -> Iterator[ConsoleFixture]:
    with console_fixture(database, browser) as opened:
        yield opened
