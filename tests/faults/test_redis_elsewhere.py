"""Redis with Sentinel, as a cluster and behind TLS does what one server does."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.redis.cache import RedisCacheStore
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience, redis_health
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.domain.errors import Misconfigured, Unavailable
from clientupdater.domain.rate_limits import Allowance, Tally
from clientupdater.ports.cache import EVERYONE, CacheKey, Topic
from tests.support import redis_servers
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


READ = Allowance("read", 5, timedelta(days=1))
MANY = 30
"""So many keys lie on each server of a cluster."""
SEVERAL = {"sentinel": redis_servers.sentinel, "cluster": redis_servers.cluster}


@contextmanager
def client(url: str) -> Iterator[RedisClient]:
    opened = RedisClient.to(url, looking_every=0.02, patience=Patience(1, 1))
    with closing(opened):
        yield opened


def require_shared(one: RedisClient, other: RedisClient) -> None:
    """What one client counts and keeps, the other sees."""
    fingerprint, ring = KeyedHash(), KeyRing.made_up()
    limits = [RedisRateLimits(each, fingerprint) for each in (one, other)]
    stores = [RedisCacheStore(each, ring) for each in (one, other)]
    for number in range(MANY):
        tally = Tally(READ, (f"person {number}",))
        for n in range(READ.amount):
            assert limits[n % 2].hit(tally).allowed
        assert not limits[0].hit(tally).allowed
        key = CacheKey(topic=Topic.FILTER_OPTIONS, scope=EVERYONE, generation=number)
        stores[0].put(key, b"made")
        assert stores[1].get(key) == b"made"


@pytest.mark.parametrize("kind", SEVERAL)
def test_processes_share_counts_and_entries(kind: str) -> None:
    with SEVERAL[kind]() as several, client(several.url) as one, client(several.url) as other:
        require_shared(one, other)
        assert redis_health(several.url, patience=PATIENCE_S).ok


def works(redis_client: RedisClient) -> bool:
    """Whether every key can be written."""
    try:
        for number in range(MANY):
            redis_client.ask(lambda opened, n=number: opened.set(f"key {n}", b""))  # type: ignore[misc]
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("kind", SEVERAL)
def test_after_a_failover_the_client_goes_on_with_the_new_primary(kind: str) -> None:
    with SEVERAL[kind]() as several, client(several.url) as redis_client:
        assert works(redis_client)
        several.kill_primary()
        assert not works(redis_client)
        wait_until(lambda: works(redis_client))
        assert redis_servers.server(several.replica).info("replication")["role"] == "master"
        with client(several.url) as newcomer:
            assert works(newcomer), "the address still names the server that is gone"


def test_a_redis_behind_tls_is_reached_by_the_address_that_its_provider_gives() -> None:
    with (
        redis_servers.behind_tls("a-password") as url,
        client(url) as one,
        client(url) as other,
    ):
        require_shared(one, other)


def test_a_redis_whose_certificate_nobody_signed_is_not_used() -> None:
    with redis_servers.behind_tls("a-password") as url, client(url.partition("?")[0]) as opened:
        assert not works(opened)


@pytest.mark.parametrize("url", ["redis+sentinel://host:26379", "redis+cluster://host:port"])
def test_an_address_of_several_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL: is not the address of a Redis"):
        RedisClient.to(url)
