"""Every permission, route, scope and company: each answer is the oracle's (A1, A2, A5, A6a).

Each route is called by people who hold nothing but what it asks for, at each scope and over each
company, and by people who hold everything else there. Grants add up (A1), so what all others
together do not open, none of them opens. Permissions over the same thing (to read it, beside to
manage it) and no permission at all are tried by themselves besides.
"""

from __future__ import annotations

import itertools
import json as json_
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import Factory, define

from clientupdater.domain.accounts import fingerprint
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.http_server import served
from tests.support.permission_oracle import (
    AREA_BRANCH,
    COMPANIES,
    FAR,
    NEAR,
    OPEN,
    ROUTES,
    SCOPES,
    OracleGrant,
    OracleRoute,
    Target,
)
from tests.support.servers import Database
from tests.support.staff_fixture import Staff, staffed
from tests.support.stores import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.domain.ids import PersonId


FIRST_OF_OURS = 500
_OPEN_IN_PART = {"GET /api/v1/lookups", "GET /api/v1/config/settings/{setting}"}
_RESTORING = (
    "update user_sessions set revoked_at = null, revoked_reason = null",
    "delete from area_branches using areas a where a.id = area_id and a.code <> 'AREA'",
    "delete from user_areas using areas a where a.id = area_id and a.code = 'EMPTY'",
    "delete from user_branches using branches b where b.id = branch_id and b.code = 'FAR'",
    "update users set locked_until = null where locked_until is not null",
    "update stand_ins set ended_at = null, ended_by = null",
)
_PRODUCTS = {"FCASH": "FCASH_SSS", "PCNI": "PCNI_NON_PNP"}


@define
class Caller:
    """A person with grants, and a session."""

    id: PersonId
    token: str
    grants: tuple[OracleGrant, ...]


