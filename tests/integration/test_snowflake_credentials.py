"""Keys and tokens of our user in Snowflake are replaced, and no run fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clientupdater.adapters.snowflake.source import open_snowflake
from clientupdater.domain.errors import Misconfigured, SourceRefused
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from tests.integration.test_snowflake import refusal
from tests.integration.test_sync_of_snowflake import MOMENTS, inserted
from tests.support import snowflake_server
from tests.support.sync_fixture import BLANK, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from starlette.responses import JSONResponse

    from clientupdater.domain.sync.jobs import SyncJob
    from tests.support.snowflake_server import FakeSnowflake
    from tests.support.sync_fixture import Syncing

pytestmark = pytest.mark.rule("Y12")
CLIENTS = 5


@frozen
class Account:
    """A user of a Snowflake: it opens a session for who has one of the keys or tokens."""

    server: FakeSnowflake
    keys: list[RSAPublicKey] = field(factory=list)
    tokens: set[str] = field(factory=set)

    def judge(self, path: str, body: dict[str, Any]) -> JSONResponse | None:
        if "login-request" not in path:
            return None
        token = body["data"]["TOKEN"]
        is_known = token in self.tokens or any(_signed_by(key, token) for key in self.keys)
        return None if is_known else refusal("390144")

    def opened(self, key: Path, **facts: Any) -> AbstractContextManager[Any]:
        return open_snowflake(self.server.account(key, **facts), page_size=2)


def _signed_by(key: RSAPublicKey, token: str) -> bool:
    try:
        jwt.decode(token, key, algorithms=["RS256"])
    except jwt.InvalidTokenError:
        return False
    return True


@pytest.fixture
def account() -> Iterator[Account]:
    with snowflake_server.running() as server:
        columns = ", ".join(f"{name} {MOMENTS.get(name, 'varchar')}" for name in BLANK)
        server.fill(f"create table book ({columns})")
        server.fill("create view client_view as select * from book")
        for number in range(CLIENTS):
            server.fill(inserted(record(f"FC-{number}")))
        account = Account(server)
        server.spoil = account.judge
        yield account


@contextmanager
def reads(syncing: Syncing, source: AbstractContextManager[Any]) -> Iterator[None]:
    """Let the runs be those of a worker that opened this source."""
    with source as opened:
        syncing.sources[Source.SNOWFLAKE] = opened
        yield


def run(syncing: Syncing) -> SyncJob:
    return syncing.run(Source.SNOWFLAKE, full=True)


def written(key: RSAPrivateKey, path: Path) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_Snowflake_has_two_public_keys_and_no_run_fails(
    account: Account, syncing: Syncing, tmp_path: Path
) -> None:
    old, new = snowflake_server.private_key(), rsa.generate_private_key(65537, 2048)
    file = written(old, tmp_path / "key.pem")
    account.keys.append(old.public_key())
    with reads(syncing, account.opened(file)):
        assert run(syncing).state is JobStatus.COMPLETED
        account.keys.append(new.public_key())  # alter user … set rsa_public_key_2
        written(new, file)
        assert run(syncing).state is JobStatus.COMPLETED, "the session that is open goes on"
    with reads(syncing, account.opened(file)):
        assert run(syncing).state is JobStatus.COMPLETED
    account.keys.remove(old.public_key())  # alter user … unset rsa_public_key
    with reads(syncing, account.opened(file)):
        assert run(syncing).state is JobStatus.COMPLETED
    withdrawn = written(old, tmp_path / "old.pem")
    require_refused(syncing, account.opened(withdrawn))


def test_a_key_is_encrypted_anew_and_no_run_fails(
    account: Account, syncing: Syncing, tmp_path: Path
) -> None:
    account.keys.append(snowflake_server.private_key().public_key())
    file = snowflake_server.written_key(tmp_path, b"old-passphrase")
    with reads(syncing, account.opened(file, private_key_passphrase="old-passphrase")):  # noqa: S106 — made up
        assert run(syncing).state is JobStatus.COMPLETED
        snowflake_server.written_key(tmp_path, b"new-passphrase")
        assert run(syncing).state is JobStatus.COMPLETED, "the session that is open goes on"
    with reads(syncing, account.opened(file, private_key_passphrase="new-passphrase")):  # noqa: S106 — made up
        assert run(syncing).state is JobStatus.COMPLETED
    with (
        reads(syncing, account.opened(file, private_key_passphrase="old-passphrase")),  # noqa: S106 — made up
        pytest.raises(Misconfigured, match="SNOWFLAKE_PRIVATE_KEY_FILE") as caught,
    ):
        run(syncing)
    assert "passphrase" not in str(caught.value)


@pytest.mark.parametrize("way", ["programmatic_access_token", "oauth"])
def test_Snowflake_accepts_two_tokens_and_no_run_fails(
    account: Account, syncing: Syncing, tmp_path: Path, way: str
) -> None:
    def opened(token: str) -> AbstractContextManager[Any]:
        return account.opened(tmp_path, authenticator=way, token=token)

    account.tokens.update({"old-token", "new-token"})
    for token in ("old-token", "new-token"):
        with reads(syncing, opened(token)):
            assert run(syncing).state is JobStatus.COMPLETED
    account.tokens.remove("old-token")
    with reads(syncing, opened("new-token")):
        assert run(syncing).state is JobStatus.COMPLETED
    require_refused(syncing, opened("old-token"))


def require_refused(syncing: Syncing, source: AbstractContextManager[Any]) -> None:
    """A run with what was withdrawn says which settings to correct, and changes nothing."""
    before = syncing.book()
    with (
        reads(syncing, source),
        pytest.raises(SourceRefused, match="and the key or token") as caught,
    ):
        run(syncing)
    assert "old-token" not in str(caught.value)
    assert syncing.book() == before
