"""What must never go wrong: forms that count twice, forms of other sites, pages of others."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from html import unescape
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.domain.rate_limits import Allowances
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from tests.support.browsers import Tab
from tests.support.http_server import served

if TYPE_CHECKING:
    import httpx

    from tests.support.console_fixture import ConsoleFixture

PENSION = {"pension_number": b"sealed", "pension_blind_index": b"index", "pension_last4": "1234"}
OWN = {"Sec-Fetch-Site": "same-origin"}
FORM = re.compile(r'<form id="record".*?</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def signed_in(console: ConsoleFixture) -> httpx.Client:
    """Make requests as Ana's browser would."""
    console.http.cookies.set("session", console.staff.session(console.ana))
    return console.http


def fields_of(page: httpx.Response) -> dict[str, str]:
    """Read the fields that the form to record carries along."""
    form = FORM.search(page.text)
    assert form
    return dict(HIDDEN.findall(form[0]))


def test_two_people_at_one_client_see_both_records_and_lose_none(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    ben = console.colleague(first_name="Ben", last_name="Lim")
    mine, theirs = console.tab(), console.tab(ben)
    mine.open(f"/console/clients/{client}")
    theirs.open(f"/console/clients/{client}")
    theirs.press("2", "r")
    theirs.page.keyboard.type("Will call back")
    theirs.press("Enter")
    theirs.says("To Follow recorded")
    mine.press("3", "r")
    mine.page.keyboard.type("Spoke with the daughter")
    mine.press("Enter")
    mine.page.get_by_role("heading", name="Another person was faster").wait_for()
    mine.says("Ben Lim recorded for this client")
    differing = mine.page.locator("tr.differs th").all_inner_texts()
    assert differing == ["Status", "Remarks"]
    mine.page.get_by_role("button", name="Record mine on top").click()
    mine.says("Called recorded")
    assert console.events(client) == [
        ("TO_FOLLOW", None, "Will call back"),
        ("CALLED", None, "Spoke with the daughter"),
    ]


def test_a_conflict_can_be_left(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    mine, theirs = console.tab(), console.tab(console.colleague())
    mine.open(f"/console/clients/{client}")
    theirs.open(f"/console/clients/{client}")
    theirs.press("6", "3", "Enter")
    theirs.wait_for_heading("Ben Cruz")
    mine.press("3", "Enter")
    mine.says("cannot be recorded on top")
    mine.page.get_by_role("link", name="Leave it").click()
    mine.wait_for_heading("Ben Cruz")
    assert console.events(client) == [("DONE", "CONFIRMED", None)]


def test_a_form_that_is_sent_twice_counts_once(console: ConsoleFixture) -> None:
    client, http = console.client("Ana Reyes"), signed_in(console)
    path = f"/console/clients/{client}"
    fields = {**fields_of(http.get(path)), "status": "CALLED"}
    url = f"{path}/periods/2026-11/events"
    answers = [http.post(url, data=fields, headers=OWN) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert console.events(client) == [("CALLED", None, None)]


def test_a_double_click_counts_once_and_both_clicks_get_the_next_page(
    console: ConsoleFixture,
) -> None:
    client, http = console.client("Ana Reyes"), signed_in(console)
    path = f"/console/clients/{client}"
    fields = {**fields_of(http.get(path)), "status": "CALLED"}

    def click(_: int) -> int:
        url = f"{path}/periods/2026-11/events"
        return http.post(url, data=fields, headers=OWN).status_code

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(click, range(4))) == [303] * 4
    assert console.events(client) == [("CALLED", None, None)]


def test_a_form_that_was_sent_before_is_shown_again_with_what_was_changed(
    console: ConsoleFixture,
) -> None:
    client, http = console.client("Ana Reyes"), signed_in(console)
    path = f"/console/clients/{client}"
    fields = {**fields_of(http.get(path)), "status": "CALLED"}
    url = f"{path}/periods/2026-11/events"
    http.post(url, data=fields, headers=OWN)
    changed = http.post(url, data={**fields, "remarks": "And one more thing"}, headers=OWN)
    assert changed.status_code == 409
    assert "And one more thing" in changed.text
    assert fields_of(changed)["form_key"] != fields["form_key"]
    assert console.events(client) == [("CALLED", None, None)]


def test_a_person_without_a_role_reads_what_to_do(console: ConsoleFixture) -> None:
    tab = console.tab(console.staff.hire())
    tab.open("/console")
    tab.says("Ask an administrator for a role.")


def test_what_was_typed_can_be_sent_again_after_too_many_requests(console: ConsoleFixture) -> None:
    client, http = console.client("Ana Reyes"), signed_in(console)
    path = f"/console/clients/{client}"
    fields = {**fields_of(http.get(path)), "status": "CALLED", "remarks": "Keep <me>"}
    url, app = f"{path}/periods/2026-11/events", console.staff.app
    few = AdmitRequest(MemoryRateLimits(), Allowances.of(read=100, write=1, export=1, sign_in=100))
    limited = evolve(app, requests=evolve(app.requests, admit=few))
    application = build(lambda: nullcontext(limited), ServerSettings(console=True))
    with served(application) as other:
        other.cookies.set("session", str(http.cookies["session"]))
        other.post(url, data={**fields, "status": ""}, headers=OWN)
        refused = other.post(url, data=fields, headers=OWN)
    assert refused.status_code == 429
    assert HIDDEN.findall(refused.text)
    kept = {name: unescape(value) for name, value in HIDDEN.findall(refused.text)}
    assert kept.items() >= fields.items()
    assert http.post(url, data=kept, headers=OWN).status_code == 303
    assert console.events(client) == [("CALLED", None, "Keep <me>")]


def test_a_form_of_another_site_does_nothing(console: ConsoleFixture) -> None:
    client, http = console.client("Ana Reyes"), signed_in(console)
    path = f"/console/clients/{client}"
    fields = {**fields_of(http.get(path)), "status": "CALLED"}
    url = f"{path}/periods/2026-11/events"
    foreign: list[dict[str, str]] = [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ]
    for headers in foreign:
        assert http.post(url, data=fields, headers=headers).status_code == 403
    without = {name: value for name, value in fields.items() if name != "form_token"}
    assert http.post(url, data=without, headers=OWN).status_code == 409
    stolen = {**fields, "form_token": "0" * 16 + "." + "0" * 32}
    assert http.post(url, data=stolen, headers=OWN).status_code == 409
    assert console.events(client) == []


def test_a_form_of_a_browser_without_fetch_metadata_is_known_by_its_origin(
    console: ConsoleFixture,
) -> None:
    tab = Tab.of(console.context(scripts=False), console.base)
    tab.open("/console/sign-in")
    tab.page.get_by_label("Email").fill("ana@example.com")
    tab.page.get_by_label("Password").fill("a password of many words")
    with tab.page.expect_request("**/console/sign-in") as sent:
        tab.page.get_by_role("button", name="Sign in").click()
    origin = sent.value.all_headers()["origin"]
    assert origin == console.base
    client, http = console.client("Ana Reyes"), signed_in(console)
    path = f"/console/clients/{client}"
    page = http.get(path)
    assert page.headers.get_list("referrer-policy") == ["same-origin"]
    fields = {**fields_of(page), "status": "CALLED"}
    url = f"{path}/periods/2026-11/events"
    assert http.post(url, data=fields, headers={"Origin": origin}).status_code == 303
    assert http.get("/api/ping").headers.get_list("referrer-policy") == ["no-referrer"]


def test_a_token_of_the_cookie_is_none_for_programs_and_the_other_way_round(
    console: ConsoleFixture,
) -> None:
    http = signed_in(console)
    assert http.get("/api/v1/me").status_code == 401
    token = console.staff.session(console.ana)
    http.cookies.clear()
    answer = http.get("/console", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_comes_back_after_the_session_has_ended(
    console: ConsoleFixture, scripts: bool
) -> None:
    client = console.client("Ana Reyes")
    tab = console.tab(scripts=scripts)
    tab.open(f"/console/clients/{client}?cause=not_touched")
    tab.page.get_by_text("Called").first.click()
    tab.page.locator("[name=remarks]").fill("Two\nlines & <b>")
    console.staff.run("update user_sessions set revoked_at = now()")
    tab.page.get_by_role("button", name="Record").click()
    tab.wait_for_heading("Sign in")
    assert console.events(client) == []
    tab.page.get_by_label("Email").fill("ana@example.com")
    tab.page.get_by_label("Password").fill("a password of many words")
    tab.page.get_by_role("button", name="Sign in").click()
    tab.wait_for_heading("Ana Reyes")
    assert tab.page.locator("[name=remarks]").input_value() == "Two\nlines & <b>"
    assert tab.page.locator("#status-CALLED").is_checked()
    tab.page.get_by_role("button", name="Record").click()
    tab.says("recorded")
    assert console.events(client) == [("CALLED", None, "Two\nlines & <b>")]


def test_what_one_may_not_see_does_not_exist(console: ConsoleFixture) -> None:
    other = console.staff.branch()
    hidden = console.client("Cruz, Out of Sight", branch_id=other)
    http = signed_in(console)
    for path in (hidden, "00000000-0000-4000-8000-000000000000", "nonsense"):
        answer = http.get(f"/console/clients/{path}")
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
        assert "My work</a>" in answer.text
    assert http.get("/console/nothing/at/all").status_code == 404
    assert http.get("/console/sign-out").status_code == 404


def test_what_one_may_not_do_is_not_shown(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes", **PENSION)
    reader = console.colleague("clients:read", "status:read")
    tab = console.tab(reader)
    tab.open(f"/console/clients/{client}")
    tab.says("You may not record for this client")
    assert tab.page.locator(".record, .timeline").count() == 0
    assert tab.page.get_by_role("button", name="Reveal").count() == 0


def test_names_and_remarks_are_text_and_never_markup(console: ConsoleFixture) -> None:
    evil = "<script>document.title = 'broken'</script><img src=x onerror=alert(1)>"
    client = console.client(evil, contact_number=evil[:50], address=evil)
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open("/console")
    tab.page.locator("[data-list] strong", has_text="<script>").click()
    tab.page.locator("h1", has_text="<script>").wait_for()
    tab.press("3", "r")
    tab.page.keyboard.insert_text(evil)
    tab.press("Enter")
    tab.wait_for_heading("Ben Cruz")
    tab.open(f"/console/clients/{client}")
    tab.page.locator(".timeline blockquote", has_text="<script>").wait_for()
    assert "broken" not in tab.page.title().partition("<script>")[0]
    assert tab.violations() == []


def test_the_console_is_off_unless_a_setting_turns_it_on(console: ConsoleFixture) -> None:
    with served(build(lambda: nullcontext(console.staff.serving))) as http:
        assert http.get("/console").status_code == 404
