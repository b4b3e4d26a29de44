"""No request fails while Redis is stopped, hangs, is emptied or is cut off."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import redis

from clientupdater.adapters.local.cache import LocalCacheStore
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.redis.cache import RedisCacheStore
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience, open_client
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.resilience.fallback import (
    DurableRateLimits,
    FallbackCacheStore,
    FallbackRateLimits,
)
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.domain.errors import Misconfigured, Unavailable
from clientupdater.domain.rate_limits import Allowance, Tally
from clientupdater.ports.cache import EVERYONE, CacheKey, Topic
from clientupdater.ports.rate_limits import Counting
from clientupdater.usecases.requests.cache import Cache
from tests.support import servers
from tests.support.lost_redis import hanging, running, stopped, url_at
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.redis.connect import Client

HASH = KeyedHash()
RING = KeyRing.made_up()
READ = Allowance("read", 5, timedelta(days=1))
SIGN_IN = Allowance("sign_in", 5, timedelta(days=1), outlives_us=True)
ANA = ("person ana",)
KEY = CacheKey(topic=Topic.FILTER_OPTIONS, scope=EVERYONE, generation=1)


def read_context() -> list[threading.Thread]:
    """List the threads that check for Redis."""
    return [each for each in threading.enumerate() if each.name == "looking for Redis"]


@pytest.fixture
def port() -> int:
    return servers.free_port()


@pytest.fixture
def redis_client(port: int) -> Iterator[RedisClient]:
    """Give a client that checks often, with time limits for a busy machine."""
    redis_client = RedisClient.to(url_at(port), looking_every=0.02, patience=Patience(1, 1))
    yield redis_client
    redis_client.close()
    assert read_context() == []


def asked(redis_client: RedisClient) -> bool:
    """Call Redis; return whether it answered."""
    try:
        redis_client.ask(lambda client: client.get("any"))
    except Unavailable:
        return False
    return True


# --- the client


def test_a_client_that_lost_redis_makes_no_calls(port: int) -> None:
    redis_client = RedisClient.to(url_at(port), looking_every=3600)
    assert not asked(redis_client)
    assert not redis_client.is_open
    with running(port) as server:
        before = server.info("clients")["connected_clients"]
        for _ in range(100):
            assert not asked(redis_client)
        assert server.info("clients")["connected_clients"] == before
    redis_client.close()


def test_a_redis_that_never_answers_counts_as_lost_after_the_first_call(port: int) -> None:
    redis_client = RedisClient.to(url_at(port), looking_every=3600)
    with hanging(port) as came:
        assert not any(asked(redis_client) for _ in range(50))
        wait_until(lambda: len(came) == 1)
    redis_client.close()


def test_a_connection_opens_without_greetings(port: int) -> None:
    redis_client = RedisClient.to(url_at(port), looking_every=3600)
    with hanging(port) as came:
        assert not asked(redis_client)
        wait_until(lambda: len(came) == 1)
    assert came == [b"*2\r\n$3\r\nGET\r\n$3\r\nany\r\n"]
    redis_client.close()


def test_time_limits_in_the_url_are_ignored(port: int) -> None:
    redis_client = RedisClient.to(
        f"{url_at(port)}?socket_timeout=3600&protocol=3", looking_every=3600
    )
    with hanging(port):
        assert not asked(redis_client)
    redis_client.close()


def test_the_client_finds_redis_again_by_itself(redis_client: RedisClient, port: int) -> None:
    assert not asked(redis_client)
    with running(port):
        wait_until(lambda: redis_client.is_open)
        assert asked(redis_client)
    assert not asked(redis_client)
    with running(port):
        wait_until(lambda: redis_client.is_open)
        assert asked(redis_client)


def test_losing_redis_and_finding_it_again_are_logged_once_each(
    redis_client: RedisClient, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    threads = [threading.Thread(target=asked, args=(redis_client,)) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with running(port):
        wait_until(lambda: redis_client.is_open)
        wait_until(lambda: "Redis is back" in caplog.text)
        assert asked(redis_client)
    items = [record.getMessage() for record in caplog.records]
    assert items == [
        "Redis is lost; each process goes on by itself until it is back: ConnectionError",
        "Redis is back",
    ]


def test_threads_that_call_redis_first_at_the_same_time_share_one_client(
    redis_client: RedisClient, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connections of another client would stay open when Redis is lost."""
    slow_begins, slow_goes_on = threading.Event(), threading.Event()
    used: list[Client] = []

    def open_slowly(url: str, patience: Patience) -> Client:
        if threading.current_thread() is slow:
            slow_begins.set()
            slow_goes_on.wait(PATIENCE_S)
        return open_client(url, patience)

    monkeypatch.setattr("clientupdater.adapters.redis.client.open_client", open_slowly)
    slow = threading.Thread(target=redis_client.ask, args=(used.append,))
    with running(port):
        slow.start()
        slow_begins.wait(PATIENCE_S)
        redis_client.ask(used.append)
        slow_goes_on.set()
        slow.join()
    first, second = used
    assert first is second


