"""``clientupdater sync``, from a folder of files to the book, for a person and for scripts."""

from __future__ import annotations

import csv
import io
import re
import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import psycopg
import pytest
from attrs import define, field

from clientupdater.adapters.redis.circuits import RedisCircuits
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.demo_data import fill
from clientupdater.settings import Settings
from tests.entrypoints.test_cli_long_running import KEYS, running
from tests.support.builders import MANILA
from tests.support.commands import call
from tests.support.waiting import PATIENCE_S, WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.support.servers import Database

BOSS, READER = "boss@example.com", "reader@example.com"
USUAL = {
    "COMPANY_CODE": "FCASH",
    "FULL_NAME": "Juan dela Cruz",
    "BRANCH_CODE": "CAL",
    "PRODUCT_CODE": "FCASH_SSS",
    "UPDATED_AT": "2026-11-01T00:00:00Z",
}


@define
class Console:
    """The command, and the folder that files are dropped into."""

    database: Database
    folder: Path
    columns: list[str]
    dropped: int = field(default=0)

    def drop(self, *clients: dict[str, str]) -> None:
        """Leave a complete file; a newer one each time."""
        self.dropped += 1
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns)
        writer.writeheader()
        writer.writerows({**USUAL, **each} for each in clients)
        text.write(f"TRAILER,{len(clients)}\n")
        for old in self.folder.iterdir():
            old.unlink()
        (self.folder / f"book{self.dropped}.csv").write_text(text.getvalue())

    def run(self, *arguments: str, actor: str = BOSS) -> CompletedProcess[str]:
        """Run it."""
        settings = {"DATABASE_URL": self.database.worker_url, "CSV_DROP_DIR": str(self.folder)}
        return call("sync", *arguments, **settings, **KEYS, CLIENTUPDATER_ACTOR=actor)

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run it for its result."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stderr + done.stdout
        return orjson.loads(done.stdout)

    def doctor(self, **settings: str) -> list[dict[str, Any]]:
        """Hear what doctor says of sources."""
        values = {"DATABASE_URL": self.database.worker_url, "CSV_DROP_DIR": str(self.folder)}
        done = call("doctor", "--json", **{**values, **KEYS, **settings})
        value = orjson.loads(done.stdout)
        assert value["ok"] is all(check["ok"] for check in value["checks"])
        about = ("source ", "circuit ")
        return [check for check in value["checks"] if check["of"].startswith(about)]

    def one(self, sql: str) -> Any:
        """Look into the database, or put something in."""
        with psycopg.connect(self.database.superuser_url) as connection:
            cursor = connection.execute(sql.encode())
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Console:
    opened = Console(database, tmp_path, [])
    with psycopg.connect(database.superuser_url) as connection:
        rows = connection.execute(
            "select source_column from field_mappings where source = 'csv' order by 1"
        ).fetchall()
        connection.execute("insert into branches (code, name) values ('CAL', 'Caloocan')")
        for email, permissions in ((BOSS, "sync:read,sync:execute"), (READER, "sync:read")):
            connection.execute(
                "with made as (insert into users (email) values (%s) returning id)"
                " insert into user_permissions (user_id, permission_id, scope)"
                " select made.id, p.id, 'all' from made, permissions p"
                " where p.code = any(string_to_array(%s, ','))",
                (email, permissions),
            )
    opened.columns = [column for (column,) in rows]
    return opened


def test_a_run_is_summed_up_for_a_person(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"}, {"CLIENT_CODE": "FC-2"})
    assert console.run("run", "csv").returncode == 0
    console.drop(
        {"CLIENT_CODE": "FC-1", "FULL_NAME": "Maria Clara"},
        {"CLIENT_CODE": "FC-2"},
        {"CLIENT_CODE": "FC-3", "BRANCH_CODE": "NOWHERE"},
    )
    done = console.run("run", "csv", "--preview")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if not line.startswith("{")] == [
        "fetch",
        "stage",
        "compare",
        "apply",
    ]
    for item in (
        "csv preview",
        "3 rows: 0 new, 1 changed, 1 unchanged, 0 back, 1 rejected",
        "  1  full_name",
        "  1  BRANCH_CODE is not among the branches",
        "  FC-1  full_name  Juan dela Cruz → Maria Clara",
    ):
        assert item in done.stdout
    assert console.one("select full_name from clients where client_code = 'FC-1'") != "Maria Clara"


