"""Everything that is held about one client (RA 10173)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from attrs import field, frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.client_history import ClientChange
from clientupdater.entrypoints.http.routes.rows import PeriodEvent, period_events, snapshot_of
from clientupdater.ports.audits import AccessEntry
from clientupdater.ports.dossiers import HeldAssignment, HeldClient, HeldReject, HeldSource
from clientupdater.ports.lists import PeriodSnapshot

if TYPE_CHECKING:
    from clientupdater.usecases.audit.dossiers import Dossier


@frozen(kw_only=True)
class DossierQuery:
    """Whether to show the pension number in full."""

    reveal: bool = False


@frozen(kw_only=True)
class HeldPeriod:
    """A period's snapshot, and the events behind it, in order."""

    snapshot: PeriodSnapshot
    events: Annotated[tuple[PeriodEvent, ...], About("The events, in order.")]


@frozen(kw_only=True)
class ClientDossier:
    """Everything that is held about one client."""

    made_at: datetime
    client: Annotated[HeldClient, About("The client's record.")]
    pension_number: Annotated[
        str | None, About("The pension number in full; null without `reveal`.", None)
    ] = field(repr=False)
    sources: Annotated[tuple[HeldSource, ...], About("What each source says.")]
    periods: tuple[HeldPeriod, ...]
    assignments: tuple[HeldAssignment, ...]
    changes: tuple[ClientChange, ...]
    rejects: tuple[HeldReject, ...]
    accesses: tuple[AccessEntry, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, dossier: Dossier) -> ClientDossier:
        names = dossier.names
        return cls(
            made_at=dossier.made_at,
            client=dossier.holdings.client,
            pension_number=dossier.pension_number,
            sources=dossier.holdings.sources,
            periods=tuple(
                HeldPeriod(
                    snapshot=snapshot_of(dossier.client, row, names),
                    events=period_events(dossier.events.get(row.period, ()), names),
                )
                for row in dossier.rows
            ),
            assignments=dossier.holdings.assignments,
            changes=tuple(map(ClientChange.of, dossier.changes)),
            rejects=dossier.holdings.rejects,
            accesses=dossier.accesses,
            notes=dossier.notes,
        )


def get_dossier(call: Call) -> ClientDossier:
    """Get everything that is held about one client, also a deleted one, for a request under the
    data privacy law: the newest 5,000 entries of each kind. The access is logged. To `reveal` the
    pension number, the caller must be allowed to see it in full.
    """
    query: DossierQuery = call.query
    dossier = call.app.audit.dossiers.compile(call.caller, call.path["client"], reveal=query.reveal)
    return ClientDossier.of(dossier)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/{client}/dossier",
        summary="Get a client's dossier",
        handle=get_dossier,
        query=DossierQuery,
        answers=ClientDossier,
        permission=Permission.AUDIT_READ,
        counts_as=Activity.EXPORT,
        errors=(NotFound,),
    ),
)
