"""The limits of the HTTP server, and the addresses and tokens that it trusts."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from clientupdater.settings.readers import Network
    from clientupdater.settings.settings import Settings


@frozen(kw_only=True)
class ServerSettings:
    """The part of the settings that only the HTTP server needs."""

    threads: int = 4
    """How many requests are worked on at once: as many as there are database connections."""
    max_requests: int = 8
    """How many requests may be worked on or wait for a thread; more get a 503."""
    deadline_s: float = 5.0
    max_body_bytes: int = 1024 * 1024
    key_required: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: tuple[str, ...] = ()
    ops_token: str | None = field(default=None, repr=False)
    keep_alive_s: int = 75
    header_timeout_s: float = 10.0
    max_connections: int = 1000
    console: bool = False

    @classmethod
    def of(cls, settings: Settings) -> ServerSettings:
        threads = settings.database_pool_max
        return cls(
            threads=threads,
            max_requests=settings.max_concurrent_requests or 2 * threads,
            deadline_s=settings.request_deadline_ms / 1000,
            max_body_bytes=settings.max_body_bytes,
            key_required=settings.idempotency_required,
            trusted_proxies=settings.trusted_proxies,
            cors_origins=settings.cors_origins,
            ops_token=settings.ops_token,
            keep_alive_s=settings.keep_alive_seconds,
            header_timeout_s=settings.header_timeout_seconds,
            max_connections=settings.max_connections,
            console=settings.console,
        )

    def is_operator(self, authorization: str) -> bool:
        """Whether a request carries OPS_TOKEN; false if that is not set."""
        scheme, _, token = authorization.partition(" ")
        return (
            self.ops_token is not None
            and scheme.lower() == "bearer"
            and hmac.compare_digest(token.strip().encode(), self.ops_token.encode())
        )

    def client_address(self, peer: str | None, forwarded_for: str) -> str | None:
        """Return the nearest address that is not a trusted proxy's.

        Proxies append to X-Forwarded-For, so it is read from the right. What a client wrote into
        it stands left of that and is never reached.
        """
        address = peer
        hops = [each.strip() for each in forwarded_for.split(",") if each.strip()]
        for hop in reversed(hops):
            if not (address and self._is_proxy(address)):
                break
            address = hop if _is_address(hop) else None
        return address

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(
            ip_address(address) in network for network in self.trusted_proxies
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
