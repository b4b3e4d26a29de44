"""Takes pictures of the console over made-up data: `python -m tests.console.screenshots FOLDER`.

`--small` takes the few that documents show, in few colours; it needs Pillow, which the packages of
the benchmarks have.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tests.support import servers
from tests.support.browsers import Tab, chromium
from tests.support.demo_console import demo_console

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Browser

    from clientupdater.demo_data import MadeUpAccount


@frozen
class Scene:
    """A screen: for whom, and the steps that lead to it."""

    role: str
    steps: Callable[[Tab], None]


def work(tab: Tab) -> None:
    tab.open("/console")


def client(tab: Tab) -> None:
    work(tab)
    tab.page.locator("[data-list] .item").nth(2).click()
    tab.page.locator(".record").wait_for()


def filled(tab: Tab) -> None:
    client(tab)
    tab.press("6", "4", "f")
    tab.page.keyboard.type("+3")
    tab.page.locator("body").click(position={"x": 5, "y": 5})


def refused(tab: Tab) -> None:
    filled(tab)
    tab.page.locator("[name=follow_up]").fill("soon")
    tab.page.locator(".record button.main").click()
    tab.page.locator(".fault").first.wait_for()


def recorded(tab: Tab) -> None:
    client(tab)
    tab.press("3", "f")
    tab.page.keyboard.type("+3")
    tab.press("Enter")
    tab.says("recorded")


def conflict(tab: Tab) -> None:
    client(tab)
    other = Tab.of(tab.page.context, "")
    other.page.goto(tab.page.url)
    other.press("2", "r")
    other.page.keyboard.type("Asked to call again after the pension day")
    other.press("Enter")
    other.says("recorded")
    other.page.close()
    tab.press("3", "r")
    tab.page.keyboard.type("Spoke with the daughter, pays on Friday")
    tab.press("Enter")
    tab.says("Another person was faster")


def keys(tab: Tab) -> None:
    work(tab)
    tab.press("?")


def nothing(tab: Tab) -> None:
    tab.open("/console/clients/nothing")


def search(tab: Tab) -> None:
    work(tab)
    tab.page.locator("[name=q]").fill("re")
    tab.press("Enter")
    tab.wait_for_heading("Clients")


def sessions(tab: Tab) -> None:
    tab.open("/console/sessions")


def password(tab: Tab) -> None:
    tab.open("/console/password")


def team(tab: Tab) -> None:
    tab.open("/console/team")


def team_by_officer(tab: Tab) -> None:
    tab.open("/console/team?by=officer")
    tab.page.evaluate(
        "document.querySelectorAll('main details').forEach((d) => { d.open = true; })"
    )


def behind_a_number(tab: Tab) -> None:
    team(tab)
    tab.page.locator(".rates a").first.click()
    tab.wait_for_heading("Clients")


def sync(tab: Tab) -> None:
    tab.open("/console/sync")


def jobs(tab: Tab) -> None:
    tab.open("/console/jobs")


def health(tab: Tab) -> None:
    tab.open("/console/health")


def exports(tab: Tab) -> None:
    tab.open("/console/clients?company=FCASH&status=DONE")
    tab.page.get_by_role("link", name="Export this list").click()
    tab.page.get_by_role("button", name="Export").click()
    tab.says("The export is asked for")


def many(tab: Tab) -> None:
    tab.open("/console/many?company=FCASH")


def many_previewed(tab: Tab) -> None:
    many(tab)
    tab.page.get_by_label("All of this page").check()
    for officer in tab.page.locator(".picks input").all()[:3]:
        officer.check()
    tab.page.get_by_role("button", name="Preview the assignment").click()
    tab.says("will work")


def person(tab: Tab) -> None:
    tab.open("/console/people")
    tab.page.locator("tbody a").nth(3).click()
    tab.page.locator("#grants").wait_for()


def branches(tab: Tab) -> None:
    tab.open("/console/branches")


def branch(tab: Tab) -> None:
    branches(tab)
    tab.page.locator("tbody a").first.click()
    tab.page.locator("#contacts").wait_for()


def closing(tab: Tab) -> None:
    branches(tab)
    code = tab.page.locator("tbody th small").nth(1).inner_text()
    branch(tab)
    tab.page.locator("[name=into]").fill(code)
    tab.page.get_by_role("button", name="Preview the closing").click()
    tab.says("Nothing has changed yet")


def areas(tab: Tab) -> None:
    tab.open("/console/areas")


def area(tab: Tab) -> None:
    areas(tab)
    tab.page.locator(".list a").first.click()
    tab.page.locator("#branches").wait_for()


def lookups(tab: Tab) -> None:
    tab.open("/console/lookups?table=status_reasons")
    tab.page.get_by_text("Add an entry").click()


def new_user(tab: Tab) -> None:
    tab.open("/console/people/new")


def settings(tab: Tab) -> None:
    tab.open("/console/settings")


def audits(tab: Tab) -> None:
    tab.open("/console/audits")


CALLER = "telemarketer"
SCENES: Mapping[str, Scene] = {
    "work": Scene(CALLER, work),
    "client": Scene(CALLER, client),
    "filled": Scene(CALLER, filled),
    "refused": Scene(CALLER, refused),
    "recorded": Scene(CALLER, recorded),
    "conflict": Scene(CALLER, conflict),
    "keys": Scene(CALLER, keys),
    "nothing": Scene(CALLER, nothing),
    "search": Scene(CALLER, search),
    "sessions": Scene(CALLER, sessions),
    "password": Scene(CALLER, password),
    "team": Scene("area manager", team),
    "officers": Scene("branch manager", team_by_officer),
    "clients": Scene("branch manager", behind_a_number),
    "many": Scene("branch manager", many),
    "preview": Scene("branch manager", many_previewed),
    "sync": Scene("administrator", sync),
    "person": Scene("administrator", person),
    "branches": Scene("administrator", branches),
    "branch": Scene("administrator", branch),
    "closing": Scene("administrator", closing),
    "areas": Scene("administrator", areas),
    "area": Scene("administrator", area),
    "lookups": Scene("administrator", lookups),
    "new-user": Scene("administrator", new_user),
    "settings": Scene("administrator", settings),
    "audits": Scene("administrator", audits),
    "jobs": Scene("administrator", jobs),
    "health": Scene("administrator", health),
    "exports": Scene("area manager", exports),
}
SMALL = (("work", 1100, False), ("filled", 1100, False), ("conflict", 1100, True))


def signed_in(browser: Browser, base: str, account: MadeUpAccount, width: int, dark: bool) -> Tab:
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": 720 if width > 600 else 740},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    tab = Tab.of(context, base)
    tab.open("/console")
    tab.page.get_by_label("Email").fill(account.email)
    tab.page.get_by_label("Password").fill(account.password)
    tab.page.get_by_role("button", name="Sign in").click()
    tab.wait_for_heading("My work")
    return tab


def in_few_colours(file: Path) -> None:
    """Make a picture small enough for a repository."""
    from PIL import Image  # noqa: PLC0415 — needed for documents alone

    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(48)
    small.save(file, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(SCENES))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    every = [(n, w, d) for n in asked.only for w in (1280, 360) for d in (False, True)]
    with (
        servers.postgres() as cluster,
        demo_console(cluster, "screenshots", 2500) as (http, accounts),
        chromium() as browser,
    ):
        base = str(http.base_url).rstrip("/")
        for name, width, dark in SMALL if asked.small else every:
            scene = SCENES[name]
            tab = signed_in(browser, base, accounts[scene.role], width, dark)
            scene.steps(tab)
            shade = "dark" if dark else "light"
            file = f"{name}.png" if asked.small else f"{name}-{width}-{shade}.png"
            tab.page.screenshot(path=asked.folder / file, full_page=not asked.small and width < 600)
            if asked.small:
                in_few_colours(asked.folder / file)
            tab.page.context.close()


if __name__ == "__main__":
    main()
