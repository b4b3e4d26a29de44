"""Pension numbers in full; every access is logged (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Endpoint

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call


@frozen
class PensionNumber:
    """A pension number in full."""

    pension_number: str = field(repr=False)


def reveal_pension_number(call: Call) -> PensionNumber:
    """Show the client's pension number in full. The access is logged."""
    return PensionNumber(call.app.clients.pension_numbers.reveal(call.caller, call.path["client"]))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/{client}/pension-number",
        summary="Reveal a pension number",
        handle=reveal_pension_number,
        answers=PensionNumber,
        permission=Permission.CLIENTS_REVEAL,
    ),
)
