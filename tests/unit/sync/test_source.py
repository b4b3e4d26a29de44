"""The names of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.sync.absence import Presence, reappears
from clientupdater.domain.sync.fields import BUILT_IN_SOURCES, SOURCE_FORM, Source
from clientupdater.domain.sync.source_status import SourceStatus, configured_statuses
from clientupdater.entrypoints.structuring import structured

if TYPE_CHECKING:
    from collections.abc import Mapping

SHEETS = Source("branch_sheets")
GOOD = ["ab", "branch_sheets", "x2", "a" * 30]
BAD = ["", "a", "a" * 31, "Sheets", "2x", "_x", "branch-sheets", "sheets\n", "ñandu", "a'b"]


@pytest.mark.parametrize("name", GOOD)
def test_a_source_is_its_name(name: str) -> None:
    assert Source(name) == name
    assert {name: 1}[Source(name)] == 1
    assert structured(name, Source) == Source(name)


@pytest.mark.parametrize("name", BAD)
def test_text_that_is_no_name_is_refused_without_repeating_it(name: str) -> None:
    for read in (Source, lambda text: structured(text, Source)):
        with pytest.raises(InvalidInput) as caught:
            read(name)
        assert [each.message for each in caught.value.faults] == [SOURCE_FORM]


@pytest.mark.parametrize("value", [1, None, True, ["csv"]])
def test_a_source_in_json_is_text(value: object) -> None:
    with pytest.raises(InvalidInput):
        structured(value, Source)


def test_the_three_sources_of_ours_have_their_names() -> None:
    assert BUILT_IN_SOURCES == ("snowflake", "nextbank", "csv")


@pytest.mark.rule("Y6")
def test_Y6_a_client_that_the_source_itself_deleted_before_comes_back_by_any_copy_of_its_name() -> (
    None
):
    presences: Mapping[Source, Presence] = {SHEETS: Presence(named_deleted=True)}
    assert reappears(presences, Source("branch_sheets"), was_active=False)
    assert not reappears(presences, Source.CSV, was_active=False)


def test_a_configured_source_that_the_database_does_not_know_has_a_state_too() -> None:
    known = [SourceStatus(source=each) for each in BUILT_IN_SOURCES]
    states = configured_statuses(known, {SHEETS, Source.CSV})
    assert [(each.source, each.is_known) for each in states] == [("csv", True), (SHEETS, False)]
