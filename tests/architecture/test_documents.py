"""Every link of the documents leads to a file, a heading, and the name that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
OUTSIDE = ("http://", "https://", "mailto:")


def links(document: Path) -> list[tuple[str, str]]:
    """List text and target of the links that stay within the repository."""
    found = LINK.findall(document.read_text(encoding="utf-8"))
    return [(text, target) for text, target in found if not target.startswith(OUTSIDE)]


def anchors(document: Path) -> set[str]:
    """Name the headings as GitHub does."""
    titles = HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def defines(path: Path, name: str) -> bool:
    """Whether a module defines a function or class, or an SQL file a statement, of that name."""
    own = re.escape(name.rpartition(".")[2])
    definition = (
        rf"-- name: {own}$" if path.suffix == ".sql" else rf"^ *(async )?(def|class) {own}\b"
    )
    return re.search(definition, path.read_text(encoding="utf-8"), re.MULTILINE) is not None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    broken = []
    for text, target in links(document):
        file, _, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(f"[{text}]({target})")
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_that_a_link_shows_is_defined_in_its_file(document: Path) -> None:
    missing = [
        f"{text} in {target}"
        for text, target in links(document)
        if text.startswith("`")
        and target.endswith((".py", ".sql"))
        and not defines((document.parent / target).resolve(), text.strip("`"))
    ]
    assert missing == []


def test_the_glossary_is_in_alphabetical_order_with_each_word_once() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = [word.lower() for word in re.findall(r"^- \*\*([^*]+)\*\*", text, re.MULTILINE)]
    assert words == sorted(set(words))