@define
class Matrix:
    """Clients, people and things in each place, and callers with any grants."""

    staff: Staff
    http: httpx.Client
    contract: dict[str, Any]
    permissions: tuple[str, ...]
    callers: dict[tuple[OracleGrant, ...], Caller] = Factory(dict)
    things: dict[str, Any] = Factory(dict)

    def caller(self, grants: Iterable[OracleGrant]) -> Caller:
        """Give the person who holds exactly these."""
        held = tuple(grants)
        if held not in self.callers:
            self.callers[held] = self._hired(held)
        return self.callers[held]

    def _hired(self, held: tuple[OracleGrant, ...]) -> Caller:
        person = self.staff.hire()
        self.staff.run(
            "with granted as ("
            "insert into user_permissions (user_id, permission_id, scope, company_id)"
            " select %s, p.id, g.scope::permission_scope, c.id"
            " from unnest(%s::text[], %s::text[], %s::text[]) g (permission, scope, company)"
            " join permissions p on p.code = g.permission"
            " left join companies c on c.code = g.company),"
            " placed as (insert into user_branches (user_id, branch_id)"
            " select %s, id from branches where code = 'NEAR')"
            " insert into user_areas (user_id, area_id)"
            " select %s, id from areas where code = 'AREA'",
            person,
            [each.permission for each in held],
            [each.scope for each in held],
            [each.company for each in held],
            person,
            person,
        )
        return Caller(person, self.staff.session(person), held)

    def ask(self, caller: Caller, route: OracleRoute, target: Target) -> httpx.Response:
        """Call a route about a target."""
        names = self._names(caller, route, target)
        token = caller.token
        if route.rule == "signed in" or target.is_own:  # it may end its own session
            token = self.staff.session(caller.id)
        if "{session}" in route.path:
            ours = "select id::text from user_sessions where session_token = %s"
            names["session"] = self.staff.one(ours, fingerprint(token))
        params = {name: _filled(text, names) for name, text in route.params.items()}
        return self.http.request(
            route.method,
            _filled(route.path, names),
            params={name: text for name, text in params.items() if text is not None},
            json=_filled(route.json, names),
            headers={"Authorization": f"Bearer {token}"},
        )

    def _names(self, caller: Caller, route: OracleRoute, target: Target) -> dict[str, Any]:
        names: dict[str, Any] = {**self.things, "company": target.company}
        if target.kind == "client":
            names["client"] = self._client(caller, target)
        if target.kind == "person":
            names["user"] = (
                str(caller.id) if target.is_own else self.things[f"user {target.branch}"]
            )
            names["branches"] = ["code:NEAR"] if target.branch else []
        if target.kind == "area":
            names["area"] = f"code:AREA_{target.company or 'NONE'}"
        if target.kind == "thing":
            for thing in ("sync_job", "option", "change", "of_area"):
                names[thing] = self.things[f"{thing} {target.company}"]
        if target.kind == "place":
            for thing in ("officer", "stand_in", "arranged"):
                names[thing] = self.things[f"{thing} {target.branch}"]
        names["table"] = "products" if target.company else "par_statuses"
        names["entry"] = _PRODUCTS.get(target.company or "", "do_not_show")
        if "{hand_over}" in route.path:
            names["hand_over"] = self._hand_over(names["client"])
        if "{export}" in route.path:
            names["export"] = self.staff.one(
                "insert into export_jobs (type, format, created_by)"
                " values ('clients', 'csv', %s) returning id::text",
                caller.id,
            )
        return names

    def _client(self, caller: Caller, target: Target) -> str:
        code = f"{target.company}-{target.branch}"
        if target.is_own:
            code = f"{target.company}-{caller.id.hex[:16]}"
            if not self.staff.one("select count(*) from clients where client_code = %s", code):
                self.add_client(code, target.company, target.branch)
                self.staff.run(
                    "insert into client_assignments (client_id, officer_id)"
                    " select id, %s from clients where client_code = %s",
                    caller.id,
                    code,
                )
        return f"code:{code}"

    def _hand_over(self, client: str) -> str:
        """Add one of a client who was assigned anew since, so that undoing it moves nobody."""
        near, officer = self.things["near"], self.things["user None"]
        return str(
            self.staff.one(
                "with made as (insert into hand_overs (officer_id, created_by, created_at)"
                " values (%s, %s, now()) returning id)"
                " insert into hand_over_clients (hand_over_id, client_id, officer_id)"
                " select made.id, c.id, %s from made, clients c where c.client_code = %s"
                " returning hand_over_id",
                near,
                near,
                officer,
                client.removeprefix("code:"),
            )
        )

    def add_client(self, code: str, company: str | None, branch: str | None) -> None:
        """Add a client with a row of the running month."""
        self.staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " select %s, c.id, 'Juan Reyes', b.id, p.id from companies c, branches b, products p"
            " where c.code = %s and b.code = %s"
            " and p.code = case c.code when 'FCASH' then 'FCASH_SSS' else 'PCNI_NON_PNP' end",
            code,
            company,
            branch,
        )

    def restore(self) -> None:
        """Undo what a request that passed may have changed for the next."""
        self.staff.run(f"do $$ begin {'; '.join(_RESTORING)}; end $$")


