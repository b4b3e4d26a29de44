"""Values at their ends, in every place that the contract names: whatever they come to, no fault.

Chance seldom draws the first day of the calendar or a number beyond what a column holds, so each
is put into each place here, one at a time, with everything else as it should be.
"""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.application import build
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from tests.entrypoints.test_http_contract import CONTRACT
from tests.support.app_parts import with_parts
from tests.support.builders import MANILA
from tests.support.http_server import served
from tests.support.servers import Database
from tests.support.staff_fixture import PLENTY, staffed
from tests.support.stores import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from clientupdater.adapters.postgres.admin.cluster import Cluster

LEFT_OUT = re.compile(r"sessions/(current|\{session\})$|/users/\{user\}/sessions$|/me/password$")
"""What ends the session that all else is asked by."""
DAYS = ("0001-01-01", "9999-12-31", "1582-10-15", "2024-02-29")
MOMENTS = (
    *("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00-23:59"),
    *("9999-12-31T23:59:59.999999-23:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59+23:59"),
)
AMOUNTS = (
    "999999999999999999",
    "-999999999999999999.999999",
    "0.000001",
    "92233720368547758",
)
WHOLES = (0, -1, 2**31 - 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**17, 10**18 - 1, 10**4000)
TEXTS = ("", "\0", "\ud800", "\uffff", "\U0010ffff", " ", "%", "a" * 5000, "\u202e", "1e999")
NO_NUMBERS = (float("nan"), float("inf"), -float("inf"))
SEEN = -777
"""Stands for the version that the client's row has when it is sent."""
WHO = "code:FC-1"
USUAL: dict[str, Any] = {"client": WHO, "clients": [WHO], "version": SEEN}
LONGEST, FIRST_OF_OURS = 1000, 500
NONE = (None, *NO_NUMBERS)


def ends_of(schema: dict[str, Any]) -> tuple[Any, ...]:
    """Choose the ends of what a place takes; of another kind, chance tries enough."""
    result = resolved(schema)
    if result.get("type") == "integer":
        return (*WHOLES, *NONE)
    by_format = {"date": DAYS, "date-time": MOMENTS, "uuid": ("0" * 8, "\0")}
    if "format" in result:
        return (*by_format[result["format"]], *NONE)
    return (*AMOUNTS, *NONE) if result.get("pattern", "").startswith("^-?") else TEXTS


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and of several choices take the first that is not null."""
    if "$ref" in schema:
        return resolved(CONTRACT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    for each in schema.get("anyOf", ()):
        if each.get("type") != "null":
            return resolved(each)
    return schema


def example(schema: dict[str, Any]) -> Any:
    """Make what fits."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            made = schema.get("properties", {})
            return {n: USUAL.get(n, example(made[n])) for n in schema.get("required", ())}
        case "array":
            return [example(schema["items"])]
        case "integer":
            return max(0, schema.get("minimum", 0))
        case "boolean":
            return True
        case _:
            return written(schema)


def written(schema: dict[str, Any]) -> str:
    by_format = {"uuid": str(uuid4()), "date": "2026-11-20", "date-time": "2026-11-20T09:00:00Z"}
    if "format" in schema:
        return by_format[schema["format"]]
    pattern = schema.get("pattern", "")
    if pattern.startswith("^2["):
        return "2026-11"
    return "1.50" if pattern.startswith("^-?") else "CALLED".ljust(schema.get("minLength", 1), "x")


def places(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Give each place of a body with every end in it: its name, and the body that is sent."""
    result = resolved(schema)
    for name, inner in result.get("properties", {}).items():
        for end in ends_of(inner):
            yield name, {**value, name: end}
        items = resolved(inner).get("items")
        if items and resolved(items).get("properties"):
            whole = example(items)
            for deeper, item in places(items, whole):
                yield f"{name}/{deeper}", {**value, name: [item, whole]}


OPERATIONS = [
    (method, path, operation)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
    if operation.get("tags") != ["Service"] and not LEFT_OUT.search(path)
]


@pytest.fixture(scope="module")
def http(cluster: Cluster, template_database: str) -> Iterator[httpx.Client]:
    """Serve it to a person who may do everything, with a client of theirs."""
    name = f"{template_database}_ends"
    cluster.create_database(name, template=template_database)
    with staffed(Database.on(cluster, name), MANILA, VAULT) as staff:
        may_all = staff.hire(*(f"{each} all" for each in Permission))
        branch = staff.branch(may_all)
        staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " values ('FC-1', (select id from companies where code = 'FCASH'), 'Juana Reyes', %s,"
            " (select id from products where code = 'FCASH_SSS'))",
            branch,
        )
        admit = AdmitRequest(MemoryRateLimits(), PLENTY)
        app = with_parts(staff.app, requests={"admit": admit})
        with served(build(lambda: nullcontext(app))) as client:
            client.headers["Authorization"] = f"Bearer {staff.session(may_all)}"
            yield client
    cluster.drop_database(name)


def asked(
    http: httpx.Client,
    method: str,
    path: str,
    values: dict[str, Any],
    *,
    query: dict[str, str] | None = None,
    parts: dict[str, str] | None = None,
    body: Any = None,
) -> int:
    for each in values["parameters"]:
        if each["in"] == "path":
            usual = WHO if each["name"] == "client" else str(example(each["schema"]))
            part = (parts or {}).get(each["name"], usual)
            path = path.replace(f"{{{each['name']}}}", quote(part, safe=":", errors="replace"))
    content = None if body is None else json.dumps(body)
    heads = {"Content-Type": "application/json"} if content else {}
    if any(each["name"] == "If-Match" for each in values["parameters"]):
        heads["If-Match"] = f'"v{SEEN}"'
    if str(SEEN) in f"{content}{heads}":
        seen = http.get(f"/api/v1/clients/{WHO}/periods/2026-11").json()["version"]
        content = content and content.replace(str(SEEN), str(seen))
        heads = {name: value.replace(str(SEEN), str(seen)) for name, value in heads.items()}
    words = urlencode(query or {}, errors="replace")
    answer = http.request(method, f"{path}?{words}", content=content, headers=heads)
    return answer.status_code


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS]
)
def test_no_value_at_its_end_is_a_fault_of_ours(
    http: httpx.Client, method: str, path: str, operation: dict[str, Any]
) -> None:
    broken = []
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    whole = example(schema["schema"]) if schema else None
    for each in operation["parameters"]:
        for word in map(str, ends_of(each["schema"])):
            if each["in"] == "query":
                status = asked(
                    http, method, path, operation, query={each["name"]: word}, body=whole
                )
            elif each["in"] == "path" and word and len(word) < LONGEST:
                status = asked(
                    http, method, path, operation, body=whole, parts={each["name"]: word}
                )
            else:
                continue
            if status >= FIRST_OF_OURS:
                broken.append((status, each["name"], word[:60]))
    if schema:
        for name, body in places(schema["schema"], whole):
            status = asked(http, method, path, operation, body=body)
            if status >= FIRST_OF_OURS:
                broken.append((status, name, str(body)[:200]))
    assert not broken
