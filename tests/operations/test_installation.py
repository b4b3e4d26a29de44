"""docs/operations.md leads from an empty machine to a serving installation."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import httpx
import orjson

from clientupdater import __version__
from tests.operations.conftest import INITIAL
from tests.support.documented_commands import OPERATIONS, section_of

if TYPE_CHECKING:
    from tests.operations.conftest import Serving


def test_the_commands_of_the_page_lead_to_a_first_worklist(serving: Serving) -> None:
    assert INITIAL.fullmatch(serving.printed["The first administrator"].strip())
    assert "Juan dela Cruz" in serving.printed["The first worklist"]
    (item,) = serving.first_worklist
    assert (item["client"]["full_name"], item["cause"]) == ("Juan dela Cruz", "not_touched")
    with serving.http as http:
        assert http.get("/console/sign-in").status_code == 200


def test_the_installed_program_is_whole_and_typed(serving: Serving) -> None:
    assert serving.printed["The program"].strip() == __version__
    (package,) = (serving.machine.home / "current" / "lib").glob(
        "python*/site-packages/clientupdater"
    )
    assert (package / "py.typed").exists()
    assert (package / "sql" / "schema.sql").exists()
    assert "ok  the schema equals what the migrations make" in serving.printed["The database"]


def test_the_checks_of_the_page_say_that_all_is_well(serving: Serving) -> None:
    lines = serving.machine.follow("Check it").splitlines()
    assert [line for line in lines if line.startswith("NOT OK")] == []
    assert '"status":"healthy"' in lines[-1]
    worker = f"http://127.0.0.1:{serving.machine.ports['9465']}/metrics"
    assert "clientupdater_worker_heard_queue_timestamp_seconds" in httpx.get(worker).text


def test_the_page_has_every_check_of_doctor_and_no_other(serving: Serving) -> None:
    report = orjson.loads(serving.machine.command("doctor", "--json", owner=True))
    names = {
        "source NAME" if each["of"] == "source csv" else each["of"] for each in report["checks"]
    }
    shown = re.findall(
        r"^\| `([\w ]+)` \|", section_of(OPERATIONS, "What doctor checks"), re.MULTILINE
    )
    # The first is judged before any check, the others where a source is away or there is a replica.
    assert names | {"configuration", "circuit of NAME", "replica"} == set(shown)


def test_what_the_units_start_is_given_no_login_that_changes_tables(serving: Serving) -> None:
    settings = (serving.machine.home / "settings.env").read_text("utf-8")
    assert "clientupdater_owner" not in settings
    for name in ("settings.env", "owner.env"):
        assert stat.S_IMODE((serving.machine.home / name).stat().st_mode) == 0o600
