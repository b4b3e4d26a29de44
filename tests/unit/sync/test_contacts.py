"""Contact numbers corrected by hand, beside what the source says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.sync.contacts import Contact

OURS, THEIRS, NEWER = "+639170000001", "+639170000002", "+639170000003"
CORRECTED = Contact(THEIRS, THEIRS).corrected_to(OURS)


def test_C1_a_source_owns_a_number_without_a_correction() -> None:
    assert Contact(THEIRS, THEIRS).as_source_says(NEWER) == Contact(NEWER, NEWER)
    assert Contact(THEIRS, THEIRS).as_source_says(None) == Contact(None, None)


def test_C1_a_correction_is_kept_beside_the_sources_value_and_wins() -> None:
    assert Contact(OURS, THEIRS, corrected=True, conflict=False) == CORRECTED
    assert CORRECTED.as_source_says(THEIRS) is CORRECTED


def test_C1_a_new_value_of_the_source_flags_and_overwrites_nothing() -> None:
    flagged = CORRECTED.as_source_says(NEWER)
    assert flagged == Contact(OURS, NEWER, corrected=True, conflict=True)
    assert flagged.as_source_says(NEWER) == flagged


def test_C1_a_source_that_takes_the_correction_over_makes_no_conflict() -> None:
    agreed = CORRECTED.as_source_says(NEWER).as_source_says(OURS)
    assert agreed == Contact(OURS, OURS, corrected=True, conflict=False)
    assert agreed.as_source_says(NEWER) == Contact(OURS, NEWER, corrected=True, conflict=True)


def test_C1_a_source_that_knows_no_number_any_more_makes_no_conflict() -> None:
    assert CORRECTED.as_source_says(None) == Contact(OURS, None, corrected=True, conflict=False)


def test_C1_a_conflict_can_be_settled_either_way() -> None:
    flagged = CORRECTED.as_source_says(NEWER)
    kept = flagged.keeping_ours()
    assert kept == Contact(OURS, NEWER, corrected=True, conflict=False)
    assert kept.as_source_says(NEWER) == kept
    assert flagged.taking_theirs() == Contact(NEWER, NEWER, corrected=False, conflict=False)


def test_C1_correcting_once_more_settles_a_conflict() -> None:
    flagged = CORRECTED.as_source_says(NEWER)
    assert flagged.corrected_to(None) == Contact(None, NEWER, corrected=True, conflict=False)
    assert flagged.corrected_to(NEWER) == Contact(NEWER, NEWER, corrected=False, conflict=False)


numbers = st.none() | st.sampled_from([OURS, THEIRS, NEWER])


@given(numbers, st.lists(numbers, max_size=6))
def test_C1_no_source_ever_overwrites_a_correction(
    first: str | None, said: list[str | None]
) -> None:
    contact = Contact(first, first).corrected_to("by hand")
    for word in said:
        contact = contact.as_source_says(word)
        assert contact.value == "by hand"
        assert contact.source_value == word
