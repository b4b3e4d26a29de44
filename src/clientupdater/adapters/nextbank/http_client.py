"""Requests to NextBank: one at a time, within limits, with their errors translated.

`httpx` limits each wait of a request but not the request as a whole, so a response is read piece by
piece until a moment, and up to a size.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
from attrs import define, field

from clientupdater.adapters.nextbank.responses import ACCEPTED, Response, read_whole
from clientupdater.domain.errors import SourceRefused, Unavailable
from clientupdater.runtime.deadlines import seconds_left
from clientupdater.runtime.trace_context import outgoing_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.adapters.nextbank.credentials import Credentials

NAME = "NextBank"
#: Without a deadline, we wait no longer than this for NextBank.
LONGEST_WAIT_S = 60.0
#: After this many requested waits in a row we give up.
WAITS = 4
#: The longest rest that we honour: a wrong header must not keep us away for ever.
LONGEST_REST_S = 3_600.0
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_WELCOME = frozenset(
    {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)


def send(http: httpx.Client, request: httpx.Request, patience_s: float) -> Response:
    """Send a request and read its response before the time limit or the deadline."""
    patience = seconds_left(patience_s) or patience_s
    until = time.monotonic() + patience
    request.extensions["timeout"] = httpx.Timeout(patience).as_dict()
    try:
        response = http.send(request, stream=True)
        try:
            return Response(response.status_code, response.headers, read_whole(response, until))
        finally:
            response.close()
    except httpx.TimeoutException as error:
        message = f"did not answer within {patience:.1f} s; try again, or see NEXTBANK_TIMEOUT_MS."
        raise Unavailable(NAME, f"NextBank {message}") from error
    except httpx.RequestError as error:
        message = f"NextBank cannot be reached or broke off ({type(error).__name__}); try again."
        raise Unavailable(NAME, message) from error


@define
class Line:
    """Sends our requests: waits when NextBank says so, and replaces a refused token.

    It only reads, so every request can be repeated.
    """

    http: httpx.Client
    credentials: Credentials
    patience_s: float
    wait: Callable[[float], None] = time.sleep
    _not_before: float = field(default=0.0, init=False)

    def get(self, path: str, params: Mapping[str, str], **headers: str) -> Response:
        """Send a GET; gives only responses with 200, 304, 404 and 410."""
        self._require_rested()
        response = self._authenticated(path, params, headers)
        for _ in range(WAITS):
            if response.status not in BUSY:
                break
            self._wait(response)
            response = self._authenticated(path, params, headers)
        return _accepted(response, path)

    def _authenticated(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> Response:
        proof = self.credentials.headers()
        response = self._sent(path, params, {**headers, **proof})
        if response.status == HTTPStatus.UNAUTHORIZED and self.credentials.refused(proof):
            response = self._sent(path, params, {**headers, **self.credentials.headers()})
        return response

    def _sent(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        all_headers = {**ACCEPTED, **outgoing_headers(), **headers}
        request = self.http.build_request("GET", path, params=params, headers=all_headers)
        return send(self.http, request, self.patience_s)

    def _wait(self, response: Response) -> None:
        """Wait as long as the response says, or raise Unavailable if the deadline is earlier."""
        rest_s = _retry_after(response)
        left = seconds_left(LONGEST_WAIT_S) or LONGEST_WAIT_S
        if rest_s >= left:
            self._not_before = time.monotonic() + rest_s
            message = f"NextBank asks to be left alone for {rest_s:.0f} s; run again after that."
            raise Unavailable(NAME, message, retry_after=rest_s)
        self.wait(rest_s)

    def _require_rested(self) -> None:
        """Raise Unavailable before the moment that NextBank named."""
        ahead = self._not_before - time.monotonic()
        if ahead > 0:
            message = (
                f"NextBank asks to be left alone for {ahead:.0f} s more; run again after that."
            )
            raise Unavailable(NAME, message, retry_after=ahead)


def _accepted(response: Response, path: str) -> Response:
    if response.status in _WELCOME:
        return response
    if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        message = "see NEXTBANK_CLIENT_ID and NEXTBANK_CLIENT_SECRET, or NEXTBANK_API_KEY"
        raise SourceRefused(f"NextBank refuses us ({response.status}); {message}")
    if response.status in BUSY or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(NAME, f"NextBank answers {response.status}; try again later.")
    raise SourceRefused(f"NextBank answers {response.status} to {path}; see NEXTBANK_BASE_URL")


def _retry_after(response: Response) -> float:
    """Read the requested wait: seconds, or a moment compared with the response's own clock."""
    header = response.headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdigit():
        return min(float(header), LONGEST_REST_S)
    until, now = _moment(header), _moment(response.headers.get("Date", ""))
    if until is None:
        return 1.0
    rest_s = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(rest_s, 0.0), LONGEST_REST_S)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
