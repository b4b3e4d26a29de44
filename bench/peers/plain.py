"""What an engineer would write by hand: Starlette, psycopg and orjson on the same schema.

Endpoints are synchronous, in as many threads as the pool has connections. psycopg prepares every
statement, and PostgreSQL keeps its plan: planning a page takes longer than reading it. A request
costs the session's statement and one for its rows; an update adds BEGIN, the write and COMMIT.
There is no idempotency, rate limit, log, metric or audit.

Row-level security stays on: each connection takes on `clientupdater_system` once, which lets all
rows pass at no cost for a request, and every statement names the user's branches itself.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import anyio.to_thread
import orjson
from bench.peers.plain_sql import FIRST_PAGE, ME, NEXT_PAGE, ROW, SESSION, WRITE
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from psycopg import Connection
    from starlette.requests import Request

ZONE = ZoneInfo("Asia/Manila")
CONNECTIONS = 4
"""Of 4 and 8, what it is faster with on two cores."""
PAGE = 50
pool: ConnectionPool[Connection[TupleRow]] = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=CONNECTIONS,
    max_size=CONNECTIONS,
    open=False,
    kwargs={
        "autocommit": True,
        "row_factory": tuple_row,
        "prepare_threshold": 0,
        "options": "-c role=clientupdater_system -c plan_cache_mode=force_generic_plan",
    },
)


def signed_in(connection: Connection[TupleRow], request: Request, permission: str) -> TupleRow:
    row = connection.execute(SESSION, [token_hash(request)]).fetchone()
    if row is None:
        raise HTTPException(401)
    if permission not in row[3]:
        raise HTTPException(403)
    return row


def token_hash(request: Request) -> str:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return sha256(token.encode()).hexdigest()


def json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")


def me(request: Request) -> Response:
    with pool.connection() as connection:
        row = connection.execute(ME, [token_hash(request)]).fetchone()
    if row is None:
        raise HTTPException(401)
    branches, areas, grants = row[11:]
    user = {
        "id": row[0],
        "email": row[1],
        "first_name": row[2],
        "last_name": row[3],
        "is_active": row[4],
        "must_change_password": row[5],
        "locked_until": row[6],
        "last_login_at": row[7],
        "branches": branches,
        "areas": areas,
        "version": row[8],
    }
    return json(
        {
            "user": user,
            "grants": grants,
            "branches": branches,
            "areas": areas,
            "must_change_password": row[5],
            "session": {"id": row[9], "expires_at": row[10]},
        }
    )


def worklist(request: Request) -> Response:
    today = datetime.now(ZONE).date()
    params: dict[str, Any] = {"periods": running_periods(today)}
    phase, statement = 0, FIRST_PAGE
    if cursor := request.query_params.get("cursor"):
        words = cursor.split("~")
        phase, statement = int(words.pop(0)), NEXT_PAGE
        params |= zip(("due_on", "rank", "client", "period"), words, strict=True)
    items: list[tuple[int, TupleRow]] = []
    with pool.connection() as connection:
        params["branches"] = signed_in(connection, request, "status:read")[2]
        for number, (first, last) in enumerate(phases(today)[phase:], phase):
            days = {"first": params.get("due_on", first), "last": last}
            rows = connection.execute(statement, {**params, **days}).fetchall()
            items += [(number, row) for row in rows]
            if len(items) > PAGE:
                break
            statement = FIRST_PAGE
            params.pop("due_on", None)
    more, page = len(items) > PAGE, items[:PAGE]
    return json(
        {
            "items": [worklist_item(row, today) for _, row in page],
            "next_cursor": cursor_of(*page[-1]) if more else None,
            "has_more": more,
        }
    )


def phases(today: date) -> list[tuple[str, str]]:
    """Give the first and last day of due follow-ups, of rows without a day, of the others."""
    tomorrow = today + timedelta(days=1)
    return [
        ("0001-01-02", str(today)),
        ("0001-01-01", "0001-01-01"),
        (str(tomorrow), "infinity"),
    ]


def running_periods(today: date) -> list[str]:
    return [f"{today:%Y-%m}", f"{today.year}-Q{(today.month + 2) // 3}"]


def cursor_of(phase: int, row: TupleRow) -> str:
    return "~".join(map(str, (phase, row[-2], row[-1], row[0], row[2])))


def worklist_item(row: TupleRow, today: date) -> dict[str, Any]:
    due, updates = row[11], row[8]
    if due is not None:
        cause = "follow_up_due" if due <= today else "follow_up_later"
    else:
        cause = "in_hand" if updates else "not_touched"
    client = {
        "id": row[0],
        "client_code": row[1],
        "full_name": row[21],
        "contact_number": row[22],
        "contact_number_alt": row[23],
        "branch": row[24],
        "past_due_amount": row[25],
        "par_status": row[26],
    }
    return {"client": client, "snapshot": snapshot(row), "cause": cause}


def snapshot(row: TupleRow) -> dict[str, Any]:
    return {
        "client_id": row[0],
        "client_code": row[1],
        "period": row[2],
        "period_type": row[3],
        "status": row[4],
        "reason": row[5],
        "remarks": row[6],
        "has_payment": row[7],
        "update_count": row[8],
        "is_terminal": row[9],
        "exempt": row[10],
        "next_follow_up_on": row[11],
        "promised_on": row[12],
        "promised_amount": row[13],
        "assigned_to": row[14] and {"id": row[14], "name": row[15]},
        "branch": row[16],
        "updated_by": row[17] and {"id": row[17], "name": row[18]},
        "updated_at": row[19],
        "version": row[20],
    }


async def body_of(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(await request.body())
    return body


async def update(request: Request) -> Response:
    body = await body_of(request)
    return await anyio.to_thread.run_sync(record, request, body)


def record(request: Request, body: dict[str, Any]) -> Response:
    status, remarks, now = body["status"], body.get("remarks"), datetime.now(UTC)
    params = {**request.path_params, "status": status}
    with pool.connection() as connection, connection.transaction():
        user, name, params["branches"], _ = signed_in(connection, request, "status:update")
        row = connection.execute(ROW, params).fetchone()
        if row is None:
            raise HTTPException(404)
        row_id, version, is_open, status_id, *shown = row
        if status_id is None:
            raise HTTPException(422)
        if version != body["version"] or not is_open:
            raise HTTPException(409)
        write = {"row": row_id, "version": version, "status_id": status_id, "user": user}
        written = connection.execute(WRITE, {**write, "remarks": remarks, "now": now}).fetchone()
        if written is None:
            raise HTTPException(409)
    shown[4:7] = status, None, remarks
    shown[8], shown[11] = written[1], None
    shown[17:21] = user, name, now, written[0]
    return json({"event": event(shown), "snapshot": snapshot(tuple(shown))}, 201)


def event(row: list[Any]) -> dict[str, Any]:
    return {
        "sequence": row[20],
        "kind": "recorded",
        "status": row[4],
        "reason": None,
        "remarks": row[6],
        "has_payment": None,
        "channel": None,
        "next_follow_up_on": None,
        "promised_on": None,
        "promised_amount": None,
        "occurred_at": row[19],
        "recorded_at": row[19],
        "by": {"id": row[17], "name": row[18]},
        "branch": row[16],
        "voids": None,
        "voided_by": None,
    }


def ready(_: Request) -> Response:
    return json({})


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = CONNECTIONS
    with pool:
        pool.wait()
        yield


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/empty", ready),
        Route("/api/v1/me", me),
        Route("/api/v1/worklist", worklist),
        Route("/api/v1/clients/code:{code}/periods/{period}/events", update, methods=["POST"]),
    ],
)
