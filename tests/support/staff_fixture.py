"""A staff made with plain SQL, and the application as it serves them, at a moment of the test's."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import define, frozen

from clientupdater.adapters.local.file_store import MemoryFileStore
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.app import App
from clientupdater.composition import build_app
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.rate_limits import Allowances
from tests.support.pools import Pool, pool_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner
    from clientupdater.adapters.security.vault import Vault
    from tests.support.servers import Database

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PLENTY = Allowances.of(read=10**6, write=10**6, export=10**6, sign_in=10**6)
"""For tests that are about something else."""
_numbers = itertools.count(1)


@define
class HandClock:
    """A clock that is moved by hand."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@frozen
class Staff:
    """The application over one database, and what only its superuser can put in or look at."""

    app: App
    """With the workers' login, as commands have it."""
    serving: App
    """With the serving login, as HTTP has it."""
    clock: HandClock
    url: str
    past_all_rules: Pool

    def one(self, sql: str, *values: object) -> Any:
        """Run a statement that answers one value."""
        with self.past_all_rules.connection() as connection:
            row = connection.execute(sql.encode(), values).fetchone()
        assert row is not None
        return row[0]

    def run(self, sql: str, *values: object) -> None:
        """Run a statement."""
        with self.past_all_rules.connection() as connection:
            connection.execute(sql.encode(), values)

    def hire(self, *grants: str, **columns: object) -> PersonId:
        """Make a person; a grant reads `clients:read branch FCASH`, no company is every one."""
        columns = {"email": f"p{next(_numbers)}@example.com", **columns}
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        person = PersonId(
            self.one(
                f"insert into users ({names}) values ({marks}) returning id",
                *columns.values(),
            )
        )
        for grant in grants:
            self.grant(person, *grant.split())
        return person

    def grant(self, person: PersonId, permission: str, scope: str, company: str = "") -> None:
        """Give a grant past all rules."""
        self.run(
            "insert into user_permissions (user_id, permission_id, scope, company_id)"
            " values (%s, (select id from permissions where code = %s), %s,"
            " (select id from companies where code = %s))",
            person,
            permission,
            scope,
            company,
        )

    def branch(self, *people: PersonId) -> BranchId:
        """Make a branch, given to these people."""
        branch = self.one(
            "insert into branches (code, name) values (%s, 'A branch') returning id",
            f"B{next(_numbers)}",
        )
        for person in people:
            self.run(
                "insert into user_branches (user_id, branch_id) values (%s, %s)", person, branch
            )
        return BranchId(branch)

    def area(self, *branches: BranchId, given_to: PersonId | None = None) -> AreaId:
        """Make an area of these branches."""
        area = self.one(
            "insert into areas (code, name) values (%s, 'An area') returning id",
            f"A{next(_numbers)}",
        )
        for branch in branches:
            self.run("insert into area_branches (area_id, branch_id) values (%s, %s)", area, branch)
        if given_to:
            self.run("insert into user_areas (user_id, area_id) values (%s, %s)", given_to, area)
        return AreaId(area)

    def company(self, code: str = "FCASH") -> CompanyId:
        """Look a company up."""
        return CompanyId(self.one("select id from companies where code = %s", code))

    def session(self, person: PersonId, **columns: object) -> str:
        """Open a session past all rules; give its token."""
        token = f"token {next(_numbers)}"
        columns = {
            "user_id": person,
            "session_token": fingerprint(token),
            "created_at": self.clock.now(),
            "last_seen_at": self.clock.now(),
            "expires_at": self.clock.now() + timedelta(days=7),
            **columns,
        }
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.run(f"insert into user_sessions ({names}) values ({marks})", *columns.values())
        return token


@contextmanager
def staffed(
    database: Database,
    zone: ZoneInfo,
    vault: Vault | None = None,
    *,
    signer: ScopeSigner | None = None,
    **others: Any,
) -> Iterator[Staff]:
    """Open the application over a database; `others` are parts of its surroundings."""
    clock = HandClock()
    others = {"files": MemoryFileStore(), **others}
    with (
        # Most tests need one of the two.
        pool_on(database.worker_url, 0, 4) as pool,
        pool_on(database.app_url, 0, 4) as serving_pool,
        kept_open(database.superuser_url) as past_all_rules,
    ):

        def built(pool: Pool) -> App:
            work = PostgresUnitsOfWork(pool, vault, signer=signer)
            return build_app(work, clock, zone, allowances=PLENTY, **others)

        yield Staff(built(pool), built(serving_pool), clock, database.superuser_url, past_all_rules)


def kept_open(url: str) -> Pool:
    """Keep what a test looks through: to log in again for each look takes longer than the look."""
    return pool_on(url, 0, 8, kwargs={"autocommit": True, "prepare_threshold": None})


def ids(*items: object) -> frozenset[UUID]:
    """Put ids together, whatever they are of."""
    return frozenset(UUID(str(each)) for each in items)
