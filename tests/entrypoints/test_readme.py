"""What the README shows works when it is copied."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.entrypoints.commands import call

if TYPE_CHECKING:
    import httpx

    from tests.servers import Database

README_PATH = Path(__file__).parents[2] / "README.md"
README = README_PATH.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Give the README's blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(beginning: str) -> list[str]:
    """Give the commands that the README tells people to type."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith(beginning)]


@pytest.mark.parametrize("block", blocks("python"))
def test_the_library_does_what_the_readme_shows(block: str) -> None:
    names: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - this is what is tested
    assert "change" in names


def test_every_call_over_http_that_the_readme_shows_answers(client: httpx.Client) -> None:
    shown = commands("curl")
    assert len(shown) == 3
    for command in shown:
        path = command.removeprefix("curl -fsS http://127.0.0.1:8000")
        assert client.get(path).status_code == 200, command


def test_every_command_that_the_readme_shows_works_on_an_empty_database(
    empty_database: Database,
) -> None:
    shown = commands("clientupdater")
    assert len(shown) == 6
    urls = {
        "DATABASE_URL": empty_database.app_url,
        "DATABASE_MIGRATION_URL": empty_database.owner_url,
    }
    for command in shown:
        done = call(*command.split()[1:], **urls)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def test_make_knows_every_target_that_the_readme_shows() -> None:
    makefile = (README_PATH.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
