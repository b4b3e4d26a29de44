"""How one officer's clients are dealt out to others."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.domain.access import Actor, Territory
from clientupdater.domain.errors import InvalidInput, OfficerNotAllowed
from clientupdater.domain.hand_overs import MOST_OFFICERS, plan_hand_over, require_receivers
from clientupdater.domain.ids import BranchId, ClientId, PersonId
from tests.support.builders import ANA, BEN, client

NORTH, SOUTH, WEST = (BranchId(UUID(int=n)) for n in (101, 102, 103))
CY = PersonId(UUID(int=77))


def clients(branch: BranchId, count: int, start: int = 0) -> list[object]:
    return [
        evolve(client(), id=ClientId(UUID(int=1000 + n)), code=f"FC-{n:04d}", branch=branch)
        for n in range(start, start + count)
    ]


def officer(person: PersonId, *branches: BranchId, is_active: bool = True) -> Actor:
    return Actor(person, is_active=is_active, territory=Territory(frozenset(branches)))


def test_A3_clients_go_evenly_to_those_who_hold_their_branch() -> None:
    book = [*clients(NORTH, 6), *clients(SOUTH, 4, 6), *clients(WEST, 2, 10)]
    plan = plan_hand_over(ANA, book, [officer(BEN, NORTH), officer(CY, NORTH, SOUTH)])  # type: ignore[arg-type]
    assert Counter(plan.moves.values()) == {BEN: 5, CY: 5}
    assert plan.counts == {(BEN, NORTH): 5, (CY, NORTH): 1, (CY, SOUTH): 4}
    assert plan.left_counts == {WEST: 2}


def test_a_plan_has_the_same_hash_while_its_effects_are_the_same() -> None:
    book, one = clients(NORTH, 4), [officer(BEN, NORTH)]
    plan = plan_hand_over(ANA, book, one)  # type: ignore[arg-type]
    again = plan_hand_over(ANA, reversed(book), one)  # type: ignore[arg-type]
    assert plan.hash == again.hash
    for other in (
        plan_hand_over(ANA, book[1:], one),  # type: ignore[arg-type]
        plan_hand_over(CY, book, one),  # type: ignore[arg-type]
        plan_hand_over(ANA, book, [officer(CY, NORTH)]),  # type: ignore[arg-type]
    ):
        assert other.hash != plan.hash


def test_A3_an_officer_who_is_not_active_gets_no_client() -> None:
    with pytest.raises(OfficerNotAllowed, match="not active"):
        plan_hand_over(ANA, [], [officer(BEN, NORTH, is_active=False)])


@pytest.mark.parametrize(
    "receivers",
    [[], [BEN, BEN], [BEN, ANA], [PersonId(UUID(int=n)) for n in range(MOST_OFFICERS + 1)]],
)
def test_receivers_are_others_each_named_once(receivers: list[PersonId]) -> None:
    with pytest.raises(InvalidInput):
        require_receivers(ANA, receivers)
    require_receivers(ANA, [BEN])
