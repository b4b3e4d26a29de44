"""The cache, the same over every store."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import redis
from attrs import define, evolve, field

from clientupdater.adapters.local.cache import ENTRY_BYTES, LocalCacheStore
from clientupdater.adapters.redis.cache import RedisCacheStore
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience
from clientupdater.adapters.resilience.fallback import FallbackCacheStore
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.domain.errors import NotFound
from clientupdater.ports.cache import EVERYONE, CacheKey, Topic, Uses
from clientupdater.usecases.requests.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.cache import CacheStore

KEY = CacheKey(topic=Topic.FILTER_OPTIONS, name=("2026-11",), scope=EVERYONE, generation=7)
RING = KeyRing.made_up()
PATIENCE = 20


@contextmanager
def redis_at(url: str) -> Iterator[RedisClient]:
    redis_client = RedisClient.to(url, patience=Patience(5, 5))
    try:
        yield redis_client
    finally:
        redis_client.close()


@pytest.fixture(params=["memory", "redis", "falling back"])
def store(request: pytest.FixtureRequest) -> Iterator[CacheStore]:
    """Give one store after the other."""
    if request.param == "memory":
        yield LocalCacheStore()
        return
    with redis_at(request.getfixturevalue("redis_url")) as redis_client:
        shared = RedisCacheStore(redis_client, RING)
        yield shared if request.param == "redis" else FallbackCacheStore(shared, LocalCacheStore())


@pytest.fixture
def cache(store: CacheStore) -> Cache:
    return Cache(store)


@define(eq=False)
class Making:
    """Makes an entry slowly: it begins, and ends when the test lets it."""

    value: bytes = b"made"
    begun: threading.Event = field(factory=threading.Event)
    may_end: threading.Event = field(factory=threading.Event)
    times: int = 0

    def __call__(self) -> bytes:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(PATIENCE)
        return self.value


def never() -> bytes:
    raise AssertionError("it was there already")


# --- keeping


def test_an_entry_is_made_once_and_given_again(cache: Cache) -> None:
    assert cache.get_or_make(KEY, lambda: b"made") == b"made"
    assert cache.get_or_make(KEY, never) == b"made"
    assert cache.uses()[Topic.FILTER_OPTIONS] == Uses(hits=1, misses=1)
    assert cache.uses()[Topic.LOOKUPS] == Uses()


def test_A10_callers_with_different_keys_never_share_an_entry(
    cache: Cache,
) -> None:
    company = uuid4()
    keys = [
        KEY,
        evolve(KEY, topic=Topic.LOOKUPS),
        evolve(KEY, name=("2026-12",)),
        evolve(KEY, name=("2026-11", "")),
        evolve(KEY, company=company),
        evolve(KEY, company=UUID(int=company.int ^ 1)),
        evolve(KEY, scope="another"),
        evolve(KEY, generation=8),
    ]
    for number, key in enumerate(keys):
        cache.get_or_make(key, lambda number=number: b"%d" % number)  # type: ignore[misc]
    assert [cache.get_or_make(key, never) for key in keys] == [b"%d" % n for n in range(len(keys))]


def test_two_generations_never_see_each_others_entries(
    cache: Cache,
) -> None:
    """A caller of the old generation may end after the new entry is kept."""
    slow = Making(b"old")
    with ThreadPoolExecutor(1) as other:
        begun = other.submit(cache.get_or_make, KEY, slow)
        assert slow.begun.wait(PATIENCE)
        newer = evolve(KEY, generation=8)
        assert cache.get_or_make(newer, lambda: b"new") == b"new"
        slow.may_end.set()
        assert begun.result() == b"old"
    assert cache.get_or_make(newer, never) == b"new"


# --- single flight


def test_two_hundred_misses_at_once_make_an_entry_once(cache: Cache) -> None:
    slow = Making()
    with ThreadPoolExecutor(200) as pool:
        first = pool.submit(cache.get_or_make, KEY, slow)
        assert slow.begun.wait(PATIENCE)
        rest = [pool.submit(cache.get_or_make, KEY, slow) for _ in range(199)]
        slow.may_end.set()
        assert {each.result() for each in [first, *rest]} == {b"made"}
    assert slow.times == 1


def test_two_hundred_callers_at_one_moment_make_an_entry_once(cache: Cache) -> None:
    slow, outer_transaction = Making(), threading.Barrier(200)
    slow.may_end.set()

    def come(_: int) -> bytes:
        outer_transaction.wait(PATIENCE)
        return cache.get_or_make(KEY, slow)

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(come, range(200))) == {b"made"}
    assert slow.times == 1


def test_a_failure_reaches_every_waiting_caller_and_is_not_kept(cache: Cache) -> None:
    slow = Making()

    def fail() -> bytes:
        slow()
        raise NotFound("it is not there")

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(cache.get_or_make, KEY, fail)
        assert slow.begun.wait(PATIENCE)
        waiting = threading.Semaphore(0)

        def wait() -> bytes:
            waiting.release()
            return cache.get_or_make(KEY, fail)

        rest = [pool.submit(wait) for _ in range(19)]
        for _ in rest:
            assert waiting.acquire(timeout=PATIENCE)
        slow.may_end.set()
        for each in [first, *rest]:
            with pytest.raises(NotFound, match="it is not there"):
                each.result()
    assert cache.get_or_make(KEY, lambda: b"made") == b"made"


def test_entries_of_two_keys_are_made_at_the_same_time(cache: Cache) -> None:
    slow = Making()
    with ThreadPoolExecutor(1) as other:
        begun = other.submit(cache.get_or_make, KEY, slow)
        assert slow.begun.wait(PATIENCE)
        assert cache.get_or_make(evolve(KEY, scope="another"), lambda: b"quick") == b"quick"
        slow.may_end.set()
        assert begun.result() == b"made"


# --- what one of the stores alone can be asked


def test_in_memory_an_entry_lives_as_long_as_its_topic_says() -> None:
    now = [0.0]
    store = LocalCacheStore(now=lambda: now[0])
    store.put(KEY, b"made")
    now[0] = timedelta(minutes=10).total_seconds() - 0.001
    assert store.get(KEY) == b"made"
    now[0] += 0.001
    assert store.get(KEY) is None


def test_in_memory_the_entry_not_used_for_longest_makes_room() -> None:
    store = LocalCacheStore(most_bytes=3 * (ENTRY_BYTES + 1))
    keys = [evolve(KEY, generation=number) for number in range(4)]
    for key in keys[:3]:
        store.put(key, b"1")
    assert store.get(keys[0]) == b"1"
    store.put(keys[3], b"1")
    assert [store.get(key) for key in keys] == [b"1", None, b"1", b"1"]


def test_in_memory_a_value_larger_than_the_store_evicts_nothing() -> None:
    store = LocalCacheStore(most_bytes=2 * (ENTRY_BYTES + 1))
    store.put(KEY, b"1")
    large = evolve(KEY, generation=8)
    store.put(large, b"2" * 5000)
    assert store.get(KEY) == b"1"
    assert store.get(large) is None


def test_in_memory_replacing_an_entry_takes_no_more_room() -> None:
    store = LocalCacheStore(most_bytes=2 * (ENTRY_BYTES + 1))
    other = evolve(KEY, generation=8)
    store.put(other, b"2")
    for _ in range(10):
        store.put(KEY, b"1")
    assert store.get(other) == b"2"


def test_in_redis_an_entry_expires_by_itself(redis_url: str) -> None:
    with redis_at(redis_url) as redis_client, redis.Redis.from_url(redis_url) as server:
        for topic in Topic:
            store, key = RedisCacheStore(redis_client, RING), evolve(KEY, topic=topic)
            store.put(key, b"made")
        kept = list(server.scan_iter("clientupdater:cache:*"))
        lifetimes = sorted(topic.lifetime.total_seconds() for topic in Topic)
        assert sorted(server.ttl(key) for key in kept) == pytest.approx(lifetimes, abs=60)


def test_C3_in_redis_nothing_of_an_entry_can_be_read(redis_url: str) -> None:
    key = evolve(KEY, name=("of Ana Reyes",), scope="of branch seven")
    with redis_at(redis_url) as redis_client, redis.Redis.from_url(redis_url) as server:
        store = RedisCacheStore(redis_client, RING)
        store.put(key, b"Ana Reyes owes 100")
        result = repr([(each, server.get(each)) for each in server.scan_iter("*")])
    for word in ("Ana", "Reyes", "owes", "branch", "2026"):
        assert word not in result


def test_in_redis_an_entry_copied_to_another_key_does_not_count(redis_url: str) -> None:
    other = evolve(KEY, scope="another")
    with redis_at(redis_url) as redis_client, redis.Redis.from_url(redis_url) as server:
        store = RedisCacheStore(redis_client, RING)
        store.put(KEY, b"mine")
        (mine,) = server.scan_iter("clientupdater:cache:*")
        store.put(other, b"theirs")
        (theirs,) = set(server.scan_iter("clientupdater:cache:*")) - {mine}
        server.copy(mine, theirs, replace=True)
        assert store.get(other) is None
        server.set(mine, b"rubbish")
        assert store.get(KEY) is None


def test_in_redis_an_entry_sealed_with_a_lost_key_is_made_anew(redis_url: str) -> None:
    with redis_at(redis_url) as redis_client:
        before = RedisCacheStore(redis_client, KeyRing.made_up())
        before.put(KEY, b"made")
        assert RedisCacheStore(redis_client, RING).get(KEY) is None


def test_in_redis_no_command_searches_for_keys(redis_url: str) -> None:
    with redis_at(redis_url) as redis_client, redis.Redis.from_url(redis_url) as server:
        server.config_resetstat()
        cache = Cache(RedisCacheStore(redis_client, RING))
        for _ in range(3):
            cache.get_or_make(KEY, lambda: b"made")
        assert set(server.info("commandstats")) & {"cmdstat_keys", "cmdstat_scan"} == set()
