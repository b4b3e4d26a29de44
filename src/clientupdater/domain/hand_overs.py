"""Handing one officer's clients over to others, evenly and by branch (A3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, OfficerNotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clientupdater.domain.access import Actor
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import BranchId, ClientId, PersonId

MOST_CLIENTS = 2000
MOST_OFFICERS = 50


@frozen
class HandOverPlan:
    """Which client goes to which officer, and which clients none of them may have."""

    officer: PersonId
    moves: Mapping[ClientId, PersonId]
    clients: Mapping[ClientId, Client]
    left: tuple[Client, ...]

    @property
    def hash(self) -> str:
        """Identify the effects: a plan may be applied while they are still the same."""
        lines = sorted(f"{client} {officer}" for client, officer in self.moves.items())
        return sha256("\n".join((str(self.officer), *lines)).encode()).hexdigest()

    @property
    def counts(self) -> Mapping[tuple[PersonId, BranchId], int]:
        """Count the clients of each officer and branch."""
        return Counter(
            (officer, self.clients[client].branch) for client, officer in self.moves.items()
        )

    @property
    def left_counts(self) -> Mapping[BranchId, int]:
        return Counter(client.branch for client in self.left)


def require_receivers(officer: PersonId, receivers: Sequence[PersonId]) -> None:
    """Refuse receivers that are none, too many, named twice, or the officer themselves."""
    if not 1 <= len(receivers) <= MOST_OFFICERS:
        raise InvalidInput.of("/to", f"names 1 to {MOST_OFFICERS} officers")
    if len(set(receivers)) < len(receivers):
        raise InvalidInput.of("/to", "names an officer twice")
    if officer in receivers:
        raise InvalidInput.of("/to", "names the officer whose clients are handed over")


def plan_hand_over(
    officer: PersonId, clients: Iterable[Client], receivers: Sequence[Actor]
) -> HandOverPlan:
    """Deal the clients of each branch out among the active officers who hold it (A3)."""
    every = sorted(clients, key=lambda client: client.code)
    moves = deal_evenly(every, receivers)
    return HandOverPlan(
        officer=officer,
        moves=moves,
        clients={client.id: client for client in every},
        left=tuple(client for client in every if client.id not in moves),
    )


def deal_evenly(
    clients: Iterable[Client], receivers: Sequence[Actor]
) -> Mapping[ClientId, PersonId]:
    """Give each client to the officer of its branch who has been dealt the fewest (A3).

    Branches that few of them hold come first, so that the others can make up for it. A client whose
    branch none of them holds is left out.
    """
    if not all(each.is_active for each in receivers):
        raise OfficerNotAllowed("One of these officers is not active, so they cannot have clients.")
    by_branch: dict[BranchId, list[Client]] = defaultdict(list)
    for client in sorted(clients, key=lambda client: client.code):
        by_branch[client.branch].append(client)
    holders = {branch: _holders(branch, receivers) for branch in by_branch}
    dealt: dict[PersonId, int] = {each.id: 0 for each in receivers}
    moves: dict[ClientId, PersonId] = {}
    for branch in sorted(by_branch, key=lambda branch: (len(holders[branch]), str(branch))):
        for client in by_branch[branch] if holders[branch] else ():
            chosen = min(holders[branch], key=lambda each: dealt[each])
            dealt[chosen] += 1
            moves[client.id] = chosen
    return moves


def _holders(branch: BranchId, receivers: Iterable[Actor]) -> list[PersonId]:
    return [each.id for each in receivers if branch in each.territory.all_branches]
