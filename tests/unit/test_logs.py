"""How much is logged: the level of the settings, and a library's warnings once in a while."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import structlog
from attrs import define, field

from clientupdater.entrypoints import logs
from clientupdater.entrypoints.logs import OncePerPause
from clientupdater.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@define
class Clock:
    now: float = 1000.0
    lines: list[str] = field(factory=list)

    def __call__(self) -> float:
        return self.now


def warn(once: OncePerPause, clock: Clock, text: str, *values: object) -> None:
    record = logging.LogRecord("psycopg.pool", logging.WARNING, "", 0, text, values, None)
    if once.filter(record):
        clock.lines.append(record.getMessage())


def test_a_warning_that_is_repeated_is_one_line_in_ten_seconds_with_how_many_were_left_out() -> (
    None
):
    clock = Clock()
    once = OncePerPause(now=clock)
    for number in range(25):
        warn(once, clock, "error connecting in %r: %s", "serving", f"refused {number}")
        clock.now += 1
    assert clock.lines == [
        "error connecting in 'serving': refused 0",
        "error connecting in 'serving': refused 10 (9 more since the last line of this kind)",
        "error connecting in 'serving': refused 20 (9 more since the last line of this kind)",
    ]


def test_warnings_of_another_kind_are_not_left_out() -> None:
    clock = Clock()
    once = OncePerPause(now=clock)
    for text in ("discarding broken connection: %s", "task run failed: %s"):
        warn(once, clock, text, "100 %")
    assert clock.lines == ["discarding broken connection: 100 %", "task run failed: 100 %"]


@pytest.fixture
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    loggers = [logging.getLogger(name) for name in ("", "psycopg", "psycopg.pool", "uvicorn")]
    before = [(each, each.level, each.handlers[:], each.filters[:]) for each in loggers]
    configured = structlog.get_config()
    yield
    structlog.configure(**configured)
    for logger, level, handlers, filters in before:
        logger.setLevel(level)
        logger.handlers, logger.filters = handlers, filters


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("wanted", "level"), [("debug", logging.WARNING), ("error", logging.ERROR)]
)
def test_the_pool_of_connections_heeds_the_level_and_repeats_nothing(
    wanted: str, level: int
) -> None:
    logs.configure(Settings.from_mapping({"LOG_LEVEL": wanted}))
    pool = logging.getLogger("psycopg.pool")
    assert pool.getEffectiveLevel() == level
    assert [type(each) for each in pool.filters] == [OncePerPause]
