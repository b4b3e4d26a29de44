"""A change names the version that its author saw."""

from __future__ import annotations

import pytest

from clientupdater.domain.errors import VersionConflict
from clientupdater.domain.versions import changed_fields, require_version


@pytest.mark.parametrize("provided", [None, 3])
def test_the_current_version_and_any_version_are_taken(provided: int | None) -> None:
    require_version(provided, 3)


@pytest.mark.parametrize("provided", [0, 2, 4])
def test_another_version_is_refused_with_both_and_the_fields(provided: int) -> None:
    with pytest.raises(VersionConflict) as refused:
        require_version(provided, 3, {"name": "North"})
    details = refused.value.details
    assert (details["provided"], details["current"], details["fields"]) == (provided, 3, ["name"])


def test_only_values_that_differ_are_changed_fields() -> None:
    before, after = {"name": "A", "code": "X"}, {"name": "B", "code": "X", "place": "C"}
    assert changed_fields(before, after) == (
        {"name": "A", "place": None},
        {"name": "B", "place": "C"},
    )
