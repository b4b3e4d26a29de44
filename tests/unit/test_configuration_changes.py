"""Whether a row still is as a change left it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from clientupdater.domain.configuration_changes import RecordedChange
from clientupdater.domain.errors import VersionConflict
from clientupdater.domain.ids import ChangeId


def change(before: Any, after: Any, **facts: Any) -> RecordedChange:
    identity = ChangeId(UUID(int=1))
    return RecordedChange(id=identity, table="t", record="r", before=before, after=after, **facts)


def refused(of: RecordedChange, current: Any, version: int = 4) -> VersionConflict:
    with pytest.raises(VersionConflict) as caught:
        of.require_last(current, version)
    return caught.value


def test_a_row_as_the_change_left_it_can_be_put_back() -> None:
    change({"name": "A"}, {"name": "B"}).require_last({"name": "B", "order": 1}, 2)
    change(None, {"name": "B"}).require_last({"name": "B"}, 1)
    change({"name": "A"}, None).require_last(None, 0)
    undone_since = change({"name": "A"}, {"name": "B"}, later=2, left={"order": 1})
    undone_since.require_last({"name": "B", "order": 1}, 4)


def test_a_conflict_names_what_changed_since_and_the_version_that_the_change_left() -> None:
    later = change({"name": "A"}, {"name": "B"}, later=2, left={"order": 1, "name": "B"})
    error = refused(later, {"name": "C", "order": 2})
    assert (error.provided, error.current, error.fields) == (2, 4, ("name", "order"))
    beside_the_audit = change({"name": "A"}, {"name": "B"})
    assert refused(beside_the_audit, {"name": "C"}).fields == ("name",)


def test_a_row_that_is_gone_or_there_again_cannot_be_put_back() -> None:
    assert refused(change(None, {"name": "B"}, later=1), None, 0).fields == ("name",)
    assert refused(change({"name": "A"}, None, later=1), {"name": "C"}, 1).fields == ("name",)
