"""A branch with clients, its people, and the command run as one of them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson
from attrs import frozen

from clientupdater.domain.periods import Cycle, Period
from tests.support.commands import call
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess
    from typing import Any

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

ZONE = ZoneInfo("Asia/Manila")
ANA, BOSS, READER, STRANGER = (
    f"{name}@example.com" for name in ("ana", "boss", "reader", "stranger")
)
_FIELD = ("clients:read", "status:read", "status:update", "status:history:read")
_BOSS = (
    *_FIELD,
    *("status:correct", "audit:read", "users:read", "config:manage", "jobs:manage", "reports:read"),
)


@frozen
class CliActors:
    """Ana records updates, the boss may do everything, the reader may not write."""

    staff: Staff
    url: str
    branch: BranchId
    ana: PersonId

    def run(self, *arguments: str, actor: str = ANA, stdin: str = "") -> CompletedProcess[str]:
        """Run a command as a person."""
        settings = {"DATABASE_URL": self.url, "CLIENTUPDATER_ACTOR": actor}
        return call(*arguments, stdin=stdin, **settings)

    def json(self, *arguments: str, actor: str = ANA) -> Any:
        """Run a command that must succeed; give its result."""
        done = self.run(*arguments, "--json", actor=actor)
        assert done.returncode == 0, done.stderr + done.stdout
        return orjson.loads(done.stdout)

    def client(self, name: str = "Juana Reyes") -> str:
        """Add a client; give its code."""
        count: int = self.staff.one("select count(*) from clients")
        code = f"FC-{count:06d}"
        self.staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " values (%s, (select id from companies where code = 'FCASH'), %s, %s,"
            " (select id from products where code = 'FCASH_SSS'))",
            code,
            name,
            self.branch,
        )
        return code

    def events(self) -> int:
        """Count all recordings."""
        counted: int = self.staff.one("select count(*) from status_events where kind = 'recorded'")
        return counted


def running(cycle: Cycle = Cycle.MONTHLY) -> Period:
    """Give the running period, by the command's clock."""
    return Period.containing(datetime.now(ZONE).date(), cycle)


@contextmanager
def cli_actors(database: Database) -> Iterator[CliActors]:
    with staffed(database, ZONE) as staff:
        ana = staff.hire(*(f"{each} branch" for each in _FIELD), email=ANA, first_name="Ana")
        staff.hire(*(f"{each} all" for each in _BOSS), email=BOSS, first_name="Bo")
        staff.hire("clients:read all", "status:read all", email=READER)
        staff.hire(email=STRANGER)
        yield CliActors(staff, database.worker_url, staff.branch(ana), ana)
