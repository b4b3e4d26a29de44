"""An identity provider of the tests' own: it signs tokens and publishes its keys over HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import jwt
from attrs import define, field
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.support.staff_fixture import HandClock

ISSUER = "https://clerk.example.com"


@cache
def rsa_key(name: str, bits: int = 2048) -> RSAPrivateKey:
    """Make a key once: that takes a while."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def published(name: str, key: RSAPrivateKey | EllipticCurvePrivateKey) -> dict[str, Any]:
    """Write a key as a JWKS does: its public part."""
    if isinstance(key, rsa.RSAPrivateKey):
        result = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        result = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**result, "kid": name, "use": "sig"}


@define
class Issuer:
    """What it publishes, how it answers, and how often it was asked."""

    clock: HandClock
    keys: list[dict[str, Any]] = field(factory=list)
    status: int = 200
    delay: float = 0.0
    drip: float = 0.0
    """How long it takes over each byte."""
    goes_on: threading.Event = field(factory=threading.Event)
    """Cleared, it hangs; set again when the test is over."""
    sent: int = 0
    """How many of the bytes that it drips a client took."""
    asked: int = 0
    url: str = ""

    def answer(self) -> bytes:
        self.asked += 1
        self.goes_on.wait()
        time.sleep(self.delay)
        return json.dumps({"keys": self.keys}).encode()

    def claims(self, **other: Any) -> dict[str, Any]:
        """Claim what a good token claims, but for what is given; None leaves it out."""
        now = int(self.clock.now().timestamp())
        good = {
            "iss": ISSUER,
            "sub": "user_ana",
            "aud": "clientupdater",
            "azp": "https://app.example.com",
            "iat": now,
            "nbf": now,
            "exp": now + 60,
        }
        return {name: value for name, value in {**good, **other}.items() if value is not None}

    def token(
        self,
        *,
        key: Any = None,
        kid: str | None = "one",
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Sign a token that is good, but for what is given."""
        named = {"kid": kid} if kid else {}
        return jwt.encode(
            self.claims(**claims),
            key or rsa_key("one"),
            algorithm=algorithm,
            headers={**named, **(headers or {})},
        )


def signed_by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """Make a token that no honest library makes: unsigned, or signed with a public key."""
    text = b".".join(_encoded(json.dumps(each).encode()) for each in (header, claims))
    mac = hmac.digest(secret, text, hashlib.sha256) if secret else b"\0"
    return (text + b"." + _encoded(mac)).decode()


def public_pem(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


@contextmanager
def publishing(clock: HandClock) -> Iterator[Issuer]:
    """Let it answer on a port of its own."""
    issuer = Issuer(clock)
    issuer.goes_on.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = issuer.answer()
            self.send_response(issuer.status)
            if issuer.status == 302:
                self.send_header("Location", f"{issuer.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            pieces = [body[at : at + 1] for at in range(len(body))] if issuer.drip else [body]
            with suppress(OSError):  # whoever asked has gone
                for piece in pieces:
                    self.wfile.write(piece)
                    issuer.sent += len(piece)
                    time.sleep(issuer.drip)

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield issuer
        finally:
            issuer.goes_on.set()
            server.shutdown()
            thread.join()
