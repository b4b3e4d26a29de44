"""Words that people type into the console, and the texts that they read."""

from __future__ import annotations

import ast
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import Attribute, fields

import clientupdater.entrypoints.console as console_package
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.events import Channel, EventKind, ExemptCause
from clientupdater.domain.worklist import Cause
from clientupdater.entrypoints.console.all_pages import ALL_PAGES
from clientupdater.entrypoints.console.console import ConsoleRoutes
from clientupdater.entrypoints.console.forms import amount_of, day_of
from clientupdater.entrypoints.console.pages.clients import UNNAMED
from clientupdater.entrypoints.console.pages.my_sessions import program_of
from clientupdater.entrypoints.console.rendering import HEADERS
from clientupdater.entrypoints.console.session import form_token, is_form_token
from clientupdater.entrypoints.console.texts import TEXTS
from clientupdater.entrypoints.http.routes.clients import ClientFilters

FOLDER = Path(console_package.__file__).parent
FRIDAY = date(2026, 11, 20)
SCRIPT_LINES = 400


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("+3", date(2026, 11, 23)),
        ("+ 0", FRIDAY),
        ("mon", date(2026, 11, 23)),
        ("Friday", date(2026, 11, 27)),
        ("th", date(2026, 11, 26)),
        ("21", date(2026, 11, 21)),
        ("20", date(2026, 12, 20)),
        ("31", date(2026, 12, 31)),
        (" 2026-12-24 ", date(2026, 12, 24)),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str, day: date) -> None:
    assert day_of(typed, FRIDAY, "/follow_up") == day


@pytest.mark.parametrize(
    "typed", ["t", "s", "soon", "32", "0", "+", "2026-02-30", "20.11.", "+9999"]
)
def test_a_day_that_cannot_be_meant_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(InvalidInput, match=r"/follow_up: write a day as \+3"):
        day_of(typed, FRIDAY, "/follow_up")


@pytest.mark.parametrize("typed", ["1500", "1,500.00", "₱1,500", "₱ 1500.0"])
def test_an_amount_is_read_as_people_write_it(typed: str) -> None:
    assert amount_of(typed, "/promised_amount") == Decimal(1500)


def test_an_amount_that_is_none_is_refused_at_its_field() -> None:
    with pytest.raises(InvalidInput, match="/promised_amount"):
        amount_of("a lot", "/promised_amount")


def test_the_token_of_a_form_is_good_for_its_session_alone() -> None:
    token = form_token("one")
    assert is_form_token("one", token)
    assert not is_form_token("another", token)
    assert form_token("one") != token
    assert not is_form_token("one", "ü")


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit Chrome/136 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        (None, "Unknown program"),
    ],
)
def test_a_session_is_named_by_its_browser_and_system(agent: str | None, program: str) -> None:
    assert program_of(agent) == program


def named_in_templates() -> set[str]:
    """List the texts that templates name, but for those of enums and fields."""
    written = "\n".join(path.read_text("utf-8") for path in (FOLDER / "templates").glob("*.html"))
    return set(re.findall(r'\bt\("([^"]+)"[,)]', written))


def test_every_text_that_a_template_names_is_in_the_catalogue() -> None:
    assert named_in_templates() <= set(TEXTS)


def sentences_of(path: Path) -> set[str]:
    """List the strings of a module that read like a text: two words with a space between them."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    strings = (each for each in ast.walk(tree) if isinstance(each, ast.Constant))
    return {
        each.value
        for each in strings
        if id(each) not in docstrings
        and isinstance(each.value, str)
        and re.search(r"[A-Za-z]{2,},? [a-z]{2,}", each.value)
        and not each.value.startswith("<")
    }


NO_TEXTS = {
    "the console's worklist",  # names of routes, which cursors belong to
    "the console's choice of many",
    "request failed",  # an event of the log
    "notice of the console",  # what a seal is for
    "public, max-age=31536000, immutable",
    HEADERS["Content-Security-Policy"],
    *(page.summary for page in ALL_PAGES),
}


def test_no_module_has_a_text_of_its_own() -> None:
    modules = [path for path in FOLDER.rglob("*.py") if not path.name.endswith("texts.py")]
    assert {text for path in modules for text in sentences_of(path)} - NO_TEXTS == set()


def test_no_template_has_a_text_of_its_own() -> None:
    keys = {"Enter", "Backspace"}
    for path in (FOLDER / "templates").glob("*.html"):
        written = re.sub(r"\{[%#{].*?[%#}]\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        shown = re.sub(r"<[^>]*>| [a-z-]+=\"[^\"]*\"", " ", written)
        assert set(re.findall(r"[A-Za-z]{3,}", shown)) <= keys, path.name


def test_every_word_of_the_business_has_a_text() -> None:
    names = {
        *(f"chip.{each}" for each in Cause),
        *(f"channel.{each}" for each in Channel),
        *(f"exempt.{each}" for each in ExemptCause),
        *(f"event.{each}" for each in EventKind if each is not EventKind.RECORDED),
    }
    assert names <= set(TEXTS)


def test_every_text_of_the_catalogue_is_used() -> None:
    written = "\n".join(
        path.read_text("utf-8")
        for path in FOLDER.rglob("*")
        if path.suffix in {".html", ".py"} and path.name != "texts.py"
    )
    parts = {name.partition(".")[0] for name in TEXTS if f'"{name}"' not in written}
    assert parts <= {
        "password",
        "chip",
        "exempt",
        "field",
        "contacts",
        "channel",
        "event",
        "sessions",
    }


def test_every_page_has_an_address_of_its_own_below_the_console() -> None:
    addresses = [(page.method, page.address) for page in ALL_PAGES]
    assert len(addresses) == len(set(addresses))
    assert {address.split("/")[1] for _, address in addresses} == {"console"}
    assert ConsoleRoutes().page_at("GET", "/console")[0].path == ""


def test_in_the_dark_only_colours_are_others() -> None:
    written = (FOLDER / "static" / "console.css").read_text("utf-8")
    media = r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}"
    dark = re.findall(media, written, re.DOTALL)
    assert len(dark) == written.count("prefers-color-scheme") == 1
    names = {line.split(":")[0].strip() for line in dark[0].split(";") if line.strip()}
    assert all(name.startswith("--") for name in names)


def test_the_script_stays_short() -> None:
    assert len((FOLDER / "static" / "console.js").read_text("utf-8").splitlines()) < SCRIPT_LINES


def test_no_template_has_an_inline_style_or_script() -> None:
    for path in (FOLDER / "templates").glob("*.html"):
        written = path.read_text("utf-8")
        assert not re.search(
            r"\sstyle=|\son[a-z]+=|<style|<script(?! type=\"module\" src=)", written
        )


@pytest.mark.parametrize("each", fields(ClientFilters), ids=lambda each: each.name)
def test_each_filter_of_clients_has_a_text_that_the_list_shows(each: Attribute[object]) -> None:
    of_boolean = {f"filter.{each.name}.yes", f"filter.{each.name}.no"}
    is_named = f"filter.{each.name}" in TEXTS or of_boolean <= TEXTS.keys()
    assert is_named or each.name in UNNAMED