def test_a_preview_is_approved_by_its_hash_and_listed(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    job = console.json("run", "csv", "--preview")
    assert (job["state"], job["mode"], job["counts"]["created"]) == ("completed", "preview", 1)
    other = console.run("approve", job["id"], "--plan-hash", "0" * 64)
    assert other.returncode == 5
    done = console.json("approve", job["id"], "--plan-hash", job["plan_hash"])
    assert (done["state"], done["mode"]) == ("completed", "apply")
    assert console.one("select count(*) from clients") == 1
    (listed,) = console.json("list")["items"]
    assert listed == console.json("show", job["id"]) == done
    assert "csv" in console.run("list").stdout
    assert console.run("approve", job["id"]).returncode == 5


def test_a_run_that_is_held_says_so_and_can_be_approved(console: Console) -> None:
    console.one("update config_settings set value = '0' where key like 'sync.guard%'")
    console.drop({"CLIENT_CODE": "FC-1"}, {"CLIENT_CODE": "FC-2"})
    console.json("run", "csv")
    console.drop({"CLIENT_CODE": "FC-1"})
    console.json("run", "csv")
    console.drop({"CLIENT_CODE": "FC-1"})
    held = console.run("run", "csv")
    assert held.returncode == 5
    job = console.json("list")["items"][0]
    for item in (
        "held: it would deactivate too many clients of FCASH; nothing was applied",
        f"sync approve {job['id']} --plan-hash {job['plan_hash']}",
        f"sync cancel {job['id']}",
        "what it would do, deactivated (some):",
    ):
        assert item in held.stdout
    assert console.json("approve", job["id"])["counts"]["vanished"] == 1
    assert "what it did, deactivated (some):" in console.run("show", job["id"]).stdout


def test_consequences_for_rows_are_printed_in_a_fixed_order(console: Console) -> None:
    console.one("insert into branches (code, name) values ('BAG', 'Baguio')")
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    console.drop({"CLIENT_CODE": "FC-1", "BRANCH_CODE": "BAG"}, {"CLIENT_CODE": "FC-2"})
    done = console.run("run", "csv", "--preview")
    items = [line for line in done.stdout.splitlines() if "FC-" in line or "(some)" in line]
    # On the last evening of a month there are rows of two periods.
    assert list(dict.fromkeys(re.sub(r"\d{4}-\d\d", "PERIOD", line) for line in items)) == [
        "what it would do, new clients (some):",
        "  FC-2",
        "what it would do, changed (some):",
        "  FC-1  branch  CAL → BAG",
        "what it would do, rows opened (some):",
        "  FC-2  PERIOD",
        "what it would do, rows moved to another branch (some):",
        "  FC-1  PERIOD  to BAG",
    ]
    took = done.stdout.split("took:")[1].splitlines()[1:5]
    assert [line.split()[-1] for line in took] == ["fetch", "stage", "compare", "apply"]
    (job, *_) = console.json("list")["items"]
    assert f"sync approve {job['id']} --plan-hash {job['plan_hash']}" in done.stdout


def test_an_interrupted_run_is_cancelled_and_blocks_no_other(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    settings = {"DATABASE_URL": console.database.worker_url, "CSV_DROP_DIR": str(console.folder)}
    with psycopg.connect(console.database.superuser_url) as other:
        other.execute("lock table clients")
        with running("sync", "run", "csv", **settings, CLIENTUPDATER_ACTOR=BOSS) as command:
            wait_until(lambda: bool(console.one(WAITING_FOR_A_LOCK)))
            command.send_signal(signal.SIGINT)
            value = command.communicate(timeout=PATIENCE_S)[1]
    assert command.returncode == 1
    job = console.json("list")["items"][0]
    assert job["state"] == "cancelled"
    assert f"run {job['id']} was cancelled; nothing was applied" in value
    shown = console.run("show", job["id"]).stdout
    assert "1 rows were read; the run ended before it compared them" in shown
    assert console.json("run", "csv")["counts"]["created"] == 1


def test_a_plan_that_cannot_be_applied_now_can_be_approved_later(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    job = console.json("run", "csv", "--preview")
    other = console.one(
        "insert into sync_jobs (type, status, heartbeat_at) values ('csv', 'processing', now())"
        " returning id"
    )
    assert console.run("approve", job["id"]).returncode == 5
    assert console.json("show", job["id"])["state"] == "completed"
    console.one(f"update sync_jobs set status = 'failed' where id = '{other}' returning id")
    assert console.run("approve", job["id"]).returncode == 0
    assert console.json("show", job["id"])["counts"]["created"] == 1


def test_with_json_the_kind_of_conflict_is_printed(console: Console) -> None:
    console.drop(*({"CLIENT_CODE": f"FC-{n:02}"} for n in range(20)))
    console.json("run", "csv")
    console.one("update config_settings set value = '2' where key = 'sync.guard_floor' returning 1")
    console.drop(*({"CLIENT_CODE": f"FC-{n:02}"} for n in range(9)))
    console.json("run", "csv")
    console.drop(*({"CLIENT_CODE": f"FC-{n:02}"} for n in range(8)))
    held = console.run("run", "csv", "--json")
    value = orjson.loads(held.stdout)
    assert (held.returncode, value["state"], value["code"]) == (5, "held", "held")
    console.one("update clients set is_active = false where client_code = 'FC-19' returning 1")
    changed = console.json("approve", value["id"], code=5)
    assert (changed["code"], changed["type"]) == (
        "plan_changed",
        "urn:clientupdater:problem:plan_changed",
    )
    console.one(
        "insert into sync_jobs (type, status, heartbeat_at)"
        " values ('csv', 'processing', now()) returning 1"
    )
    assert console.json("run", "csv", code=5)["code"] == "sync_running"
    assert (
        console.json(
            "cancel",
            str(console.one("select id from sync_jobs where status = 'completed' limit 1")),
            code=5,
        )["code"]
        == "sync_over"
    )


def test_a_run_is_full_unless_incremental_is_requested(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    assert console.json("run", "csv")["full"] is True
    assert console.json("run", "csv", "--full")["full"] is True
    assert console.json("run", "csv", "--incremental")["full"] is False
    result = " ".join(console.run("run", "--help").stdout.split())
    assert "[default: full]" in result
    assert "Only a full run finds clients that the source no longer has." in result


def test_a_malformed_file_is_bad_input_and_says_where(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"}, {"CLIENT_CODE": "FC-2", "FULL_NAME": "Maria"})
    (path,) = console.folder.iterdir()
    path.write_text(path.read_text().replace("Maria", '"Maria" Clara'))
    done = console.run("run", "csv")
    assert done.returncode == 2
    assert "line 3, column " in done.stderr
    assert "(FULL_NAME): no comma follows the closing quote" in done.stderr
    assert "Have the file mended, then run again." in done.stderr


def test_doctor_reports_a_run_whose_process_is_gone_and_a_worker_fails_it(
    console: Console,
) -> None:
    job = console.one(
        "insert into sync_jobs (type, status, created_at, heartbeat_at) values"
        " ('csv', 'processing', now() - interval '1 hour', now() - interval '50 seconds')"
        " returning id"
    )
    dead = console.doctor()[0]
    assert f"run {job} has not ended, and its process is gone" in dead["found"]
    assert "clientupdater worker" in dead["remedy"]
    call("worker", "--once", DATABASE_URL=console.database.worker_url, **KEYS)
    failed = console.json("show", str(job))
    assert failed["state"] == "failed"
    assert "Nothing was applied; run it again." in failed["error"]
    assert "failed 0 min ago" in console.doctor()[0]["found"]


def test_rejects_are_listed_replayed_and_a_past_run_explained(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1", "BRANCH_CODE": "BAG"}, {"CLIENT_CODE": "FC-1"})
    job = console.json("run", "csv")
    stdout = console.run("rejects", job["id"]).stdout
    assert "is not among the branches; CLIENT_CODE comes 2 times in one run" in stdout
    console.drop({"CLIENT_CODE": "FC-2", "BRANCH_CODE": "BAG"})
    job = console.json("run", "csv")
    console.one("insert into branches (code, name) values ('BAG', 'Baguio')")
    replayed = console.json("replay", job["id"])
    assert (replayed["counts"]["created"], replayed["replays"]) == (1, job["id"])
    (reject,) = console.json("rejects", job["id"])["items"]
    assert reject["replayed_by"] == replayed["id"]
    explained = console.json("replay-snapshot", job["id"])
    assert (explained["mode"], explained["counts"]["unchanged"]) == ("preview", 1)


def test_a_preview_that_rejects_every_row_exits_1(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1", "BRANCH_CODE": "BAG"})
    assert console.json("run", "csv", "--preview", code=1)["counts"]["rejected"] == 1
    console.drop({"CLIENT_CODE": "FC-1", "BRANCH_CODE": "BAG"}, {"CLIENT_CODE": "FC-2"})
    assert console.json("run", "csv", "--preview")["counts"]["rejected"] == 1


def test_a_job_number_in_place_of_a_run_names_the_right_command(
    console: Console,
) -> None:
    for command in ("show", "approve", "cancel", "rejects", "replay", "replay-snapshot"):
        done = console.run(command, "17")
        assert done.returncode == 2
        assert "17 is a job; use: clientupdater jobs show 17" in done.stderr
        assert "RUN" in console.run(command, "--help").stdout


def test_a_run_can_be_queued_for_a_worker_and_cancelled(console: Console) -> None:
    job = console.json("run", "csv", "--enqueue")
    assert job["state"] == "pending"
    assert console.one("select job_name from job_queue") == "sync"
    assert console.json("cancel", job["id"])["state"] == "cancelled"


def test_commands_that_cannot_work_say_why(console: Console) -> None:
    without = console.run("run", "snowflake")
    assert without.returncode == 78
    assert "not set up here: SNOWFLAKE_ACCOUNT is not set" in without.stderr
    failed = str(console.one("select id from sync_jobs"))
    assert console.run("replay-snapshot", failed).returncode == 4
    assert console.run("replay", failed).returncode == 4
    assert console.run("run", "csv", "--company", "NOPE").returncode == 2
    assert console.run("run", "csv", actor=READER).returncode == 3
    assert console.run("show", str(uuid4())).returncode == 4
    assert console.run("rejects", "nothing").returncode == 2


def test_no_pension_number_is_kept_in_the_clear(console: Console) -> None:
    number = "3412345670"
    console.drop(
        {"CLIENT_CODE": "FC-1", "PENSION_NUMBER": number},
        {"CLIENT_CODE": "FC-2", "PENSION_NUMBER": number, "BRANCH_CODE": "NOWHERE"},
    )
    job = console.json("run", "csv")
    assert number not in console.run("show", job["id"]).stdout
    for table in ("clients", "sync_snapshots", "sync_rejects", "sync_plans", "sync_jobs"):
        text = console.one(f"select string_agg(t::text, ' ') from {table} t")
        assert number not in text, table


def test_the_demos_csv_file_shows_every_kind_of_effect(database: Database, tmp_path: Path) -> None:
    environment = {**KEYS, "DATABASE_URL": database.worker_url, "CSV_DROP_DIR": str(tmp_path)}
    settings = Settings.from_mapping(environment)
    now = datetime.now(UTC)
    assert settings.encryption_keys
    assert settings.blind_index_key
    vault = Vault(KeyRing(settings.encryption_keys), settings.blind_index_key)
    tonight = tmp_path / "clients.csv"
    fill(database.worker_url, clients=600, now=now, zone=MANILA, vault=vault, drop_file=tonight)
    who = {"CLIENTUPDATER_ACTOR": "administrator@demo.example"}
    done = call("sync", "run", "csv", "--full", "--preview", "--json", **environment, **who)
    assert done.returncode == 0, done.stderr
    counts = orjson.loads(done.stdout)["counts"]
    assert (counts["created"], counts["rejected"]) == (4, 1)
    assert 0 < counts["updated"] < counts["unchanged"]


# --- what doctor says of it


def test_doctor_shows_when_a_source_was_last_applied_and_the_age_of_its_data(
    console: Console,
) -> None:
    (never,) = console.doctor()
    assert (never["of"], never["ok"]) == ("source csv", False)
    assert never["found"] == "no run was ever applied"
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv", "--preview")
    assert console.doctor() == [never], "a preview applies nothing"
    console.run("run", "csv")
    (result,) = console.doctor()
    assert result["ok"] is True
    assert "last applied 0 min ago, with data from 0 min ago" in result["found"]


@pytest.mark.parametrize(
    "old",
    ["sync_jobs set completed_at = completed_at", "sync_watermarks set watermark = watermark"],
)
def test_doctor_reports_a_source_that_missed_a_night(console: Console, old: str) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    console.one(f"update {old} - interval '37 hours'")
    (result,) = console.doctor()
    assert result["ok"] is False
    assert "37 h ago" in result["found"]
    assert "schedules list" in result["remedy"]


def test_doctor_says_why_the_last_run_failed_until_one_succeeds(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    (console.folder / "short.csv").write_text("CLIENT_CODE\nFC-1\nTRAILER,1\n")
    assert console.run("run", "csv").returncode == 78
    (result,) = console.doctor()
    assert "failed 0 min ago and applied nothing" in result["found"]
    assert "BRANCH_CODE: the source has no such column" in result["found"]
    assert "clientupdater sync run csv" in result["remedy"]
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    assert [each["ok"] for each in console.doctor()] == [True]


def test_doctor_reports_a_held_run(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    job = console.json("show", str(console.one("select id from sync_jobs")))["id"]
    console.one("update sync_jobs set status = 'held'")
    held = console.doctor()[0]
    assert job in held["found"]
    assert f"sync show {job}" in held["remedy"]
    assert "sync approve" in held["remedy"]


def test_doctor_names_the_fields_that_a_mapping_lacks(console: Console) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    console.one("delete from field_mappings where source = 'csv' and field = 'full_name'")
    (result,) = console.doctor()
    assert result["found"].startswith("its mapping: full_name: no column fills it")
    assert "PUT /api/v1/sync/mappings" in result["remedy"]
    console.one("delete from field_mappings where source = 'csv'")
    (result,) = console.doctor()
    assert "client_code must be filled" in result["found"]


def test_doctor_reports_an_open_circuit_of_another_process(
    console: Console, redis_url: str
) -> None:
    console.drop({"CLIENT_CODE": "FC-1"})
    console.run("run", "csv")
    assert [each["of"] for each in console.doctor(REDIS_URL=redis_url)] == ["source csv"]
    until = datetime.now(UTC) + timedelta(minutes=9)
    with closing(RedisClient.to(redis_url, patience=Patience(5, 5))) as redis_client:
        RedisCircuits(redis_client).publish("nextbank", until)
    (_, left_alone) = console.doctor(REDIS_URL=redis_url)
    assert (left_alone["of"], left_alone["ok"]) == ("circuit of nextbank", False)
    assert f"gets no calls until {until:%H:%M:%S} UTC" in left_alone["found"]
