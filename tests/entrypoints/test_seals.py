"""Seals over HTTP, on the command line, and as a proof that is checked without us (R11)."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cli_actors import cli_actors, running
from tests.support.http_actors import code_of, http_actors
from tests.support.seal_fixture import OCTOBER, with_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.cli_actors import CliActors
    from tests.support.http_actors import HttpActors
    from tests.support.seal_fixture import SealWorld
    from tests.support.servers import Database

SCRIPT = Path(__file__).parents[2] / "examples" / "verify_seal.py"


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with http_actors(database) as opened:
        yield opened


@pytest.fixture
def world(actors: HttpActors, database: Database) -> SealWorld:
    result = with_rows(actors.staff, database)
    actors.staff.app.seals.seal(result.caller(), OCTOBER)
    return result


def headers_of(world: SealWorld) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.staff.session(world.boss)}"}


def proof_of(actors: HttpActors, world: SealWorld, code: str) -> dict[str, Any]:
    response = actors.http.get(
        "/api/v1/periods/2026-10/seal/proof",
        params={"client": f"code:{code}"},
        headers=headers_of(world),
    )
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result


def checked(proof: Any, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the auditor's script, isolated, so that it can import nothing of ours."""
    file = folder / "proof.json"
    file.write_text(proof if isinstance(proof, str) else json.dumps(proof))
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(file), *options],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_seal_is_shown_with_what_was_corrected_since(
    actors: HttpActors, world: SealWorld
) -> None:
    world.append("S2")
    path, params = "/api/v1/periods/2026-10/seal", {"company": "FCASH"}
    shown = actors.http.get(path, params=params, headers=headers_of(world)).json()
    assert (shown["rows"], shown["events"], shown["corrected_rows"]) == (7, 14, 1)
    assert [(each["client_code"], each["events"]) for each in shown["corrected"]] == [("S2", 1)]
    assert code_of(actors.http.get(path, headers=headers_of(world))) == (422, "validation_failed")
    other = actors.http.get(path.replace("10", "09"), params=params, headers=headers_of(world))
    assert code_of(other) == (404, "not_found")


def test_an_auditor_checks_every_row_without_us(
    actors: HttpActors, world: SealWorld, tmp_path: Path
) -> None:
    for code in ("S1", "S2", "S3", "S4", "S5", "S6", "S7"):
        proof = proof_of(actors, world, code)
        result = checked(proof, tmp_path, "--root", proof["root"])
        assert (result.returncode, result.stderr) == (0, "")
        assert f"{code} 2026-10: the row is in the seal" in result.stdout


def test_a_proof_holds_no_remarks(actors: HttpActors, world: SealWorld) -> None:
    assert "daughter" not in json.dumps(proof_of(actors, world, "S1"))


def _event_changed(proof: dict[str, Any]) -> None:
    proof["row"] = proof["row"].replace("has_payment=true", "has_payment=false")


def _event_removed(proof: dict[str, Any]) -> None:
    proof["row"] = "\n\n".join(proof["row"].split("\n\n")[:-1]) + "\n"


def _of_another_client(proof: dict[str, Any]) -> None:
    proof["client_code"] = "S2"


def _of_another_period(proof: dict[str, Any]) -> None:
    proof["period"] = "2026-09"


def _of_another_branch(proof: dict[str, Any]) -> None:
    proof["branch_id"] = proof["company_id"]


def _path_shortened(proof: dict[str, Any]) -> None:
    proof["path"].pop()


def _side_swapped(proof: dict[str, Any]) -> None:
    proof["path"][0]["side"] = "left"


def _moment_moved(proof: dict[str, Any]) -> None:
    proof["sealed_at"] = "2026-11-06T00:00:00Z"


def _chained_to_another(proof: dict[str, Any]) -> None:
    proof["previous_root"] = "00" * 32


@pytest.mark.parametrize(
    "tamper",
    [
        _event_changed,
        _event_removed,
        _of_another_client,
        _of_another_period,
        _of_another_branch,
        _path_shortened,
        _side_swapped,
        _moment_moved,
        _chained_to_another,
    ],
)
def test_the_script_refuses_a_proof_that_was_changed(
    actors: HttpActors,
    world: SealWorld,
    tmp_path: Path,
    tamper: Callable[[dict[str, Any]], None],
) -> None:
    proof = proof_of(actors, world, "S1")
    changed = deepcopy(proof)
    tamper(changed)
    assert changed != proof
    result = checked(changed, tmp_path)
    assert result.returncode == 1
    assert "NOT PROVED" in result.stdout


def test_the_script_refuses_another_root_and_what_is_no_proof(
    actors: HttpActors, world: SealWorld, tmp_path: Path
) -> None:
    proof = proof_of(actors, world, "S1")
    assert checked(proof, tmp_path, "--root", "00" * 32).returncode == 1
    for wrong in ("", "[]", "{}", '{"row": 1}', json.dumps({**proof, "path": [{"side": 1}]})):
        result = checked(wrong, tmp_path)
        assert result.returncode == 2
        assert "cannot be read" in result.stderr


@pytest.fixture
def commands(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_a_period_is_sealed_and_verified_on_the_command_line(
    commands: CliActors, database: Database
) -> None:
    world = with_rows(commands.staff, database)
    boss = str(world.staff.one("select email from users where id = %s", world.boss))
    assert commands.run("periods", "seal", "2026-10").returncode == 3
    assert commands.run("periods", "seal", str(running()), actor=boss).returncode == 5
    assert commands.run("periods", "verify", "2026-10", actor=boss).returncode == 4
    (made,) = commands.json("periods", "seal", "2026-10", actor=boss)["items"]
    assert (made["rows"], made["events"]) == (7, 14)
    holds = commands.run("periods", "verify", "2026-10", actor=boss)
    assert (holds.returncode, made["root"] in holds.stdout) == (0, True)
    world.tamper("delete from status_events e where e.id = %s", world.event("S4"))
    wrong = commands.run("periods", "verify", "2026-10", actor=boss)
    assert wrong.returncode == 1
    assert "row_changed" in wrong.stdout
    assert "S4" in wrong.stdout
    assert commands.run("periods", "verify", "2026-10").returncode == 3
