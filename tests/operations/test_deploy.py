"""What deploy/ has for systemd, containers and CI names commands and settings that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import click
import psycopg
import pytest
import yaml

from clientupdater.adapters.postgres.admin.binaries import find
from clientupdater.adapters.postgres.admin.data_directory import identity_for
from clientupdater.entrypoints.cli.command import cli
from clientupdater.settings.settings import described
from tests.support.documented_commands import ROOT
from tests.support.installation import BareCluster, settings_in
from tests.support.servers import docker_answers, folder_of_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
COMPOSE = DEPLOY / "compose"
PROGRAM = "/srv/clientupdater/current/bin/clientupdater"
EXPOSURE = 20
"""Of a hundred; systemd calls less than 20 safe."""


def name_of(path: Path) -> str:
    return path.name


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    return services


def refuse_unknown(arguments: list[str]) -> None:
    """Raise unless a command takes these arguments."""
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        member = command.get_command(context, arguments[0])
        assert member, arguments
        command, arguments = member, arguments[1:]
    command.make_context("deployed", list(arguments))


@pytest.fixture
def placed_units(tmp_path: Path) -> list[Path]:
    """Copy the units, with a program that is there."""
    for unit in UNITS:
        text = unit.read_text("utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit.name.replace("@", "@9465")).write_text(text, "utf-8")
    return sorted(tmp_path.iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(placed_units: list[Path]) -> None:
    done = _run("systemd-analyze", "verify", "--man=no", *map(str, placed_units))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_calls_the_services_safe(placed_units: list[Path]) -> None:
    services = [str(unit) for unit in placed_units if unit.suffix == ".service"]
    offline = ("--offline=true", f"--threshold={EXPOSURE}", "--no-pager")
    done = _run("systemd-analyze", "security", *offline, *services)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=name_of)
def test_a_service_starts_a_command_of_the_program(unit: Path) -> None:
    (line,) = re.findall(rf"{PROGRAM} ([^'\n]+)", unit.read_text("utf-8"))
    refuse_unknown(shlex.split(line))


def test_only_the_backup_gets_the_login_that_owns_the_tables() -> None:
    owners = [unit.name for unit in SERVICES if "owner.env" in unit.read_text("utf-8")]
    assert owners == ["clientupdater-backup.service"]
    owners = [name for name, each in compose().items() if "owner.env" in each.get("env_file", ())]
    assert owners == ["postgres", "migrate", "seed"]


def test_the_containers_run_commands_of_the_program_with_settings_that_there_are() -> None:
    known = {name.upper() for name, _ in described()}
    ours = {name: each for name, each in compose().items() if each.get("image") == "clientupdater"}
    assert sorted(ours) == ["migrate", "seed", "server", "worker"]
    for name, service in ours.items():
        refuse_unknown(list(service["command"]))
        assert set(service["environment"]) <= known, name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name


def test_the_image_runs_the_install_script_and_no_process_of_root() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    assert "RUN /release/deploy/install.sh /opt/clientupdater" in text
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", text, re.MULTILINE)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for each in source.split():
            assert (ROOT / each).exists(), each


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Write the secrets of a new installation."""
    shutil.copy(COMPOSE / "new-secrets.sh", tmp_path)
    done = _run(str(tmp_path / "new-secrets.sh"))
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_secrets_are_written_once_and_for_their_owner_alone(secrets: Path) -> None:
    files = sorted(secrets.glob("*.env"))
    assert [each.name for each in files] == ["owner.env", "postgres.env", "settings.env"]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    before = (secrets / "settings.env").read_text()
    assert _run(str(secrets / "new-secrets.sh")).returncode == 5
    assert (secrets / "settings.env").read_text() == before


@pytest.fixture
def bare_cluster() -> Iterator[BareCluster]:
    with folder_of_data() as folder:
        cluster = BareCluster(folder / "postgresql", identity_for(find(), folder))
        cluster.create()
        cluster.start()
        yield cluster
        cluster.stop()


def test_the_three_logins_work_after_what_the_container_of_postgresql_runs(
    secrets: Path, bare_cluster: BareCluster
) -> None:
    settings = settings_in(secrets / "settings.env") | settings_in(secrets / "owner.env")
    where = {"PGHOST": str(bare_cluster.folder), "PGPORT": str(bare_cluster.port)}
    path = {"PATH": f"{find().folder}:/usr/bin:/bin"}
    environment = {**settings, **where, **path, "PGUSER": "postgres"}
    for argv in (
        ["psql", "-qd", "postgres", "-f", str(ROOT / "sql" / "roles.sql")],
        [str(COMPOSE / "logins.sh")],
    ):
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_MIGRATION_URL"):
        url = settings[name].replace("postgres:5432", f"127.0.0.1:{bare_cluster.port}")
        with psycopg.connect(url) as connection:
            assert connection.info.dbname == "clientupdater"


def test_the_example_workflow_runs_what_there_is() -> None:
    jobs = yaml.safe_load((DEPLOY / "ci.yml").read_text("utf-8"))["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert ".ci/run" in commands
    for command in commands:
        for path in re.findall(r"(?:deploy|\.ci)/\S+", command):
            assert (ROOT / path).exists(), path


@pytest.mark.skipif(not docker_answers(), reason="no container engine answers")
def test_the_image_is_built_and_serves_nothing_as_root() -> None:
    built = _run("docker", "build", "-qf", str(DEPLOY / "Containerfile"), str(ROOT))
    assert built.returncode == 0, built.stderr
    image = built.stdout.strip()
    for command, expected in ((["version"], "0."), (["doctor"], "DATABASE_URL")):
        run = ["docker", "run", "--rm", "--read-only", "--tmpfs", "/tmp", image]  # noqa: S108
        done = _run(*run, *command)
        assert expected in done.stdout + done.stderr
    done = _run("docker", "run", "--rm", "--entrypoint", "id", image, "-u")
    assert done.stdout.strip() == "10001"


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, check=False)
