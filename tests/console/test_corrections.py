"""Contact numbers that a source contradicts, pension numbers in full, and sessions to end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from clientupdater.domain.ids import ClientId
from tests.support.console_fixture import VAULT

if TYPE_CHECKING:
    from tests.support.console_fixture import ConsoleFixture

OURS, THEIRS = "+639171111111", "+639182222222"
NUMBER = "0312345678"


@pytest.mark.parametrize(
    ("button", "says", "number"),
    [
        ("Keep ours", "Our numbers are kept.", "+63 917 111 1111"),
        ("Take theirs", "The numbers of the source are taken.", "+63 918 222 2222"),
    ],
)
def test_C1_a_contact_conflict_is_settled_with_one_button(
    console: ConsoleFixture, button: str, says: str, number: str
) -> None:
    client = console.client(
        "Ana Reyes", contact_number=OURS, contact_number_corrected=True, contact_conflict=True
    )
    console.staff.run(
        "insert into client_sources (client_id, source, contact_number)"
        " values (%s, 'snowflake', %s)",
        client,
        THEIRS,
    )
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.says("The contact numbers differ")
    tab.page.get_by_role("button", name=button).click()
    tab.says(says)
    assert tab.page.get_by_role("button", name=button).count() == 0
    assert tab.page.locator(".call").all_inner_texts() == [number]


def test_C3_a_pension_number_is_shown_in_full_for_one_look_that_is_logged(
    console: ConsoleFixture,
) -> None:
    client = console.client("Ana Reyes")
    sealed = VAULT.sealed(NUMBER, ClientId(UUID(client)))
    console.staff.run(
        "update clients set pension_number = %s, pension_blind_index = %s, pension_last4 = %s",
        sealed.ciphertext,
        sealed.blind_index,
        sealed.last_four,
    )
    console.staff.grant(console.ana, "clients:reveal", "branch")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.says("••••5678")
    tab.page.get_by_role("button", name="Reveal").click()
    tab.says(NUMBER)
    assert console.staff.one("select count(*) from data_access_log where action = 'revealed'") == 1
    tab.page.reload()
    tab.says("••••5678")


def test_a_session_on_another_device_is_ended(console: ConsoleFixture) -> None:
    here, there = console.tab(), console.tab()
    there.open("/console")
    here.open("/console/sessions")
    here.page.get_by_role("button", name="End").click()
    here.says("The session is ended.")
    assert here.page.get_by_role("button", name="End").count() == 0
    there.page.reload()
    there.wait_for_heading("Sign in")
