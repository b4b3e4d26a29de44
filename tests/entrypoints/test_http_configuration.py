"""The configuration over HTTP: settings, options, lookups, undo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import evolve, frozen

from clientupdater.composition import open_app
from clientupdater.domain.settings_values import KNOWN
from clientupdater.entrypoints.http.application import build
from clientupdater.settings import Settings
from tests.support import servers
from tests.support.builders import MANILA
from tests.support.http_actors import code_of
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import PersonId
    from tests.support.servers import Database

BASE = "/api/v1/config"
DAYS = f"{BASE}/settings/status.backdating_days"


@frozen
class Administration:
    """The boss manages the configuration of every company, and the reader reads it."""

    staff: Staff
    http: httpx.Client
    reader: dict[str, str]

    def as_(self, person: PersonId) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.staff.session(person)}"}

    def last_change(self) -> str:
        return str(self.staff.one("select id from config_audit_log order by position desc limit 1"))

    def undo(self, change: str | None = None, **body: Any) -> httpx.Response:
        return self.http.post(f"{BASE}/changes/{change or self.last_change()}/undo", json=body)


@pytest.fixture
def admin(database: Database) -> Iterator[Administration]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire("config:read all", "config:manage all", first_name="Bo")
        reader = staff.hire("config:read all")
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(boss)}"
            yield Administration(staff, http, {"Authorization": f"Bearer {staff.session(reader)}"})


def fields(answer: httpx.Response) -> dict[str, str]:
    assert code_of(answer) == (422, "validation_failed"), answer.text
    items = answer.json()["error"]["details"]["fields"]
    return {each["pointer"]: each["message"] for each in items}


# --- settings


def test_a_setting_is_listed_with_its_meaning_and_its_value_for_each_company(
    admin: Administration,
) -> None:
    admin.http.put(DAYS, params={"company": "FCASH"}, json={"value": "3", "version": 0})
    listed = admin.http.get(f"{BASE}/settings", headers=admin.reader).json()["items"]
    days = [each for each in listed if each["key"] == "status.backdating_days"]
    assert [(each["company"], each["value"], each["stored"], each["version"]) for each in days] == [
        (None, "5", "5", 1),
        ("FCASH", "3", "3", 1),
        ("PCNI", "5", None, 0),
    ]
    assert days[1]["updated_by"]["name"] == "Bo"
    assert days[1]["expected"] == "a whole number from 0 to 28"
    assert days[1]["value_type"] == "number"
    assert {each["key"] for each in listed} == KNOWN.keys()
    assert "worklist.order" in KNOWN


def test_a_setting_is_changed_at_its_version_and_deleted(admin: Administration) -> None:
    assert admin.http.get(DAYS).headers["etag"] == '"v1"'
    assert code_of(admin.http.put(DAYS, json={"value": "7"})) == (428, "version_required")
    saved = admin.http.put(DAYS, json={"value": "7"}, headers={"If-Match": '"v1"'})
    assert (saved.status_code, saved.headers["etag"], saved.json()["value"]) == (200, '"v2"', "7")
    stale = admin.http.put(DAYS, json={"value": "8"}, headers={"If-Match": '"v1"'})
    assert code_of(stale) == (412, "precondition_failed")
    stale = admin.http.put(DAYS, json={"value": "8", "version": 1})
    assert code_of(stale) == (409, "version_conflict")
    details = stale.json()["error"]["details"]
    assert (details["current"], details["fields"]) == (2, ["value"])
    assert details["snapshot"]["value"] == "7"
    assert code_of(admin.http.delete(DAYS, headers={"If-Match": '"v1"'}))[0] == 412
    assert admin.http.delete(DAYS, headers={"If-Match": '"v2"'}).status_code == 204
    shown = admin.http.get(DAYS).json()
    assert (shown["value"], shown["stored"], shown["version"]) == ("5", None, 0)
    assert code_of(admin.http.delete(DAYS, headers={"If-Match": '"v0"'})) == (404, "not_found")


@pytest.mark.parametrize(("in_header", "refusal"), [(True, 412), (False, 409)])
def test_of_two_changes_at_once_one_wins(
    admin: Administration, *, in_header: bool, refusal: int
) -> None:
    barrier = Barrier(2)

    def change(value: int, version: int) -> int:
        headers = {"If-Match": f'"v{version}"'} if in_header else {}
        body = {"value": str(value)} | ({} if in_header else {"version": version})
        barrier.wait()
        return admin.http.put(DAYS, json=body, headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        for version in range(1, 6):
            statuses = pool.map(change, (version, version + 10), (version, version))
            assert sorted(statuses) == [200, refusal]


def test_a_stale_version_is_named_before_the_rules_are_asked(admin: Administration) -> None:
    done, off = f"{BASE}/lookups/status_types/DONE", {"is_active": False}
    stale = admin.http.patch(done, json={**off, "version": 9})
    assert code_of(stale) == (409, "version_conflict")
    refused = admin.http.patch(done, json={**off, "version": 1})
    assert code_of(refused) == (409, "configuration_not_allowed")


@pytest.mark.parametrize("wrong", ["29", "-1", "five", "", "1.5"])
def test_a_value_that_does_not_fit_is_refused_and_nothing_changes(
    admin: Administration, wrong: str
) -> None:
    answer = admin.http.put(DAYS, json={"value": wrong, "version": 1})
    assert list(fields(answer)) == ["/value"]
    assert admin.http.get(DAYS).json()["version"] == 1


def test_an_unknown_setting_is_refused_with_those_that_there_are(admin: Administration) -> None:
    unknown = f"{BASE}/settings/status.greeting"
    for answer in (
        admin.http.get(unknown),
        admin.http.put(unknown, json={"value": "1", "version": 0}),
        admin.http.request("DELETE", unknown, json={"version": 0}),
    ):
        assert "worklist.order" in fields(answer)["/key"]
    assert code_of(admin.http.get(f"{BASE}/settings/Not-A-Key")) == (404, "not_found")
    nowhere = admin.http.get(DAYS, params={"company": "NONE"})
    assert code_of(nowhere) == (404, "not_found")


def test_A5_who_may_only_read_changes_nothing(admin: Administration) -> None:
    headers = admin.reader
    for answer in (
        admin.http.put(DAYS, json={"value": "7", "version": 1}, headers=headers),
        admin.http.put(DAYS, json={"nonsense": "7"}, headers=headers),
        admin.http.request("DELETE", DAYS, json={"version": 1}, headers=headers),
        admin.http.post(f"{BASE}/categories", json={"code": "a", "name": "A"}, headers=headers),
        admin.http.post(f"{BASE}/lookups/products", json={}, headers=headers),
        admin.http.patch(f"{BASE}/lookups/products/FCASH_SSS", json={}, headers=headers),
        admin.http.delete(f"{BASE}/lookups/products/FCASH_SSS", headers=headers),
        admin.http.post(f"{BASE}/changes/{uuid4()}/undo", headers=headers),
    ):
        assert code_of(answer) == (403, "forbidden")
        assert answer.json()["error"]["details"]["permission"] == "config:manage"
    assert admin.staff.one("select count(*) from config_audit_log") == 0


def test_A10_people_without_any_right_read_public_settings_alone(admin: Administration) -> None:
    ana = admin.as_(admin.staff.hire())
    assert admin.http.get(f"{BASE}/settings", headers=ana).json() == {"items": []}
    assert code_of(admin.http.get(DAYS, headers=ana)) == (403, "forbidden")
    admin.http.put(DAYS, json={"value": "7", "is_public": True, "version": 1})
    shown = admin.http.get(DAYS, headers=ana).json()
    assert (shown["value"], shown["stored"], shown["updated_by"]) == ("7", None, None)
    for path in ("categories", "options?category=a", "lookups/products"):
        assert code_of(admin.http.get(f"{BASE}/{path}", headers=ana)) == (403, "forbidden")


# --- options


def test_categories_and_options_are_created_changed_and_deleted(admin: Administration) -> None:
    http = admin.http
    made = http.post(f"{BASE}/categories", json={"code": "answers", "name": "Answers"})
    assert made.status_code == 201, made.text
    category = made.headers["location"]
    assert http.get(category).json() == made.json()
    again = http.post(f"{BASE}/categories", json={"code": "Answers", "name": "Answers"})
    assert code_of(again) == (409, "already_exists")
    body = {"category": "answers", "code": "yes", "label": "Yes", "metadata": {"colour": "green"}}
    parent = http.post(f"{BASE}/options", json=body)
    assert parent.status_code == 201, parent.text
    below = {**body, "code": "later", "parent": parent.json()["id"], "company": "FCASH"}
    child = http.post(f"{BASE}/options", json=below)
    listed = http.get(f"{BASE}/options", params={"category": "answers"}, headers=admin.reader)
    assert [each["code"] for each in listed.json()["items"]] == ["later", "yes"]
    address = child.headers["location"]
    change = {"label": "Later", "parent": None, "value": "l", "version": 1}
    changed = http.patch(address, json=change)
    assert (changed.json()["parent"], changed.json()["value"]) == (None, "l")
    assert changed.headers["etag"] == '"v2"'
    stale = http.patch(address, json={"label": "Now", "version": 1})
    assert code_of(stale) == (409, "version_conflict")
    assert stale.json()["error"]["details"]["snapshot"]["label"] == "Later"
    assert code_of(http.request("DELETE", category, json={"version": 1})) == (
        409,
        "configuration_not_allowed",
    )
    renamed = http.patch(category, json={"description": "Of calls", "version": 1})
    assert renamed.json()["description"] == "Of calls"
    for place, version in ((address, 2), (parent.headers["location"], 1), (category, 2)):
        assert http.request("DELETE", place, json={"version": version}).status_code == 204
        assert code_of(http.get(place)) == (404, "not_found")


def test_every_fault_of_an_option_is_named_at_once(admin: Administration) -> None:
    http = admin.http
    http.post(f"{BASE}/categories", json={"code": "answers", "name": "Answers"})
    shape = {"category": "answers", "code": 1, "label": "", "metadata": [], "colour": "green"}
    assert set(fields(http.post(f"{BASE}/options", json=shape))) == {
        "/code",
        "/label",
        "/metadata",
        "/colour",
    }
    rules = {
        "category": "answers",
        "code": "no spaces",
        "label": "  ",
        "metadata": {"long": "x" * 20_000},
        "parent": str(uuid4()),
    }
    assert set(fields(http.post(f"{BASE}/options", json=rules))) == {
        "/code",
        "/label",
        "/metadata",
        "/parent",
    }
    missing = http.post(f"{BASE}/options", json={**rules, "category": "none"})
    assert code_of(missing) == (404, "not_found")


# --- lookups


def test_an_entry_is_created_and_shows_among_the_lookups_at_once(admin: Administration) -> None:
    http = admin.http
    body = {"code": "MESSAGED", "name": "Messaged", "facts": {"sequence": 7}}
    made = http.post(f"{BASE}/lookups/status_types", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["facts"] == {"sequence": 7, "company": None}
    assert http.get(made.headers["location"]).json() == made.json()

    def listed(**params: str) -> list[str]:
        lookups = http.get("/api/v1/lookups", params=params).json()
        return [each["code"] for each in lookups["status_types"]]

    assert "MESSAGED" in listed()
    product = {"code": "PCNI_ARMY", "name": "Army"}
    facts = {"company": "PCNI", "tracking_cycle": "quarterly"}
    army = http.post(f"{BASE}/lookups/products", json={**product, "facts": facts})
    assert (army.status_code, army.json()["facts"]) == (201, facts)
    off = {"is_active": False, "version": 1}
    assert http.patch(made.headers["location"], json=off).status_code == 200
    assert "MESSAGED" not in listed()
    assert "MESSAGED" in listed(all="true")


def test_an_entry_is_never_deleted_and_the_answer_says_what_to_do(admin: Administration) -> None:
    answer = admin.http.delete(f"{BASE}/lookups/products/FCASH_SSS")
    assert code_of(answer) == (409, "configuration_not_allowed")
    assert "deactivate it" in answer.json()["detail"]
    assert code_of(admin.http.delete(f"{BASE}/lookups/products/NONE")) == (404, "not_found")
    assert code_of(admin.http.get(f"{BASE}/lookups/users")) == (404, "not_found")


def test_every_fault_of_an_entry_is_named_at_once(admin: Administration) -> None:
    body = {
        "code": "no spaces",
        "name": " ",
        "facts": {"company": "NONE", "sequence": 1, "tracking_cycle": "quarterly"},
    }
    assert set(fields(admin.http.post(f"{BASE}/lookups/products", json=body))) == {
        "/code",
        "/name",
        "/facts/company",
        "/facts/sequence",
    }
    fixed = {"facts": {"company": "PCNI", "tracking_cycle": "quarterly"}, "version": 1}
    answer = admin.http.patch(f"{BASE}/lookups/products/FCASH_SSS", json=fixed)
    assert set(fields(answer)) == {"/facts/company", "/facts/tracking_cycle"}
    code = admin.http.patch(f"{BASE}/lookups/products/FCASH_SSS", json={"code": "X", "version": 1})
    assert fields(code) == {"/code": "is unknown"}


# --- tracking of a PAR status


def test_P6_a_change_of_tracking_is_previewed_and_applied_as_a_job(admin: Administration) -> None:
    staff, http = admin.staff, admin.http
    branch = staff.branch()
    for code, company in (("FC-1", "FCASH"), ("FC-2", "FCASH"), ("PC-1", "PCNI")):
        staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, par_status_id)"
            " values (%s, %s, 'Juana Reyes', %s,"
            " (select id from par_statuses where code = 'tele_130'))",
            code,
            staff.company(company),
            branch,
        )
    address = f"{BASE}/par-statuses/tele_130/tracking"
    plan = http.get(address, params={"is_trackable": "false"}).json()
    assert plan["companies"] == [
        {"company": "FCASH", "clients": 2, "examples": ["FC-1", "FC-2"]},
        {"company": "PCNI", "clients": 1, "examples": ["PC-1"]},
    ]
    body = {"is_trackable": False, "plan_hash": plan["plan_hash"], "version": plan["version"]}
    staff.run("update clients set is_active = false where client_code = 'PC-1'")
    assert code_of(http.put(address, json=body)) == (409, "plan_changed")
    plan = http.get(address, params={"is_trackable": "false"}).json()
    started = http.put(address, json={**body, "plan_hash": plan["plan_hash"]})
    assert started.status_code == 202, started.text
    assert started.json()["entry"]["facts"] == {"is_trackable": False}
    queued = staff.one(
        "select payload from job_queue where id = %s and status = 'pending'", started.json()["job"]
    )
    assert "tele_130" in str(queued)
    same = http.get(address, params={"is_trackable": "false"})
    assert list(fields(same)) == ["/is_trackable"]
    direct = {"facts": {"is_trackable": True}, "version": 2}
    answer = http.patch(f"{BASE}/lookups/par_statuses/tele_130", json=direct)
    assert "previewed job" in fields(answer)["/facts/is_trackable"]
    assert code_of(admin.undo()) == (409, "plan_changed")
    back = http.get(address, params={"is_trackable": "true"}).json()
    undone = admin.undo(plan_hash=back["plan_hash"])
    assert undone.status_code == 200, undone.text
    assert undone.json()["job"] is not None
    for other in (admin.reader, admin.as_(staff.hire("config:manage all FCASH"))):
        refused = http.get(address, params={"is_trackable": "false"}, headers=other)
        assert code_of(refused) == (403, "forbidden")


# --- undo


def test_a_change_is_undone_once_and_says_what_changed_since(admin: Administration) -> None:
    admin.http.put(DAYS, json={"value": "7", "version": 1})
    change = admin.last_change()
    undone = admin.undo().json()
    assert (undone["table"], undone["record"]) == ("config_settings", "status.backdating_days")
    assert (undone["before"], undone["after"]) == ({"value": "7"}, {"value": "5"})
    assert undone["id"] == admin.last_change()
    again = admin.undo(change)
    assert code_of(again) == (409, "version_conflict")
    details = again.json()["error"]["details"]
    assert (details["fields"], details["provided"], details["current"]) == (["value"], 2, 3)
    assert code_of(admin.undo(str(uuid4()))) == (404, "not_found")


def test_a_repeated_request_undoes_nothing_twice(admin: Administration) -> None:
    admin.http.put(DAYS, json={"value": "7", "version": 1})
    address, key = f"{BASE}/changes/{admin.last_change()}/undo", {"Idempotency-Key": "once"}
    first, second = (admin.http.post(address, headers=key) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert second.headers["idempotent-replayed"] == "true"
    assert admin.staff.one("select count(*) from config_audit_log") == 2


# --- in every process


@pytest.fixture(params=["with Redis", "without Redis", "with Redis down"])
def two_servers(request: pytest.FixtureRequest, database: Database) -> Iterator[list[httpx.Client]]:
    settings = Settings(
        database_url=database.app_url,
        business_timezone=MANILA,
        encryption_keys={"first": b"e" * 32},
        blind_index_key=b"b" * 32,
    )
    if request.param == "with Redis":
        settings = evolve(settings, redis_url=request.getfixturevalue("redis_url"))
    if request.param == "with Redis down":
        settings = evolve(settings, redis_url=f"redis://127.0.0.1:{servers.free_port()}/0")
    with ExitStack() as stack:
        staff = stack.enter_context(staffed(database, MANILA))
        boss = staff.hire("config:read all", "config:manage all", "status:read all")
        staff.clock.moment = staff.one("select now()")
        clients = []
        for _ in range(2):
            app = stack.enter_context(open_app(settings))
            http = stack.enter_context(served(build(lambda app=app: nullcontext(app))))  # type: ignore[misc]
            http.headers["Authorization"] = f"Bearer {staff.session(boss)}"
            clients.append(http)
        yield clients


@pytest.mark.rule("A7")
def test_A7_a_change_in_one_process_is_in_effect_for_the_next_request_of_another(
    two_servers: list[httpx.Client],
) -> None:
    here, there = two_servers
    for version, value in enumerate(("7", "8", "9"), 1):
        assert there.get(DAYS).json()["version"] == version
        saved = here.put(DAYS, json={"value": value, "version": version})
        assert saved.status_code == 200, saved.text
        assert there.get(DAYS).json()["value"] == value
        name = {"name": f"Called {value}", "version": version}
        renamed = here.patch(f"{BASE}/lookups/status_types/CALLED", json=name)
        assert renamed.status_code == 200, renamed.text
        for each in two_servers:
            shown = each.get("/api/v1/lookups").json()["status_types"]
            assert f"Called {value}" in [word["name"] for word in shown]
        here, there = there, here
