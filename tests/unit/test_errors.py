"""What an error says, and what it carries for those who answer it."""

from __future__ import annotations

from clientupdater.domain.errors import (
    AlreadyDone,
    Error,
    Fault,
    Forbidden,
    InvalidInput,
    Misconfigured,
    NotFound,
    SourceMalformed,
    Unavailable,
    VersionConflict,
)


def test_an_error_says_by_default_what_its_class_is_for() -> None:
    assert str(AlreadyDone()) == "The period's work on this client is done; reopen it first."
    assert NotFound().message == "There is no such thing, or it is not yours to see."


def test_an_error_says_what_it_is_given_and_carries_the_facts() -> None:
    error = Error("The lamp is out.", lamp=7)
    assert (error.message, str(error), error.details) == (
        "The lamp is out.",
        "The lamp is out.",
        {"lamp": 7},
    )


def test_bad_input_tells_every_fault_and_where_it_stands() -> None:
    error = InvalidInput([Fault("/status", "is missing"), Fault("", "is no object")])
    assert str(error) == "/status: is missing; is no object"
    assert [fault.pointer for fault in error.faults] == ["/status", ""]


def test_bad_input_without_faults_or_with_words_of_its_own_says_so() -> None:
    assert str(InvalidInput([])) == "What was given does not fit."
    assert str(InvalidInput([Fault("/a", "b")], "Look again.")) == "Look again."
    assert str(InvalidInput.of("/a", "b")) == "/a: b"


def test_a_bad_configuration_tells_every_fault_on_a_line_of_its_own() -> None:
    error = Misconfigured([Fault("DATABASE_URL", "is missing"), Fault("", "run it again")])
    assert str(error) == "DATABASE_URL: is missing\nrun it again"
    assert str(Misconfigured([])) == "It cannot work as it is set up."
    assert str(Misconfigured([Fault("A", "b")], "Look again.")) == "Look again."


def test_what_a_source_sent_and_cannot_be_read_says_what_to_do_about_it() -> None:
    todo = "Run again; if it stays so, tell whoever keeps the source."
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


def test_what_is_unavailable_is_named() -> None:
    error = Unavailable("Redis", retry_after=5)
    assert (error.service, error.details) == ("Redis", {"retry_after": 5})
    assert str(error) == "Redis does not answer; try again."
    assert str(Unavailable("Redis", "Redis is busy.")) == "Redis is busy."
