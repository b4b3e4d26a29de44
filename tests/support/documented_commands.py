"""The commands that a page of the documents shows, section by section."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations.md"
_BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def section_of(page: Path, title: str) -> str:
    """Give the text under a heading, up to the next heading of any level."""
    parts = re.split(rf"^#+ {re.escape(title)}$", page.read_text("utf-8"), flags=re.MULTILINE)
    assert len(parts) == 2, f"{page.name} has {len(parts) - 1} sections {title!r}"
    return re.split(r"^#+ ", _without_fenced_hashes(parts[1]), maxsplit=1, flags=re.MULTILINE)[0]


def commands_of(page: Path, title: str) -> list[str]:
    """Give the scripts of a section: each block of the user's, each line of root's."""
    scripts = []
    for language, text in _BLOCK.findall(section_of(page, title)):
        if language == "sh":
            scripts.append(text)
        else:
            scripts += _of_root(text)
    return scripts


def _of_root(text: str) -> list[str]:
    lines = text.splitlines()
    assert all(line.startswith("$ ") for line in lines), text
    return [line.removeprefix("$ ") for line in lines]


def _without_fenced_hashes(text: str) -> str:
    """Mark root's lines with `$`, so that their `#` is no heading."""
    return re.sub(
        r"(?<=^```console\n).*?(?=^```)",
        lambda block: re.sub(r"^# ", "$ ", block[0], flags=re.MULTILINE),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
