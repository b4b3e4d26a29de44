"""Sealing: what is sealed opens where it belongs, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.ports.sealing import Unreadable
from clientupdater.settings import Settings

OLD, NEW = b"o" * 32, b"n" * 32
ring = KeyRing({"new": NEW, "old": OLD})
before = KeyRing({"old": OLD})


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_a_sealed_value_opens_with_its_purpose_and_its_place(secret: bytes, place: bytes) -> None:
    assert ring.opened(ring.sealed(secret, "pension", place), "pension", place) == secret


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("purpose", "place"), [("cursor", b"client 1"), ("pension", b"client 2"), ("pension", b"")]
)
def test_it_does_not_open_for_another_purpose_or_in_another_place(
    purpose: str, place: bytes
) -> None:
    sealed = ring.sealed(b"12345", "pension", b"client 1")
    with pytest.raises(Unreadable, match="sealed for another purpose or place"):
        ring.opened(sealed, purpose, place)


@given(st.data())
def test_no_byte_of_it_can_be_changed(data: st.DataObject) -> None:
    sealed = bytearray(ring.sealed(b"12345", "pension"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        ring.opened(bytes(sealed), "pension")


@pytest.mark.parametrize("sealed", [b"", b"\x03", b"\x03new", b"\x03new" + b"x" * 12])
def test_a_text_that_is_too_short_was_never_sealed(sealed: bytes) -> None:
    with pytest.raises(Unreadable, match="too short"):
        ring.opened(sealed, "pension")


def test_two_sealings_of_the_same_differ() -> None:
    assert ring.sealed(b"12345", "pension") != ring.sealed(b"12345", "pension")


@pytest.mark.rule("C3")
def test_an_older_key_still_decrypts_and_differs_from_the_newest() -> None:
    sealed = before.sealed(b"12345", "pension")
    assert ring.opened(sealed, "pension") == b"12345"
    assert not ring.is_current(sealed)
    assert ring.is_current(ring.sealed(b"12345", "pension"))


def test_a_key_that_is_gone_opens_nothing() -> None:
    with pytest.raises(Unreadable, match="not on the ring"):
        before.opened(ring.sealed(b"12345", "pension"), "pension")


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({ring.derived("a"), ring.derived("b"), before.derived("a"), NEW}) == 4
    assert ring.derived("a") == KeyRing({"new": NEW}).derived("a")


def test_a_ring_is_written_as_the_settings_read_it_newest_first() -> None:
    settings = Settings.from_mapping({"ENCRYPTION_KEYS": ring.written()})
    assert settings.encryption_keys is not None
    assert KeyRing(settings.encryption_keys) == ring
    assert ring.newest == "new"
    assert len(KeyRing.made_up().keys["first"]) == 32


def test_a_ring_never_shows_its_keys() -> None:
    assert repr(ring) == "KeyRing(keys=['new', 'old'])"
