"""People who record statuses over HTTP while a sync works: a process of its own, paced."""

from __future__ import annotations

import itertools
import multiprocessing
import statistics
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

A_SECOND, PEOPLE = 40, 8
STRIDE = 7919
"""From one client to the next: prime, so that all of the book is met."""


@frozen
class Latencies:
    """How long updates took, from when each was due."""

    milliseconds: tuple[float, ...]
    refused: int

    def percentile(self, percent: int) -> float:
        """Give the one below which so many lie."""
        return statistics.quantiles(self.milliseconds, n=100)[percent - 1]


@contextmanager
def people_recording(base: str, token: str, clients: int) -> Iterator[list[Latencies]]:
    """Let them work for as long as it is open; what they met is there afterwards."""
    ours, theirs = multiprocessing.Pipe()
    args = (base, token, clients, theirs)
    process = multiprocessing.get_context("spawn").Process(target=_work, args=args, daemon=True)
    process.start()
    ours.recv()
    items: list[Latencies] = []
    try:
        yield items
    finally:
        ours.send("stop")
        items.append(Latencies(*ours.recv()))
        process.join()


def _work(base: str, token: str, clients: int, value: Any) -> None:
    turns, met, refused, over = itertools.count(), list[float](), list[int](), threading.Event()
    begun = time.monotonic() + 1
    value.send("ready")

    def person() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=base, headers=headers, timeout=60) as http:
            while not over.is_set():
                turn = next(turns)
                due = begun + turn / A_SECOND
                time.sleep(max(0.0, due - time.monotonic()))
                status = _record(http, turn * STRIDE % clients)
                met.append((time.monotonic() - due) * 1000)
                if status >= httpx.codes.BAD_REQUEST:
                    refused.append(status)

    people = [threading.Thread(target=person) for _ in range(PEOPLE)]
    for each in people:
        each.start()
    value.recv()
    over.set()
    for each in people:
        each.join()
    value.send((tuple(met), len(refused)))


def _record(http: httpx.Client, client: int) -> int:
    answer = http.post(
        f"/api/v1/clients/code:C{client:07}/periods/2026-11/events",
        json={"status": "CALLED", "version": 0},
        headers={"Idempotency-Key": str(uuid4())},
    )
    return answer.status_code
