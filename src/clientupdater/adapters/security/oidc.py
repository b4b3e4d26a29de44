"""Verify bearer tokens of Clerk, or of any other OpenID Connect issuer (U1).

The settings and the issuer's published keys decide how a token is checked. The token itself never
does: it may only name a published key, not bring one. PyJWT checks the signature; this module
checks the claims, against the application's clock.
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
"""How far the clocks of issuer and server may differ."""

_END_OF_TIME = 253_402_300_800
"""The year 10000, where Python's datetime ends."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_EMBEDDED = frozenset({"jwk", "jku", "x5u", "x5c"})
_signatures = PyJWS(options={"enforce_minimum_key_length": True})
_log = logging.getLogger(__name__)


@frozen(kw_only=True)
class OidcTokens:
    """Trusts one issuer, for one audience or for certain authorized parties."""

    issuer: str
    audience: str | None = None
    parties: Collection[str] = ()
    """Values of `azp` that are accepted; empty: any."""
    algorithms: Collection[str]
    keys: KeySet
    clock: Clock

    def verify(self, token: str) -> str:
        """Return the subject of a valid token. Raises Unauthenticated or Unavailable."""
        if len(token) > LARGEST_TOKEN or not _SHAPE.fullmatch(token):
            raise _refused("not of the size and form of a token")
        key = self.keys.find(self._named_key(token))
        if key is None:
            raise _refused("signed with an unknown key")
        claims = _claims(token, key)
        self._check_parties(claims)
        self._check_times(claims)
        return _subject(claims)

    def _named_key(self, token: str) -> str:
        """Return the id of the key from the header, which is not verified yet."""
        try:
            header = _signatures.get_unverified_header(token)
        except PyJWTError as error:
            raise _refused("unreadable") from error
        if header.get("alg") not in self.algorithms:
            raise _refused("signed with another algorithm")
        if _EMBEDDED & header.keys():
            raise _refused("with a key of its own")
        name = header.get("kid")
        if not isinstance(name, str):
            raise _refused("naming no key")
        return name

    def _check_parties(self, claims: dict[str, Any]) -> None:
        if claims.get("iss") != self.issuer:
            raise _refused("of another issuer")
        aud = claims.get("aud")
        if self.audience and self.audience not in (aud if isinstance(aud, list) else [aud]):
            raise _refused("for another audience")
        if self.parties and claims.get("azp") not in list(self.parties):
            raise _refused("for another party")

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
        raise _refused("without claims")
    return claims


def _moment(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"without a time as {name}")
    if not -_END_OF_TIME < value < _END_OF_TIME:  # false for NaN, too
        raise _refused(f"without a time as {name}")
    return value


def _subject(claims: dict[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.isprintable():
        raise _refused("without a subject")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _refused("without a subject")
    return subject


def _refused(because: str) -> Unauthenticated:
    """Log the reason for the operator; the caller gets none, which would help to forge a token."""
    _log.info("a bearer token was refused: %s", because)
    return Unauthenticated()
