"""The console over a branch of made-up clients, for a person who calls them."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.passwords import hash_password
from clientupdater.adapters.security.vault import Vault
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.browsers import Tab, watched
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from playwright.sync_api import Browser, BrowserContext

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

PASSWORD = "a password of many words"  # noqa: S105
HASHED = hash_password(PASSWORD)
VAULT = Vault(KeyRing({"one": b"k" * 32}), b"i" * 32)
_CALLS = (
    "clients:read",
    "clients:update",
    "reports:read",
    "status:read",
    "status:update",
    "status:history:read",
)
PERIOD = "2026-11"


@frozen
class ConsoleFixture:
    """A branch, a telemarketer of it, and browsers that are open on its console."""

    staff: Staff
    base: str
    http: httpx.Client
    browser: Browser
    branch: BranchId
    ana: PersonId
    _contexts: list[BrowserContext] = field(factory=list)

    def client(self, name: str, **columns: Any) -> str:
        """Put a client into the branch; the next tab sees its row of the month. Give its id."""
        number = self.staff.one("select count(*) from clients") + 1
        columns = {
            "client_code": f"FC-{number:06d}",
            "full_name": name,
            "branch_id": self.branch,
            "contact_number": f"+63917{number:07d}",
            "past_due_amount": 10_000 - number,
            **columns,
        }
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        client = self.staff.one(
            f"insert into clients (company_id, product_id, {names})"
            " values ((select id from companies where code = 'FCASH'),"
            f" (select id from products where code = 'FCASH_SSS'), {marks}) returning id",
            *columns.values(),
        )
        return str(client)

    def colleague(self, *permissions: str, **columns: Any) -> PersonId:
        """Hire one more person for the branch."""
        person = self.staff.hire(*(f"{each} branch" for each in permissions or _CALLS), **columns)
        self.staff.run(
            "insert into user_branches (user_id, branch_id) values (%s, %s)", person, self.branch
        )
        return person

    def context(self, *, width: int = 1280, dark: bool = False, scripts: bool = True) -> Any:
        """Open a browser of its own, with nobody signed in."""
        self.staff.app.periods.open_due()
        context = self.browser.new_context(
            base_url=self.base,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self._contexts.append(watched(context))
        return context

    def tab(self, person: PersonId | None = None, **options: Any) -> Tab:
        """Open a tab for a person who is signed in; Ana, if no other is named."""
        context = self.context(**options)
        self.sign_in(context, person)
        return Tab.of(context, self.base)

    def sign_in(self, context: BrowserContext, person: PersonId | None = None) -> None:
        token = self.staff.session(person or self.ana)
        context.add_cookies([{"name": "session", "value": token, "url": self.base}])

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def events(self, client: str) -> list[tuple[str, str | None, str | None]]:
        """List what people recorded for a client: status, reason, remarks."""
        with self.staff.past_all_rules.connection() as connection:
            rows = connection.execute(
                "select s.code, r.code, e.remarks from status_events e"
                " join client_period_status p on p.id = e.client_period_status_id"
                " join status_types s on s.id = e.status_type_id"
                " left join status_reasons r on r.id = e.reason_id"
                " where p.client_id = %s and e.kind = 'recorded' order by e.event_sequence",
                (client,),
            )
            return [(str(status), reason, remarks) for status, reason, remarks in rows]


@contextmanager
def console_fixture(
    database: Database, browser: Browser, **others: Any
) -> Iterator[ConsoleFixture]:
    """Set it up over a database; `others` are parts of the application's surroundings."""
    with staffed(database, ZoneInfo("Asia/Manila"), VAULT, **others) as staff:
        ana = staff.hire(
            *(f"{each} branch" for each in _CALLS),
            first_name="Ana",
            last_name="Santos",
            email="ana@example.com",
            password_hash=HASHED,
        )
        branch = staff.branch(ana)
        application = build(lambda: nullcontext(staff.serving), ServerSettings(console=True))
        with served(application) as http:
            opened = ConsoleFixture(
                staff, str(http.base_url).rstrip("/"), http, browser, branch, ana
            )
            try:
                yield opened
            finally:
                opened.close()
