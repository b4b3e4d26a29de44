"""Merkle trees of a seal, against the definition of RFC 6962."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.ids import CompanyId
from clientupdater.domain.periods import Period
from clientupdater.domain.seals import (
    SealHeader,
    Side,
    branch_leaf,
    leaf_hash,
    merkle_path,
    merkle_root,
    node_hash,
)


def by_definition(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(str(n)) for n in range(count)]


@pytest.mark.parametrize("count", range(1, 34))
def test_the_root_is_that_of_rfc_6962(count: int) -> None:
    assert merkle_root(leaves_of(count)) == by_definition(leaves_of(count))


@given(st.integers(1, 70), st.data())
def test_every_path_leads_from_its_leaf_to_the_root(count: int, data: st.DataObject) -> None:
    leaves, index = leaves_of(count), data.draw(st.integers(0, count - 1))
    value = leaves[index]
    for step in merkle_path(leaves, index):
        pair = (step.hash, value) if step.side is Side.LEFT else (value, step.hash)
        value = node_hash(*pair)
    assert value == merkle_root(leaves)


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = leaves_of(2)
    assert leaf_hash("a") == hashlib.sha256(b"\0a").digest()
    assert node_hash(left, right) == hashlib.sha256(b"\1" + left + right).digest()
    assert branch_leaf(UUID(int=1), left) != branch_leaf(UUID(int=2), left)


HEADER = SealHeader(
    company=CompanyId(UUID(int=1)),
    period=Period.month(2026, 10),
    sealed_at=datetime(2026, 11, 6, tzinfo=UTC),
    previous_period=None,
    previous_root=None,
)


@pytest.mark.parametrize(
    "change",
    [
        {"company": CompanyId(UUID(int=2))},
        {"period": Period.month(2026, 9)},
        {"sealed_at": datetime(2026, 11, 7, tzinfo=UTC)},
        {"previous_period": Period.month(2026, 9), "previous_root": leaf_hash("b")},
    ],
)
def test_the_root_of_a_seal_covers_all_that_it_says(change: dict[str, Any]) -> None:
    branches = leaf_hash("a")
    assert evolve(HEADER, **change).root(branches) != HEADER.root(branches)
    assert HEADER.root(leaf_hash("c")) != HEADER.root(branches)
