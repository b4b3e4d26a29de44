"""The keys that an issuer publishes: a JWKS, read over HTTP within a limit of time and size (U1).

Only public keys to check signatures with are taken, each for the configured algorithms that fit
it: that is what keeps a token from choosing how it is checked.
"""

from __future__ import annotations

import json
import time
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from attrs import frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from clientupdater.domain.errors import Unavailable
from clientupdater.runtime.trace_context import outgoing_headers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ISSUER = "the identity provider"
LARGEST_ANSWER = 256 * 1024
SMALLEST_RSA_BITS = 2048
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


@frozen
class SigningKey:
    """One of the issuer's keys, and by which algorithms it may have signed."""

    key: Any
    algorithms: Sequence[str]


@frozen
class PublishedKeys:
    """Fetches them anew each time it is called."""

    url: str
    algorithms: Sequence[str]
    patience: float = 3.0

    def __call__(self) -> Mapping[str, SigningKey]:
        """Fetch them by their ids; raise Unavailable when no usable key comes in time."""
        try:
            keys = dict(_usable(json.loads(self._told()), self.algorithms))
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise Unavailable(ISSUER) from error
        if not keys:
            raise Unavailable(ISSUER, "The identity provider publishes no key that can be used.")
        return keys

    def _told(self) -> bytes:
        heads = {"Accept": "application/json", **outgoing_headers()}
        asked = Request(self.url, headers=heads)  # noqa: S310 - see _opener
        until = time.monotonic() + self.patience
        with _opener().open(asked, timeout=self.patience) as answer:
            return _read(answer, until)


def _opener() -> OpenerDirector:
    """Speak HTTP alone, and follow nobody elsewhere: no files, no redirections."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _read(answer: HTTPResponse, until: float) -> bytes:
    """Read to the end; the limit of a socket begins anew with each byte, this one does not."""
    read = bytearray()
    while piece := answer.read1(16 * 1024):
        read += piece
        if len(read) > LARGEST_ANSWER or time.monotonic() > until:
            raise TimeoutError
    return bytes(read)


def _usable(document: Any, algorithms: Sequence[str]) -> list[tuple[str, SigningKey]]:
    entries = document.get("keys") if isinstance(document, dict) else None
    items = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("kid"), str):
            key = _key(entry, [each for each in algorithms if _fits(entry, each)])
            items += [(entry["kid"], key)] if key else []
    return items


def _fits(entry: Mapping[str, Any], algorithm: str) -> bool:
    if entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return False
    if algorithm in _CURVES:
        return (entry.get("kty"), entry.get("crv")) == ("EC", _CURVES[algorithm])
    return entry.get("kty") == "RSA"


def _key(entry: dict[str, Any], algorithms: Sequence[str]) -> SigningKey | None:
    """Make a key; pass over what is none, is private, or is too short to be trusted."""
    if not algorithms or "d" in entry:
        return None
    try:
        key = PyJWK(entry, algorithms[0]).key
    except (PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS:
        return None
    return SigningKey(key, algorithms)
