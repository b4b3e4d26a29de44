"""The seal of a closed period, and the proof of one row (R11)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.seals import Side
from clientupdater.entrypoints.http.contract import Call, Endpoint, part
from clientupdater.entrypoints.http.descriptions.about import UUID_EXAMPLE, About
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.seals import Step

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
Root = Annotated[str, About("The root of the seal: SHA-256 in hexadecimal.", _HASH)]
PreviousPeriod = Annotated[
    Period | None, About("The period that was sealed before it; null: none.", "2026-10")
]
PreviousRoot = Annotated[
    str | None, About("The root of the seal of that period, in hexadecimal.", _HASH)
]
SealedAt = Annotated[datetime, About("When the period was sealed.")]


@frozen
class SealQuery:
    """The company; none: the only one that the caller may see."""

    company: Annotated[str, Text(longest=50, shortest=1)] | None = None


@frozen
class ProofQuery:
    """The client whose row is proved."""

    client: Annotated[str, Text(longest=60, shortest=1)]


@frozen(kw_only=True)
class CorrectedSealRow:
    """A row that was written to after its period was sealed."""

    client_code: str
    branch: str
    events: Annotated[int, About("How many events were recorded after the seal.", 1)]


@frozen(kw_only=True)
class PeriodSeal:
    """A seal, and what it covers of the rows that the caller sees."""

    company: str
    period: Period
    sealed_at: SealedAt
    root: Root
    previous_period: PreviousPeriod
    previous_root: PreviousRoot
    rows: Annotated[int, About("The sealed rows that you see.", 4120)]
    events: Annotated[int, About("The sealed events of those rows.", 9377)]
    corrected_rows: Annotated[int, About("The rows that were written to after the seal.", 1)]
    corrected_events: Annotated[int, About("The events that were recorded after the seal.", 1)]
    corrected: Annotated[
        tuple[CorrectedSealRow, ...],
        About("The first 200 of the rows that were written to after the seal, by client code."),
    ]


@frozen(kw_only=True)
class ProofStep:
    """A neighbour on the way to the root."""

    side: Annotated[Side, About("On which side of the path the hash stands.", "right")]
    hash: Annotated[str, About("The hash of the neighbour, in hexadecimal.", _HASH)]


@frozen(kw_only=True)
class RowProof:
    """What `examples/verify_seal.py` checks without this service."""

    company: str
    company_id: Annotated[UUID, About("The company's id, which the root covers.", UUID_EXAMPLE)]
    period: Period
    sealed_at: SealedAt
    previous_period: PreviousPeriod
    previous_root: PreviousRoot
    root: Root
    client_code: str
    row: Annotated[
        str,
        About(
            "The row and its sealed events in order: the text that is hashed. Remarks stand in it"
            " as a salted hash.",
            f'row={UUID_EXAMPLE}\nclient_code="FC-000123"\nperiod=2026-11\nevents=2\n…',
        ),
    ]
    path: Annotated[
        tuple[ProofStep, ...], About("The steps from the row to the root of its branch.")
    ]
    branch: str
    branch_id: Annotated[UUID, About("The branch's id, which the root covers.", UUID_EXAMPLE)]
    branch_root: Annotated[str, About("The root of the branch, in hexadecimal.", _HASH)]
    branch_path: Annotated[
        tuple[ProofStep, ...], About("The steps from the branch to the root of all branches.")
    ]


def show_seal(call: Call) -> PeriodSeal:
    """Show the seal of a closed period. The root covers the whole company; rows and events are
    counted within what you see. What was corrected after the seal is counted beside it.
    """
    seal, figures = call.app.seals.read(call.caller, call.path["period"], call.query.company)
    names = call.app.configuration.names(call.caller)
    header = seal.header
    return PeriodSeal(
        company=names.companies[header.company],
        period=header.period,
        sealed_at=header.sealed_at,
        root=seal.root.hex(),
        previous_period=header.previous_period,
        previous_root=_hex(header.previous_root),
        rows=figures.rows,
        events=figures.events,
        corrected_rows=figures.corrected_rows,
        corrected_events=figures.corrected_events,
        corrected=tuple(
            CorrectedSealRow(
                client_code=each.client_code,
                branch=names.branches[each.branch],
                events=each.events,
            )
            for each in figures.corrected
        ),
    )


def prove_row(call: Call) -> RowProof:
    """Prove that a client's row and its events are in the seal, unchanged. The proof can be checked
    offline: it needs SHA-256 alone.
    """
    client = part("client").read(call.query.client)
    proof = call.app.seals.proof(call.caller, call.path["period"], client)
    names = call.app.configuration.names(call.caller)
    header = proof.seal.header
    return RowProof(
        company=names.companies[header.company],
        company_id=header.company,
        period=header.period,
        sealed_at=header.sealed_at,
        previous_period=header.previous_period,
        previous_root=_hex(header.previous_root),
        root=proof.seal.root.hex(),
        client_code=proof.client_code,
        row=proof.row,
        path=_steps(proof.path),
        branch=names.branches[proof.branch],
        branch_id=proof.branch,
        branch_root=proof.branch_root.hex(),
        branch_path=_steps(proof.branch_path),
    )


def _steps(path: Iterable[Step]) -> tuple[ProofStep, ...]:
    return tuple(ProofStep(side=each.side, hash=each.hash.hex()) for each in path)


def _hex(value: bytes | None) -> str | None:
    return value.hex() if value else None


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/periods/{period}/seal",
        summary="Show the seal of a period",
        handle=show_seal,
        query=SealQuery,
        answers=PeriodSeal,
        permission=Permission.REPORTS_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/periods/{period}/seal/proof",
        summary="Prove a sealed row",
        handle=prove_row,
        query=ProofQuery,
        answers=RowProof,
        permission=Permission.REPORTS_READ,
        errors=(NotFound,),
    ),
)
