"""The page that says what went wrong and what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import View
from clientupdater.entrypoints.failures import failure_of
from clientupdater.entrypoints.http.problems import Rejected, message_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.entrypoints.http.contract import Call

_TITLES = {
    HTTPStatus.FORBIDDEN: "failure.forbidden",
    HTTPStatus.NOT_FOUND: "failure.not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "failure.too_many",
    HTTPStatus.SERVICE_UNAVAILABLE: "failure.unavailable",
    HTTPStatus.INTERNAL_SERVER_ERROR: "failure.internal",
}
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""After a while, the same form can be sent again."""


def failure_view(
    call: Call | None, error: Exception, unsent: Mapping[str, str] | None = None
) -> View:
    """Say what went wrong; `unsent` are the fields of a form, to be sent once more."""
    status = status_of(error)
    return View(
        template="failure.html",
        call=call,
        status=status,
        values={
            "title": text(_TITLES.get(HTTPStatus(status), "failure.refused")),
            "message": _message(error, status),
            "unsent": unsent if unsent and status in _PASSING else {},
        },
    )


def status_of(error: Exception) -> int:
    return error.status if isinstance(error, Rejected) else failure_of(error).status


def code_of(error: Exception) -> str:
    return error.code if isinstance(error, Rejected) else failure_of(error).code


def _message(error: Exception, status: int) -> str:
    if isinstance(error, Rejected):
        return error.message
    return message_of(error if isinstance(error, Error) else Error(), status)
