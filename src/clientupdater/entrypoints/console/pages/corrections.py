"""Contact numbers that a source contradicts, and pension numbers in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.contacts import Settlement
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Notice, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.pages.client import ClientPageQuery, client_view
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.console.worklist import place_of
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.rights import admitting

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call


@frozen(kw_only=True)
class SettleForm:
    version: Version
    decision: Settlement


def settle(call: Call) -> Redirect:
    """Keep our numbers, or take those of the source (C1)."""
    client = call.path["client"]
    call.app.clients.contacts.settle(call.caller, client, call.body.decision, call.version or 0)
    notice = Notice(f"contacts.{call.body.decision}")
    return Redirect(
        to=noticed(call, address(f"{CONSOLE}/clients/{client}", **place_of(call.query)), notice)
    )


def _settle_again(call: Call, entered: Entered) -> View:
    return client_view(call, refusal=entered.faults)


def reveal(call: Call) -> View:
    """Show the pension number in full; the access is logged (C3)."""
    number = call.app.clients.pension_numbers.reveal(call.caller, call.path["client"])
    return client_view(call, pension_number=number)


PAGES = (
    Page(
        method="POST",
        path="/clients/{client}/contact-conflict",
        summary="Settle a contact conflict",
        handle=settle,
        show_again=_settle_again,
        query=ClientPageQuery,
        body=SettleForm,
        permission=Permission.CLIENTS_UPDATE,
        admit=admitting(Permission.CLIENTS_UPDATE),
        versioned=True,
    ),
    Page(
        method="POST",
        path="/clients/{client}/pension-number",
        summary="Reveal a pension number",
        handle=reveal,
        query=ClientPageQuery,
        once=False,
        permission=Permission.CLIENTS_REVEAL,
    ),
)
