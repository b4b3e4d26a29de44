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
        for number in range(3):
            staff.run(
                "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
                " values (%s, (select id from companies where code = 'FCASH'), 'Juana Reyes', %s,"
                " (select id from products where code = 'FCASH_SSS'))",
                f"FC-{number:06d}",
                branch,
            )
        staff.app.periods.open_due()
        with served(build(lambda: nullcontext(staff.app))) as http:
            yield str(http.base_url).rstrip("/")


def test_a_generated_client_signs_in_works_and_meets_a_conflict(package: str, address: str) -> None:
    root, models = importlib.import_module(package), importlib.import_module(f"{package}.models")

    def operation(capability: str, name: str) -> Any:
        return importlib.import_module(f"{package}.api.{capability}.{name}")

    proof = models.SignInRequest(email=EMAIL, password=PASSWORD)
    opened = operation("sign_in", "sign_in").sync(client=root.Client(address), body=proof)
    assert isinstance(opened, models.OpenedSession)
    client = root.AuthenticatedClient(address, token=opened.token)

    list_worklist, items, cursor = operation("worklist", "list_worklist"), [], root.types.UNSET
    while cursor is not None:
        page = list_worklist.sync(client=client, limit=2, cursor=cursor)
        assert isinstance(page, models.WorklistPage)
        items += page.items
        cursor = page.next_cursor
    assert [item.client.client_code for item in items] == ["FC-000000", "FC-000001", "FC-000002"]
    assert {item.cause for item in items} == {models.WorklistCause.NOT_TOUCHED}

    record, first = operation("tracking", "record_update"), items[0]
    update = models.RecordUpdateRequest(
        status="CALLED",
        remarks="Asked to call back on Friday.",
        channel=models.Channel.CALL,
        version=first.snapshot.version,
    )
    place = (f"code:{first.client.client_code}", PERIOD)
    done = record.sync(*place, client=client, body=update, idempotency_key=str(uuid4()))
    assert isinstance(done, models.RecordedUpdate)
    assert (done.event.sequence, done.snapshot.status, done.snapshot.version) == (1, "CALLED", 1)

    refused = record.sync_detailed(*place, client=client, body=update, idempotency_key=str(uuid4()))
    assert refused.status_code == 409
    assert isinstance(refused.parsed, models.Problem)
    error = refused.parsed.error
    assert error.code == "version_conflict"
    assert (error.details.provided, error.details.current) == (0, 1)
    assert error.details.snapshot["remarks"] == "Asked to call back on Friday."

    update.version = error.details.current
    again = record.sync(*place, client=client, body=update, idempotency_key=str(uuid4()))
    assert isinstance(again, models.RecordedUpdate)
    assert again.snapshot.version == 2
