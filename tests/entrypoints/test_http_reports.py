"""Reports over HTTP: filters that lead back to the list of clients, and who may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.http_actors import BASE, HttpActors, code_of, http_actors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

FCASH = {"company": "FCASH"}


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with http_actors(database) as actors:
        yield actors


def manager(actors: HttpActors, *rights: str) -> dict[str, str]:
    """Sign in a manager of every company, with these rights besides reading clients."""
    person = actors.staff.hire(
        *(f"{each} all" for each in ("clients:read", "status:read", *rights))
    )
    return {"Authorization": f"Bearer {actors.staff.session(person)}"}


def read(actors: HttpActors, path: str, who: dict[str, str], **params: Any) -> Any:
    answer = actors.http.get(f"{BASE}{path}", params={**FCASH, **params}, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("name", "more"),
    [("balance", {}), ("ageing", {}), ("untouched", {}), ("untouched", {"by": "officer"})],
)
@pytest.mark.rule("R3")
def test_R3_the_filter_of_a_figure_lists_its_clients_over_http(
    actors: HttpActors, name: str, more: dict[str, str]
) -> None:
    for _ in range(3):
        actors.record(actors.client())
    boss = manager(actors, "reports:read")
    report = read(actors, f"/reports/{name}", boss, **more)
    assert report["period"] == "2026-11"
    assert {"overdue" in row["figures"] for row in report["rows"]} == {"by" in more}
    figures = [f for row in (*report["rows"], report["totals"]) for f in row["figures"].items()]
    assert any(figure["value"] == 3 for _, figure in figures)
    for each, figure in figures:
        if each != "past_due":
            listed = actors.http.get(f"{BASE}/clients", params=figure["filter"], headers=boss)
            assert len(listed.json()["items"]) == figure["value"], (each, listed.text)


PERIOD_REPORTS = ["dashboard/summary", *(f"reports/{n}" for n in ("completion", "pace", "trend"))]


PLACE_REPORTS = [f"reports/{name}" for name in ("balance", "ageing", "untouched")]


@pytest.mark.parametrize("path", [*PERIOD_REPORTS, *PLACE_REPORTS])
@pytest.mark.rule("R3", "R5")
def test_R5_a_report_of_a_past_moment_shows_what_had_been_recorded_by_then(
    actors: HttpActors, path: str
) -> None:
    boss = manager(actors, "reports:read")
    actors.record(actors.client())
    then = actors.staff.clock.now()
    shown = read(actors, f"/{path}", boss, period="2026-11")
    actors.staff.clock.forward(minutes=15)
    actors.record(actors.client())
    past = read(actors, f"/{path}", boss, period="2026-11", as_of=then.isoformat())
    assert past["as_of"].startswith(f"{then:%Y-%m-%dT%H:%M:%S}")
    assert values(past) == values(shown)
    assert values(past) != values(read(actors, f"/{path}", boss, period="2026-11"))
    figures = [f for row in (*past["rows"], past["totals"]) for f in row["figures"].items()]
    for name, figure in figures:
        listed = read(actors, "/reports/clients", boss, **figure["filter"])
        if name != "past_due":
            assert len(listed["items"]) == figure["value"], (name, figure)


@pytest.mark.rule("R3", "R5", "R6")
def test_R5_a_staff_report_of_a_past_moment_opens_into_its_clients(actors: HttpActors) -> None:
    boss = manager(actors, "reports:read")
    actors.record(actors.client())
    then = actors.staff.clock.now()
    actors.staff.clock.forward(minutes=15)
    actors.record(actors.client())
    (row,) = read(actors, "/reports/staff", boss, as_of=then.isoformat())["rows"]
    figure = row["figures"]["update"]
    assert (figure["value"], figure["clients"]) == (1, 1)
    (client,) = read(actors, "/reports/clients", boss, **figure["filter"])["items"]
    assert client["snapshot"] is None


@pytest.mark.rule("R5", "R10")
def test_R5_a_signal_of_a_past_moment_opens_into_its_records(actors: HttpActors) -> None:
    actors.staff.clock.forward(hours=6)  # from 17:00 to 23:00 in Manila
    actors.record(actors.client())
    then = actors.staff.clock.now()
    actors.staff.clock.forward(minutes=15)
    actors.record(actors.client())
    auditor = manager(actors, "audit:read")
    (signal,) = read(actors, "/reports/signals", auditor, as_of=then.isoformat())["items"]
    assert signal["records"]["value"] == 1
    wanted = signal["records"]["filter"]
    assert len(read(actors, "/reports/signals/events", auditor, **wanted)["items"]) == 1


@pytest.mark.rule("R3", "R5")
def test_R3_pages_of_the_past_follow_each_other(actors: HttpActors) -> None:
    for _ in range(3):
        actors.record(actors.client())
    then = actors.staff.clock.now()
    actors.staff.clock.forward(minutes=15)
    boss = manager(actors)
    asked = {"period": "2026-11", "as_of": then.isoformat(), "status": "CALLED", "limit": 2}
    first = read(actors, "/reports/clients", boss, **asked)
    rest = read(actors, "/reports/clients", boss, **asked, cursor=first["next_cursor"])
    assert [len(first["items"]), len(rest["items"]), rest["has_more"]] == [2, 1, False]
    codes = [each["client_code"] for page in (first, rest) for each in page["items"]]
    assert codes == sorted(set(codes))
    assert {each["snapshot"]["status"] for each in first["items"]} == {"CALLED"}


def values(report: Any) -> Any:
    figures = [row["figures"] for row in (*report["rows"], report["totals"])]
    return [{name: each["value"] for name, each in row.items()} for row in figures]


@pytest.mark.rule("R6")
def test_R6_people_read_their_own_records_by_status_read_alone(actors: HttpActors) -> None:
    actors.record(actors.client())
    (row,) = read(actors, "/reports/staff", {})["rows"]
    assert row["figures"]["update"]["value"] == 1
    listed = actors.http.get(f"{BASE}/clients", params=row["figures"]["update"]["filter"])
    assert len(listed.json()["items"]) == 1


@pytest.mark.rule("R3", "R6")
def test_R6_the_records_of_a_client_who_went_to_another_company_open_there(
    actors: HttpActors,
) -> None:
    actors.record(actors.client())
    actors.staff.run(
        "update clients set company_id = %s, product_id = null", actors.staff.company("PCNI")
    )
    boss = manager(actors, "reports:read")
    assert read(actors, "/reports/staff", boss)["rows"] == []
    (row,) = read(actors, "/reports/staff", boss, company="PCNI")["rows"]
    figure = row["figures"]["update"]
    listed = actors.http.get(f"{BASE}/clients", params=figure["filter"], headers=boss).json()
    assert (figure["value"], len(listed["items"])) == (1, 1)


@pytest.mark.rule("R6", "A6a")
def test_R6_others_read_them_by_reports_read_over_the_person(actors: HttpActors) -> None:
    actors.record(actors.client())
    assert read(actors, "/reports/staff", actors.reader)["rows"] == []
    assert len(read(actors, "/reports/staff", manager(actors, "reports:read"))["rows"]) == 1
    stranger = actors.staff.hire("clients:read branch", "status:read branch", "reports:read branch")
    actors.staff.branch(stranger)
    session = {"Authorization": f"Bearer {actors.staff.session(stranger)}"}
    assert read(actors, "/reports/staff", session)["rows"] == []


@pytest.mark.rule("R10")
def test_R10_a_signal_states_what_was_recorded_and_opens_into_its_records(
    actors: HttpActors,
) -> None:
    actors.staff.clock.forward(hours=6)  # from 17:00 to 23:00 in Manila
    for _ in range(3):
        actors.record(actors.client())
    auditor = manager(actors, "audit:read")
    (signal,) = read(actors, "/reports/signals", auditor)["items"]
    assert signal["message"] == "Ana recorded 3 updates outside of working hours."
    wanted = signal["records"]["filter"]
    page = read(actors, "/reports/signals/events", auditor, **wanted, limit=2)
    rest = read(
        actors, "/reports/signals/events", auditor, **wanted, limit=2, cursor=page["next_cursor"]
    )
    assert [len(page["items"]), len(rest["items"]), rest["has_more"]] == [2, 1, False]


@pytest.mark.rule("R10")
def test_R10_a_signal_about_one_record_says_one_update(actors: HttpActors) -> None:
    actors.staff.clock.forward(hours=6)  # from 17:00 to 23:00 in Manila
    actors.record(actors.client())
    (signal,) = read(actors, "/reports/signals", manager(actors, "audit:read"))["items"]
    assert signal["message"] == "Ana recorded 1 update outside of working hours."


@pytest.mark.rule("R10")
def test_R10_an_outcome_is_unusual_only_from_a_number_of_records_on(actors: HttpActors) -> None:
    limits = {"fewest_records": 1, "outcome_factor": 2, "outcome_records": 2}
    for key, value in limits.items():
        actors.staff.run(
            "insert into config_settings (key, value, value_type) values (%s, %s, 'number')",
            f"signals.{key}",
            str(value),
        )
    auditor = manager(actors, "audit:read")
    others = manager(actors, "status:update")
    for _ in range(6):
        body = {"status": "DONE", "reason": "CONFIRMED", "version": 0}
        url = f"{actors.url(actors.client())}/events"
        assert actors.http.post(url, json=body, headers=others).status_code == 201
    died = {"status": "DONE", "reason": "DECEASED"}
    actors.record(actors.client(), **died)
    assert read(actors, "/reports/signals", auditor)["items"] == []
    actors.record(actors.client(), **died)
    (signal,) = read(actors, "/reports/signals", auditor)["items"]
    assert (signal["kind"], signal["records"]["value"]) == ("unusual_outcome", 2)


@pytest.mark.parametrize(
    ("path", "rights"),
    [("/reports/balance", ()), ("/reports/signals", ("reports:read",))],
)
@pytest.mark.rule("A1", "R10")
def test_A1_a_report_is_refused_without_its_permission(
    actors: HttpActors, path: str, rights: tuple[str, ...]
) -> None:
    who = manager(actors, *rights)
    assert code_of(actors.http.get(f"{BASE}{path}", params=FCASH, headers=who)) == (
        403,
        "forbidden",
    )


@pytest.mark.parametrize(
    ("path", "params", "pointer"),
    [
        ("/reports/staff", {"first_day": "2026-01-01"}, "first_day"),
        ("/reports/staff", {"period": "2026-11"}, "period"),
        ("/reports/balance", {"company": "NONE"}, "company"),
        ("/clients", {"recorded": "update"}, "recorded_by"),
        ("/reports/balance", {"as_of": "2026-11-05T09:30:00"}, "as_of"),
        ("/reports/balance", {"as_of": "2027-01-01T00:00:00Z"}, "as_of"),
        ("/dashboard/summary", {"period": "2026-11", "as_of": "2026-11-20T09:00:00Z"}, "as_of"),
    ],
)
def test_a_question_that_has_no_answer_is_refused(
    actors: HttpActors, path: str, params: dict[str, str], pointer: str
) -> None:
    boss = manager(actors, "reports:read")
    answer = actors.http.get(f"{BASE}{path}", params={**FCASH, **params}, headers=boss)
    assert code_of(answer) == (422, "validation_failed")
    assert pointer in answer.json()["error"]["details"]["fields"][0]["pointer"]
