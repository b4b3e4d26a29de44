"""Working through a list over real HTTP: look, record, be refused, and every bad input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.support.http_actors import BASE, PERIOD, HttpActors, code_of, pointers

if TYPE_CHECKING:
    import httpx


@pytest.mark.rule("S9", "S10")
def test_S9_a_day_of_work_list_record_look_back(actors: HttpActors) -> None:
    client = actors.client()
    assert actors.http.post(f"{BASE}/status-updates", json={"items": [], "atomic": 1}).is_error
    actors.staff.app.periods.open_due()
    (item,) = actors.http.get(f"{BASE}/worklist").json()["items"]
    assert item["client"]["client_code"] == client
    assert item["snapshot"]["status"] == "PENDING"
    result = actors.record(client, remarks=" promised ", promised_on="2026-11-25")
    assert result.status_code == 201, result.text
    assert result.headers["etag"] == '"v1"'
    assert result.headers["cache-control"] == "no-store"
    event, snapshot = result.json()["event"], result.json()["snapshot"]
    assert (event["sequence"], event["kind"], event["by"]["name"]) == (1, "recorded", "Ana")
    assert (snapshot["status"], snapshot["remarks"], snapshot["version"]) == (
        "CALLED",
        "promised",
        1,
    )
    assert snapshot["period_type"] == "monthly"
    shown = actors.http.get(actors.url(client))
    assert shown.json() == snapshot
    assert shown.headers["etag"] == '"v1"'
    events = actors.http.get(f"{actors.url(client)}/events").json()["items"]
    assert [(each["sequence"], each["kind"]) for each in events] == [(0, "opened"), (1, "recorded")]
    listed = actors.http.get(f"{BASE}/clients/code:{client}/periods").json()["items"]
    assert listed == [snapshot]


def test_lists_and_searches_show_the_same_client(actors: HttpActors) -> None:
    code = actors.client()
    listed = actors.http.get(f"{BASE}/clients", params={"limit": 1, "assigned_to": "none"}).json()
    assert [each["client_code"] for each in listed["items"]] == [code]
    assert "pension_last4" not in listed["items"][0]
    value = actors.http.post(f"{BASE}/clients/search", json={"q": "rey juan"}).json()
    assert value["items"] == listed["items"]
    one = actors.http.get(f"{BASE}/clients/code:{code}").json()
    by_id = actors.http.get(f"{BASE}/clients/{one['id']}")
    assert by_id.json() == one
    assert by_id.headers["cache-control"] == "no-store"


def test_pages_follow_one_another(actors: HttpActors) -> None:
    codes = {actors.client() for _ in range(3)}
    actors.staff.app.periods.open_due()
    for path in ("clients?sort=code", "worklist?"):
        seen: list[str] = []
        url = f"{BASE}/{path}&limit=2"
        while url:
            answer = actors.http.get(url)
            seen += [each.get("client", each)["client_code"] for each in answer.json()["items"]]
            url = answer.links.get("next", {}).get("url", "")
        assert len(seen) == 3
        assert set(seen) == codes


def test_the_lookups_are_asked_for_by_their_etag(actors: HttpActors) -> None:
    answer = actors.http.get(f"{BASE}/lookups")
    assert "CALLED" in answer.text
    again = actors.http.get(f"{BASE}/lookups", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    everything = actors.http.get(f"{BASE}/lookups", params={"all": "true"})
    assert code_of(everything) == (403, "forbidden")


# --- who may


@pytest.mark.rule("A5")
@pytest.mark.parametrize("body", [{}, {"status": 5}, {"version": None}])
def test_A5_another_branchs_client_is_not_found_whatever_is_sent(
    actors: HttpActors, body: dict[str, Any]
) -> None:
    hidden = actors.client(branch=actors.staff.branch())
    assert code_of(actors.record(hidden, **body)) == (404, "not_found")
    assert code_of(actors.http.get(f"{BASE}/clients/code:{hidden}")) == (404, "not_found")


@pytest.mark.rule("A5")
@pytest.mark.parametrize("body", [{"status": "CALLED", "version": 0}, {"status": 5}, {}])
def test_A5_a_person_who_sees_but_may_not_write_learns_the_permission(
    actors: HttpActors, body: dict[str, Any]
) -> None:
    url = f"{actors.url(actors.client())}/events"
    answer = actors.http.post(url, json=body, headers=actors.reader)
    assert code_of(answer) == (403, "forbidden")
    assert answer.json()["error"]["details"] == {"permission": "status:update"}


# --- what is refused


@pytest.mark.rule("S4", "S5", "S6", "S7")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"status": "NOPE"}, "status_not_allowed"),
        ({"status": "PENDING"}, "status_not_allowed"),
        ({"status": "DONE"}, "reason_required"),
        ({"status": "CALLED", "reason": "CONFIRMED"}, "reason_not_allowed"),
        ({"status": "DONE", "reason": "NOPE"}, "reason_not_allowed"),
        ({"status": "DONE", "reason": "NOT_REACHABLE"}, "remarks_required"),
        ({"status": "DONE", "reason": "NOT_REACHABLE", "remarks": " "}, "remarks_required"),
    ],
)
def test_S4_an_update_that_the_statuses_do_not_allow_is_refused(
    actors: HttpActors, body: dict[str, Any], code: str
) -> None:
    assert code_of(actors.record(actors.client(), **body)) == (422, code)


@pytest.mark.rule("S6")
def test_S6_visits_are_for_fcash(actors: HttpActors) -> None:
    answer = actors.record(actors.client("PCNI", "PCNI_NON_PNP"), status="VISITED")
    assert code_of(answer) == (422, "status_not_allowed")
    assert actors.record(actors.client(), status="VISITED").status_code == 201


@pytest.mark.rule("P2", "P7")
def test_P7_periods_that_cannot_be_written_to(actors: HttpActors) -> None:
    code, quarterly = actors.client(), actors.client("PCNI", "PCNI_PNP")
    assert code_of(actors.record(code, "2026-12")) == (409, "period_not_begun")
    assert actors.record(code, "2026-09").status_code in {404, 409}
    assert code_of(actors.record(code, "2026-Q4")) == (422, "period_mismatch")
    assert code_of(actors.record(quarterly)) == (422, "period_mismatch")
    assert actors.record(quarterly, "2026-Q4").status_code == 201


@pytest.mark.parametrize("period", ["2026-13", "2026-Q5", "november", "1999-01", "2026-1"])
def test_an_invalid_period_is_reported_with_the_other_faults(
    actors: HttpActors, period: str
) -> None:
    answer = actors.record(actors.client(), period, status=5)
    assert sorted(pointers(answer)) == ["/period", "/status"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"status": None}, "/status"),
        ({"status": ""}, "/status"),
        ({"has_payment": "yes"}, "/has_payment"),
        ({"has_payment": 1}, "/has_payment"),
        ({"remarks": 5}, "/remarks"),
        ({"remarks": "x" * 4001}, "/remarks"),
        ({"occurred_at": "2026-11-05T09:30:00"}, "/occurred_at"),
        ({"occurred_at": "2026-11-21T09:30:00+08:00"}, "/occurred_at"),
        ({"next_follow_up_on": "2026-02-30"}, "/next_follow_up_on"),
        ({"next_follow_up_on": "2026-01-01"}, "/next_follow_up_on"),
        ({"channel": "pigeon"}, "/channel"),
        ({"promised_amount": "10.00"}, "/promised_on"),
        ({"promised_on": "2026-11-30", "promised_amount": 10}, "/promised_amount"),
        ({"promised_on": "2026-11-30", "promised_amount": "-1"}, "/promised_amount"),
        ({"promised_on": "2026-11-30", "promised_amount": "1e5"}, "/promised_amount"),
        ({"version": "0"}, "/version"),
        ({"version": 0.0}, "/version"),
        ({"version": True}, "/version"),
        ({"version": -1}, "/version"),
        ({"sequence": 5}, "/sequence"),
    ],
)
def test_a_value_that_does_not_fit_is_reported_with_its_place(
    actors: HttpActors, body: dict[str, Any], pointer: str
) -> None:
    client = actors.client()
    assert pointers(actors.record(client, **body)) == [pointer]
    assert actors.staff.one("select count(*) from status_events where kind = 'recorded'") == 0


@pytest.mark.parametrize(
    "body", ['{"status": "CALLED", "status": "DONE"}', '{"status": "CALLED", "remarks": "\\u0000"}']
)
def test_malformed_json_is_refused_first(actors: HttpActors, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = actors.http.post(f"{actors.url('none')}/events", content=body, headers=headers)
    assert code_of(answer) == (400, "invalid_request")


@pytest.mark.rule("S10")
def test_S10_a_stale_write_shows_the_row_as_it_is(actors: HttpActors) -> None:
    client = actors.client()
    assert code_of(actors.record(client, version=None)) == (428, "version_required")
    assert actors.record(client, remarks="first").status_code == 201
    stale = actors.record(client, remarks="second")
    assert code_of(stale) == (409, "version_conflict")
    details = stale.json()["error"]["details"]
    assert (details["provided"], details["current"]) == (0, 1)
    assert "remarks" in details["fields"]
    assert details["snapshot"] == actors.http.get(actors.url(client)).json()
    in_header = actors.http.post(
        f"{actors.url(client)}/events", json={"status": "CALLED"}, headers={"If-Match": '"v0"'}
    )
    assert code_of(in_header) == (412, "precondition_failed")
    fresh = actors.http.post(
        f"{actors.url(client)}/events", json={"status": "UPDATED"}, headers={"If-Match": '"v1"'}
    )
    assert fresh.status_code == 201


# --- many at once


def bulk(actors: HttpActors, *clients: str, atomic: bool = False, **body: Any) -> httpx.Response:
    update = {"period": PERIOD, "status": "CALLED", "version": 0, **body}
    items = [{"client": f"code:{client}", **update} for client in clients]
    return actors.http.post(f"{BASE}/status-updates", json={"items": items, "atomic": atomic})


def test_each_of_many_stands_by_itself(actors: HttpActors) -> None:
    answer = bulk(actors, actors.client(), "FC-999999")
    assert answer.status_code == 200
    done, missing = answer.json()["results"]
    assert (done["index"], done["status"], done["snapshot"]["version"]) == (0, 201, 1)
    assert (missing["status"], missing["error"]["code"]) == (404, "not_found")


def test_all_or_none_keeps_none(actors: HttpActors) -> None:
    client = actors.client()
    answer = bulk(actors, client, "FC-999999", atomic=True)
    assert code_of(answer) == (409, "bulk_rejected")
    assert [each["index"] for each in answer.json()["error"]["details"]["results"]] == [0, 1]
    assert actors.staff.one("select count(*) from status_events where kind = 'recorded'") == 0


def test_all_faults_of_a_bulk_are_reported_at_once(actors: HttpActors) -> None:
    items = [{"client": "code:x", "period": "x"}, {"client": 5}]
    result = pointers(actors.http.post(f"{BASE}/status-updates", json={"items": items}))
    assert {"/items/0/period", "/items/0/status", "/items/1/client"} <= set(result)


# --- correcting


@pytest.mark.rule("S12", "S13")
def test_S12_a_corrector_reopens_and_voids(actors: HttpActors) -> None:
    client = actors.client()
    corrector = actors.staff.hire("status:correct all")
    headers = {"Authorization": f"Bearer {actors.staff.session(corrector)}"}
    assert actors.record(client).status_code == 201
    assert actors.record(client, status="DONE", reason="CONFIRMED", version=1).status_code == 201
    assert code_of(actors.record(client, version=2)) == (409, "already_done")
    url, body = actors.url(client), {"remarks": "wrong client", "version": 2}
    assert code_of(actors.http.post(f"{url}/reopen", json=body)) == (403, "forbidden")
    reopened = actors.http.post(f"{url}/reopen", json=body, headers=headers)
    assert (reopened.status_code, reopened.json()["snapshot"]["status"]) == (201, "CALLED")
    body["version"] = 3
    voided = actors.http.post(f"{url}/events/1/void", json=body, headers=headers)
    assert voided.json()["snapshot"]["status"] == "PENDING"
    again = actors.http.post(f"{url}/events/1/void", json={**body, "version": 4}, headers=headers)
    assert code_of(again) == (409, "not_voidable")
    events = actors.http.get(f"{url}/events").json()["items"]
    assert events[1]["voided_by"] == 4
    assert code_of(
        actors.http.post(
            f"{BASE}/clients/code:{client}/revive", json={**body, "version": 4}, headers=headers
        )
    ) == (409, "not_done")


def test_S13_staff_undo_their_own_last_update_and_nothing_else(actors: HttpActors) -> None:
    client = actors.client()
    url = actors.url(client)
    assert actors.record(client).status_code == 201
    assert actors.record(client, status="DONE", reason="CONFIRMED", version=1).status_code == 201
    earlier = actors.http.post(f"{url}/events/1/void", json={"version": 2})
    assert code_of(earlier) == (403, "forbidden")
    keyed = {"Idempotency-Key": "undo-the-last-update-1"}
    undone = actors.http.post(f"{url}/events/2/void", json={"version": 2}, headers=keyed)
    assert (undone.status_code, undone.json()["snapshot"]["status"]) == (201, "CALLED")
    assert undone.json()["event"]["remarks"] is None
    replayed = actors.http.post(f"{url}/events/2/void", json={"version": 2}, headers=keyed)
    assert (replayed.status_code, replayed.json()) == (201, undone.json())
    again = actors.http.post(f"{url}/events/2/void", json={"version": 3})
    assert code_of(again) == (403, "forbidden")
    count = "select count(*) from authorization_audit where decision = 'refused'"
    assert actors.staff.one(count) == 2


# --- assigning and explaining


@pytest.mark.rule("A3", "A5")
def test_A3_clients_are_given_to_an_officer_of_their_branch(actors: HttpActors) -> None:
    first, second = actors.client(), actors.client()
    head = actors.staff.hire("clients:assign all", "audit:read all", "clients:read all")
    officer, stranger = actors.staff.hire(), actors.staff.hire()
    actors.staff.run(
        "insert into user_branches (user_id, branch_id) values (%s, %s)", officer, actors.branch
    )
    headers = {"Authorization": f"Bearer {actors.staff.session(head)}"}
    url = f"{BASE}/clients/code:{first}/assignment"
    for whose, status in ((stranger, 422), (officer, 204), (None, 204)):
        body = {"officer": str(whose) if whose else None}
        assert actors.http.put(url, json=body, headers=headers).status_code == status
    assert pointers(actors.http.put(url, json={}, headers=headers)) == ["/officer"]
    assert code_of(actors.http.put(url, json={})) == (403, "forbidden")
    both = {"clients": [f"code:{first}", f"code:{second}"], "officer": str(officer)}
    done = actors.http.post(f"{BASE}/assignments", json=both, headers=headers).json()["results"]
    assert [each["status"] for each in done] == [200, 200]
    plan = {"clients": [f"code:{first}", "code:FC-NONE"], "officers": [str(officer)]}
    planned = actors.http.post(f"{BASE}/assignments/preview", json=plan, headers=headers)
    assert [(e["status"], e["officer"]) for e in planned.json()["results"]] == [
        (200, {"id": str(officer), "name": planned.json()["results"][0]["officer"]["name"]}),
        (404, None),
    ]
    unknown = {**plan, "officers": [str(uuid4())]}
    refused = actors.http.post(f"{BASE}/assignments/preview", json=unknown, headers=headers)
    assert code_of(refused) == (422, "officer_not_allowed")
    asked = {"client": f"code:{first}", "permission": "status:update"}
    value = actors.http.get(f"{BASE}/users/{stranger}/access", params=asked, headers=headers).json()
    assert (value["allowed"], value["missing"]) == (False, "there is no grant of this permission")


@pytest.mark.rule("A10")
def test_A10_the_filter_options_are_those_of_the_callers_scope(actors: HttpActors) -> None:
    code = actors.client()
    actors.staff.run("update clients set loan_status = 'CURRENT' where client_code = %s", code)
    answer = actors.http.get(f"{BASE}/clients/filter-options")
    assert answer.status_code == 200, answer.text
    value = answer.json()
    assert value["loan_statuses"] == ["CURRENT"]
    assert len(value["branches"]) == 1
    asked = {"loan_status": value["loan_statuses"][0], "branch": value["branches"][0]["code"]}
    listed = actors.http.get(f"{BASE}/clients", params=asked).json()["items"]
    assert [each["client_code"] for each in listed] == [code]
