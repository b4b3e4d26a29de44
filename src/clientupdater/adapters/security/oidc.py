"""Bearer tokens of the configured issuer: Clerk's, or any that speaks OpenID Connect (U1).

How a token is checked is for the configuration and the issuer's published keys to say, never for
the token: it names a key that is known already, and brings none along. PyJWT checks the
signature; what the token claims is checked here, against the clock that all else goes by.
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen
from jwt import PyJWS, PyJWTError

from clientupdater.domain.errors import Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.adapters.security.key_set import KeySet
    from clientupdater.adapters.security.published_keys import SigningKey
    from clientupdater.ports.clock import Clock

LARGEST_TOKEN = 8 * 1024
LONGEST_SUBJECT = 255
LEEWAY_S = 30
"""How far two clocks may differ."""

_END_OF_TIME = 253_402_300_800
"""The year 10000: no clock goes further."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_EMBEDDED = frozenset({"jwk", "jku", "x5u", "x5c"})
_signatures = PyJWS(options={"enforce_minimum_key_length": True})
_log = logging.getLogger(__name__)


@frozen(kw_only=True)
class OidcTokens:
    """Believes one issuer, for one audience or from certain parties."""

    issuer: str
    audience: str | None = None
    parties: Collection[str] = ()
    """Who may have asked for the token (azp); none: whoever did."""
    algorithms: Collection[str]
    keys: KeySet
    clock: Clock

    def verify(self, token: str) -> str:
        """Tell the subject of a token that holds in every respect."""
        if len(token) > LARGEST_TOKEN or not _SHAPE.fullmatch(token):
            raise _refused("not of a token's size and shape")
        key = self.keys.find(self._named_key(token))
        if key is None:
            raise _refused("signed with an unknown key")
        claims = _claims(token, key)
        self._check_parties(claims)
        self._check_times(claims)
        return _subject(claims)

    def _named_key(self, token: str) -> str:
        """Read which key it says it is signed with; nothing in it is believed yet."""
        try:
            header = _signatures.get_unverified_header(token)
        except PyJWTError as error:
            raise _refused("unreadable") from error
        if header.get("alg") not in self.algorithms:
            raise _refused("signed by another algorithm")
        if _EMBEDDED & header.keys():
            raise _refused("bringing its own key")
        name = header.get("kid")
        if not isinstance(name, str):
            raise _refused("naming no key")
        return name

    def _check_parties(self, claims: dict[str, Any]) -> None:
        if claims.get("iss") != self.issuer:
            raise _refused("of another issuer")
        meant = claims.get("aud")
        if self.audience and self.audience not in (meant if isinstance(meant, list) else [meant]):
            raise _refused("meant for others")
        if self.parties and claims.get("azp") not in list(self.parties):
            raise _refused("asked for by others")

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self.clock.now().timestamp()
        if now >= _moment(claims, "exp") + LEEWAY_S:
            raise _refused("expired")
        for begins in ("nbf", "iat"):
            if begins in claims and now < _moment(claims, begins) - LEEWAY_S:
                raise _refused("not valid yet")


def _claims(token: str, key: SigningKey) -> dict[str, Any]:
    try:
        claims = json.loads(_signatures.decode(token, key.key, list(key.algorithms)))
    except (PyJWTError, ValueError, RecursionError) as error:
        raise _refused("not signed by the issuer") from error
    if not isinstance(claims, dict):
        raise _refused("claiming nothing")
    return claims


def _moment(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"without a moment as {name}")
    if not -_END_OF_TIME < value < _END_OF_TIME:  # what is no number at all is not within either
        raise _refused(f"without a moment as {name}")
    return value


def _subject(claims: dict[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.isprintable():
        raise _refused("of nobody")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _refused("of nobody")
    return subject


def _refused(because: str) -> Unauthenticated:
    """Tell the operator why, and the caller nothing that would help to make a better one."""
    _log.info("a bearer token was refused: %s", because)
    return Unauthenticated()
