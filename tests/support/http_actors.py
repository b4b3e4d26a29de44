"""A branch over real HTTP: clients, a person who records updates, and one who may only read."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
from attrs import frozen

from clientupdater.adapters.postgres.admin.scope_keys import store_key
from clientupdater.entrypoints.http.application import build
from tests.support.http_server import served
from tests.support.signed_scopes import SIGNER
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId
    from tests.support.servers import Database

BASE = "/api/v1"
RIGHTS = ("clients:read", "status:read", "status:update", "status:history:read")
PERIOD = "2026-11"


@frozen
class HttpActors:
    """A branch with clients, a person who records updates there, and one who may only read."""

    staff: Staff
    http: httpx.Client
    branch: BranchId
    reader: dict[str, str]

    def client(self, company: str = "FCASH", product: str = "FCASH_SSS", branch: Any = None) -> str:
        """Put a client into the book; give its code."""
        code = f"{company[:2]}-{self.staff.one('select count(*) from clients'):06d}"
        self.staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " values (%s, (select id from companies where code = %s), 'Juana Reyes', %s,"
            " (select id from products where code = %s))",
            code,
            company,
            branch or self.branch,
            product,
        )
        return code

    def url(self, code: str, period: str = PERIOD) -> str:
        """Say where a row is found."""
        return f"{BASE}/clients/code:{code}/periods/{period}"

    def record(self, code: str, period: str = PERIOD, **body: Any) -> httpx.Response:
        """Record an update."""
        json = {"status": "CALLED", "version": 0, **body}
        return self.http.post(f"{self.url(code, period)}/events", json=json)


@contextmanager
def http_actors(database: Database) -> Iterator[HttpActors]:
    """Set it up over a database."""
    with staffed(database, ZoneInfo("Asia/Manila"), signer=SIGNER) as staff:
        with staff.past_all_rules.connection() as connection:
            store_key(connection, SIGNER)
        worker = staff.hire(*(f"{right} branch" for right in RIGHTS), first_name="Ana")
        corrector = staff.hire("clients:read all", "status:read all")
        branch = staff.branch(worker)
        reader = {"Authorization": f"Bearer {staff.session(corrector)}"}
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(worker)}"
            yield HttpActors(staff, http, branch, reader)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Give an error's status and code."""
    return answer.status_code, answer.json()["error"]["code"]


def pointers(answer: httpx.Response) -> list[str]:
    """List the fields that an answer refuses."""
    assert code_of(answer) == (422, "validation_failed"), answer.text
    return [each["pointer"] for each in answer.json()["error"]["details"]["fields"]]
