"""Opening a NextBank source, whose connections close with the context."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
from attrs import field, frozen

from clientupdater.adapters.nextbank.credentials import (
    API_KEY_HEADER,
    ApiKey,
    ClientCredentials,
)
from clientupdater.adapters.nextbank.dialect import Dialect
from clientupdater.adapters.nextbank.http_client import BUSY, NAME, Line, send
from clientupdater.adapters.nextbank.responses import ACCEPTED
from clientupdater.adapters.nextbank.source import NextBank
from clientupdater.domain.errors import SourceRefused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.nextbank.credentials import Credentials


@frozen
class Account:
    """How we authenticate: an API key, or client credentials for the token endpoint."""

    api_key: str | None = field(default=None, repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_url: str = ""
    api_key_header: str = API_KEY_HEADER


@contextmanager
def open_nextbank(
    base_url: str,
    account: Account,
    patience_s: float = 10.0,
    page_size: int = 1_000,
    dialect: Dialect | None = None,
) -> Iterator[NextBank]:
    """Open it; the first read makes the first request."""
    for chatty in ("httpx", "httpcore"):  # they log clients' codes and cookies
        logging.getLogger(chatty).setLevel(logging.WARNING)
    with httpx.Client(base_url=f"{base_url.rstrip('/')}/") as http:
        line = Line(http, _credentials(http, account, patience_s), patience_s)
        yield NextBank(line, page_size, dialect or Dialect())


def _credentials(http: httpx.Client, account: Account, patience_s: float) -> Credentials:
    if account.api_key:
        return ApiKey(account.api_key, account.api_key_header)
    return ClientCredentials(_token_fetcher(http, account, patience_s))


def _token_fetcher(http: httpx.Client, account: Account, patience_s: float) -> Callable[[], object]:
    """Request a token by RFC 6749, 4.4, with the secret in the header."""
    proof = httpx.BasicAuth(account.client_id, account.client_secret)

    def fetch() -> object:
        form = {"grant_type": "client_credentials"}
        request = http.build_request("POST", account.token_url, data=form, headers=ACCEPTED)
        request = next(proof.auth_flow(request))
        response = send(http, request, patience_s)
        if response.status in BUSY or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unavailable(NAME, f"NextBank gives no token now ({response.status}); try again.")
        if response.status != HTTPStatus.OK:
            message = "see NEXTBANK_CLIENT_ID, NEXTBANK_CLIENT_SECRET and NEXTBANK_TOKEN_URL"
            raise SourceRefused(f"NextBank gives us no token ({response.status}); {message}")
        return response.document("its token")

    return fetch
