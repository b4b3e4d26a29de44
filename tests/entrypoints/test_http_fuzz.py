"""Whatever is sent, by whomever: no fault of ours, and nothing that the contract does not say.

Bounded and seeded, so that it is the same each time. `make fuzz` takes a longer look.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from clientupdater.demo_data import fill
from tests.faults.test_several_servers import UNLIMITED
from tests.support.builders import MANILA
from tests.support.commands import environment
from tests.support.forked_servers import forked_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

EXAMPLES = os.environ.get("CLIENTUPDATER_FUZZ_EXAMPLES", "1")
SEED = os.environ.get("CLIENTUPDATER_FUZZ_SEED", "20261124")
CONFIG = Path(__file__).with_name("schemathesis.toml")
SIGN_OUT = r"sessions/(current|\{session\})$|/users/\{user\}/sessions$"
"""Left out: once it is one's own session that ends, all else is refused."""


@pytest.fixture
def api(database: Database) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a filled book; give the address and who can sign in, by role."""
    people = fill(database.worker_url, clients=60, now=datetime.now(UTC), zone=MANILA)
    # With it, /metrics is there, and asks for it as the contract says.
    settings = {"DATABASE_URL": database.app_url, "OPS_TOKEN": "not-known-to-those-that-ask-here"}
    with forked_server(**settings, **UNLIMITED) as server:
        tokens = {}
        for each in people:
            proof = {"email": each.email, "password": each.password}
            tokens[each.role] = httpx.post(
                f"{server.base}/api/v1/sessions", json=proof, timeout=30
            ).json()["token"]
        yield server.base, tokens


@pytest.mark.parametrize(
    ("role", "phases"),
    [
        ("administrator", "examples,coverage,fuzzing"),
        ("area manager", "fuzzing"),
        ("telemarketer", "fuzzing"),
    ],
)
def test_the_contract_holds_whatever_is_sent(
    api: tuple[str, dict[str, str]], role: str, phases: str, tmp_path: Path
) -> None:
    base, tokens = api
    arguments = {
        "--config-file": str(CONFIG),
        "run": f"{base}/api/openapi.json",
        "--checks": "all",
        "--mode": "all",
        "--phases": phases,
        "--max-examples": EXAMPLES,
        "--seed": SEED,
        "--exclude-path-regex": SIGN_OUT,
        "--header": f"Authorization: Bearer {tokens[role]}",
        "--warnings": "off",
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            *(word for pair in arguments.items() for word in pair),
            "--continue-on-failure",
            "--no-shrink",
        ],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=tmp_path,  # where it leaves what it remembers: each run begins anew
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    # Whoever had been signed out on the way would have been refused everything since.
    me = httpx.get(
        f"{base}/api/v1/me", headers={"Authorization": f"Bearer {tokens[role]}"}, timeout=30
    )
    assert me.status_code == 200
