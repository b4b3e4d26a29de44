"""Running the command as people do: as a process of its own."""

from __future__ import annotations

import io
import os
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from clientupdater.entrypoints.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-m", "clientupdater.entrypoints.cli"]
_HEED = """
import os, signal, sys
for sign in (signal.SIGINT, signal.SIGTERM):
    signal.signal(sign, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
KEPT = ("PATH", "HOME", "TMPDIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")


def heeding_signals(command: list[str]) -> list[str]:
    """Let a process receive stop signals even if we ignore them, as under nohup."""
    return [sys.executable, "-S", "-c", _HEED, *command]


def environment(**settings: str) -> dict[str, str]:
    """Give a command what it needs of ours, and nothing that happens to be set here."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | settings


def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(**settings),
        timeout=60,
        check=False,
    )


def call(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it within this process: quicker, and as good where no process is what is tested."""
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(stdin)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(arguments, settings)
    finally:
        sys.stdin = before
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@contextmanager
def a_server_of_version(version: str) -> Iterator[str]:
    """Speak just enough of PostgreSQL's protocol to be one of this version; yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_greet_all, args=(listening, version), daemon=True).start()
        yield f"postgresql://u:p@127.0.0.1:{listening.getsockname()[1]}/d?sslmode=disable"


def _greet_all(listening: socket.socket, version: str) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            _greet(connection, version)


def _greet(connection: socket.socket, version: str) -> None:
    size = struct.unpack("!i", connection.recv(4))[0]
    connection.recv(size - 4)
    status = f"server_version\0{version}\0".encode()
    encoding = b"client_encoding\0UTF8\0"
    for kind, body in (
        (b"R", struct.pack("!i", 0)),
        (b"S", status),
        (b"S", encoding),
        (b"Z", b"I"),
    ):
        connection.sendall(kind + struct.pack("!i", len(body) + 4) + body)
    connection.recv(1024)  # until the client leaves
