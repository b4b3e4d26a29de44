"""Redis as it is run elsewhere: with Sentinel, as a cluster, and behind TLS."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from clientupdater.runtime import child_process
from tests.support.servers import OURS, free_port, redis_process, redis_program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "ours"
_SLOTS = 16_384
_PRIMARIES = 3
_BUS = 10_000
_CLUSTER = ("--cluster-enabled", "yes", "--cluster-node-timeout", "500")


@frozen
class Several:
    """Redis servers that replace each other."""

    url: str
    primary: int
    """The port of one that has a replica."""
    replica: int

    def kill_primary(self) -> None:
        os.kill(server(self.primary).info("server")["process_id"], signal.SIGKILL)


def server(port: int) -> redis.Redis:
    return redis.Redis(port=port, socket_timeout=5)


@contextmanager
def sentinel(*, password: str = "") -> Iterator[Several]:
    """Run a primary, a replica and a Sentinel; the address also names a Sentinel that is away."""
    primary, replica, port = free_port(), free_port(), free_port()
    of_primary = ("--replicaof", "127.0.0.1", str(primary))
    with ExitStack() as stack:
        stack.enter_context(redis_process(primary))
        stack.enter_context(redis_process(replica, *of_primary))
        wait_until(lambda: server(replica).info("replication")["master_link_status"] == "up")
        stack.enter_context(_sentinel(port, primary))
        wait_until(lambda: _knows_replica(port))
        places = f"127.0.0.1:{free_port()},127.0.0.1:{port}"
        yield Several(f"redis+sentinel://{password}{places}/{SERVICE}/0", primary, replica)


def _knows_replica(port: int) -> bool:
    with suppress(redis.RedisError):
        return len(server(port).sentinel_slaves(SERVICE)) == 1
    return False


@contextmanager
def _sentinel(port: int, primary: int) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="clientupdater-sentinel-") as folder:
        settings = Path(folder) / "sentinel.conf"
        settings.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {primary} 1\n"
            f"sentinel down-after-milliseconds {SERVICE} 300\n"
            f"sentinel failover-timeout {SERVICE} 2000\n"
        )
        argv: list[str | Path] = [redis_program(), settings, "--sentinel"]
        command = child_process.command(argv, death_signal=signal.SIGKILL)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                yield
            finally:
                process.kill()


@contextmanager
def cluster() -> Iterator[Several]:
    """Run three primaries with a third of the keys each, and a replica of the first."""
    ports = [_port_with_a_bus() for _ in range(_PRIMARIES + 1)]
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(redis_process(port, *_CLUSTER))
        _join(ports)
        places = ",".join(f"127.0.0.1:{port}" for port in ports[:-1])
        yield Several(f"redis+cluster://{places}", ports[0], ports[-1])


def _port_with_a_bus() -> int:
    """Find a port whose bus, 10,000 above, systems do not deal out by themselves either."""
    while (port := free_port()) + _BUS not in OURS:
        pass
    return port


def _join(ports: list[int]) -> None:
    for n, port in enumerate(ports[:_PRIMARIES]):
        slots = range(n * _SLOTS // _PRIMARIES, (n + 1) * _SLOTS // _PRIMARIES)
        server(port).execute_command("CLUSTER", "ADDSLOTS", *slots)
    for port in ports[1:]:
        server(ports[0]).execute_command("CLUSTER", "MEET", "127.0.0.1", port)
    first = server(ports[0]).execute_command("CLUSTER", "MYID").decode()
    wait_until(lambda: all(_size(port) == len(ports) for port in ports))
    server(ports[-1]).execute_command("CLUSTER", "REPLICATE", first)
    wait_until(lambda: all(_state(port) == "ok" for port in ports))
    wait_until(lambda: server(ports[-1]).info("replication").get("master_link_status") == "up")


def _size(port: int) -> int:
    return int(server(port).execute_command("CLUSTER INFO")["cluster_known_nodes"])


def _state(port: int) -> str:
    return str(server(port).execute_command("CLUSTER INFO")["cluster_state"])


@contextmanager
def behind_tls(password: str) -> Iterator[str]:
    """Run one that is reached through TLS alone; give its address."""
    port, place = free_port(), free_port()
    with (
        redis_process(port, "--requirepass", password),
        tempfile.TemporaryDirectory(prefix="clientupdater-tls-") as folder,
        socket.create_server(("127.0.0.1", place)) as listening,
    ):
        authority = Path(folder) / "authority.pem"
        context = _certified(authority)
        thread = threading.Thread(target=_pass_on, args=(listening, context, port), daemon=True)
        thread.start()
        try:
            yield f"rediss://default:{password}@127.0.0.1:{place}?ssl_ca_certs={authority}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _certified(authority: Path) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, host = datetime.now(UTC), x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    authority.write_bytes(pem)
    both = authority.with_name("server.pem")
    both.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


def _pass_on(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return  # the test ends
        with suppress(OSError):
            try:
                client = context.wrap_socket(plain, server_side=True)
            finally:
                plain.close()
            there = socket.create_connection(("127.0.0.1", port))
            for ends in ((client, there), (there, client)):
                threading.Thread(target=_pump, args=ends, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
