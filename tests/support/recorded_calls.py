"""People who record updates through faults, what they were answered, and what was kept."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import httpx
import psycopg
from attrs import define, field, frozen

from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESPONSE_S = 8
"""How long a caller waits for a response: longer than the deadline of a request."""
PAUSE_S = 0.02
"""Between two tries of one call, as a program would wait before it repeats itself."""
_DEFINITE = 500
"""Below this status a response says what became of the call."""


class State(StrEnum):
    """What the caller knows of a call."""

    INVOKED = "invoked"
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@define(eq=False)
class Caller:
    """One person with one client: records update after update, each with a key of its own."""

    base: Callable[[], str]
    path: str
    token: str
    name: str
    calls: dict[str, State] = field(factory=dict)
    answered_at: list[float] = field(factory=list)
    """When a response came that said ok."""
    errors: Counter[str] = field(factory=Counter)
    """Tries without a definite response, by what came instead."""
    _version: int = 0

    def work(self, over: threading.Event) -> None:
        with httpx.Client(timeout=RESPONSE_S) as http:
            while not over.is_set():
                key = f"{self.name}-{len(self.calls)}"
                self.calls[key] = State.INVOKED
                while self.calls[key] in (State.INVOKED, State.UNKNOWN):
                    self._try(http, key)
                    if self.calls[key] is State.UNKNOWN:
                        time.sleep(PAUSE_S)
                self.settled(http)

    def settled(self, http: httpx.Client) -> None:
        """Go on to what a caller does after each call."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _try(self, http: httpx.Client, key: str) -> None:
        try:
            response = http.post(
                f"{self.base()}{self.path}",
                json={"status": "CALLED", "version": self._version, "remarks": key},
                headers={**self.headers, "Idempotency-Key": key},
            )
        except httpx.TransportError as error:
            self._unknown(key, type(error).__name__)
            return
        code = response.json().get("error", {}).get("code", "")
        if response.status_code == httpx.codes.CREATED:
            self.calls[key] = State.OK
            self.answered_at.append(time.monotonic())
            self._version = response.json()["snapshot"]["version"]
        elif response.status_code >= _DEFINITE or code == "idempotency_in_progress":
            self._unknown(key, code or str(response.status_code))
        else:
            self.calls[key] = State.FAILED
            self.errors[code] += 1

    def _unknown(self, key: str, why: str) -> None:
        self.calls[key] = State.UNKNOWN
        self.errors[why] += 1


READS = (
    *("me", "worklist?limit=5", "clients?limit=5&status=CALLED", "lookups"),
    *("dashboard/summary?company=FCASH&period={period}", "reports/untouched?company=FCASH"),
)


@define(eq=False)
class MixedCaller(Caller):
    """Reads, after each update, one of the things that people read; every read must succeed."""

    reads: int = 0

    def settled(self, http: httpx.Client) -> None:
        period, number = self.path.split("/")[-2], self.reads % (len(READS) + 2)
        self.reads += 1
        base = f"{self.base()}/api/v1"
        if number < len(READS):
            path = READS[number].format(period=period)
            response = http.get(f"{base}/{path}", headers=self.headers)
        elif number == len(READS):
            response = http.get(f"{self.base()}{self.path}", headers=self.headers)
        else:
            body = {"q": "juana"}
            response = http.post(f"{base}/clients/search", json=body, headers=self.headers)
        if not response.is_success:
            self.errors[f"{response.url.path}: {response.status_code}"] += 1


@frozen
class Felt:
    """What callers noticed of a fault."""

    calls: int
    errors: Counter[str]
    silence_s: float
    """The longest time without a successful response to anyone."""


@define(eq=False)
class Load:
    """Several callers at once."""

    callers: list[Caller]

    def __attrs_post_init__(self) -> None:
        assert self.callers, "no one would call"

    @property
    def done(self) -> int:
        return sum(len(each.answered_at) for each in self.callers)

    def pass_calls(self, number: int) -> None:
        """Wait until so many more calls have succeeded."""
        goal = self.done + number
        wait_until(lambda: self.done >= goal)

    @property
    def felt(self) -> Felt:
        moments = sorted(moment for each in self.callers for moment in each.answered_at)
        gaps = (later - earlier for earlier, later in itertools.pairwise(moments))
        errors = sum((each.errors for each in self.callers), Counter())
        return Felt(self.done, errors, max(gaps, default=0.0))

    @contextmanager
    def running(self) -> Iterator[Load]:
        over = threading.Event()
        threads = [
            threading.Thread(target=each.work, args=(over,), daemon=True) for each in self.callers
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            over.set()  # each call under way is repeated until it is settled
            for thread in threads:
                thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in threads), "a call was never settled"


def require_all_kept_once(url: str, callers: list[Caller]) -> None:
    """Compare each response with what was stored; see that rows equal their events."""
    with psycopg.connect(url) as connection:
        recorded = connection.execute(
            "select remarks, count(*) from status_events where kind = 'recorded' group by remarks"
        ).fetchall()
        broken = connection.execute(_BROKEN_ROWS).fetchall()
        ((logged,),) = connection.execute(
            "select count(*) from activity_logs where action = 'status.record'"
        ).fetchall()
    kept: dict[str, int] = dict(recorded)
    for caller in callers:
        for key, state in caller.calls.items():
            times = kept.pop(key, 0)
            expected = {State.OK: (1,), State.FAILED: (0,)}.get(state, (0, 1))
            assert times in expected, f"{key} was {state} and is there {times} times"
    assert not kept, "there are records that no one called for"
    assert not broken, broken
    assert logged == sum(times for _, times in recorded), "log entries differ from events"


_BROKEN_ROWS = """
    select s.id, s.version, e.events, e.last, s.remarks, l.remarks, s.update_count
    from client_period_status s
    join lateral (
        select count(*) events, max(event_sequence) last,
               count(*) filter (where kind = 'recorded') recorded
        from status_events where client_period_status_id = s.id
    ) e on true
    left join status_events l on l.client_period_status_id = s.id and l.event_sequence = e.last
    where e.events <> e.last + 1 or s.version <> e.last or s.update_count <> e.recorded
       or s.remarks is distinct from l.remarks
       or exists (
           select from status_events a
           join status_events b on b.client_period_status_id = a.client_period_status_id
                and b.event_sequence = a.event_sequence + 1
           where a.client_period_status_id = s.id and b.created_at < a.created_at
       )
"""
"""Rows whose version, remarks or count are not those of their events, or whose events have gaps."""
