"""The configuration on the command line, under the same policy as over HTTP."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from attrs import frozen

from clientupdater.domain.settings_values import KNOWN
from clientupdater.entrypoints.http.application import build
from tests.support.builders import MANILA
from tests.support.commands import call
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

    from clientupdater.domain.ids import PersonId
    from tests.support.servers import Database

DAYS = "status.backdating_days"
BOSS, READER = "boss@example.com", "reader@example.com"


@frozen
class Configuring:
    """The boss manages the configuration, and the reader may only read it."""

    staff: Staff
    url: str
    boss: PersonId

    def run(self, *arguments: str, actor: str = BOSS, stdin: str = "") -> CompletedProcess[str]:
        settings = {"DATABASE_URL": self.url, "CLIENTUPDATER_ACTOR": actor}
        return call("config", *arguments, stdin=stdin, **settings)

    def json(self, *arguments: str) -> Any:
        """Run a command that must succeed; give its result."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return orjson.loads(done.stdout)

    def last_change(self) -> str:
        return str(self.staff.one("select id from config_audit_log order by position desc limit 1"))


@pytest.fixture
def config(database: Database) -> Iterator[Configuring]:
    with staffed(database, MANILA) as staff:
        boss = staff.hire("config:read all", "config:manage all", email=BOSS, first_name="Bo")
        staff.hire("config:read all", email=READER)
        yield Configuring(staff, database.worker_url, boss)


def test_a_setting_is_read_stored_deleted_and_undone(config: Configuring) -> None:
    assert config.run("get", DAYS).stdout == "5\n"
    stored = config.json("set", DAYS, "7", "--company", "FCASH", "--public")
    assert (stored["value"], stored["is_public"], stored["version"]) == ("7", True, 1)
    assert config.run("get", DAYS, "--company", "FCASH", actor=READER).stdout == "7\n"
    shown = config.run("list")
    assert [DAYS, "FCASH", "7", "5"] in [line.split() for line in shown.stdout.splitlines()]
    assert {each["key"] for each in config.json("list")["items"]} == KNOWN.keys()
    stale = config.run("set", DAYS, "8", "--company", "FCASH", "--version", "0")
    assert stale.returncode == 5
    undone = config.json("undo", config.last_change())
    assert (undone["action"], undone["record"]) == ("delete", f"{DAYS}:FCASH")
    assert config.run("get", DAYS, "--company", "FCASH").stdout == "5\n"
    assert config.run("unset", DAYS).returncode == 0
    assert config.run("unset", DAYS).returncode == 4
    assert "undone" in config.run("undo", config.last_change()).stderr


@pytest.mark.rule("A7")
def test_A7_a_server_has_a_changed_setting_in_effect_at_its_next_request(
    config: Configuring,
) -> None:
    headers = {"Authorization": f"Bearer {config.staff.session(config.boss)}"}
    with served(build(lambda: nullcontext(config.staff.serving))) as http:

        def shown() -> str:
            value: str = http.get(f"/api/v1/config/settings/{DAYS}", headers=headers).json()[
                "value"
            ]
            return value

        assert shown() == "5"
        for value in ("7", "8"):
            assert config.run("set", DAYS, value).returncode == 0
            assert shown() == value


def test_bad_input_and_missing_rights_have_exit_codes_of_their_own(config: Configuring) -> None:
    unknown = config.run("set", "status.greeting", "1")
    assert unknown.returncode == 2
    assert "worklist.order" in unknown.stderr
    assert config.run("set", DAYS, "29").returncode == 2
    refused = config.run("set", DAYS, "7", actor=READER)
    assert refused.returncode == 3
    assert "config:manage" in refused.stderr
    assert config.run("undo", "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10").returncode == 4
    assert config.staff.one("select count(*) from config_audit_log") == 0


def test_categories_and_options_are_made_changed_and_deleted(config: Configuring) -> None:
    made = config.json("categories", "create", "answers", "Answers", "--sort-order", "2")
    assert (made["code"], made["sort_order"]) == ("answers", 2)
    renamed = config.json("categories", "change", "answers", "--name", "Replies", "--inactive")
    assert (renamed["name"], renamed["is_active"]) == ("Replies", False)
    done = config.run("options", "create", "answers", "yes", "Yes", "--default", "--value", "y")
    yes = done.stdout.strip()
    below = config.json("options", "create", "answers", "later", "Later", "--parent", yes)
    assert below["parent"] == yes
    assert config.run("options", "delete", yes).returncode == 5
    moved = config.json("options", "change", below["id"], "--no-parent", "--label", "Not now")
    assert (moved["parent"], moved["label"]) == (None, "Not now")
    listed = config.json("options", "list", "answers")["items"]
    assert [each["code"] for each in listed] == ["later", "yes"]
    assert "Not now" in config.run("options", "list", "answers").stdout
    assert config.run("options", "delete", yes).returncode == 0
    assert config.run("options", "delete", below["id"]).returncode == 0
    assert "Replies" in config.run("categories", "list").stdout
    assert config.run("categories", "delete", "answers").returncode == 0
    assert config.json("categories", "list") == {"items": []}


def test_an_entry_of_a_lookup_is_made_and_changed(config: Configuring) -> None:
    entry = ("lookups", "create", "status_types", "MESSAGED", "Messaged")
    made = config.json(*entry, "--fact", "sequence=7")
    assert made["facts"] == {"sequence": 7, "company": None}
    changed = config.json("lookups", "change", "status_types", "MESSAGED", "--inactive")
    assert changed["is_active"] is False
    shown = config.run("lookups", "list", "status_types").stdout
    assert ["MESSAGED", "Messaged", "inactive", "7"] in [
        line.split() for line in shown.splitlines()
    ]
    wrong = config.run(*entry, "--fact", "sequence=seven")
    assert wrong.returncode == 2
    assert "/facts/sequence" in wrong.stderr
    assert config.run(*entry, "--fact", "sequence").returncode == 2
    assert config.run("lookups", "change", "status_types", "DONE", "--inactive").returncode == 5


def test_P6_a_change_of_tracking_is_shown_before_it_is_applied(config: Configuring) -> None:
    config.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id, par_status_id)"
        " values ('FC-1', %s, 'Juana Reyes', %s,"
        " (select id from par_statuses where code = 'tele_130'))",
        config.staff.company(),
        config.staff.branch(),
    )
    track = ("lookups", "track", "tele_130", "--not-trackable")
    preview = config.run(*track, "--preview")
    assert ["FCASH", "1", "FC-1"] in [line.split() for line in preview.stdout.splitlines()]
    plan = config.json(*track, "--preview")
    assert plan["companies"] == [{"company": "FCASH", "clients": 1, "examples": ["FC-1"]}]
    assert config.run(*track, stdin="n\n").returncode != 0
    assert config.staff.one("select is_trackable from par_statuses where code = 'tele_130'")
    applied = config.json(*track, "--yes")
    assert applied["entry"]["facts"] == {"is_trackable": False}
    assert call("worker", "--once", DATABASE_URL=config.url).returncode == 0
    state = config.staff.one("select status::text from job_queue where id = %s", applied["job"])
    assert state == "completed"
    assert config.run("undo", config.last_change()).returncode == 5
    back = config.json("lookups", "track", "tele_130", "--trackable", "--preview")["plan_hash"]
    assert config.json("undo", config.last_change(), "--plan", back)["job"]
