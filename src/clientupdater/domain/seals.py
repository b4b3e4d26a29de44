"""The seal of a closed period: Merkle trees over the rows of its branches (R11).

Hashes are SHA-256. A leaf is hashed behind the byte 0, a node behind 1, a seal behind 2, so that
none can pass for another. Trees are those of RFC 6962; ADR 34 has the texts that are hashed.
"""

from __future__ import annotations

import hashlib
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.ids import BranchId, CompanyId
    from clientupdater.domain.periods import Period

_LEAF, _NODE, _SEAL = b"\0", b"\1", b"\2"
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def leaf_hash(text: str) -> bytes:
    return hashlib.sha256(_LEAF + text.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def branch_leaf(branch: UUID, root: bytes) -> bytes:
    """Hash a branch with the root of its rows: a leaf of the period's tree."""
    return leaf_hash(f"branch={branch}\nroot={root.hex()}\n")


@define
class MerkleTree:
    """Takes leaves in order; it keeps one hash for each level."""

    _peaks: list[tuple[int, bytes]] = field(factory=list)
    size: int = 0

    def add(self, leaf: bytes) -> None:
        self.size += 1
        leaves = 1
        while self._peaks and self._peaks[-1][0] == leaves:
            leaf = node_hash(self._peaks.pop()[1], leaf)
            leaves *= 2
        self._peaks.append((leaves, leaf))

    @property
    def root(self) -> bytes:
        *others, (_, root) = self._peaks
        for _, peak in reversed(others):
            root = node_hash(peak, root)
        return root


class Side(StrEnum):
    """On which side of a path its next hash stands."""

    LEFT = "left"
    RIGHT = "right"


@frozen
class Step:
    """The hash of the neighbouring subtree, one step nearer to the root."""

    side: Side
    hash: bytes


def merkle_path(leaves: Sequence[bytes], index: int) -> tuple[Step, ...]:
    """List the steps from a leaf to the root."""
    if len(leaves) == 1:
        return ()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return (*merkle_path(left, index), Step(Side.RIGHT, merkle_root(right)))
    return (*merkle_path(right, index - split), Step(Side.LEFT, merkle_root(left)))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


@frozen(kw_only=True)
class SealHeader:
    """What the root of a seal binds to the tree of the branches."""

    company: CompanyId
    period: Period
    sealed_at: datetime
    previous_period: Period | None
    previous_root: bytes | None

    def root(self, branches: bytes) -> bytes:
        previous = self.previous_root.hex() if self.previous_root else ""
        text = (
            f"company={self.company}\nperiod={self.period}\n"
            f"sealed_at={self.sealed_at.astimezone(UTC):{_MOMENT}}\n"
            f"previous_period={self.previous_period or ''}\nprevious_root={previous}\n"
            f"branches={branches.hex()}\n"
        )
        return hashlib.sha256(_SEAL + text.encode()).digest()


class SealFlaw(StrEnum):
    """What is wrong with a sealed period."""

    ROW_CHANGED = "row_changed"
    """An event of the row was changed, removed or put in between."""
    ROW_REMOVED = "row_removed"
    """The row is gone, or belongs to another client or period."""
    BRANCH_CHANGED = "branch_changed"
    """The sealed hashes of the branch do not add up to its root."""
    ROOT_CHANGED = "root_changed"
    """The roots of the branches do not add up to the root of the seal."""
    CHAIN_BROKEN = "chain_broken"
    """The seal of the period before, or the one after, has another root."""


@frozen
class SealFault:
    """A flaw, and where it is."""

    flaw: SealFlaw
    branch: BranchId | None = None
    client_code: str | None = None
