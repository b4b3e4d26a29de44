"""Opening what is due, over the memory book."""

from __future__ import annotations

from uuid import UUID

import pytest

from clientupdater.adapters.local.clock import SetClock
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Cycle
from clientupdater.ports.tracking import Opening
from clientupdater.testing.store import memory_book
from clientupdater.usecases.tracking.periods import Periods
from tests.support.builders import MANILA, PCNI, catalogue, client, manila

clients = [client(id=ClientId(UUID(int=number))) for number in range(1, 6)]
clients.append(client(id=ClientId(UUID(int=6)), company=PCNI, cycle=Cycle.QUARTERLY))


def test_P4_the_running_month_and_quarter_are_opened_in_batches() -> None:
    book = memory_book(catalogue(), clients)
    opened = Periods(book, SetClock(manila(5)), MANILA, batch=2).open_due()
    assert {str(opening.period): opening.rows for opening in opened} == {"2026-11": 5, "2026-Q4": 1}
    assert len(book.rows) == 6


def test_P4_on_the_evening_before_the_next_period_is_opened_too() -> None:
    book = memory_book(catalogue(), clients)
    opened = Periods(book, SetClock(manila(30, 20)), MANILA).open_due()
    assert [str(opening.period) for opening in opened] == ["2026-11", "2026-Q4", "2026-12"]
    assert [opening.rows for opening in opened] == [5, 1, 5]


@pytest.mark.rule("P3", "P4")
def test_a_second_run_opens_nothing_and_leaves_no_second_record() -> None:
    book = memory_book(catalogue(), clients)
    run = Periods(book, SetClock(manila(5)), MANILA).open_due
    first = run()
    assert [opening.rows for opening in run()] == [0, 0]
    assert book.openings == list(first)


def test_P4_an_opening_is_recorded_with_its_times() -> None:
    book = memory_book(catalogue(), clients[:1])
    Periods(book, SetClock(manila(5)), MANILA).open_due()
    (recorded,) = book.openings
    assert recorded == Opening(recorded.period, 1, manila(5), manila(5))
    assert str(recorded.period) == "2026-11"


def test_P4_a_client_that_arrives_in_mid_period_gets_its_row_with_the_next_run() -> None:
    book = memory_book(catalogue(), clients)
    run = Periods(book, SetClock(manila(5)), MANILA).open_due
    run()
    book.add(client(id=ClientId(UUID(int=7))))
    assert [opening.rows for opening in run()] == [1, 0]


def test_a_batch_that_ends_with_the_last_client_ends_the_walk() -> None:
    book = memory_book(catalogue(), clients[:4])
    (month, _) = Periods(book, SetClock(manila(5)), MANILA, batch=4).open_due()
    assert month.rows == 4
