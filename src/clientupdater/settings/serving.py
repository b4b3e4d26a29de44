"""How a server treats requests: how many at once, how long, how large, which proxies it trusts."""

from __future__ import annotations

import hmac
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from clientupdater.settings.readers import Network
    from clientupdater.settings.settings import Settings


@frozen(kw_only=True)
class Serving:
    """The part of the settings that each request needs, in the form that it needs."""

    at_once: int = 4
    """Requests worked on at once: one for each connection of the pool."""
    admitted: int = 8
    """Requests inside at once, those that wait for a thread included."""
    deadline_s: float = 5.0
    largest_body: int = 1024 * 1024
    key_required: bool = True
    keep_answers_for: timedelta = timedelta(hours=24)
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: tuple[str, ...] = ()
    ops_token: str | None = field(default=None, repr=False)
    keep_alive_s: int = 75
    header_timeout_s: float = 10.0
    max_connections: int = 1000

    @classmethod
    def of(cls, settings: Settings) -> Serving:
        threads = settings.database_pool_max
        return cls(
            at_once=threads,
            admitted=settings.max_concurrent_requests or 2 * threads,
            deadline_s=settings.request_deadline_ms / 1000,
            largest_body=settings.max_body_bytes,
            key_required=settings.idempotency_required,
            keep_answers_for=timedelta(hours=settings.idempotency_hours),
            trusted_proxies=settings.trusted_proxies,
            cors_origins=settings.cors_origins,
            ops_token=settings.ops_token,
            keep_alive_s=settings.keep_alive_seconds,
            header_timeout_s=settings.header_timeout_seconds,
            max_connections=settings.max_connections,
        )

    def is_operator(self, authorization: str) -> bool:
        """Whether a request carries OPS_TOKEN; False if it is not set."""
        scheme, _, shown = authorization.partition(" ")
        return (
            self.ops_token is not None
            and scheme.lower() == "bearer"
            and hmac.compare_digest(shown.strip().encode(), self.ops_token.encode())
        )

    def client_address(self, peer: str | None, forwarded_for: str) -> str | None:
        """Return the caller's address: the nearest one that is no trusted proxy.

        Reads the header from the right: a stranger's entries are left of those of our proxies.
        """
        result = peer
        for named in reversed([each.strip() for each in forwarded_for.split(",") if each.strip()]):
            if not (result and self._is_proxy(result)):
                break
            result = named if _is_address(named) else None
        return result

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
