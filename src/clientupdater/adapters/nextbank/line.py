"""The line to NextBank: one request at a time, within limits, its failures in our words.

`httpx` bounds each wait of a request and not the whole of it, so an answer is read piece by piece
against a moment; and it is bounded in size.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
from attrs import define, field

from clientupdater.adapters.nextbank.answers import ACCEPTED, Answer, read_whole
from clientupdater.domain.errors import SourceRefused, Unavailable
from clientupdater.runtime.deadlines import seconds_left
from clientupdater.runtime.trace_context import outgoing_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.adapters.nextbank.credentials import Credentials

NAME = "NextBank"
#: Without a deadline of the run's, no wait that NextBank asks for may be longer than this.
LONGEST_WAIT_S = 60.0
#: So often in a row it may tell us to wait before we leave it alone.
WAITS = 4
#: However long it asks to be left alone: a header that is wrong must not keep us away for ever.
LONGEST_REST_S = 3_600.0
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_WELCOME = frozenset(
    {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)


def access_scope(http: httpx.Client, request: httpx.Request, patience_s: float) -> Answer:
    """Send a request and read its answer, all of it before our patience or the deadline ends."""
    patience = seconds_left(patience_s) or patience_s
    until = time.monotonic() + patience
    request.extensions["timeout"] = httpx.Timeout(patience).as_dict()
    try:
        answer = http.send(request, stream=True)
        try:
            return Answer(answer.status_code, answer.headers, read_whole(answer, until))
        finally:
            answer.close()
    except httpx.TimeoutException as error:
        message = f"did not answer within {patience:.1f} s; try again, or see NEXTBANK_TIMEOUT_MS."
        raise Unavailable(NAME, f"NextBank {message}") from error
    except httpx.RequestError as error:
        message = f"NextBank cannot be reached or broke off ({type(error).__name__}); try again."
        raise Unavailable(NAME, message) from error


@define
class Line:
    """Asks NextBank as ourselves: waits when it says so, and shows a new token when one is refused.

    Only reading goes over it, so everything may be asked again.
    """

    http: httpx.Client
    credentials: Credentials
    patience_s: float
    wait: Callable[[float], None] = time.sleep
    _not_before: float = field(default=0.0, init=False)

    def get(self, path: str, params: Mapping[str, str], **headers: str) -> Answer:
        """Ask; only 200, 304, 404 and 410 come back."""
        self._heed()
        answer = self._asked(path, params, headers)
        for _ in range(WAITS):
            if answer.status not in BUSY:
                break
            self._wait_as_told(answer)
            answer = self._asked(path, params, headers)
        return _judged(answer, path)

    def _asked(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        shown = self.credentials.headers()
        answer = self._sent(path, params, {**headers, **shown})
        if answer.status == HTTPStatus.UNAUTHORIZED and self.credentials.refused(shown):
            answer = self._sent(path, params, {**headers, **self.credentials.headers()})
        return answer

    def _sent(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        heads = {**ACCEPTED, **outgoing_headers(), **headers}
        request = self.http.build_request("GET", path, params=params, headers=heads)
        return access_scope(self.http, request, self.patience_s)

    def _wait_as_told(self, answer: Answer) -> None:
        """Wait, if whoever waits for us still does so then; else say when it may be tried."""
        asked_for = _retry_after(answer)
        left = seconds_left(LONGEST_WAIT_S) or LONGEST_WAIT_S
        if asked_for >= left:
            self._not_before = time.monotonic() + asked_for
            message = f"NextBank asks to be left alone for {asked_for:.0f} s; run again after that."
            raise Unavailable(NAME, message, retry_after=asked_for)
        self.wait(asked_for)

    def _heed(self) -> None:
        """Ask nothing before the moment that NextBank named."""
        ahead = self._not_before - time.monotonic()
        if ahead > 0:
            message = (
                f"NextBank asks to be left alone for {ahead:.0f} s more; run again after that."
            )
            raise Unavailable(NAME, message, retry_after=ahead)


def _judged(answer: Answer, path: str) -> Answer:
    if answer.status in _WELCOME:
        return answer
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        message = "see NEXTBANK_CLIENT_ID and NEXTBANK_CLIENT_SECRET, or NEXTBANK_API_KEY"
        raise SourceRefused(f"NextBank refuses us ({answer.status}); {message}")
    if answer.status in BUSY or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(NAME, f"NextBank answers {answer.status}; try again later.")
    raise SourceRefused(f"NextBank answers {answer.status} to {path}; see NEXTBANK_BASE_URL")


def _retry_after(answer: Answer) -> float:
    """Read for how long to wait: seconds, or a moment held against their own clock."""
    result = answer.headers.get("Retry-After", "").strip()
    if result.isascii() and result.isdigit():
        return min(float(result), LONGEST_REST_S)
    until, now = _moment(result), _moment(answer.headers.get("Date", ""))
    if until is None:
        return 1.0
    asked_for = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(asked_for, 0.0), LONGEST_REST_S)


def _moment(text: str) -> datetime | None:
    try:
        result = parsedate_to_datetime(text)
    except ValueError:
        return None
    return result if result.tzinfo else result.replace(tzinfo=UTC)
