"""Passwords, and what keeps guessers out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.common_passwords import COMMON_PASSWORDS
from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.people import (
    Act,
    Guesses,
    LockoutPolicy,
    OneTimePassword,
    SignInRecord,
    check_password,
    is_barred,
    password_faults,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
POLICY = LockoutPolicy()
GOOD = "tatlong bibe sa ilog"
EMAIL = "Maria.Clara.Santos@example.ph"


# --- lockout


def test_U3_five_failures_lock_signing_in_for_fifteen_minutes() -> None:
    record = SignInRecord()
    for count in (1, 2, 3, 4):
        record = record.after_failure(NOW, POLICY)
        assert record == SignInRecord(count, None)
        assert not record.is_locked(NOW)
    record = record.after_failure(NOW, POLICY)
    assert record == SignInRecord(5, NOW + timedelta(minutes=15))
    assert record.is_locked(NOW)


def test_U3_a_lock_holds_until_its_last_moment_and_no_longer() -> None:
    until = NOW + timedelta(minutes=15)
    record = SignInRecord(5, until)
    assert record.is_locked(until - MOMENT)
    assert not record.is_locked(until)


def test_U3_nothing_is_counted_while_it_is_locked() -> None:
    record = SignInRecord(5, NOW + MOMENT)
    assert record.after_failure(NOW, POLICY) is record


def test_U3_after_a_lock_has_run_out_the_count_starts_anew() -> None:
    assert SignInRecord(5, NOW).after_failure(NOW, POLICY) == SignInRecord(1, None)


def test_U3_the_numbers_are_settings() -> None:
    strict = LockoutPolicy(max_failures=1, lock_for=timedelta(hours=2))
    once = SignInRecord().after_failure(NOW, strict)
    assert once == SignInRecord(1, NOW + timedelta(hours=2))
    again = once.after_failure(NOW + timedelta(hours=2), strict)
    assert again == SignInRecord(1, NOW + timedelta(hours=4))


@given(st.lists(st.timedeltas(timedelta(0), timedelta(hours=1)), max_size=12))
def test_U3_the_count_never_passes_the_limit(waits: list[timedelta]) -> None:
    record, now = SignInRecord(), NOW
    for wait in waits:
        now += wait
        record = record.after_failure(now, POLICY)
        assert 1 <= record.failures <= POLICY.max_failures
        assert (record.locked_until is None) == (record.failures < POLICY.max_failures)


# --- while the password must change


@pytest.mark.parametrize(
    ("act", "barred"), [(Act.CHANGE_PASSWORD, False), (Act.SIGN_OUT, False), (Act.OTHER, True)]
)
def test_U4_until_the_password_is_changed_one_may_change_it_and_sign_out(
    act: Act,
    barred: bool,
) -> None:
    assert is_barred(act, must_change_password=True) is barred
    assert is_barred(act, must_change_password=False) is False


# --- passwords


def faults_of(password: str, email: str = EMAIL) -> list[str]:
    return [fault.message for fault in password_faults(password, email)]


def test_U6_a_password_has_between_twelve_and_a_hundred_and_twenty_eight_characters() -> None:
    assert faults_of("abcdefghiyz") == ["must have at least 12 characters"]
    assert faults_of("abcdefghixyz") == []
    assert faults_of("ñ" * 128) == []
    assert faults_of("ñ" * 129) == ["must have at most 128 characters"]


def test_U6_no_composition_is_asked_for() -> None:
    assert faults_of("walang bilang dito") == []
    assert faults_of("824719053628") == []


def test_U6_a_common_password_is_refused_whatever_its_case() -> None:
    refused = ["is among the commonest; choose another"]
    assert faults_of("password1234") == refused
    assert faults_of("PassWord1234") == refused
    assert faults_of("password1234x") == []


def test_U6_the_common_passwords_are_long_enough_to_matter_and_folded() -> None:
    assert len(COMMON_PASSWORDS) > 200
    assert all(len(each) >= 12 and each == each.casefold() for each in COMMON_PASSWORDS)


KNOWN = Guesses(frozenset({"dragon", "password", "lending"}), ("FCASH", "PCNI", "AB"))


def told_knowing(password: str) -> list[str]:
    return [fault.message for fault in password_faults(password, EMAIL, guesses=KNOWN)]


@pytest.mark.parametrize(
    "password",
    ["P@ssw0rd-2026!", "2026-Dragon-11", "dragondragondragon", "Pass-Word 2026", "password1234"],
)
def test_U6_a_common_word_between_digits_and_signs_is_common(password: str) -> None:
    assert told_knowing(password) == ["is among the commonest; choose another"]


@pytest.mark.parametrize(
    "password",
    ["clientupdater", "Client-Updater-1", "FCASH-2026-11-28", "pcnifcash2026", "fcash-lending-1"],
)
def test_U6_a_password_is_no_name_of_the_software_or_a_company(password: str) -> None:
    assert told_knowing(password) == [
        "is little more than a name that everybody here knows; choose another"
    ]


@pytest.mark.parametrize(
    "password",
    [
        "dragon of the river",
        "fcash sa kanto namin",
        "824719053628",
        "ab-ab-ab-ab-ab",
        "dragondrago1",
    ],
)
def test_U6_a_common_word_or_a_name_among_others_will_do(password: str) -> None:
    assert told_knowing(password) == []


@pytest.mark.parametrize(
    "password",
    ["Maria.Clara.Santos@example.ph", "maria.clara.santos", " MARIA.CLARA.SANTOS@EXAMPLE.PH "],
)
def test_U6_a_password_is_neither_the_email_nor_its_name(password: str) -> None:
    assert faults_of(password) == ["must not be the email or its name"]
    assert faults_of(password, f"  {EMAIL} ") == ["must not be the email or its name"]
    assert faults_of(password, "juan@example.ph") == []


def test_U6_every_fault_is_reported_at_once_and_never_the_password() -> None:
    short = "ana@x.ph"
    with pytest.raises(InvalidInput) as caught:
        check_password(short, short, "/new_password")
    assert caught.value.faults == (
        Fault("/new_password", "must have at least 12 characters"),
        Fault("/new_password", "must not be the email or its name"),
    )
    assert short not in str(caught.value)
    assert password_faults("x", EMAIL)[0].pointer == "/password"
    with pytest.raises(InvalidInput, match=r"^/password: must have at least"):
        check_password("x", EMAIL)


def test_U6_a_good_password_passes() -> None:
    check_password(GOOD, EMAIL)


# --- one-time passwords


def test_U6_an_initial_password_expires_in_seventy_two_hours() -> None:
    issued = OneTimePassword(NOW)
    assert issued.expires_at == NOW + timedelta(hours=72)
    assert issued.is_good(NOW + timedelta(hours=72) - MOMENT)
    assert not issued.is_good(NOW + timedelta(hours=72))


def test_U6_an_initial_password_is_used_once() -> None:
    assert not evolve(OneTimePassword(NOW), used_at=NOW).is_good(NOW)
