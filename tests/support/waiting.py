"""Waiting for what others do: for as long as a busy machine may take, and no longer than that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 60.0
WAITING_FOR_A_LOCK = """
    select count(*) from pg_stat_activity
     where wait_event_type = 'Lock' and datname = current_database()
"""
"""How many stand before a lock of this database: for a superuser to ask."""


def wait_until(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for what happens by itself."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)
