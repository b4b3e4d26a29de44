"""Accounts: what is kept of a token, what is an address and a name, what is never shown."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from clientupdater.domain.access import Territory
from clientupdater.domain.accounts import (
    Issue,
    OneTime,
    Person,
    checked_email,
    checked_name,
    checked_subject,
    fingerprint,
)
from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import OneTimePassword
from tests.support.policy_cases import ANA

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_U2_only_the_hash_of_a_token_is_stored() -> None:
    assert fingerprint("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert fingerprint("a") != fingerprint("b")


@pytest.mark.parametrize("email", ["ana@example.com", " Ana.Reyes+x@mail.example.ph "])
def test_an_address_is_kept_trimmed(email: str) -> None:
    assert checked_email(email) == email.strip()


@pytest.mark.parametrize("email", ["", "ana", "@example.com", "a b@example.com", "a@b", "a\0@b.c"])
def test_a_malformed_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput, match="/email"):
        checked_email(email)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Ana", "Reyes", "Ana Reyes"), (None, "Reyes", "Reyes"), (None, None, "ana.r")],
)
def test_a_person_without_a_name_goes_by_their_address(
    first: str | None, last: str | None, name: str
) -> None:
    person = Person(
        id=ANA, email="ana.r@example.com", first_name=first, last_name=last, territory=Territory()
    )
    assert person.name == name


def test_a_name_is_kept_trimmed_and_an_empty_one_is_none() -> None:
    assert checked_name(" Ana ", "/first_name") == "Ana"
    assert checked_name("  ", "/first_name") is None
    assert checked_name(None, "/first_name") is None
    for name in ("A" * 101, "A\nB"):
        with pytest.raises(InvalidInput, match="/first_name"):
            checked_name(name, "/first_name")


def test_U1_the_subject_of_an_issuer_is_compared_exactly() -> None:
    assert checked_subject("user_2abC|x=") == "user_2abC|x="
    assert checked_subject("u" * 255) == "u" * 255
    assert checked_subject("") is None
    for subject in ("u" * 256, "user 2", "us\ner", "usér"):
        with pytest.raises(InvalidInput, match="/clerk_id") as refused:
            checked_subject(subject)
        assert subject not in str(refused.value)


def test_personal_data_is_not_shown_in_a_log() -> None:
    person = Person(
        id=PersonId(uuid4()), email="ana@example.com", last_name="Reyes", territory=Territory()
    )
    assert "ana@" not in repr(person)
    assert "Reyes" not in repr(person)
    assert person.place.id == person.id


def test_A6_a_password_that_the_system_issued_is_not_judged_again() -> None:
    assert OneTime(password=OneTimePassword(NOW)).issue is None
    assert OneTime(password=OneTimePassword(NOW), issued_by=ANA).issue == Issue(ANA)


def test_L1_a_record_names_the_machine_only_where_there_is_one() -> None:
    over_http = Origin(interface="http", request_id="request-1")
    assert over_http.record == {"interface": "http", "request_id": "request-1"}
    on_machine = Origin(interface="cli", os_user="ana", host="desk-1")
    assert on_machine.record == {
        "interface": "cli",
        "request_id": None,
        "os_user": "ana",
        "host": "desk-1",
    }
