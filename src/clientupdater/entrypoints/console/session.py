"""The session's cookie, and proof that a form comes from a page of ours."""

from __future__ import annotations

import hmac
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clientupdater.domain.errors import Unauthenticated
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.http.problems import Rejected

if TYPE_CHECKING:
    from starlette.requests import Request

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def session_token(request: Request) -> str:
    """Read the session's token from its cookie."""
    if token := request.cookies.get(_cookie_name(request)):
        return token
    raise Unauthenticated


def session_cookie(request: Request, token: str) -> str:
    """Keep a token until the browser closes; an empty one ends that."""
    secure = "" if _is_plain_loopback(request) else "; Secure"
    ended = "" if token else "; Max-Age=0"
    name = _cookie_name(request)
    return f"{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{ended}"


def _cookie_name(request: Request) -> str:
    """`__Host-` keeps other hosts from setting the cookie, and needs HTTPS.

    On this machine, where the demo runs without TLS, browsers would drop such a cookie.
    """
    return "session" if _is_plain_loopback(request) else "__Host-session"


def _is_plain_loopback(request: Request) -> bool:
    return request.url.scheme == "http" and request.url.hostname in _LOOPBACK


# --- forms


def require_own_page(request: Request) -> None:
    """Refuse a form that another site sent; browsers say which, and no page can change that."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_own = site == "same-origin"
    else:
        origin = urlsplit(request.headers.get("origin", ""))
        is_own = bool(origin.netloc) and origin.netloc == request.headers.get("host")
    if not is_own:
        raise Rejected(HTTPStatus.FORBIDDEN, "forbidden", text("form.foreign"))


def form_token(session: str) -> str:
    """Make a token for the forms of a page.

    The session's own token is the key, which no page shows. It is another token on each page, so
    that compressed pages of different lengths give nothing away.
    """
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_signature(session, nonce)}"


def is_form_token(session: str, token: str) -> bool:
    nonce, _, signature = token.partition(".")
    return hmac.compare_digest(signature.encode(), _signature(session, nonce).encode())


def _signature(session: str, nonce: str) -> str:
    return hmac.digest(session.encode(), f"form {nonce}".encode(), "sha256").hex()[:32]
