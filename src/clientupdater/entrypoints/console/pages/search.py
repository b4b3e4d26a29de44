"""Finding a client by name, code, contact number or pension number.

The words are in the form, so that they never appear in an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.pages.client import names_of
from clientupdater.entrypoints.console.views import View
from clientupdater.entrypoints.http.routes.clients import (
    ClientsPage,
    SearchClientsRequest,
    search_clients,
)
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

_ITEMS = 25


@frozen(kw_only=True)
class SearchForm:
    q: Annotated[str, Text(longest=200)] = field(default="", repr=False)


def search(call: Call) -> View:
    words = call.body.q.strip()
    page = ClientsPage((), None, has_more=False)
    if words:
        asked = SearchClientsRequest(q=words, limit=_ITEMS)
        page = search_clients(attrs.evolve(call, body=asked))
    lookups = call.app.configuration.lookups(call.caller, generation=call.generation)
    values = {
        "q": words,
        "items": page.items,
        "has_more": page.has_more,
        "names": names_of(lookups),
    }
    return View(template="search.html", call=call, values=values)


PAGES = (
    Page(
        method="POST",
        path="/search",
        summary="Search for clients",
        handle=search,
        body=SearchForm,
        once=False,
        counts_as=Activity.READ,
        permission=Permission.CLIENTS_READ,
    ),
)
