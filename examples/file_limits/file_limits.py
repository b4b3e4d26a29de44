"""An adapter of another team: rate limits in a file, which all processes of a machine share.

`open_app(settings, limits=FileRateLimits(path))` counts there, in place of Redis or the memory of
each process.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from clientupdater.domain.errors import Unavailable
from clientupdater.domain.rate_limits import Tally, Verdict, counted_at
from clientupdater.ports.rate_limits import Counting, RateLimits

_TABLE = """
create table if not exists counts (key blob primary key, window int, running int, before int)
"""
_READ = "select window, running, before from counts where key = ?"
_WRITE = "insert or replace into counts values (?, ?, ?, ?)"


def _wall_clock() -> int:
    return time.time_ns() // 1000


@dataclass(frozen=True)
class FileRateLimits:
    """Counts in SQLite, by keyed hashes that do not say whose counts they are."""

    file: Path
    secret: bytes
    now: Callable[[], int] = _wall_clock
    """Microseconds since 1970."""

    def hit(self, tally: Tally) -> Verdict:
        return self._judged(tally, is_counted=True)

    def look(self, tally: Tally) -> Verdict:
        return self._judged(tally, is_counted=False)

    def counting(self) -> Counting:
        return Counting.SHARED

    def _judged(self, tally: Tally, *, is_counted: bool) -> Verdict:
        allowance, span, now = tally.allowance, tally.allowance.span, self.now()
        named = "\0".join((allowance.name, *tally.of)).encode()
        key = blake2b(named, key=self.secret).digest()
        with self._transaction() as connection:
            row = connection.execute(_READ, (key,)).fetchone()
            count = counted_at(now, span, *(row or (now // span, 0, 0)))
            allowed = count.has_room(allowance)
            if allowed and is_counted:
                count = count.after_one_more()
                connection.execute(_WRITE, (key, now // span, count.running, count.before))
        return count.verdict(allowance, now, allowed=allowed)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Lock the file from reading to writing, so that no hit is lost between processes."""
        try:
            with closing(sqlite3.connect(self.file, timeout=1, isolation_level=None)) as connection:
                connection.execute(_TABLE)
                connection.execute("begin immediate")
                yield connection
                connection.execute("commit")
        except sqlite3.Error as error:
            raise Unavailable("the file of limits", f"{self.file} cannot be used.") from error


def as_part(limits: FileRateLimits) -> RateLimits:
    """Let the type checker see that it is what `open_app` takes."""
    return limits
