"""A company of many begins: an empty database, files of branches and staff, and no SQL."""

from __future__ import annotations

import csv
from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from attrs import frozen

from clientupdater.composition import open_app
from clientupdater.entrypoints.http.application import build
from clientupdater.settings import Settings
from tests.entrypoints.test_readme import blocks
from tests.support.builders import MANILA
from tests.support.commands import call
from tests.support.http_server import served

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.support.servers import Database

KEY = b64encode(b"k" * 32).decode()
BOSS = "boss@example.com"
BRANCHES = "code,name,areas,primary_area\nQC01,Cubao,NCR,NCR\nMN01,Ermita,NCR,\n"
STAFF = (
    "email,first_name,branches,areas,roles,company\n"
    "ana@example.com,Ana,QC01,,telemarketer,FCASH\n"
    "bea@example.com,Bea,MN01,,telemarketer,FCASH\n"
    "mia@example.com,Mia,,NCR,area_manager,\n"
)
CHOSEN = "comes on Friday at nine"


@frozen
class Installation:
    """The commands, on a database that begins empty."""

    settings: dict[str, str]

    def run(self, *arguments: str) -> str:
        done = call(*arguments, CLIENTUPDATER_ACTOR=BOSS, **self.settings)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return orjson.loads(self.run(*arguments, "--json"))


def test_files_of_branches_and_staff_come_to_worklists_without_any_sql(
    empty_database: Database, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    shown = blocks("csv", "From nothing to the first worklist")[0]
    (drop / "clients.csv").write_text(shown, encoding="utf-8")
    for name, text in (("branches", BRANCHES), ("staff", STAFF)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    begun = Installation(
        {
            "DATABASE_URL": empty_database.app_url,
            "DATABASE_WORKER_URL": empty_database.worker_url,
            "DATABASE_MIGRATION_URL": empty_database.owner_url,
            "ENCRYPTION_KEYS": f"first:{KEY}",
            "BLIND_INDEX_KEY": KEY,
            "CSV_DROP_DIR": str(drop),
        }
    )
    begun.run("db", "migrate")
    begun.run("db", "seed")
    begun.run("users", "create", BOSS, "--bootstrap")
    begun.run("areas", "create", "NCR", "Metro")
    passwords = tmp_path / "passwords.csv"
    begun.run("branches", "import", str(tmp_path / "branches.csv"), "--apply")
    staff = ("users", "import", str(tmp_path / "staff.csv"))
    assert [each["verdict"] for each in begun.json(*staff)["results"]] == ["create"] * 3
    begun.run(*staff, "--apply", "--passwords", str(passwords))
    assert [each["verdict"] for each in begun.json(*staff)["results"]] == ["unchanged"] * 3
    assert begun.json("sync", "run", "csv")["counts"]["created"] == 1
    begun.run("periods", "open", f"{datetime.now(MANILA):%Y-%m}")
    with passwords.open(encoding="utf-8", newline="") as file:
        initial = {each["email"]: each["initial_password"] for each in csv.DictReader(file)}
    seen = {email: worklist_of(begun, email, word) for email, word in initial.items()}
    assert seen == {
        "ana@example.com": ["FC-000001"],
        "bea@example.com": [],
        "mia@example.com": ["FC-000001"],
    }


def worklist_of(begun: Installation, email: str, initial: str) -> list[str]:
    """Sign in for the first time, choose a password, and read the worklist."""
    settings = Settings.from_mapping(begun.settings)
    with served(build(lambda: open_app(settings))) as http:
        word = {"email": email, "password": initial}
        token = http.post("/api/v1/sessions", json=word).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        body = {"current_password": initial, "new_password": CHOSEN}
        assert http.put("/api/v1/me/password", json=body).status_code == 204
        items = http.get("/api/v1/worklist").json()["items"]
        return [each["client"]["client_code"] for each in items]
