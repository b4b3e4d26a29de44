"""Branches and staff by a CSV file, over HTTP and on the command line: all of it, or nothing."""

from __future__ import annotations

import csv
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from tests.support.commands import call
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.support.servers import Database

BASE = "/api/v1"
BOSS = "boss@example.com"
MANAGING = (
    *("areas:read all", "areas:manage all", "branches:read all", "branches:manage all"),
    *("users:read all", "users:manage all"),
)
BRANCHES = """code,name,location,category,areas,primary_area,phone,email
QC01,Cubao,Aurora Blvd,Kiosk,NCR;NORTH,NCR,+63289123456,qc01@example.com
QC02,Kamuning,,,NCR,,,
"""
STAFF = """email,first_name,last_name,branches,areas
ana@example.com,Ana,Cruz,QC01;QC02,
ben@example.com,Ben,,,NCR
"""
TABLES = (
    *("branches", "areas", "area_branches", "branch_contacts", "users", "user_branches"),
    *("user_areas", "user_roles", "user_permissions", "one_time_passwords"),
    *("config_audit_log", "activity_logs"),
)


@frozen
class Actors:
    """The boss manages branches, areas and users of every company."""

    staff: Staff
    http: httpx.Client
    database: Database

    def send(
        self, kind: str, text: str, *, apply: bool = False, headers: Any = None
    ) -> httpx.Response:
        """Send a file."""
        body = {"csv": text, "apply": apply}
        return self.http.post(f"{BASE}/{kind}/import", json=body, headers=headers)

    def verdicts(self, kind: str, text: str, *, apply: bool = False) -> list[str]:
        answer = self.send(kind, text, apply=apply)
        assert answer.status_code == 200, answer.text
        assert answer.json()["applied"] is apply
        return [each["verdict"] for each in answer.json()["results"]]

    def run(self, *arguments: str, actor: str = BOSS) -> CompletedProcess[str]:
        """Run a command."""
        return call(*arguments, DATABASE_URL=self.database.worker_url, CLIENTUPDATER_ACTOR=actor)

    def state(self) -> Any:
        """Give all that an import may change."""
        counts = ", ".join(
            f"(select jsonb_agg(to_jsonb(t) order by t::text) from {table} t)" for table in TABLES
        )
        return self.staff.one(f"select jsonb_build_array({counts})")


@pytest.fixture
def actors(database: Database) -> Iterator[Actors]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire(*MANAGING, email=BOSS)
        staff.run("insert into areas (code, name) values ('NCR', 'Metro'), ('NORTH', 'North')")
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(boss)}"
            yield Actors(staff, http, database)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


def faults_of(answer: httpx.Response) -> dict[int, list[tuple[str | None, str]]]:
    """Give the faults of each refused line."""
    assert answer.status_code == 200, answer.text
    return {
        each["line"]: [(fault["column"], fault["message"]) for fault in each["faults"]]
        for each in answer.json()["results"]
        if each["verdict"] == "refused"
    }


# --- branches


def test_a_preview_of_branches_says_what_each_line_does_and_changes_nothing(actors: Actors) -> None:
    before = actors.state()
    first, second = actors.send("branches", BRANCHES).json()["results"]
    assert (first["line"], first["name"], first["verdict"]) == (2, "QC01", "create")
    columns = ["code", "name", "location", "category", "areas", "primary_area", "phone", "email"]
    assert first["changes"] == columns
    assert second["changes"] == ["code", "name", "areas"]
    assert actors.state() == before


def test_the_same_file_of_branches_again_changes_nothing(actors: Actors) -> None:
    assert actors.verdicts("branches", BRANCHES, apply=True) == ["create"] * 2
    branch = actors.http.get(f"{BASE}/branches/code:QC01").json()
    assert (branch["areas"], branch["primary_area"]) == (["NCR", "NORTH"], "NCR")
    contacts = actors.http.get(f"{BASE}/branches/code:QC01/contacts").json()["items"]
    assert [(each["type"], each["is_primary"]) for each in contacts] == [
        ("email", True),
        ("phone", True),
    ]
    before = actors.state()
    assert actors.verdicts("branches", BRANCHES) == ["unchanged"] * 2
    assert actors.verdicts("branches", BRANCHES, apply=True) == ["unchanged"] * 2
    assert actors.state() == before


