"""Lines of a CSV file, and the verdict on each."""

from __future__ import annotations

import pytest

from clientupdater.domain.errors import BulkRejected, Fault, InvalidInput
from clientupdater.domain.imports import (
    LineVerdict,
    SheetLine,
    Verdict,
    faults_by_column,
    repeated_lines,
    require_line_count,
    require_none_refused,
)


def test_a_cell_is_read_without_spaces_and_an_empty_one_is_none() -> None:
    line = SheetLine(2, {"name": " Cubao ", "areas": " "})
    assert (line.text("name"), line.text("areas"), line.text("phone")) == ("Cubao", None, None)


def test_codes_in_a_cell_are_taken_once_in_their_order() -> None:
    line = SheetLine(2, {"areas": "B; A ;;B"})
    assert (line.codes("areas"), line.codes("branches")) == (("B", "A"), ())


def test_a_cell_with_too_many_codes_is_a_fault_after_those_of_the_line() -> None:
    fault = Fault("", "has 3 cells")
    line = SheetLine(2, {"areas": ";".join(map(str, range(51)))}, (fault,))
    assert line.cell_faults(("areas",)) == [fault, Fault("areas", "has more than 50 codes")]
    assert SheetLine(2, {"areas": ";".join(map(str, range(50)))}).cell_faults(("areas",)) == []


@pytest.mark.parametrize(
    ("is_new", "changes", "faults", "expected"),
    [
        (True, ["name"], [], Verdict.CREATE),
        (True, [], [], Verdict.CREATE),
        (False, ["name"], [], Verdict.CHANGE),
        (False, [], [], Verdict.UNCHANGED),
        (True, ["name"], [Fault("name", "is empty")], Verdict.REFUSED),
    ],
)
def test_the_verdict_follows_from_changes_and_faults(
    is_new: bool,
    changes: list[str],
    faults: list[Fault],
    expected: Verdict,
) -> None:
    line = SheetLine(7, {})
    verdict = LineVerdict.of(line, "QC01", is_new=is_new, changes=changes, faults=faults)
    assert (verdict.line, verdict.name, verdict.verdict) == (7, "QC01", expected)
    assert verdict.changes == (() if faults else tuple(changes))


@pytest.mark.parametrize("name", [None, "", "a\x1b[2J", "N" * 256])
def test_a_name_that_a_terminal_would_obey_is_not_shown(name: str | None) -> None:
    assert LineVerdict.of(SheetLine(2, {}), name, is_new=True, changes=(), faults=()).name is None


def test_a_file_has_lines_but_not_too_many() -> None:
    require_line_count(500)
    with pytest.raises(InvalidInput, match="nothing below the header"):
        require_line_count(0)
    with pytest.raises(InvalidInput, match="3 lines at most, not 4"):
        require_line_count(4, 3)


def test_a_file_with_a_refused_line_is_not_taken() -> None:
    verdicts = [LineVerdict(line=n, name=None, verdict=each) for n, each in enumerate(Verdict)]
    taken = [each for each in verdicts if each.verdict is not Verdict.REFUSED]
    require_none_refused(taken)
    with pytest.raises(BulkRejected) as caught:
        require_none_refused(verdicts)
    assert caught.value.outcomes == tuple(verdicts)


def test_a_line_that_repeats_another_is_known_in_any_case_of_letters() -> None:
    values = ("a@example.com", "", "A@Example.com", "b@example.com", "")
    lines = [SheetLine(number, {"email": value}) for number, value in enumerate(values, 2)]
    assert repeated_lines(lines, "email") == {4: 2}


def test_faults_of_values_name_their_columns() -> None:
    assert faults_by_column(InvalidInput.of("/name", "is empty")) == [Fault("name", "is empty")]
