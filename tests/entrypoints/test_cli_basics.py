"""What every command has in common: help, output for scripts, and how faults are reported."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import orjson
import pytest
from psycopg.conninfo import make_conninfo

import clientupdater
from clientupdater.entrypoints.cli.command import cli, main
from clientupdater.entrypoints.cli.session import LazyGroup
from tests.support.commands import a_server_of_version, environment, run
from tests.support.servers import Database, free_port

if TYPE_CHECKING:
    from pathlib import Path


def leaves(path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Find every command that does something."""
    command = command_at(path)
    if not isinstance(command, click.Group):
        return [path]
    names = command.list_commands(click.Context(command))
    return [leaf for name in names for leaf in leaves((*path, name))]


def command_at(path: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        result = command.get_command(click.Context(command), name)
        assert result is not None
        command = result
    return command


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_the_help_of_each_command_says_what_it_does_and_shows_an_example(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"], {}) == 0
    shown = capsys.readouterr().out
    assert f"Example: clientupdater {' '.join(path)}" in shown
    assert command_at(path).help


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_no_command_takes_a_secret_as_an_argument_that_others_see(path: tuple[str, ...]) -> None:
    values = [each for each in command_at(path).params if not isinstance(each.type, click.Path)]
    names = {word for each in values for word in (each.name or "").split("_")}
    assert not names & {"password", "passwords", "secret", "token", "url"}


@pytest.mark.parametrize("name", cli.list_commands(click.Context(cli)))
def test_the_list_of_commands_shows_the_first_line_of_each_help(name: str) -> None:
    assert isinstance(cli, LazyGroup)
    command = command_at((name,))
    assert (command.help or "").splitlines()[0] == cli.lazy[name][1]


SERVER = {"cattrs", "prometheus_client", "starlette", "structlog", "uvicorn"}
HEAVY = SERVER | {
    *("argon2", "asyncio", "cryptography", "httpx", "jwt", "limits", "psycopg", "pybreaker"),
    *("redis", "clientupdater.adapters", "clientupdater.demo_data", "clientupdater.app"),
    "clientupdater.composition",
    "clientupdater.settings",
}


def loaded_by(*calls: list[str], **environ: str) -> set[str]:
    """Run commands in a new process; name the heavy modules that they imported."""
    script = (
        "import os, sys; from clientupdater.entrypoints.cli import main\n"
        f"for each in {calls!r}: main(each, os.environ)\n"
        f"sys.stdout.flush(); print('loaded', *sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=environment(**environ),
    )
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_help_and_wrong_usage_import_no_heavy_module() -> None:
    helped = [[*path, "--help"] for path in leaves()]
    assert loaded_by([], ["users"], ["version"], ["db", "nope"], *helped) == set()


def test_a_database_command_imports_neither_server_nor_demo(
    database: Database,
) -> None:
    loaded = loaded_by(["jobs", "list", "--as", "a@example.com"], DATABASE_URL=database.worker_url)
    assert "clientupdater.composition" in loaded
    assert loaded.isdisjoint({*SERVER, "jwt", "clientupdater.demo_data"})


@pytest.mark.parametrize("path", [(), *((name,) for name in ("clients", "db", "users"))])
def test_a_group_without_a_command_prints_its_help(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"], {}) == 0
    helped = capsys.readouterr().out
    assert main([*path], {}) == 0
    assert capsys.readouterr() == (helped, "")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["users", "list", "--json"], 2, "invalid_request"),
        (["jobs", "show", "--json", "seventeen"], 2, "invalid_request"),
        (["db", "status", "--json"], 78, "misconfigured"),
        (["users", "list", "--json", "--as", "a@example.com"], 78, "misconfigured"),
    ],
)
def test_with_json_an_error_is_a_problem_on_standard_error(
    arguments: list[str], exit_code: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments, {}) == exit_code
    out, err = capsys.readouterr()
    assert out == ""
    value = orjson.loads(err)
    assert value["type"] == f"urn:clientupdater:problem:{code}"
    assert value["error"]["code"] == code
    assert value["exit_code"] == exit_code
    assert value["detail"] == value["error"]["message"]


