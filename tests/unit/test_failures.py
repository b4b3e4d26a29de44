"""Every error of the domain has its status, its code and its exit code."""

from __future__ import annotations

import inspect
import re

import pytest

from clientupdater.domain import errors
from clientupdater.entrypoints.failures import OURS, TABLE, Exit, failure_of

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.Error)
]


def test_no_error_is_missing_from_the_table_and_none_in_it_is_gone() -> None:
    assert set(TABLE) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_is_a_fault_of_the_caller_or_of_ours_and_never_done(
    kind: type[errors.Error],
) -> None:
    failure = TABLE[kind]
    assert 400 <= failure.status <= 599
    assert failure.exit_code not in {Exit.DONE, Exit.NO}
    assert re.fullmatch(r"[a-z_]+", failure.code)


def test_a_kind_without_an_entry_answers_as_the_nearest_above_it() -> None:
    class Unheard(errors.AlreadyDone):
        """New."""

    assert failure_of(Unheard()) == TABLE[errors.AlreadyDone]


def test_an_error_outside_the_domain_is_an_internal_error() -> None:
    assert failure_of(KeyError("x")) == OURS
    assert failure_of(errors.Error()) == OURS


@pytest.mark.parametrize(
    ("error", "status", "code", "exit_code"),
    [
        (errors.InvalidInput.of("/a", "b"), 422, "validation_failed", 2),
        (errors.NotFound(), 404, "not_found", 4),
        (errors.Forbidden("clients:read"), 403, "forbidden", 3),
        (errors.PrivilegeExceeded(), 422, "privilege_exceeded", 3),
        (errors.VersionConflict(provided=1, current=2), 409, "version_conflict", 5),
        (errors.AlreadyDone(), 409, "already_done", 5),
        (errors.ReasonRequired(), 422, "reason_required", 5),
        (errors.Unavailable("Redis"), 503, "unavailable", 75),
        (errors.Misconfigured([]), 500, "internal_error", 78),
    ],
)
def test_each_family_of_errors_is_answered_as_documented(
    error: errors.Error, status: int, code: str, exit_code: int
) -> None:
    failure = failure_of(error)
    assert (failure.status, failure.code, failure.exit_code) == (status, code, exit_code)