def test_a_file_changes_known_branches_and_takes_nothing_away(actors: Actors) -> None:
    actors.verdicts("branches", BRANCHES, apply=True)
    text = "phone,code,name,areas,primary_area\n+63281111111,QC01,,,NORTH\n,QC02,Kamuning,NORTH,\n"
    answer = actors.send("branches", text, apply=True).json()["results"]
    assert [each["changes"] for each in answer] == [["primary_area", "phone"], ["areas"]]
    branch = actors.http.get(f"{BASE}/branches/code:QC01").json()
    assert (branch["name"], branch["areas"]) == ("Cubao", ["NCR", "NORTH"])
    assert branch["primary_area"] == "NORTH"
    contacts = actors.http.get(f"{BASE}/branches/code:QC01/contacts").json()["items"]
    assert [each["value"] for each in contacts] == ["qc01@example.com", "+63281111111"]


def test_each_flaw_of_a_line_is_named_with_its_column(actors: Actors) -> None:
    actors.staff.run("insert into branches (code, name, deleted_at) values ('GONE', 'Gone', now())")
    many = ";".join(f"A{n}" for n in range(51))
    text = "\n".join(
        (
            "code,name,location,category,areas,primary_area,phone,email",
            "OK1,Fine,,,NCR,,,",
            ",Nameless,,,,,,",
            "NO NAME,,,,,,,",
            "B1,Short",
            f"B2,Long,{'L' * 501},{'C' * 101},,,,",
            "B3,Places,,,NONE;NCR,ELSEWHERE,,",
            "B4,Contacts,,,,,call me,no address",
            "OK1,Twice,,,,,,",
            "GONE,Gone,,,,,,",
            f"B5,Many,,,{many},,,",
        )
    )
    faults = faults_of(actors.send("branches", text))
    assert {line: [column for column, _ in each] for line, each in faults.items()} == {
        3: ["code"],
        4: ["code", "name"],
        5: [None],
        6: ["location", "category"],
        7: ["areas", "primary_area"],
        8: ["phone", "email"],
        9: ["code"],
        10: ["code"],
        11: ["areas"],
    }
    assert faults[9] == [("code", "repeats line 2")]
    before = actors.state()
    refused = actors.send("branches", text, apply=True)
    assert code_of(refused) == (409, "bulk_rejected")
    assert len(refused.json()["error"]["details"]["results"]) == 10
    assert actors.state() == before


