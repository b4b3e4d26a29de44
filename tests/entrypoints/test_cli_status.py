"""Recording on the command line: one by one, taken back, and a whole CSV from the field."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.support.cli_actors import BOSS, READER, ZONE, cli_actors, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess
    from typing import Any

    from tests.support.cli_actors import CliActors
    from tests.support.servers import Database

HEAD = "client_code,status,reason,remarks,has_payment,occurred_at,next_follow_up_on,channel"


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def field_csv(folder: Path, *lines: str, head: str = HEAD) -> str:
    path = folder / "field.csv"
    path.write_text("\n".join((head, *lines)), encoding="utf-8-sig")
    return str(path)


def at(minute: int = 0) -> str:
    """Say a time of the running month that has been: its very beginning."""
    return f"{running().first_day} 00:{minute:02}"


def verdicts(done: CompletedProcess[str]) -> list[str]:
    return [each["verdict"] for each in orjson.loads(done.stdout)["results"]]


@pytest.mark.rule("S10", "S11")
def test_S10_an_update_without_a_version_uses_the_current_one_and_prints_it(
    actors: CliActors,
) -> None:
    code = actors.client()
    value: Any = actors.json(
        *("status", "set", code, "CALLED", "--remarks", "will pay", "--channel", "call"),
        *("--promised-on", str(datetime.now(ZONE).date()), "--promised-amount", "1500.00"),
        *("--paid", "--follow-up", str(datetime.now(ZONE).date())),
    )
    assert value["event"]["channel"] == "call"
    assert value["snapshot"]["promised_amount"] == "1500.00"
    assert value["snapshot"]["has_payment"]
    again = actors.run("status", "set", code, "VISITED", "--occurred-at", at())
    assert again.returncode == 0, again.stderr
    assert "using version 1" in again.stderr
    assert "VISITED  version 2" in again.stdout
    old = actors.run("status", "set", code, "CALLED", "--version", "1", "--period", str(running()))
    assert old.returncode == 5
    assert "now at version 2" in old.stderr


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("CALLED", "--occurred-at", "yesterday"), 2),
        (("CALLED", "--promised-amount", "5"), 2),
        (("CALLED", "--promised-on", "2026-11-01", "--promised-amount", "much"), 2),
        (("CALLED", "--period", "2026"), 2),
        (("DONE",), 5),
        (("PENDING",), 5),
    ],
)
def test_an_invalid_update_is_refused_and_not_written(
    actors: CliActors, wrong: tuple[str, ...], code: int
) -> None:
    client = actors.client()
    assert actors.run("status", "set", client, *wrong).returncode == code
    assert actors.events() == 0


@pytest.mark.rule("A5", "A6b")
def test_A6b_commands_are_under_the_same_policy_as_http(actors: CliActors) -> None:
    code = actors.client()
    assert actors.run("status", "set", code, "CALLED", actor=READER).returncode == 3
    assert actors.run("status", "set", "FC-999999", "CALLED").returncode == 4
    assert actors.run("status", "history", code, actor=READER).returncode == 3


@pytest.mark.rule("S12", "S13")
def test_S12_S13_a_done_is_reopened_and_an_event_voided(actors: CliActors) -> None:
    code = actors.client()
    actors.json("status", "set", code, "CALLED")
    actors.json("status", "set", code, "DONE", "--reason", "CONFIRMED")
    why = ("--remarks", "wrong client")
    assert actors.run("status", "reopen", code, *why).returncode == 3
    assert actors.run("status", "reopen", code, actor=BOSS).returncode == 5
    assert actors.json("status", "reopen", code, *why, actor=BOSS)["snapshot"]["status"] == "CALLED"
    asked = actors.run("status", "void", code, "1", *why, actor=BOSS, stdin="n\n")
    assert asked.returncode == 1
    voided = actors.json("status", "void", code, "1", *why, "--yes", actor=BOSS)
    assert voided["snapshot"]["status"] == "PENDING"
    items = actors.json("status", "history", code)["items"]
    assert [each["kind"] for each in items] == [
        *("opened", "recorded", "recorded", "reopened", "voided")
    ]
    assert items[1]["voided_by"] == 4
    shown = actors.run("status", "history", code, "--period", str(running())).stdout
    assert "recorded (voided by 4)" in shown
    assert "Ana" in shown


def test_S13_the_own_last_update_is_undone_without_remarks(actors: CliActors) -> None:
    code = actors.client()
    actors.json("status", "set", code, "CALLED")
    assert actors.run("status", "undo", code, actor=READER).returncode == 3
    undone = actors.run("status", "undo", code)
    assert undone.returncode == 0, undone.stderr
    assert "PENDING  version 2" in undone.stdout
    assert actors.run("status", "undo", code).returncode == 3


# --- a CSV from the field


def test_a_file_is_previewed_recorded_and_never_recorded_twice(
    actors: CliActors, tmp_path: Path
) -> None:
    one, two = actors.client(), actors.client()
    file = field_csv(
        tmp_path,
        f"{one},CALLED,,=1+1,no,{at(1)},,call",
        f"{one},DONE,CONFIRMED,,yes,{at(2)},,visit",
        f'{two},VISITED,,"Ñiño, ""said"" no",,{at(3)},{running().last_day},visit',
    )
    preview = actors.run("status", "import", file, "--preview", "--json")
    assert preview.returncode == 0, preview.stderr
    assert verdicts(preview) == ["to_record"] * 3
    assert actors.events() == 0
    assert actors.run("status", "import", file, stdin="n\n").returncode == 1
    assert actors.events() == 0
    done = actors.run("status", "import", file, stdin="y\n")
    assert done.returncode == 0, done.stderr
    assert "3 recorded" in done.stderr
    assert "Record 3 updates?" in done.stderr
    assert actors.events() == 3
    again = actors.run("status", "import", file, "--json")
    assert verdicts(again) == ["already_recorded"] * 3
    assert actors.events() == 3
    history = actors.json("status", "history", one)["items"]
    assert [each["remarks"] for each in history] == [None, "=1+1", None]
    assert actors.json("status", "history", two)["items"][1]["remarks"] == 'Ñiño, "said" no'


def test_a_voided_update_can_be_imported_again(actors: CliActors, tmp_path: Path) -> None:
    code = actors.client()
    file = field_csv(tmp_path, f"{code},CALLED,,,,{at()},,")
    assert actors.run("status", "import", file, "--yes").returncode == 0
    actors.json("status", "void", code, "1", "--remarks", "not so", "--yes", actor=BOSS)
    assert verdicts(actors.run("status", "import", file, "--yes", "--json")) == ["recorded"]


def test_if_one_line_is_refused_none_is_recorded(actors: CliActors, tmp_path: Path) -> None:
    code, head = actors.client(), f"{HEAD},period,version"
    file = field_csv(
        tmp_path,
        f"{code},CALLED,,,,{at(1)},,,{running()},",
        f"FC-999999,CALLED,,,,{at(1)},,,,",
        f"{code},DONE,,,,{at(2)},,,,",
        f"{code},CALLED,,,,{at(3)},,,,7",
        f"{code},CALLED,,,,{at(1)},,,,",
        head=head,
    )
    result = actors.run("status", "import", file, "--json")
    assert result.returncode == 5
    results = orjson.loads(result.stdout)["results"]
    assert [each["code"] for each in results] == [
        *(None, "not_found", "reason_required", "version_conflict", "already_exists")
    ]
    assert verdicts(result) == ["not_recorded", *["refused"] * 4]
    assert actors.events() == 0
    assert actors.run("status", "import", file, "--preview").returncode == 1


@pytest.mark.rule("S10")
def test_S10_an_update_while_the_import_waits_for_confirmation_is_not_overwritten(
    actors: CliActors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = actors.client(), actors.client()
    file = field_csv(tmp_path, f"{one},CALLED,,,,{at()},,", f"{two},CALLED,,,,{at()},,")

    def meanwhile(*_: object, **__: object) -> bool:
        actors.json("status", "set", two, "VISITED")
        return True

    monkeypatch.setattr("click.confirm", meanwhile)
    result = actors.run("status", "import", file, "--json")
    assert result.returncode == 5
    assert verdicts(result) == ["not_recorded", "refused"]
    assert orjson.loads(result.stdout)["results"][1]["code"] == "version_conflict"
    assert actors.events() == 1


def test_every_fault_of_a_file_is_reported_with_its_line(actors: CliActors, tmp_path: Path) -> None:
    file = field_csv(tmp_path, "FC-000001,CALLED,,,maybe,soon,,", ",CALLED,,,,2026-11-20 09:00,,")
    result = actors.run("status", "import", file, "--preview")
    assert result.returncode == 2
    for expected in ("line 2, has_payment", "line 2, occurred_at", "line 3, client_code"):
        assert expected in result.stderr
    assert result.stdout == ""