def test_connections_that_were_idle_when_redis_was_lost_are_not_used_again(
    redis_client: RedisClient, port: int
) -> None:
    """Each may lead to a server that is gone, and would be one more wait."""
    outer_transaction = threading.Barrier(5)

    def lock(client: redis.Redis) -> None:
        pool = client.connection_pool
        with redis.Redis(connection_pool=pool, single_connection_client=True):
            outer_transaction.wait(PATIENCE_S)

    with running(port) as server:
        threads = [threading.Thread(target=redis_client.ask, args=(lock,)) for _ in range(5)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        wait_until(lambda: server.info("clients")["connected_clients"] == 6)
        with stopped(server):
            assert not asked(redis_client)
        wait_until(lambda: redis_client.is_open)
        wait_until(lambda: server.info("clients")["connected_clients"] == 2)


def test_an_impossible_host_name_counts_as_a_lost_redis() -> None:
    redis_client = RedisClient.to("redis://no..name:6379/0", looking_every=0.02)
    assert not asked(redis_client)
    assert not asked(redis_client)
    assert len(read_context()) == 1
    redis_client.close()


def test_an_invalid_redis_url_is_refused_without_showing_its_password() -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL") as caught:
        RedisClient.to("redis://:s3cret@localhost:many/0")
    assert "s3cret" not in str(caught.value)


def test_one_thread_checks_for_redis_until_it_is_back(redis_client: RedisClient, port: int) -> None:
    with hanging(port):
        threads = [threading.Thread(target=asked, args=(redis_client,)) for _ in range(20)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(read_context()) == 1
    with running(port):
        wait_until(lambda: redis_client.is_open)
        wait_until(lambda: read_context() == [])


def test_a_closed_client_stops_checking(port: int) -> None:
    redis_client = RedisClient.to(url_at(port), looking_every=0.02)
    assert not asked(redis_client)
    redis_client.close()
    assert read_context() == []
    assert not asked(redis_client)
    assert read_context() == []


def test_a_redis_that_takes_no_writes_still_counts_as_lost(
    redis_client: RedisClient, port: int
) -> None:
    with running(port) as server:
        server.replicaof("127.0.0.1", str(servers.free_port()))
        with pytest.raises(Unavailable):
            redis_client.ask(lambda client: client.set("any", "thing"))
        seen = server.info("commandstats").get("cmdstat_set", {}).get("rejected_calls", 0)
        wait_until(lambda: server.info("commandstats")["cmdstat_set"]["rejected_calls"] > seen + 3)
        assert not redis_client.is_open
        server.replicaof("NO", "ONE")
        wait_until(lambda: redis_client.is_open)


def test_cut_connections_are_opened_anew(redis_client: RedisClient, port: int) -> None:
    with running(port) as server:
        assert asked(redis_client)
        server.client_kill_filter(_type="normal", skipme=True)
        assert asked(redis_client)
        assert redis_client.is_open


def test_a_connection_cut_during_a_call_loses_redis_until_the_next_check(
    redis_client: RedisClient, port: int
) -> None:
    with running(port) as server:

        def cut_off(client: Client) -> None:
            both = client.pipeline(transaction=False)
            both.client_kill_filter(_type="normal", skipme=False)
            both.get("any")
            both.execute()

        with pytest.raises(Unavailable):
            redis_client.ask(cut_off)
        wait_until(lambda: redis_client.is_open)
        assert asked(redis_client)
        assert server.ping()


# --- limits


@pytest.fixture
def limits(redis_client: RedisClient) -> FallbackRateLimits:
    return FallbackRateLimits(RedisRateLimits(redis_client, HASH), MemoryRateLimits())


def admitted(
    limits: FallbackRateLimits | DurableRateLimits, allowance: Allowance, times: int
) -> int:
    return sum(limits.hit(Tally(allowance, ANA)).allowed for _ in range(times))


def test_limits_hold_in_process_while_redis_is_lost_and_name_the_store_that_counts(
    limits: FallbackRateLimits, redis_client: RedisClient, port: int
) -> None:
    with running(port):
        assert admitted(limits, READ, 3) == 3
        assert limits.counting() is Counting.SHARED
    assert admitted(limits, READ, 9) == 5
    assert limits.counting() is Counting.IN_PROCESS
    with running(port):
        wait_until(lambda: redis_client.is_open)
        assert limits.counting() is Counting.SHARED
        assert admitted(limits, READ, 9) == 5


def test_limits_hold_in_process_while_redis_hangs(limits: FallbackRateLimits, port: int) -> None:
    with hanging(port):
        assert admitted(limits, READ, 9) == 5


def test_an_emptied_redis_counts_anew(limits: FallbackRateLimits, port: int) -> None:
    with running(port) as server:
        assert admitted(limits, READ, 9) == 5
        server.flushall()
        server.script_flush()
        assert admitted(limits, READ, 9) == 5
        assert limits.counting() is Counting.SHARED


def test_U3_losing_or_emptying_redis_lets_no_more_attempts_through(
    limits: FallbackRateLimits, redis_client: RedisClient, port: int
) -> None:
    """Another memory store takes the place of the database here."""
    guarded = DurableRateLimits(limits, MemoryRateLimits())
    with running(port) as server:
        assert admitted(guarded, SIGN_IN, 3) == 3
        server.flushall()
        assert admitted(guarded, SIGN_IN, 1) == 1
    assert admitted(guarded, SIGN_IN, 9) == 1
    with running(port):
        wait_until(lambda: redis_client.is_open)
        assert admitted(guarded, SIGN_IN, 9) == 0
        assert admitted(guarded, READ, 9) == 5


# --- cache


@pytest.fixture
def store(redis_client: RedisClient) -> FallbackCacheStore:
    return FallbackCacheStore(RedisCacheStore(redis_client, RING), LocalCacheStore())


def test_entries_are_kept_in_process_while_redis_is_lost(
    store: FallbackCacheStore, redis_client: RedisClient, port: int
) -> None:
    cache = Cache(store)
    made = iter([b"1", b"2", b"3", b"4"])

    def ask() -> bytes:
        return cache.get_or_make(KEY, lambda: next(made))

    with running(port):
        assert [ask(), ask()] == [b"1", b"1"]
    assert [ask(), ask()] == [b"2", b"2"]
    with running(port):
        wait_until(lambda: redis_client.is_open)
        assert [ask(), ask()] == [b"3", b"3"]
    # An entry of the first loss is older than what the others have read since.
    assert [ask(), ask()] == [b"4", b"4"]


def test_losing_redis_while_an_entry_is_made_loses_no_answer(
    store: FallbackCacheStore, port: int
) -> None:
    cache = Cache(store)
    with running(port) as server:

        def make() -> bytes:
            server.shutdown(nosave=True)
            return b"made"

        assert cache.get_or_make(KEY, make) == b"made"


def test_an_entry_survives_a_redis_that_was_stopped_for_a_while(
    redis_client: RedisClient, port: int
) -> None:
    store = RedisCacheStore(redis_client, RING)
    with running(port) as server:
        store.put(KEY, b"old")
        with stopped(server), pytest.raises(Unavailable):
            store.get(KEY)
        wait_until(lambda: redis_client.is_open)
        assert store.get(KEY) == b"old"
