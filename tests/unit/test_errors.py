"""What an error says, and what it carries for those who answer it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import (
    AlreadyDone,
    BulkRejected,
    CircuitOpen,
    Error,
    Fault,
    Forbidden,
    InvalidInput,
    KeyMissing,
    Misconfigured,
    NotFound,
    SourceMalformed,
    Unavailable,
    VersionConflict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def every_error(kind: type[Error] = Error) -> Iterator[type[Error]]:
    """List an error with everything below it; tests define errors of their own, left out here."""
    if kind.__module__ == Error.__module__:
        yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


@pytest.mark.parametrize("kind", [*every_error()], ids=lambda kind: kind.__name__)
def test_every_error_has_a_message_of_its_own_for_users(kind: type[Error]) -> None:
    assert {"default", "__init__"} & vars(kind).keys(), "write a default, or compose a message"
    assert kind.default.endswith(".")


@pytest.mark.parametrize("kind", [*every_error()], ids=lambda kind: kind.__name__)
def test_no_message_for_users_is_a_docstring_by_accident(kind: type[Error]) -> None:
    docstring = (kind.__doc__ or "").strip()
    assert kind.default not in docstring
    assert not docstring or docstring.splitlines()[0] not in kind.default


def test_an_error_without_words_of_its_own_says_the_default_of_its_class() -> None:
    assert str(AlreadyDone()) == "The period's work on this client is done; reopen it first."
    assert NotFound().message == "It does not exist, or you may not see it."


def test_an_error_says_what_it_is_given_and_carries_the_facts() -> None:
    error = Error("The lamp is out.", lamp=7)
    assert (error.message, str(error), error.details) == (
        "The lamp is out.",
        "The lamp is out.",
        {"lamp": 7},
    )


def test_bad_input_is_reported_with_every_fault_and_its_place() -> None:
    error = InvalidInput([Fault("/status", "is missing"), Fault("", "is no object")])
    assert str(error) == "/status: is missing; is no object"
    assert [fault.pointer for fault in error.faults] == ["/status", ""]


def test_bad_input_without_faults_or_with_words_of_its_own_says_so() -> None:
    assert str(InvalidInput([])) == InvalidInput.default
    assert str(InvalidInput([Fault("/a", "b")], "Look again.")) == "Look again."
    assert str(InvalidInput.of("/a", "b")) == "/a: b"


def test_a_bad_configuration_is_reported_with_a_line_for_each_fault() -> None:
    error = Misconfigured([Fault("DATABASE_URL", "is missing"), Fault("", "run it again")])
    assert str(error) == "DATABASE_URL: is missing\nrun it again"
    assert str(Misconfigured([])) == Misconfigured.default
    assert str(Misconfigured([Fault("A", "b")], "Look again.")) == "Look again."


def test_a_malformed_source_is_reported_with_its_remedy() -> None:
    todo = "Run again; if it happens again, tell the people who run the source."
    assert str(SourceMalformed("page 2 is no list")) == f"page 2 is no list. {todo}"
    assert str(SourceMalformed("Nothing was applied.")) == f"Nothing was applied. {todo}"
    assert "nothing of it was taken" in str(SourceMalformed())


def test_A5_a_refusal_names_the_permission_and_no_more() -> None:
    error = Forbidden("status:correct")
    assert str(error) == "This needs the permission status:correct."
    assert (error.permission, error.details) == ("status:correct", {"permission": "status:correct"})


def test_S10_a_conflict_of_versions_carries_what_is_needed_to_decide_anew() -> None:
    snapshot = object()
    error = VersionConflict(provided=3, current=5, snapshot=snapshot, fields=["status"])
    assert (error.provided, error.current, error.fields) == (3, 5, ("status",))
    assert error.snapshot is snapshot
    assert error.details == {"provided": 3, "current": 5, "fields": ["status"]}


def test_an_unavailable_service_is_named() -> None:
    error = Unavailable("Redis", retry_after=5)
    assert (error.service, error.details) == ("Redis", {"retry_after": 5})
    assert str(error) == "Redis does not answer; try again."
    assert str(Unavailable("Redis", "Redis is busy.")) == "Redis is busy."


def test_a_paused_service_says_when_it_is_asked_again() -> None:
    until = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    expected = "NextBank has not been answering; it is asked again from 09:30:00 UTC."
    assert str(CircuitOpen("NextBank", until)) == expected
    assert str(CircuitOpen("NextBank", None)) == "NextBank has not been answering."


def test_a_missing_key_is_named_with_the_setting_that_lacks_it() -> None:
    assert "'first', which ENCRYPTION_KEYS does not hold" in str(KeyMissing("first"))


def test_another_key_of_the_same_name_is_not_called_missing() -> None:
    message = str(KeyMissing("first", is_another=True))
    assert message == "The key 'first' does not open it: another key of that name sealed it."


def test_a_rejected_bulk_carries_the_outcome_of_each_item() -> None:
    error = BulkRejected(["fine", "late"])
    assert (error.outcomes, error.message) == (("fine", "late"), BulkRejected.default)


def test_faults_of_a_part_are_named_by_their_place_in_the_whole() -> None:
    whole = InvalidInput([Fault("/period", "is missing"), Fault("", "is empty")]).below("/report")
    assert whole.faults == (Fault("/report/period", "is missing"), Fault("/report", "is empty"))
