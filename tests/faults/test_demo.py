"""The demo comes up, goes down, and leaves nothing behind: not even when it is killed."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from tests.support.commands import COMMAND, environment, heeding_signals, run
from tests.support.http_server import WITHOUT_TLS
from tests.support.servers import folder_of_data, free_port
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


OPS_TOKEN = secrets.token_hex()


class Demo:
    """A demo under way, and its directory."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, port: int) -> None:
        self.process = process
        self.folder = folder
        self.port = port
        self.environment = folder / "demo.env"
        self.note = folder / "demo.json"
        self.state: dict[str, Any] = {}

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.is_ready() or self.process.poll() is not None)
        assert self.process.poll() is None, self.process.communicate()[1]
        self.state = orjson.loads(self.note.read_bytes())

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            url = f"http://127.0.0.1:{self.port}/readyz"
            return httpx.get(url, verify=WITHOUT_TLS).status_code == 200
        return False

    def family(self) -> list[int]:
        """Find every process below it."""
        parents = dict(map(parent_of, filter(str.isdigit, os.listdir("/proc"))))  # noqa: PTH208
        items = [self.process.pid]
        for pid in items:
            items += [child for child, parent in parents.items() if parent == pid]
        return items[1:]


def interrupt(process: subprocess.Popen[str]) -> None:
    """Do what Ctrl-C does: it reaches every process of the terminal's foreground group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


def gone(pids: list[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give one for all demos that come up and go down: only the first has to fill it."""
    with folder_of_data() as opened:
        yield opened / "demo"


@contextmanager
def demo_in(
    folder: Path, *options: str, port: int | None = None, **settings: str
) -> Iterator[Demo]:
    port = port or free_port()
    arguments = ["demo", "--data-dir", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        heeding_signals([*COMMAND, *arguments, "--clients", "20", *options]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**settings),
        start_new_session=True,
    )
    with process:
        demo = Demo(process, folder, port)
        try:
            demo.wait_until_ready()
            yield demo
        finally:
            family = demo.family()
            interrupt(process)
            wait_until(lambda: process.poll() is not None)
            wait_until(lambda: gone(family))


@pytest.fixture(scope="module")
def running() -> Iterator[Demo]:
    """Give one to look at, which no test stops or changes."""
    with folder_of_data() as opened, demo_in(opened / "demo", OPS_TOKEN=OPS_TOKEN) as demo:
        yield demo


def clusters_birth(folder: Path) -> float:
    return (folder / "postgres" / "provisioned").stat().st_mtime


def test_it_comes_up_says_where_and_stops_without_a_trace(folder: Path) -> None:
    with demo_in(folder) as demo:
        assert demo.state["pid"] == demo.process.pid
        assert demo.note.stat().st_mode & 0o077 == 0
        assert httpx.get(f"{demo.state['base_url']}/readyz", timeout=30).status_code == 200
        console = httpx.get(f"{demo.state['base_url']}/console/sign-in", timeout=30)
        assert console.status_code == 200
        family = demo.family()
        assert len(family) > 3
        assert demo.environment.exists()
        interrupt(demo.process)
        out, err = demo.process.communicate(timeout=PATIENCE_S)
        assert demo.process.returncode == 0
        first = next(line for line in out.splitlines() if "http" in line)
        assert first.endswith(f"{demo.state['base_url']}/console")
        assert "the data is kept" in err
        assert gone(family)
        assert not demo.note.exists()
        assert not demo.environment.exists()


def test_the_server_follows_the_settings_of_the_demos_environment(running: Demo) -> None:
    heads = {"Authorization": f"Bearer {OPS_TOKEN}"}
    metrics = httpx.get(f"{running.state['base_url']}/metrics", headers=heads, timeout=30)
    assert metrics.status_code == 200


def test_the_files_for_scripts_are_there_once_the_server_is_ready(running: Demo) -> None:
    assert running.note.exists()
    assert running.environment.stat().st_mode & 0o077 == 0


def test_commands_of_another_terminal_work_on_it(running: Demo) -> None:
    value = running.environment
    command = f"set -a; . {value}; exec {' '.join(COMMAND)} sync run csv --preview --json"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        env=environment(),
        timeout=2 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout)["counts"]["created"] > 0
    command = f"set -a; . {value}; exec {' '.join(COMMAND)} db check"
    checked = subprocess.run(
        ["/bin/sh", "-c", command], env=environment(), timeout=2 * PATIENCE_S, check=False
    )
    assert checked.returncode == 0, "it holds the owner's login, too"


def test_every_listed_account_can_sign_in(running: Demo) -> None:
    api = f"{running.state['base_url']}/api/v1"
    for account in running.state["accounts"]:
        proof = {"email": account["email"], "password": account["password"]}
        signed = httpx.post(f"{api}/sessions", json=proof, timeout=30, verify=WITHOUT_TLS)
        assert signed.status_code == 201, signed.text
        heads = {"Authorization": f"Bearer {signed.json()['token']}"}
        me = httpx.get(f"{api}/me", headers=heads, timeout=30, verify=WITHOUT_TLS).json()
        assert me["user"]["email"] == proof["email"]


def test_a_second_start_keeps_the_data_and_reset_starts_over(folder: Path) -> None:
    with demo_in(folder):
        born = clusters_birth(folder)
    with demo_in(folder):
        assert clusters_birth(folder) == born
    with demo_in(folder, "--reset"):
        assert clusters_birth(folder) > born


def test_a_second_one_on_the_same_data_names_the_first_and_leaves_it_alone(running: Demo) -> None:
    done = run("demo", "--data-dir", str(running.folder), "--port", str(free_port()))
    assert done.returncode == 5
    assert f"Process {running.process.pid} already uses" in done.stderr
    assert running.is_ready()


def test_a_port_in_use_is_reported_in_one_line_and_nothing_is_left(
    running: Demo, tmp_path: Path
) -> None:
    port = running.state["base_url"].rpartition(":")[2]
    done = run("demo", "--data-dir", str(tmp_path / "other"), "--port", port)
    assert done.returncode == 5
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr.splitlines()[-1]


def test_killed_it_leaves_nothing_running_and_the_next_start_works(folder: Path) -> None:
    port = free_port()
    with demo_in(folder, port=port) as demo:
        family = demo.family()
        demo.process.kill()
        wait_until(lambda: gone(family))
        demo.note.unlink()  # what it could not tidy up itself
        with demo_in(folder, port=port) as again:
            assert httpx.get(f"{again.state['base_url']}/readyz", timeout=30).status_code == 200


def test_if_one_of_its_processes_ends_it_says_which_and_stops_the_others(folder: Path) -> None:
    with demo_in(folder) as demo:
        family = demo.family()
        worker = next(pid for pid in family if "worker" in command_line(pid))
        os.kill(worker, signal.SIGKILL)
        _, err = demo.process.communicate(timeout=PATIENCE_S)
        assert demo.process.returncode == 75
        assert "the worker ended by itself" in err
        assert gone(family)


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")


def parent_of(pid: str) -> tuple[int, int]:
    """Tell a process and its parent; one that ends meanwhile has none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return int(pid), 0
    return int(pid), int(stat.rpartition(")")[2].split()[1])
