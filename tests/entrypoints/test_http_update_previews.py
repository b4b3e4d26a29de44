"""What many updates would do, before any of them is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.http_actors import BASE, PERIOD, pointers

if TYPE_CHECKING:
    import httpx

    from tests.support.http_actors import HttpActors

AT = "2026-11-20T08:00:00Z"
EVENTS = "select count(*) from status_events where kind = 'recorded'"


def preview(actors: HttpActors, *items: dict[str, Any]) -> httpx.Response:
    return actors.http.post(f"{BASE}/status-updates/preview", json={"items": items})


def test_a_preview_of_updates_says_what_would_happen_and_records_nothing(
    actors: HttpActors,
) -> None:
    first, recorded = actors.client(), actors.client()
    assert actors.record(recorded).status_code == 201
    answer = preview(
        actors,
        {"client": f"code:{first}", "status": "CALLED"},
        {"client": f"code:{first}", "status": "DONE"},
        {"client": f"code:{recorded}", "status": "CALLED", "version": 0, "remarks": "Later"},
        {"client": "code:FC-999999", "status": "CALLED"},
    )
    works, without_reason, stale, missing = answer.json()["results"]
    assert works == {
        "index": 0,
        "status": 201,
        "period": PERIOD,
        "version": 0,
        "recorded_as": None,
        "error": None,
    }
    assert (without_reason["status"], without_reason["error"]["code"]) == (422, "reason_required")
    assert (stale["status"], stale["error"]["code"]) == (409, "version_conflict")
    assert (missing["status"], missing["error"]["code"]) == (404, "not_found")
    assert actors.staff.one(EVENTS) == 1


def test_what_a_preview_names_is_recorded_as_it_says(actors: HttpActors) -> None:
    item = {"client": f"code:{actors.client()}", "status": "CALLED", "occurred_at": AT}
    (planned,) = preview(actors, item).json()["results"]
    named = {name: planned[name] for name in ("period", "version")}
    done = actors.http.post(f"{BASE}/status-updates", json={"items": [{**item, **named}]})
    assert done.json()["results"][0]["status"] == 201
    (again,) = preview(actors, item).json()["results"]
    assert (again["status"], again["recorded_as"]) == (200, 1)


def test_a_preview_reports_all_faults_at_once(actors: HttpActors) -> None:
    result = pointers(preview(actors, {"client": "x"}, {"client": 5, "status": "CALLED"}))
    assert {"/items/0/status", "/items/1/client"} <= set(result)
