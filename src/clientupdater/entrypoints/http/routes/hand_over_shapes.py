"""Answers about hand-overs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.entrypoints.http.descriptions.about import About

if TYPE_CHECKING:
    from clientupdater.ports.codes import Names
    from clientupdater.usecases.clients import hand_overs


@frozen
class HandedOver:
    """How many clients of a branch an officer gets."""

    officer: Annotated[UUID, About("The officer's id.")]
    name: Annotated[str, About("The officer's name.", "Ana Cruz")]
    branch: Annotated[str, About("The branch's code.", "QC01")]
    clients: Annotated[int, About("How many clients.", 41)]


@frozen
class BranchClients:
    """How many clients of a branch."""

    branch: Annotated[str, About("The branch's code.", "QC01")]
    clients: Annotated[int, About("How many clients.", 41)]


@frozen
class HandOver:
    """What a hand-over does, or did."""

    hand_over: Annotated[UUID | None, About("The id, to undo it; null: nothing was done.", None)]
    plan_hash: Annotated[str, About("The hash of this plan; send it to apply it.", "9f" * 32)]
    clients: Annotated[int, About("How many clients change their officer.", 412)]
    officers: Annotated[
        tuple[HandedOver, ...], About("How many clients of which branch each officer gets.")
    ]
    left: Annotated[
        tuple[BranchClients, ...],
        About("Clients that stay, because none of the officers holds their branch.", []),
    ]


@frozen
class KeptClient:
    """A client that does not go back."""

    client_code: str
    reason: Annotated[str, About("Why it does not.", "assigned anew since")]


@frozen
class UndoneHandOver:
    """What was undone."""

    returned: Annotated[int, About("How many clients went back to their officer.", 410)]
    kept: Annotated[tuple[KeptClient, ...], About("The clients that did not.", [])]


def hand_over_shown(result: hand_overs.HandOverResult, names: Names) -> HandOver:
    plan = result.plan
    rows = [
        HandedOver(officer, names.people[officer], names.branches[branch], clients)
        for (officer, branch), clients in plan.counts.items()
    ]
    left = [BranchClients(names.branches[each], count) for each, count in plan.left_counts.items()]
    return HandOver(
        hand_over=result.id,
        plan_hash=plan.hash,
        clients=len(plan.moves),
        officers=tuple(sorted(rows, key=lambda row: (row.name, str(row.officer), row.branch))),
        left=tuple(sorted(left, key=lambda row: row.branch)),
    )


def undone_shown(undone: hand_overs.UndoneHandOver) -> UndoneHandOver:
    kept = (KeptClient(client.code, reason) for client, reason in undone.kept)
    return UndoneHandOver(
        len(undone.returned), tuple(sorted(kept, key=lambda each: each.client_code))
    )
