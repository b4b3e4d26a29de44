"""The browser that the console is tested in, and what a test sees through it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import define, field
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request

_PROGRAMS = (
    "chromium-headless-shell",  # opens no windows behind its pages: half of the processor's time
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
_PATIENCE_MS = int(os.environ.get("PATIENCE", "60000"))
_WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
ON_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe that colours can break."""
NO_BROWSER = (
    "no Chromium is installed, so the console is not tested; on Debian: apt install chromium"
)


def chromium_program() -> str | None:
    """Find Chromium: CLIENTUPDATER_TEST_CHROMIUM, else one of this machine."""
    named = os.environ.get("CLIENTUPDATER_TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _PROGRAMS)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run it until the tests are over."""
    program = chromium_program()
    assert program, NO_BROWSER
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@define
class Tab:
    """A tab of a browser of its own, and what it asked the server for."""

    page: Page
    requests: list[str] = field(factory=list)
    errors: list[str] = field(factory=list)

    @classmethod
    def of(cls, context: BrowserContext, base: str) -> Tab:
        """Open one; it notes requests to this server, and errors of the page."""
        tab = cls(context.new_page())
        tab.page.set_default_timeout(_PATIENCE_MS)

        def note(request: Request) -> None:
            if request.url.startswith(base):
                tab.requests.append(f"{request.method} {request.url.removeprefix(base)}")

        tab.page.on("request", note)
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        return tab

    def open(self, path: str) -> None:
        self.page.goto(path)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def wait_for_heading(self, text: str) -> None:
        self.page.locator("h1", has_text=text).wait_for()

    def says(self, text: str) -> None:
        """Wait until the page shows a text."""
        self.page.get_by_text(text).first.wait_for()

    def violations(self) -> list[Any]:
        """List what the Content-Security-Policy blocked, and errors of scripts."""
        return [*self.page.evaluate("window.violations ?? []"), *self.errors]

    def axe(self, *rules: str) -> list[str]:
        """List what axe finds, by all of its rules or by some."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
        response = self.page.evaluate("(options) => axe.run(options)", options)
        return [
            f"{each['id']}: {node['html']} {node['failureSummary']}"
            for each in response["violations"]
            for node in each["nodes"]
        ]

    def look(self, width: int, *, dark: bool) -> None:
        """Change the window's width and the system's colours."""
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
        )


def faults(tab: Tab) -> dict[str, object]:
    """Look at a page on a phone and on a desk, light and dark.

    In the dark only colours are others, as a unit test holds; so only the rules on colours count.
    """
    seen: dict[str, object] = {}
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for width in (360, 1280):
        for dark in (False, True):
            tab.look(width, dark=dark)
            rules = ON_COLOURS if dark else ()
            if problems := [*tab.axe(*rules), *["it is wider than the window"] * tab.overflows()]:
                seen[f"{width} {'dark' if dark else 'light'}"] = problems
    if blocked := tab.violations():
        seen["blocked"] = blocked
    return seen


def watched(context: BrowserContext) -> BrowserContext:
    """Note violations of the Content-Security-Policy on each page."""
    context.add_init_script(_WATCH)
    return context
