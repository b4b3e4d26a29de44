"""Single requests to a server under measurement, and whether two servers answer them alike."""

from __future__ import annotations

import http.client
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from attrs import frozen

if TYPE_CHECKING:
    from bench.http_load import Target
    from bench.http_world import User, World
    from bench.processes import Server

UPDATE = {"status": "CALLED", "remarks": "Comes on Friday"}
OWN_TIMES = {"occurred_at", "recorded_at", "updated_at"}
COUNTERS = {"sequence", "version", "update_count"}
MOST_PAGES = 250
EVENT = """
select
    e.kind, t.code, e.reason_id, e.remarks, e.has_payment, e.is_terminal, e.channel, e.company_id,
    e.branch_id, e.next_follow_up_on, e.promised_on, e.promised_amount, e.voids, e.exempt_cause,
    e.created_by, e.event_sequence = s.version, s.status_type_id = e.status_type_id, s.remarks,
    s.next_follow_up_on, s.updated_by
from status_events e
join status_types t on t.id = e.status_type_id
join client_period_status s on s.id = e.client_period_status_id
join clients c on c.id = s.client_id
where c.client_code = %s and s.period = %s
order by e.event_sequence desc
limit 1
"""


@frozen
class Caller:
    """A user of a server, one request at a time."""

    server: Server
    user: User

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request; return the status and the body."""
        connection = http.client.HTTPConnection(urlsplit(self.server.base).netloc, timeout=30)
        headers = {"Authorization": f"Bearer {self.user.token}", "Idempotency-Key": uuid4().hex}
        if body is not None:
            headers["Content-Type"] = "application/json"
        message = None if body is None else json.dumps(body)
        connection.request(method, f"/api/v1{path}", message, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, json.loads(content) if response.status < 400 else None  # noqa: PLR2004

    def get(self, path: str) -> Any:
        status, body = self.call("GET", path)
        if body is None:
            raise SystemExit(f"GET {path} of {self.server.base} answers {status}")
        return body

    def page(self, cursor: str | None) -> Any:
        return self.get(f"/worklist?cursor={quote(cursor)}" if cursor else "/worklist")

    def update(self, target: Target) -> tuple[int, Any]:
        code, period, version = target
        path = f"/clients/code:{code}/periods/{period}/events"
        return self.call("POST", path, {**UPDATE, "version": version})


def require_same(ours: Caller, peer: Caller, world: World) -> None:
    """Stop unless a peer gives the same answers and makes the same change as our server."""
    _compare("/me", ours.get("/me"), peer.get("/me"))
    cursors: list[str | None] = [None, None]
    for number in range(1, MOST_PAGES + 1):
        pages = [each.page(at) for each, at in zip((ours, peer), cursors, strict=True)]
        cursors = [page.pop("next_cursor") for page in pages]
        _compare(f"page {number} of the worklist", *pages)
        if cursors[0] is None:
            break
    _compare("an update", *(_updated(each, world) for each in (ours, peer)))


def _updated(caller: Caller, world: World) -> Any:
    """Update a row, then try it with the old version; give the answers and what is stored."""
    code, period, version = target = world.targets()[0]
    status, body = caller.update(target)
    counters = [body["event"]["sequence"], body["snapshot"]["version"]]
    if status != http.client.CREATED or counters != [version + 1, version + 1]:
        raise SystemExit(f"an update by {caller.server.base} answers {status} {body}")
    stale, _ = caller.update(target)
    return _without_counters(body), stale, world.rows(EVENT, (code, period))


def _without_counters(value: dict[str, dict[str, Any]]) -> Any:
    hidden = OWN_TIMES | COUNTERS
    return {
        part: {name: each for name, each in members.items() if name not in hidden}
        for part, members in value.items()
    }


def _compare(what: str, ours: Any, peer: Any) -> None:
    if _plain(ours) != _plain(peer):
        raise SystemExit(f"{what} differs:\nours: {ours}\npeer: {peer}")


def _plain(value: Any) -> Any:
    """Make moments equal that are written in two ways, such as `Z` and `+00:00`."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str) and len(value) > 10 and value[4:5] == value[7:8] == "-":  # noqa: PLR2004
        return datetime.fromisoformat(value)
    return value
