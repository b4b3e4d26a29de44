"""What REDIS_URL leads to: one server, Sentinels that know it, or a cluster.

redis-py reads addresses of one server alone. Those of several are of the same form:

    redis+sentinel://user:password@host:26379,host:26379/service/0
    redis+cluster://user:password@host:6379,host:6379

With rediss in place of redis, connections use TLS, those to Sentinels as well.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit, urlunsplit

import redis
from attrs import frozen
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import SSLConnection, parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from clientupdater.ports.health import Health

if TYPE_CHECKING:
    from redis.connection import ConnectionPool

Client: TypeAlias = "redis.Redis | RedisCluster"

_SENTINEL_PORT = 26379
_PORT = 6379
_OF_SENTINELS = ("sentinel_username", "sentinel_password")


@frozen
class Patience:
    """How many seconds to wait for Redis: under 50 ms, even for a host with two addresses."""

    connecting: float = 0.015
    answering: float = 0.020


def open_client(url: str, patience: Patience) -> Client:
    """Make a client; raises ValueError for an address that is none. Only a cluster is called."""
    kind = url.partition("://")[0].partition("+")[2]
    if kind == "cluster":
        return _cluster(url, patience)
    return redis.Redis(
        connection_pool=_sentinels(url, patience) if kind else gated_pool(url, patience)
    )


def check_address(url: str) -> None:
    """Raise ValueError for an address that is none."""
    kind = url.partition("://")[0].partition("+")[2]
    if not kind:
        redis.ConnectionPool.from_url(url)
    elif kind == "sentinel":
        _sentinels(url, Patience())
    else:
        _parsed(url, _PORT)


def close_idle(client: Client) -> None:
    """Close the connections that no thread is using."""
    if isinstance(client, RedisCluster):
        client.disconnect_connection_pools()
    else:
        client.connection_pool.disconnect(inuse_connections=False)


def gated_pool(url: str, patience: Patience) -> ConnectionPool:
    """Make connections that give up quickly, whatever the URL says."""
    options = {**_terse(patience), "retry_on_timeout": False}
    pool = redis.ConnectionPool.from_url(url, **options)
    pool.connection_kwargs.update(options)
    # A pool that refused a connection would look like a lost Redis: threads are the bound.
    pool.max_connections = sys.maxsize
    return pool


def redis_health(url: str, *, patience: float) -> Health:
    try:
        with open_client(url, Patience(patience, patience)) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        message = f"does not answer: {error}"
        return Health("redis", ok=False, found=message, remedy="start Redis, or correct REDIS_URL")
    return Health("redis", ok=True, found="answers")


def _terse(patience: Patience) -> dict[str, Any]:
    """Make one attempt, where ten are usual.

    A connection opens with the commands that the URL needs alone (AUTH, SELECT): each greeting of
    the library would have a time limit of its own.
    """
    return {
        "socket_connect_timeout": patience.connecting,
        "socket_timeout": patience.answering,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
        "protocol": 2,
        "driver_info": None,
    }


def _sentinels(url: str, patience: Patience) -> SentinelConnectionPool:
    """Ask Sentinels for the server with each new connection."""
    places, path, options = _parsed(url, _SENTINEL_PORT)
    service, _, database = path.partition("/")
    if not service:
        raise ValueError(path)
    secrets = {name.removeprefix("sentinel_"): options.pop(name, None) for name in _OF_SENTINELS}
    tls = {name: value for name, value in options.items() if name.startswith("ssl")}
    terse = _terse(patience)
    sentinels = Sentinel(places, sentinel_kwargs={**tls, **secrets, **terse})
    values = {**options, **terse, "max_connections": sys.maxsize}
    return SentinelConnectionPool(service, sentinels, db=int(database or 0), **values)


def _cluster(url: str, patience: Patience) -> RedisCluster:
    places, _, options = _parsed(url, _PORT)
    terse = _terse(patience)
    retry = terse.pop("retry")
    nodes = [ClusterNode(host, port) for host, port in places]
    values = {**options, **terse, "max_connections": sys.maxsize}
    return RedisCluster(startup_nodes=nodes, retry=retry, **values)


def _parsed(url: str, usual: int) -> tuple[list[tuple[str, int]], str, dict[str, Any]]:
    """Give the places of an address of several, its path, and what redis-py reads in the rest."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    places = []
    for each in hosts.split(","):
        place = urlsplit(f"//{each}")
        if not place.hostname:
            raise ValueError(each)
        places.append((place.hostname, place.port or usual))
    scheme = parts.scheme.partition("+")[0]
    options = parse_url(urlunsplit((scheme, f"{login}{at}localhost", "", parts.query, "")))
    del options["host"]
    options.pop("retry_on_timeout", None)
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    return places, unquote(parts.path.strip("/")), options
