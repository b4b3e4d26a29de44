"""The team's own tests of its adapter, alone and in an App: no server, in milliseconds."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from file_limits import FileRateLimits, as_part

from clientupdater.domain.errors import Unavailable
from clientupdater.domain.ids import PersonId
from clientupdater.domain.rate_limits import Activity, Allowance, Allowances, Requester, Tally
from clientupdater.testing.app import open_memory_app

NOON = 1_793_505_600 * 1_000_000
TWO_A_MINUTE = Tally(Allowance("write", 2, timedelta(minutes=1)), of=("ana",))


def limits_of(folder: Path, *, at: int = NOON) -> FileRateLimits:
    return FileRateLimits(folder / "limits.db", b"a secret of the team", lambda: at)


def test_two_processes_count_together(tmp_path: Path) -> None:
    one, another = limits_of(tmp_path), limits_of(tmp_path)
    assert [limits.hit(TWO_A_MINUTE).allowed for limits in (one, another, one)] == [
        True,
        True,
        False,
    ]


def test_looking_counts_nothing_and_time_makes_room(tmp_path: Path) -> None:
    limits = limits_of(tmp_path)
    assert all(limits.look(TWO_A_MINUTE).allowed for _ in range(3))
    limits.hit(TWO_A_MINUTE)
    limits.hit(TWO_A_MINUTE)
    later = limits_of(tmp_path, at=NOON + 2 * TWO_A_MINUTE.allowance.span)
    assert later.hit(TWO_A_MINUTE).remaining == 1


def test_a_file_that_cannot_be_used_lets_nothing_through_uncounted(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        FileRateLimits(tmp_path, b"x").hit(TWO_A_MINUTE)


def test_an_app_refuses_by_these_limits(tmp_path: Path) -> None:
    few = Allowances.of(read=1, write=1, export=1, sign_in=1)
    app = open_memory_app(limits=as_part(limits_of(tmp_path)), allowances=few)
    ana = Requester(address=None, person=PersonId(uuid4()))
    assert [app.requests.admit(Activity.READ, ana).allowed for _ in range(2)] == [True, False]
