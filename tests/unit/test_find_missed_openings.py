"""ReadContext for what the opening of periods left out."""

from __future__ import annotations

from uuid import UUID

import pytest

from clientupdater.adapters.local.clock import SetClock
from clientupdater.domain.ids import ClientId
from clientupdater.testing.store import memory_book
from clientupdater.usecases.tracking.periods import Periods
from tests.support.builders import MANILA, NOVEMBER, catalogue, client, manila


@pytest.mark.rule("P2", "P4")
def test_what_was_not_opened_and_what_cannot_be_are_told_apart() -> None:
    clients = [client(id=ClientId(UUID(int=number))) for number in (1, 2)]
    unmapped = client(id=ClientId(UUID(int=3)), cycle=None)
    book = memory_book(catalogue(), [*clients, unmapped])
    find = Periods(book, SetClock(manila(5)), MANILA).find_missed
    assert (find().without_row, find().unmapped) == ({NOVEMBER: 2}, 1)
    Periods(book, SetClock(manila(5)), MANILA).open_due()
    assert (find().without_row, find().unmapped) == ({}, 1)
