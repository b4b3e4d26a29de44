"""What the README shows works when it is copied."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
import pytest

from clientupdater.composition import open_app
from clientupdater.demo_data import fill
from clientupdater.entrypoints.http.application import build
from clientupdater.settings import Settings
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.builders import MANILA
from tests.support.commands import call
from tests.support.http_server import served

if TYPE_CHECKING:
    import httpx

    from tests.support.servers import Database

KEY = b64encode(b"k" * 32).decode()
README_PATH = Path(__file__).parents[2] / "README.md"
README = README_PATH.read_text(encoding="utf-8")


def blocks(language: str, section: str = "") -> list[str]:
    """Give the README's blocks of a language, or those of a section."""
    text = re.split(rf"^#+ {section}$", README, maxsplit=1, flags=re.MULTILINE)[-1]
    if section:
        text = re.split(r"^##+ ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(beginning: str, section: str) -> list[str]:
    """Give the commands that a section tells people to type."""
    lines = [line for block in blocks("sh", section) for line in block.splitlines()]
    return [line for line in lines if line.startswith(beginning)]


@pytest.mark.parametrize("block", blocks("python"))
def test_the_library_does_what_the_readme_shows(block: str) -> None:
    names: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - this is what is tested
    assert "change" in names


@pytest.mark.parametrize("block", blocks("python"))
def test_what_the_readme_shows_passes_a_strict_type_check(block: str, tmp_path: Path) -> None:
    shown = tmp_path / "shown.py"
    shown.write_text(block, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(shown)],
        capture_output=True,
        text=True,
        check=False,
        cwd=README_PATH.parent,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


Shell: TypeAlias = dict[str, str]


def typed(command: str, shell: Shell, http: httpx.Client) -> httpx.Response:
    """Do what curl would: the README uses no more of it than this."""
    expanded = Template(command).substitute(shell)
    _, silent, *words = shlex.split(expanded)
    assert silent == "-s"
    method, words = (words[1], words[2:]) if words[0] == "-X" else (None, words)
    url, *options = words
    items = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in items if option == "-H")
    body = next((value for option, value in items if option == "-d"), None)
    path = url.removeprefix("http://127.0.0.1:8000")
    method = method or ("POST" if body else "GET")
    return http.request(method, path, headers=headers, content=body)


def test_a_telemarketer_works_with_the_calls_that_the_readme_shows(database: Database) -> None:
    accounts = fill(database.worker_url, clients=400, now=datetime.now(UTC), zone=MANILA)
    shell = {"API": "http://127.0.0.1:8000/api/v1", "JSON": "Content-Type: application/json"}
    shell |= {f"{each.role.upper()}": each.password for each in accounts}
    shell["PASSWORD"] = shell["TELEMARKETER"]
    sign_in, worklist, record, history, elsewhere = commands("curl", "Try it")
    with served(build(lambda: open_app(Settings(database_url=database.app_url)))) as http:
        http.event_hooks = {}  # every header is one that the README shows
        token = typed(sign_in, shell, http).json()["token"]
        shell |= {"TOKEN": token, "ME": f"Authorization: Bearer {token}"}
        item = typed(worklist, shell, http).json()["items"][0]
        shell["CLIENT"] = item["client"]["client_code"]
        shell |= {name.upper(): str(item["snapshot"][name]) for name in ("period", "version")}
        recorded, again = typed(record, shell, http), typed(record, shell, http)
        assert recorded.status_code == 201, recorded.text
        assert again.content == recorded.content
        events = typed(history, shell, http).json()["items"]
        assert (events[-1]["status"], events[-1]["remarks"]) == ("CALLED", "Comes on Friday")
        shell["ELSEWHERE"] = _outside(database, "telemarketer@demo.example")
        assert typed(elsewhere, shell, http).status_code == 404


def _outside(database: Database, email: str) -> str:
    """Find a client of a branch that this person does not have."""
    with psycopg.connect(database.superuser_url) as connection:
        row = connection.execute(
            "select client_code from clients c where not exists ("
            "select from user_branches b join users u on u.id = b.user_id"
            " where u.email = %s and b.branch_id = c.branch_id) limit 1",
            (email,),
        ).fetchone()
    assert row is not None
    return str(row[0])


def surroundings(database: Database) -> dict[str, str]:
    """Give the settings that the README asks for."""
    return {
        **KEYS,
        "DATABASE_URL": database.app_url,
        "DATABASE_WORKER_URL": database.worker_url,
        "DATABASE_MIGRATION_URL": database.owner_url,
        "ENCRYPTION_KEYS": f"first:{KEY}",
        "BLIND_INDEX_KEY": KEY,
    }


def test_every_command_that_the_readme_shows_works_on_an_empty_database(
    empty_database: Database,
) -> None:
    shown = commands("clientupdater", "Run it")
    assert len(shown) == 7
    settings = surroundings(empty_database)
    for command in shown:
        done = call(*command.split()[1:], **settings)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def test_an_empty_database_comes_to_its_first_worklist_by_what_the_readme_shows(
    empty_database: Database, tmp_path: Path
) -> None:
    section = "From nothing to the first worklist"
    (tmp_path / "clients.csv").write_text(blocks("csv", section)[0], encoding="utf-8")
    actor = commands("export", section)[0].rpartition("=")[2]
    settings = surroundings(empty_database)
    settings |= {"CSV_DROP_DIR": str(tmp_path), "CLIENTUPDATER_ACTOR": actor}
    month = f"{datetime.now(MANILA):%Y-%m}"
    printed = []
    for command in commands("clientupdater", section):
        done = call(*shlex.split(command.replace("$(date +%Y-%m)", month))[1:], **settings)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        printed += [done.stdout.strip()] if "ana@example.com" in command else []
    shell = {"API": "http://127.0.0.1:8000/api/v1", "JSON": "Content-Type: application/json"}
    shell |= {"INITIAL": printed[0], "PASSWORD": "comes-on-Friday-at-nine"}
    sign_in, choose, worklist = commands("curl", section)
    record = commands("curl", "Try it")[2]
    with served(build(lambda: open_app(Settings.from_mapping(settings)))) as http:
        http.event_hooks = {}
        token = typed(sign_in, shell, http).json()["token"]
        shell |= {"TOKEN": token, "ME": f"Authorization: Bearer {token}"}
        assert typed(worklist, shell, http).status_code == 403  # the password comes first (U4)
        assert typed(choose, shell, http).status_code == 204
        (item,) = typed(worklist, shell, http).json()["items"]
        assert (item["client"]["full_name"], item["cause"]) == ("Juan dela Cruz", "not_touched")
        shell["CLIENT"] = item["client"]["client_code"]
        shell |= {name.upper(): str(item["snapshot"][name]) for name in ("period", "version")}
        recorded = typed(record, shell, http)
        assert recorded.status_code == 201, recorded.text
        assert recorded.json()["snapshot"]["status"] == "CALLED"


def test_make_knows_every_target_that_the_readme_shows() -> None:
    makefile = (README_PATH.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