def test_with_json_every_fault_of_the_configuration_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor", "--json"], {"DATABASE_POOL_MAX": "many", "LOG_LEVEL": "loud"}) == 78
    faults = orjson.loads(capsys.readouterr().err)["error"]["details"]["fields"]
    assert {"DATABASE_POOL_MAX", "LOG_LEVEL"} <= {each["pointer"] for each in faults}


def test_with_json_an_unexpected_fault_is_a_problem_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(command_at(("version",)), "callback", break_down)
    assert main(["version", "--json"], {}) == 70
    value = orjson.loads(capsys.readouterr().err)
    assert value["error"]["code"] == "internal_error"
    assert "ZeroDivisionError: by nought" in value["detail"]


def test_the_version_is_printed_for_people_and_for_scripts() -> None:
    assert run("version").stdout == f"{clientupdater.__version__}\n"
    assert orjson.loads(run("version", "--json").stdout)["version"] == clientupdater.__version__


def test_without_a_database_it_says_so_in_one_line_and_exits_78() -> None:
    done = run("db", "status")
    assert done.returncode == 78
    assert done.stdout == ""
    assert done.stderr.startswith("clientupdater: DATABASE_URL: is not set")
    assert done.stderr.count("\n") == 1


def test_several_faults_of_the_configuration_are_one_line_each() -> None:
    done = run("doctor", DATABASE_POOL_MAX="many", LOG_LEVEL="loud", BUSINESS_TIMEZONE="Nowhere")
    assert done.returncode == 78
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        "DATABASE_POOL_MAX",
        "BUSINESS_TIMEZONE",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize("command", [("db", "status"), ("serve", "--port", "0"), ("worker",)])
def test_a_missing_database_exits_75_with_one_line(command: tuple[str, ...]) -> None:
    done = run(*command, DATABASE_URL=f"postgresql://u:hunter2@127.0.0.1:{free_port()}/d")
    assert done.returncode == 75
    assert done.stderr.count("\n") == 1
    assert "does not answer" in done.stderr
    assert "hunter2" not in done.stderr


def test_a_wrong_password_is_a_matter_of_configuration(database: Database) -> None:
    url = make_conninfo(database.app_url, password="hunter2")  # noqa: S106
    parts = dict(part.split("=") for part in url.split())
    wrong = f"postgresql://{parts['user']}:hunter2@{parts['host']}:{parts['port']}/{database.name}"
    done = run("db", "status", DATABASE_URL=wrong)
    assert done.returncode == 78
    assert done.stderr.count("\n") == 1
    assert "password authentication failed" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("command", [("db", "status"), ("serve", "--port", "0")])
def test_a_postgresql_that_is_too_old_is_named(command: tuple[str, ...]) -> None:
    with a_server_of_version("14.9") as url:
        done = run(*command, DATABASE_URL=url)
    assert done.returncode == 78
    assert "PostgreSQL 14; version 15 or newer is needed" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("db", "nope"),
        ("version", "--nope"),
        ("db", "rollback", "--steps=0"),
        ("demo", "--clients=0"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_help(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--help)" in done.stderr


def test_an_unexpected_fault_is_one_line_and_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nought\nand more")

    monkeypatch.setattr(command_at(("version",)), "callback", break_down)
    assert main(["version"], {}) == 70
    result = capsys.readouterr().err.splitlines()
    assert result[0] == "clientupdater: unexpected fault: ZeroDivisionError: by nought and more"
    assert "--debug" in result[1]


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [(["--debug", "version"], {}), (["version"], {"CLIENTUPDATER_DEBUG": "1"})],
)
def test_the_traceback_is_shown_on_request(
    arguments: list[str],
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(command_at(("version",)), "callback", break_down)
    assert main(arguments, environ) == 70
    assert "Traceback" in capsys.readouterr().err


def test_the_demo_names_a_wrong_setting_before_it_starts_anything(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = run("demo", "--data-dir", str(folder), "--port", str(free_port()), LOG_LEVEL="loud")
    assert done.returncode == 78
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["LOG_LEVEL"]
    assert not folder.exists()
