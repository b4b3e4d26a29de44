"""Signing in and out, and a password that has to be changed first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.browsers import Tab
from tests.support.console_fixture import HASHED, PASSWORD

if TYPE_CHECKING:
    from tests.support.console_fixture import ConsoleFixture

OWN = {"Sec-Fetch-Site": "same-origin"}


def test_signing_in_and_out(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    tab = Tab.of(console.context(), console.base)
    tab.open(f"/console/clients/{client}")
    tab.wait_for_heading("Sign in")
    console.colleague(
        email="locked@example.com",
        password_hash=HASHED,
        locked_until=console.staff.clock.now() + timedelta(hours=1),
    )
    for email, password in (
        ("ana@example.com", "wrong"),
        ("other@example.com", "a b c"),
        ("locked@example.com", "a password of many words"),
    ):
        tab.page.get_by_label("Email").fill(email)
        tab.page.get_by_label("Password").fill(password)
        tab.page.get_by_role("button", name="Sign in").click()
        tab.says("Wrong email or password, or the account is locked.")
    tab.page.get_by_label("Email").fill("ana@example.com")
    tab.page.get_by_label("Password").fill("a password of many words")
    tab.press("Enter")
    tab.wait_for_heading("Ana Reyes")
    (cookie,) = tab.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    tab.page.locator(".account summary").click()
    tab.page.get_by_role("button", name="Sign out").click()
    tab.wait_for_heading("Sign in")
    assert tab.page.context.cookies() == []


def test_a_cookie_is_for_https_and_this_host_alone_but_on_this_machine(
    console: ConsoleFixture,
) -> None:
    proof = {"email": "ana@example.com", "password": "a password of many words"}
    headers = {**OWN, "Host": "console.example.com"}
    answer = console.http.post("/console/sign-in", data=proof, headers=headers)
    attributes = answer.headers["set-cookie"].split("; ")
    assert attributes[0].startswith("__Host-session=")
    assert attributes[1:] == ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"]
    near = console.http.post("/console/sign-in", data=proof, headers=OWN)
    assert near.headers["set-cookie"].startswith("session=")


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/console/\r\nX: y", "/api"]
)
def test_a_sign_in_leads_to_the_console_and_nowhere_else(console: ConsoleFixture, to: str) -> None:
    proof = {"email": "ana@example.com", "password": "a password of many words", "to": to}
    answer = console.http.post("/console/sign-in", data=proof, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


def test_an_initial_password_is_changed_first(console: ConsoleFixture) -> None:
    console.staff.run("update users set must_change_password = true")
    tab = console.tab()
    tab.open("/console")
    tab.wait_for_heading("My password")
    for name, value in (
        ("Current password", "a password of many words"),
        ("New password, 12", "another one of many words"),
        ("New password again", "another one of few words"),
    ):
        tab.page.get_by_label(name).fill(value)
    tab.page.get_by_role("button", name="Change my password").click()
    tab.says("is not the same as the new password")
    for name, value in (
        ("Current password", "a password of many words"),
        ("New password, 12", "another one of many words"),
        ("New password again", "another one of many words"),
    ):
        tab.page.get_by_label(name).fill(value)
    tab.page.get_by_role("button", name="Change my password").click()
    tab.wait_for_heading("My work")
    tab.says("Your password is changed.")


def test_a_person_without_a_worklist_reads_that_the_password_is_changed(
    console: ConsoleFixture,
) -> None:
    person = console.staff.hire("jobs:manage all", password_hash=HASHED)
    tab = console.tab(person)
    tab.open("/console/password")
    tab.page.get_by_label("Current password").fill(PASSWORD)
    for name in ("New password, 12", "New password again"):
        tab.page.get_by_label(name).fill("another one of many words")
    tab.page.get_by_role("button", name="Change my password").click()
    tab.wait_for_heading("Jobs")
    tab.says("Your password is changed.")