@pytest.mark.parametrize("kind", ["branches", "users"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n", "line 1: the file is empty"),
        ("code,email\n", "line 1: there is nothing below the header"),
        ("name\nCubao\n", "is missing"),
        ("code,email,code,email\n", "comes twice"),
        ("code,email,manager\nA,a@example.com,me\n", "the column 'manager' is not known"),
        ('code,email\n"A\n', "is no CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    actors: Actors, kind: str, text: str, expected: str
) -> None:
    other = {"branches": ",email", "users": "code,"}[kind]
    text = text if "manager" in text or kind == "branches" else text.replace(other, "")
    answer = actors.send(kind, text)
    assert code_of(answer) == (422, "validation_failed")
    fields = answer.json()["error"]["details"]["fields"]
    assert {each["pointer"] for each in fields} == {"/csv"}
    assert any(expected in each["message"] for each in fields), fields


def test_a_file_is_bounded(actors: Actors) -> None:
    lines = "\n".join(["code,name", *(f"B{n},B" for n in range(501))])
    answer = actors.send("branches", lines)
    assert code_of(answer) == (422, "validation_failed")
    assert "500 lines at most, not 501" in answer.text
    staff = "\n".join(["email", *(f"p{n}@example.com" for n in range(101))])
    assert "100 lines at most" in actors.send("users", staff).text
    head = actors.send("branches", ",".join("x" * 100_000) + "\n")
    assert len(head.json()["error"]["details"]["fields"]) == 20
    assert code_of(actors.send("branches", "x" * (5 * 1024 * 1024)))[0] == 413


def test_A6a_importing_branches_needs_branches_manage_and_placing_them_areas_manage(
    actors: Actors,
) -> None:
    staff = actors.staff
    reading = {"Authorization": f"Bearer {staff.session(staff.hire('branches:read all'))}"}
    assert code_of(actors.send("branches", BRANCHES, headers=reading)) == (403, "forbidden")
    managing = staff.hire("branches:manage all", "areas:read all")
    headers = {"Authorization": f"Bearer {staff.session(managing)}"}
    faults = faults_of(actors.send("branches", BRANCHES, headers=headers))
    assert faults[3] == [("areas", "changing the area NCR needs the permission areas:manage")]
    plain = "code,name\nQC01,Cubao\n"
    assert actors.send("branches", plain, apply=True, headers=headers).json()["applied"] is True


def test_A6_no_person_sees_more_by_importing_a_branch_into_their_own_area(actors: Actors) -> None:
    staff = actors.staff
    own = staff.hire("branches:manage all", "areas:manage all", "clients:read area")
    staff.run("insert into user_areas select %s, id from areas where code = 'NCR'", own)
    headers = {"Authorization": f"Bearer {staff.session(own)}"}
    faults = faults_of(actors.send("branches", BRANCHES, headers=headers))
    assert faults[3] == [("areas", "This would let you see more than you do; ask another person.")]


# --- staff


def test_U6_imported_users_sign_in_once_with_the_password_that_is_shown(actors: Actors) -> None:
    actors.verdicts("branches", BRANCHES, apply=True)
    key = {"Idempotency-Key": "import-of-staff-1"}
    answer = actors.send("users", STAFF, apply=True, headers=key)
    ana, ben = answer.json()["passwords"]
    assert (ana["email"], ben["email"]) == ("ana@example.com", "ben@example.com")
    word = {"email": ana["email"], "password": ana["initial_password"]}
    opened = actors.http.post(f"{BASE}/sessions", json=word).json()
    assert opened["user"]["branches"] == ["QC01", "QC02"]
    assert opened["user"]["must_change_password"] is True
    again = actors.send("users", STAFF, apply=True, headers=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["passwords"] is None
    assert ana["initial_password"] not in str(actors.state())


def test_the_same_file_of_staff_again_changes_nothing(actors: Actors) -> None:
    actors.verdicts("branches", BRANCHES, apply=True)
    before = actors.state()
    assert actors.verdicts("users", STAFF) == ["create"] * 2
    assert actors.state() == before
    actors.verdicts("users", STAFF, apply=True)
    before = actors.state()
    again = actors.send("users", STAFF, apply=True).json()
    assert [each["verdict"] for each in again["results"]] == ["unchanged"] * 2
    assert again["passwords"] == []
    assert actors.state() == before


def test_a_file_changes_known_users_and_takes_nothing_away(actors: Actors) -> None:
    actors.verdicts("branches", BRANCHES, apply=True)
    actors.verdicts("users", STAFF, apply=True)
    text = "email,last_name,branches,areas\nANA@example.com,Reyes,QC02,NORTH\n"
    assert actors.send("users", text, apply=True).json()["results"][0]["changes"] == [
        *("last_name", "areas"),
    ]
    (shown,) = [
        each
        for each in actors.http.get(f"{BASE}/users").json()["items"]
        if each["email"] == "ana@example.com"
    ]
    assert (shown["first_name"], shown["last_name"]) == ("Ana", "Reyes")
    assert (shown["branches"], shown["areas"]) == (["QC01", "QC02"], ["NORTH"])
    granted = "select count(*) from authorization_audit where resource = 'area'"
    assert actors.staff.one(f"{granted} and decision = 'granted'") == 1


def test_roles_come_with_a_line_over_its_company_once(actors: Actors) -> None:
    actors.verdicts("branches", BRANCHES, apply=True)
    boss, known = actors.staff.one("select id from users where email = %s", BOSS), "ana@example.com"
    _make_administrator(actors, boss)
    actors.verdicts("users", STAFF, apply=True)
    text = (
        "email,branches,roles,company\nana@example.com,,telemarketer,FCASH\n"
        "new@example.com,QC01,telemarketer; branch_manager,\n"
    )
    assert actors.verdicts("users", text) == ["change", "create"]
    assert actors.staff.one("select count(*) from user_roles") == 0
    answer = actors.send("users", text, apply=True).json()
    assert [each["changes"] for each in answer["results"]] == [["roles"], ["branches", "roles"]]
    assert _roles(actors, known) == [("telemarketer", "FCASH")]
    assert _roles(actors, "new@example.com") == [("branch_manager", None), ("telemarketer", None)]
    access = f"{BASE}/users/{_id(actors, known)}/grants"
    taken = actors.http.delete(f"{access}/clients:read", params={"company": "FCASH"})
    assert taken.status_code == 204, taken.text
    assert actors.verdicts("users", text, apply=True) == ["unchanged"] * 2
    grants = actors.http.get(access).json()["items"]
    assert "clients:read" not in {each["permission"] for each in grants}  # it stays revoked


def test_A6_a_line_gives_only_roles_whose_grants_the_importer_holds(actors: Actors) -> None:
    text = (
        "email,roles,company\nnew@example.com,telemarketer,\nother@example.com,nobody;operator,\n"
        "third@example.com,,FCASH\nfourth@example.com,telemarketer,ELSEWHERE\n"
        f"{BOSS},telemarketer,\n"
    )
    before = actors.state()
    faults = faults_of(actors.send("users", text))
    assert {line: [column for column, _ in each] for line, each in faults.items()} == {
        2: ["roles"],
        3: ["roles", "roles"],
        4: ["company"],
        5: ["company", "roles"],
        6: ["roles"],
    }
    assert "clients:read at branch" in faults[2][0][1]
    assert code_of(actors.send("users", text, apply=True)) == (409, "bulk_rejected")
    assert actors.state() == before


def _make_administrator(actors: Actors, person: object) -> None:
    actors.staff.run(
        "insert into user_permissions (user_id, permission_id, scope)"
        " select %s, id, 'all' from permissions"
        " on conflict (user_id, permission_id, company_id) do update set scope = 'all'",
        person,
    )


def _id(actors: Actors, email: str) -> str:
    return str(actors.staff.one("select id from users where email = %s", email))


def _roles(actors: Actors, email: str) -> list[tuple[str, str | None]]:
    items = actors.http.get(f"{BASE}/users/{_id(actors, email)}/roles").json()["items"]
    return sorted((each["role"], each["company"]) for each in items)


def test_each_flaw_of_a_line_of_staff_is_named_with_its_column(actors: Actors) -> None:
    text = "\n".join(
        (
            "email,first_name,last_name,branches,areas",
            "new@example.com,New,,,",
            ",Nameless,,,",
            f"no address,{'F' * 101},L,,",
            "short@example.com",
            "places@example.com,,,NONE,NCR;NONE",
            "NEW@example.com,Twice,,,",
        )
    )
    faults = faults_of(actors.send("users", text))
    assert {line: [column for column, _ in each] for line, each in faults.items()} == {
        3: ["email"],
        4: ["email", "first_name"],
        5: [None],
        6: ["branches", "areas"],
        7: ["email"],
    }
    before = actors.state()
    assert code_of(actors.send("users", text, apply=True)) == (409, "bulk_rejected")
    assert actors.state() == before


def test_A6a_a_line_takes_no_primary_area_from_an_area_that_the_importer_does_not_manage(
    actors: Actors,
) -> None:
    staff = actors.staff
    staff.run("update areas set company_id = %s where code = 'NORTH'", staff.company("PCNI"))
    staff.run("update areas set company_id = %s where code = 'NCR'", staff.company("FCASH"))
    actors.verdicts("branches", "code,name,primary_area\nQC01,Cubao,NORTH\n", apply=True)
    grants = ("branches:read all", "branches:manage all", "areas:manage all FCASH")
    person = staff.hire(*grants)
    staff.run("insert into user_branches select %s, id from branches", person)
    headers = {"Authorization": f"Bearer {staff.session(person)}"}
    text = "code,primary_area\nQC01,NCR\n"
    message = "another area is the primary one, and you do not manage that"
    faults = faults_of(actors.send("branches", text, headers=headers))
    assert faults == {2: [("primary_area", message)]}
    text = "code,areas\nQC01,NCR\n"
    assert actors.send("branches", text, apply=True, headers=headers).json()["applied"]


def test_the_email_of_a_deleted_user_is_not_taken_again(actors: Actors) -> None:
    actors.staff.hire(email="gone@example.com", deleted_at="2026-11-01", is_active=False)
    faults = faults_of(actors.send("users", "email\nGone@example.com\n"))
    assert faults[2] == [("email", "belonged to a user who is deleted")]


def test_A5_a_line_does_not_tell_which_branches_a_user_out_of_sight_has(actors: Actors) -> None:
    staff = actors.staff
    actors.verdicts("branches", BRANCHES, apply=True)
    for email, code in (("near@example.com", "QC01"), ("far@example.com", "QC02")):
        person = staff.hire(email=email)
        staff.run(
            "insert into user_branches select %s, id from branches where code = %s", person, code
        )
    head = staff.session(staff.hire("users:manage branch"))
    text = "email,branches\nnear@example.com,QC01\nfar@example.com,QC01\n"
    faults = faults_of(actors.send("users", text, headers={"Authorization": f"Bearer {head}"}))
    taken = [("email", "another user has this email already")]
    assert faults == {2: taken, 3: taken}


def test_A6_a_line_gives_only_what_the_importer_holds(actors: Actors) -> None:
    staff = actors.staff
    actors.verdicts("branches", BRANCHES, apply=True)
    head = staff.hire("users:read branch", "users:manage branch")
    staff.run("insert into user_branches select %s, id from branches where code = 'QC01'", head)
    headers = {"Authorization": f"Bearer {staff.session(head)}"}
    text = (
        "email,first_name,branches\nnew@example.com,New,QC01\nother@example.com,Other,QC02\n"
        "none@example.com,None,\nboss@example.com,Boss,QC01\n"
    )
    faults = faults_of(actors.send("users", text, headers=headers))
    assert set(faults) == {3, 4, 5}
    assert faults[5] == [("email", "another user has this email already")]
    reading = {"Authorization": f"Bearer {staff.session(staff.hire('users:read all'))}"}
    assert code_of(actors.send("users", text, headers=reading)) == (403, "forbidden")


# --- on the command line


def test_branches_are_imported_on_the_command_line(actors: Actors, tmp_path: Path) -> None:
    file = tmp_path / "branches.csv"
    file.write_text(BRANCHES, encoding="utf-8-sig")
    seen = actors.run("branches", "import", str(file))
    assert (seen.returncode, "nothing was changed" in seen.stderr) == (0, True)
    assert "QC01  create" in seen.stdout
    taken = orjson.loads(actors.run("branches", "import", str(file), "--apply", "--json").stdout)
    assert (taken["applied"], taken["counts"]["create"]) == (True, 2)
    again = orjson.loads(actors.run("branches", "import", str(file), "--apply", "--json").stdout)
    assert again["counts"]["unchanged"] == 2
    file.write_text("code,name\nB 1,Bad\n", encoding="utf-8")
    assert actors.run("branches", "import", str(file)).returncode == 1
    refused = actors.run("branches", "import", str(file), "--apply")
    assert (refused.returncode, "code: is at most 50" in refused.stdout) == (5, True)
    for other_text in (b"\xff", b"\0"):
        file.write_bytes(b"code,name\nB1,B\n" + other_text + b",B\n")
        refused = actors.run("branches", "import", str(file))
        assert (refused.returncode, "line 3" in refused.stderr) == (2, True)


def test_U6_initial_passwords_go_to_a_new_file_that_only_its_owner_reads(
    actors: Actors, tmp_path: Path
) -> None:
    actors.verdicts("branches", BRANCHES, apply=True)
    file, passwords = tmp_path / "staff.csv", tmp_path / "passwords.csv"
    file.write_text(STAFF, encoding="utf-8")
    assert actors.run("users", "import", str(file)).returncode == 0
    without = actors.run("users", "import", str(file), "--apply")
    assert (without.returncode, "--passwords" in without.stderr) == (2, True)
    absent = str(tmp_path / "none" / "passwords.csv")
    assert (
        actors.run("users", "import", str(file), "--apply", "--passwords", absent).returncode == 2
    )
    assert actors.staff.one("select count(*) from users") == 1
    options = ("--apply", "--passwords", str(passwords))
    taken = actors.run("users", "import", str(file), *options)
    assert taken.returncode == 0, taken.stderr
    assert passwords.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(passwords.read_text(encoding="utf-8").splitlines()))
    assert [row["email"] for row in rows] == ["ana@example.com", "ben@example.com"]
    assert all(row["initial_password"] not in taken.stdout + taken.stderr for row in rows)
    word = {"email": rows[0]["email"], "password": rows[0]["initial_password"]}
    assert actors.http.post(f"{BASE}/sessions", json=word).status_code == 201
    assert actors.run("users", "import", str(file), *options).returncode == 2


def test_areas_and_branches_are_managed_on_the_command_line(actors: Actors) -> None:
    run = actors.run
    assert run("branches", "create", "QC01", "Cubao", "--location", "Aurora").returncode == 0
    assert run("branches", "create", "QC02", "Kamuning").returncode == 0
    assert run("areas", "create", "SOUTH", "South", "--company", "FCASH").returncode == 0
    assert run("areas", "add-branch", "SOUTH", "QC01", "--primary").returncode == 0
    changed = orjson.loads(run("branches", "change", "QC01", "--location", "", "--json").stdout)
    assert (changed["location"], changed["version"]) == (None, 2)
    assert run("branches", "change", "QC01", "--name", "X", "--version", "1").returncode == 5
    assert run("areas", "change", "SOUTH", "--company", "").returncode == 0
    shown = run("branches", "show", "QC01").stdout
    assert "areas: SOUTH (primary)" in shown
    listed = run("areas", "list").stdout.splitlines()
    assert listed[3].split() == ["SOUTH", "South", "every", "2"]
    assert [
        each["code"]
        for each in orjson.loads(run("areas", "show", "SOUTH", "--json").stdout)["branches"]
    ] == ["QC01"]
    assert run("areas", "remove-branch", "SOUTH", "QC01").returncode == 0
    assert run("areas", "delete", "SOUTH", "--yes").returncode == 0
    assert run("areas", "show", "SOUTH").returncode == 4
    seen = orjson.loads(
        run("branches", "close", "QC01", "--into", "QC02", "--preview", "--json").stdout
    )
    assert (seen["is_applied"], seen["clients"]) == (False, 0)
    options = ("--into", "QC02", "--plan-hash")
    assert run("branches", "close", "QC01", *options, "0" * 64).returncode == 5
    closed = run("branches", "close", "QC01", *options, seen["plan_hash"])
    assert (closed.returncode, "mean QC02 from now on" in closed.stderr) == (0, True)
    assert run("branches", "delete", "QC02", "--yes").returncode == 0
    assert run("branches", "list", "--json").stdout.split() == ["{", '"items":', "[]", "}"]
