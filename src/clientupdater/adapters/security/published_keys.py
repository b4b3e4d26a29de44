"""Fetch the keys that an issuer publishes: a JWKS, within a limit of time and size (U1).

Only public signing keys are used, each with the configured algorithms that fit it. So a token
cannot choose how it is checked.
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
    """A key of the issuer, and the algorithms it may be used with."""

    key: Any
    algorithms: Sequence[str]


@frozen
class PublishedKeys:
    """Fetches the keys on each call."""

    url: str
    algorithms: Sequence[str]
    timeout_s: float = 3.0

    def __call__(self) -> Mapping[str, SigningKey]:
        """Return the keys by their ids. Raises Unavailable if no usable key arrives in time."""
        try:
            keys = dict(_usable(json.loads(self._document()), self.algorithms))
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise Unavailable(ISSUER) from error
        if not keys:
            raise Unavailable(
                ISSUER, "The identity provider publishes no usable key; see OIDC_ALGORITHMS."
            )
        return keys

    def _document(self) -> bytes:
        headers = {"Accept": "application/json", **outgoing_headers()}
        request = Request(self.url, headers=headers)  # noqa: S310 - see _opener
        until = time.monotonic() + self.timeout_s
        with _opener().open(request, timeout=self.timeout_s) as response:
            return _read(response, until)


def _opener() -> OpenerDirector:
    """Make an opener for HTTP alone: no files, and no redirects."""
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


def _read(response: HTTPResponse, until: float) -> bytes:
    """Read to the end; a socket's timeout begins again with each byte, this one does not."""
    read = bytearray()
    while piece := response.read1(16 * 1024):
        read += piece
        if len(read) > LARGEST_ANSWER or time.monotonic() > until:
            raise TimeoutError
    return bytes(read)


def _usable(document: Any, algorithms: Sequence[str]) -> list[tuple[str, SigningKey]]:
    entries = document.get("keys") if isinstance(document, dict) else None
    usable = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("kid"), str):
            key = _key(entry, [each for each in algorithms if _fits(entry, each)])
            usable += [(entry["kid"], key)] if key else []
    return usable


def _fits(entry: Mapping[str, Any], algorithm: str) -> bool:
    if entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return False
    if algorithm in _CURVES:
        return (entry.get("kty"), entry.get("crv")) == ("EC", _CURVES[algorithm])
    return entry.get("kty") == "RSA"


def _key(entry: dict[str, Any], algorithms: Sequence[str]) -> SigningKey | None:
    """Make a key; skip one that is invalid, private or too short."""
    if not algorithms or "d" in entry:
        return None
    try:
        key = PyJWK(entry, algorithms[0]).key
    except (PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA_BITS:
        return None
    return SigningKey(key, algorithms)
