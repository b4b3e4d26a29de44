"""One visit to a page, and what a person sees where it is refused.

A refusal that JSON would write as a problem is a page here: the form again with what was typed, the
sign-in, or a page that says what to do.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clientupdater.domain.errors import (
    Conflict,
    Error,
    InvalidCredentials,
    InvalidInput,
    NotFound,
    PasswordChangeRequired,
    PrivilegeExceeded,
    RequestInProgress,
    RuleBroken,
    Unauthenticated,
)
from clientupdater.entrypoints.console.failure import code_of, failure_view, status_of
from clientupdater.entrypoints.console.forms import (
    FormOutdated,
    entered_words,
    form_fields,
    query_words,
)
from clientupdater.entrypoints.console.pages.sign_in import (
    PASSWORD_ADDRESS,
    form_left,
    sign_in_address,
    sign_in_view,
)
from clientupdater.entrypoints.console.rendering import rendered
from clientupdater.entrypoints.console.session import require_own_page
from clientupdater.entrypoints.console.views import Entered
from clientupdater.entrypoints.http import pipeline
from clientupdater.entrypoints.http.contract import Call
from clientupdater.entrypoints.http.identity import identify
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.request_values import ReceivedRequest, readable_path
from clientupdater.entrypoints.structuring import structured_words
from clientupdater.runtime.deadlines import ending_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.app import App
    from clientupdater.entrypoints.console.page import Page
    from clientupdater.entrypoints.console.views import View
    from clientupdater.entrypoints.http.identity import Identity

_CORRECTABLE = (
    InvalidInput,
    RuleBroken,
    Conflict,
    InvalidCredentials,
    PrivilegeExceeded,
    FormOutdated,
)
"""Refusals after which the form is shown again."""
_SWAP = "x-swap"
"""The script sends this header: it takes the next page at once, in place of a redirect to it."""
_WAITS, _WAIT_S = 20, 0.1


def shown(request: Request, view: View, error: Exception | None = None) -> Response:
    """Render a view outside of the pipeline; the request's log line gets the error's code."""
    if error:
        request.scope["log_fields"] = {"code": code_of(error)}
    reply = rendered(request, view)
    return Response(reply.body, reply.status, headers=dict(reply.headers))


@frozen
class Visit:
    """A request for a page; one thread answers it within its deadline."""

    page_at: Callable[[str, str], tuple[Page, Mapping[str, str]]]
    page: Page
    app: App
    received: ReceivedRequest

    @property
    def _request(self) -> Request:
        return self.received.request

    def response(self, identity: Identity | None = None) -> Response:
        with ending_at(self.received.deadline):
            try:
                if self.page.method != "GET":
                    require_own_page(self._request)
                identity = identity or self._identity()
                return self._onwards(self._accepted(identity), identity)
            except PasswordChangeRequired:
                return _redirect(PASSWORD_ADDRESS)
            except (Error, Rejected) as error:
                if isinstance(error, Unauthenticated) and not self.page.public:
                    return self._sign_in_first()
                return self._refused(identity, error)

    def _identity(self) -> Identity:
        return identify(self.page, self.app, self._request)

    def _accepted(self, identity: Identity) -> Response:
        """Take the steps of an endpoint.

        A double click sends a form twice at once. The second waits for the response to the first,
        which is its own as well.
        """
        for _ in range(_WAITS):
            try:
                return pipeline.respond(self.page, self.app, self.received, identity)
            except RequestInProgress:
                time.sleep(_WAIT_S)
        return pipeline.respond(self.page, self.app, self.received, identity)

    # --- after a form was accepted

    def _onwards(self, response: Response, identity: Identity) -> Response:
        """Answer with the page that a redirect leads to, if it is wanted at once."""
        if response.status_code != HTTPStatus.SEE_OTHER:
            return response
        cookie, target = response.headers.get("set-cookie"), response.headers["location"]
        if self.page.public and (left := form_left(self._fields())):
            return self._resumed(left, response)
        if cookie or _SWAP not in self._request.headers:
            return response
        following = self._inner("GET", target).response(identity)
        following.headers["X-Address"] = target
        return following

    def _resumed(self, left: Entered, signed_in: Response) -> Response:
        """After a sign-in, show the form that a person had filled when their session ended."""
        cookie = signed_in.headers["set-cookie"]
        try:
            again = self._inner("POST", left.address, cookie).form_again(left)
        except (Error, Rejected):
            return signed_in  # the form is not for this person
        if again is None:
            return signed_in
        again.headers["Set-Cookie"] = cookie
        return again

    def _inner(self, method: str, address: str, cookie: str | None = None) -> Visit:
        """Make the visit that the browser would make next."""
        path, _, query = address.partition("?")
        page, path_params = self.page_at(method, path)
        scope = {
            **self._request.scope,
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "path_params": path_params,
        }
        if cookie:
            own = (b"cookie", cookie.partition(";")[0].encode())
            scope["headers"] = [h for h in scope["headers"] if h[0] != b"cookie"] + [own]
        return evolve(
            self, page=page, received=ReceivedRequest(Request(scope), b"", self.received.deadline)
        )

    # --- where a request is refused

    def _sign_in_first(self) -> Response:
        """Ask for a sign-in; a form that was sent waits in its page."""
        url = self._request.url
        address = f"{url.path}?{url.query}" if url.query else url.path
        if self.page.method == "GET":
            return _redirect(sign_in_address(address))
        left = Entered(fields=entered_words(self._fields()), address=address)
        return shown(self._request, sign_in_view(None, left), Unauthenticated())

    def _refused(self, identity: Identity | None, error: Error | Rejected) -> Response:
        if identity and isinstance(error, _CORRECTABLE):
            try:
                entered = Entered(fields=entered_words(self._fields()), error=error)
                if again := self.form_again(entered, identity):
                    return again
            except (Error, Rejected) as worse:
                error = worse
        call = self._call(identity) if identity else None
        unsent = self._fields() if self.page.method != "GET" else {}
        return shown(self._request, failure_view(call, error, unsent), error)

    def form_again(self, entered: Entered, identity: Identity | None = None) -> Response | None:
        """Show the form of this page with what was typed, if it has one that can be shown."""
        identity = identity or self._identity()
        if self.page.show_again is None:
            return None
        view = self.page.show_again(self._call(identity), entered)
        if entered.error:
            view = evolve(view, status=status_of(entered.error))
        return shown(self._request, view, entered.error)

    def _call(self, identity: Identity) -> Call:
        return Call(
            app=self.app,
            route=f"{self.page.method} {self.page.path}",
            caller=identity.caller,
            session=identity.session,
            path=self._path(),
            query=self._query(),
        )

    def _path(self) -> Mapping[str, Any]:
        """Read the path; one that names nothing has no parameters to show."""
        try:
            return readable_path(self._request)
        except NotFound:
            return {}

    def _query(self) -> object:
        """Read the query; without its parameters if they are not valid."""
        shape = self.page.query
        if shape is None:
            return None
        try:
            return structured_words(query_words(self.page, self._request), shape)
        except (InvalidInput, Rejected):
            return shape()

    def _fields(self) -> Mapping[str, str]:
        return form_fields(self.received)


def _redirect(address: str) -> Response:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