def _filled(value: Any, names: dict[str, Any]) -> Any:
    """Put names where their places are; a text that is one place becomes what it names."""
    if isinstance(value, str):
        if (whole := re.fullmatch(r"\{(\w+)\}", value)) and whole[1] in names:
            return names[whole[1]]
        return re.sub(r"\{(\w+)\}", lambda each: str(names[each[1]]), value)
    if isinstance(value, dict):
        return {name: _filled(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return value


@pytest.fixture(scope="module")
def matrix(cluster: Cluster, template_database: str) -> Iterator[Matrix]:
    name = f"{template_database}_matrix"
    cluster.create_database(name, template=template_database)
    with staffed(Database.on(cluster, name), ZoneInfo("Asia/Manila"), VAULT) as staff:
        settings = ServerSettings(key_required=False, deadline_s=60)
        with served(build(lambda: nullcontext(staff.serving), settings)) as http:
            http.event_hooks = {}
            contract = http.get("/api/openapi.json").json()
            every = staff.one("select array_agg(code order by code) from permissions")
            made = Matrix(staff, http, contract, tuple(every))
            _furnish(made)
            yield made
    cluster.drop_database(name)


def _furnish(made: Matrix) -> None:
    staff = made.staff
    for branch in (NEAR, AREA_BRANCH, FAR):
        staff.run("insert into branches (code, name) values (%s, 'A branch')", branch)
    for area, company in (
        ("AREA", None),
        ("EMPTY", None),
        ("AREA_NONE", None),
        ("AREA_FCASH", "FCASH"),
        ("AREA_PCNI", "PCNI"),
    ):
        staff.run(
            "insert into areas (code, name, company_id)"
            " values (%s, 'An area', (select id from companies where code = %s))",
            area,
            company,
        )
    staff.run(
        "insert into area_branches (area_id, branch_id)"
        " select a.id, b.id from areas a, branches b"
        " where a.code = 'AREA' and b.code = 'AREA_BRANCH'"
    )
    made.things["user None"] = str(staff.hire(email="taken@example.com"))
    for branch in (NEAR, AREA_BRANCH):
        person = staff.hire()
        made.things[f"user {branch}"] = str(person)
        staff.run(
            "insert into user_branches (user_id, branch_id)"
            " select %s, id from branches where code = %s",
            person,
            branch,
        )
    made.things["near"] = made.things[f"user {NEAR}"]
    for company, branch in itertools.product(("FCASH", "PCNI"), (NEAR, AREA_BRANCH, FAR)):
        made.add_client(f"{company}-{branch}", company, branch)
    for company in COMPANIES:
        made.things[f"sync_job {company}"] = staff.one(
            "insert into sync_jobs (type, company_id, status)"
            " values ('csv', (select id from companies where code = %s), 'completed')"
            " returning id::text",
            company,
        )
    made.things["job"] = staff.one(
        "insert into job_queue (status) values ('completed') returning id"
    )
    _furnish_stand_ins(made)
    _furnish_configuration(made)


def _furnish_stand_ins(made: Matrix) -> None:
    for branch in (NEAR, AREA_BRANCH):
        pair = [made.staff.hire() for _ in range(2)]
        for person in pair:
            made.staff.run(
                "insert into user_branches (user_id, branch_id)"
                " select %s, id from branches where code = %s",
                person,
                branch,
            )
        made.things[f"officer {branch}"], made.things[f"stand_in {branch}"] = map(str, pair)
        made.things[f"arranged {branch}"] = made.staff.one(
            "insert into stand_ins (officer_id, stand_in_id, starts_at, ends_at, created_by)"
            " values (%s, %s, '2026-11-01', '2026-12-31', %s) returning id::text",
            *pair,
            pair[0],
        )


def _furnish_configuration(made: Matrix) -> None:
    staff = made.staff
    made.things["contact"] = staff.one(
        "insert into branch_contacts (branch_id, type, value)"
        " select id, 'phone', '1' from branches where code = 'NEAR' returning id::text"
    )
    staff.run(
        "insert into config_settings (key, value, value_type, is_public)"
        " values ('worklist.order', '[]', 'json', true)"
        " on conflict (key, company_id) do update set is_public = true"
    )
    staff.run("insert into config_categories (code, name) values ('answers', 'Answers')")
    for company in COMPANIES:
        made.things[f"option {company}"] = staff.one(
            "insert into config_options (category_id, company_id, code, label)"
            " select g.id, (select id from companies where code = %s), %s, 'Yes'"
            " from config_categories g where g.code = 'answers' returning id::text",
            company,
            f"yes_{company}".lower(),
        )
        setting = f"sync.guard_percent:{company}" if company else "sync.guard_percent"
        made.things[f"change {company}"] = _change(staff, "config_settings", setting, '{"a": 1}')
        area = staff.one("select id from areas where code = %s", f"AREA_{company or 'NONE'}")
        made.things[f"of_area {company}"] = _change(staff, "areas", area, '{"name": "Other"}')
    near = staff.one("select id from branches where code = 'NEAR'")
    made.things["of_branch"] = _change(staff, "branches", near, '{"name": "Other"}')


def _change(staff: Staff, table: str, record: object, values: str) -> str:
    """Add a change that left its row otherwise than it is, so that undoing it conflicts."""
    change: str = staff.one(
        "insert into config_audit_log (table_name, record_id, action, old_values, new_values)"
        " values (%s, %s, 'update', '{}', %s) returning id::text",
        table,
        str(record),
        values,
    )
    return change


# --- what an answer is


def verdict_of(route: OracleRoute, answer: httpx.Response) -> str:
    """Say whether an answer passes the judgement of the caller, whatever else is wrong."""
    status, detail = answer.status_code, ""
    if answer.is_error:
        detail = answer.json().get("detail", "")
    elif route.path.endswith(("/status-updates", "/assignments", "/preview")):
        (result,) = answer.json()["results"]
        status = result["status"]
    if detail.startswith(route.passes_with) or _says_the_client_has_none(detail):
        return "passes"
    if status >= FIRST_OF_OURS:
        return "fails"
    return {401: "unauthenticated", 403: "forbidden", 404: "not_found"}.get(status, "passes")


def _says_the_client_has_none(detail: str) -> bool:
    return detail.startswith("The client has no")


def differences(
    matrix: Matrix, caller: Caller, route: OracleRoute, targets: Iterable[Target]
) -> Iterator[str]:
    for target in targets:
        answer = matrix.ask(caller, route, target)
        expected, actual = route.verdict(caller.grants, target), verdict_of(route, answer)
        if answer.is_success and route.method != "GET":
            matrix.restore()
        if expected != actual:
            yield (
                f"{route.key} about {target} by {_worded(caller.grants)}: {expected} expected,"
                f" {actual} answered ({answer.status_code} {answer.text[:300]})"
            )


def _worded(grants: tuple[OracleGrant, ...]) -> str:
    texts = [f"{g.permission} {g.scope} {g.company or 'every company'}" for g in grants]
    return ", ".join(texts[:2]) + (f" and {len(texts) - 2} more" if len(texts) > 2 else "")


# --- the tests


def test_no_route_is_forgotten_and_each_declares_what_the_oracle_asks(matrix: Matrix) -> None:
    asked: dict[str, set[str]] = {}
    for route in ROUTES:
        asked.setdefault(_general(route.key, matrix.contract), set()).update(route.permissions)
    answered = {
        f"{method.upper()} {path}": operation
        for path, operations in matrix.contract["paths"].items()
        for method, operation in operations.items()
    }
    assert asked.keys() | OPEN == answered.keys()
    for key, permissions in asked.items():
        declared = set(re.findall(r"permission `([a-z:]+)`", answered[key]["description"]))
        assert declared <= permissions, key
        assert bool(declared) == bool(permissions) or key in _OPEN_IN_PART, key


def _general(key: str, contract: dict[str, Any]) -> str:
    """Find the path of the contract that a path with names filled in belongs to."""
    method, path = key.split()
    if path in contract["paths"]:
        return key
    parts = path.split("/")
    for known in contract["paths"]:
        others = known.split("/")
        if len(parts) == len(others) and all(
            a == b or b.startswith("{") for a, b in zip(parts, others, strict=True)
        ):
            return f"{method} {known}"
    raise AssertionError(f"the contract has no {key}")


def test_without_a_session_nothing_is_answered(matrix: Matrix) -> None:
    for route in ROUTES:
        path = _filled(route.path, dict.fromkeys(re.findall(r"\{(\w+)\}", route.path), uuid4()))
        answer = matrix.http.request(route.method, path)
        assert answer.status_code == 401, route.key


def _ids(route: OracleRoute) -> str:
    return f"{route.key}{json_.dumps(route.params) if route.params else ''}"


@pytest.mark.rule("A1", "A2", "A5", "A6a")
@pytest.mark.parametrize("route", ROUTES, ids=_ids)
def test_a_route_opens_by_its_permission_at_the_scope_it_asks_and_by_no_other(
    matrix: Matrix, route: OracleRoute
) -> None:
    wrong: list[str] = []
    for scope, company in itertools.product(SCOPES, COMPANIES):
        targets = route.targets(scope, company)
        exactly = [OracleGrant(each, scope, company) for each in route.permissions]
        wrong += differences(matrix, matrix.caller(exactly), route, targets)
        for without in route.permissions:
            others = [
                OracleGrant(each, scope, company) for each in matrix.permissions if each != without
            ]
            wrong += differences(matrix, matrix.caller(others), route, targets)
    assert not wrong, "\n".join(wrong)


@pytest.mark.rule("A1")
@pytest.mark.parametrize("route", ROUTES, ids=_ids)
def test_a_permission_over_the_same_thing_opens_no_more_when_held_alone(
    matrix: Matrix, route: OracleRoute
) -> None:
    wrong: list[str] = []
    things = {each.partition(":")[0] for each in route.permissions}
    near = [each for each in matrix.permissions if each.partition(":")[0] in things]
    for grants in ((), *((OracleGrant(each, "all", None),) for each in near)):
        targets = route.targets("all", None)[-1:]
        wrong += differences(matrix, matrix.caller(grants), route, targets)
    assert not wrong, "\n".join(wrong)
