"""How a server treats those who ask: how many at once, how long, how much, and whom it believes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from clientupdater.settings import Settings

Network: TypeAlias = "IPv4Network | IPv6Network"


@frozen(kw_only=True)
class Serving:
    """What the environment decides of it."""

    at_once: int = 4
    """How many are worked on: as many as there are connections."""
    admitted: int = 8
    """How many may be inside, those who wait for a thread included."""
    deadline_s: float = 5.0
    largest_body: int = 1024 * 1024
    key_required: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Serving:
        """Take it from what the environment says."""
        threads = settings.database_pool_max
        return cls(
            at_once=threads,
            admitted=settings.max_concurrent_requests or 2 * threads,
            deadline_s=settings.request_deadline_ms / 1000,
            largest_body=settings.max_body_bytes,
            key_required=settings.idempotency_required,
            trusted_proxies=settings.trusted_proxies,
            cors_origins=settings.cors_origins,
        )

    def client_address(self, peer: str | None, forwarded_for: str) -> str | None:
        """Name who asks: the nearest address that is no proxy of ours.

        What a stranger writes into the header stands left of what our proxies added, and is never
        reached.
        """
        found = peer
        for named in reversed([each.strip() for each in forwarded_for.split(",")]):
            if not (found and self._is_proxy(found)):
                break
            found = named if _is_address(named) else None
        return found

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


def networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks, separated by commas."""
    return tuple(ip_network(each.strip()) for each in text.split(","))
