"""A client that openapi-python-client generates from the contract does a day's work."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from clientupdater.adapters.security.passwords import hash_password
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.documentation import contract_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.wire import to_json
from tests.support.http_actors import PERIOD, RIGHTS
from tests.support.http_server import served
from tests.support.staff_fixture import staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

EMAIL, PASSWORD = "ana@example.com", "a word that is long"
CODES = ["FC-000000", "FC-000001", "FC-000002"]
PACKAGE = "generated_clientupdater"
SEARCHED = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Generate the client, and import it for as long as the tests run."""
    folder = tmp_path_factory.mktemp("generated")
    contract = folder / "openapi.json"
    contract.write_bytes(to_json(contract_of(ENDPOINTS)))
    generator = shutil.which("openapi-python-client", path=SEARCHED)
    assert generator, "openapi-python-client is missing; it comes with the dev extra"
    done = subprocess.run(
        [
            *(generator, "generate", "--path", contract, "--meta", "none"),
            *("--output-path", folder / PACKAGE, "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": SEARCHED},
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.split(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """Serve a branch with three clients and an officer who works there."""
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        ana = staff.hire(
            *(f"{right} branch" for right in RIGHTS),
            email=EMAIL,
            password_hash=hash_password(PASSWORD),
        )
        branch = staff.branch(ana)
        for code in CODES:
            staff.run(
                "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
                " values (%s, (select id from companies where code = 'FCASH'), 'Juana Reyes', %s,"
                " (select id from products where code = 'FCASH_SSS'))",
                code,
                branch,
            )
        staff.app.periods.open_due()
        with served(build(lambda: nullcontext(staff.serving))) as http:
            yield str(http.base_url).rstrip("/")


def operation(package: str, capability: str, name: str) -> Any:
    return importlib.import_module(f"{package}.api.{capability}.{name}")


@pytest.fixture
def client(package: str, address: str) -> Iterator[Any]:
    """Sign in with the generated client, and give one that sends the token."""
    root, models = importlib.import_module(package), importlib.import_module(f"{package}.models")
    proof = models.SignInRequest(email=EMAIL, password=PASSWORD)
    with root.Client(address) as anonymous:
        opened = operation(package, "sign_in", "sign_in").sync(client=anonymous, body=proof)
    assert isinstance(opened, models.OpenedSession)
    with root.AuthenticatedClient(address, token=opened.token) as signed_in:
        yield signed_in


def test_a_generated_client_signs_in_and_walks_the_worklist(package: str, client: Any) -> None:
    models = importlib.import_module(f"{package}.models")
    list_worklist = operation(package, "worklist", "list_worklist")
    page = list_worklist.sync(client=client, limit=2)
    items = list(page.items)
    while page.has_more:
        page = list_worklist.sync(client=client, limit=2, cursor=page.next_cursor)
        items += page.items
    assert isinstance(page, models.WorklistPage)
    assert sorted(item.client.client_code for item in items) == CODES
    assert {item.cause for item in items} == {models.WorklistCause.NOT_TOUCHED}


def test_a_generated_client_records_and_meets_a_conflict(package: str, client: Any) -> None:
    models = importlib.import_module(f"{package}.models")
    record = operation(package, "tracking", "record_update").sync_detailed
    place = (f"code:{CODES[0]}", PERIOD)
    remarks = "Asked to call back on Friday."
    update = models.RecordUpdateRequest(
        status="CALLED", remarks=remarks, channel=models.Channel.CALL, version=0
    )
    done = record(*place, client=client, body=update, idempotency_key=str(uuid4()))
    assert isinstance(done.parsed, models.RecordedUpdate)
    assert (done.parsed.event.sequence, done.parsed.snapshot.version) == (1, 1)
    assert done.headers["ETag"] == '"v1"'

    refused = record(*place, client=client, body=update, idempotency_key=str(uuid4()))
    assert refused.status_code == 409
    assert isinstance(refused.parsed, models.Problem)
    error = refused.parsed.error
    assert error.code == "version_conflict"
    assert (error.details.provided, error.details.current) == (0, 1)
    assert error.details.snapshot["remarks"] == remarks

    update.version = error.details.current
    again = record(*place, client=client, body=update, idempotency_key=str(uuid4()))
    assert isinstance(again.parsed, models.RecordedUpdate)
    assert again.parsed.snapshot.version == 2
