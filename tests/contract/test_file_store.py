"""Files: whole or not there, wherever they are kept."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from clientupdater.adapters.files.bucket import BucketFileStore
from clientupdater.adapters.files.local import LocalFileStore
from clientupdater.adapters.local.file_store import MemoryFileStore
from clientupdater.domain.errors import Misconfigured, NotFound, Unavailable
from clientupdater.ports.file_store import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clientupdater.ports.file_store import FileStore

NAME = "11111111-1-1.csv"
BUCKET = "exports"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Run a server that speaks S3; give where it is."""
    with ExitStack() as stack:
        context = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            context.setenv(name, "testing")
        context.setenv("AWS_DEFAULT_REGION", "us-east-1")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        stack.callback(server.stop)
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        BucketFileStore(BUCKET, endpoint=url)._client.create_bucket(Bucket=BUCKET)  # noqa: SLF001 — by S3 itself
        yield url


@pytest.fixture(params=["memory", "local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "memory":
        return MemoryFileStore()
    if request.param == "local":
        return LocalFileStore(tmp_path / "exports")
    return BucketFileStore(BUCKET, f"{tmp_path.name}/", request.getfixturevalue("s3"))


def keep(store: FileStore, content: bytes, name: str = NAME) -> None:
    with store.writing(name) as draft:
        draft.write(content)


def content(store: FileStore, name: str = NAME) -> bytes:
    result = store.read(name)
    read = b"".join(result.chunks)
    assert len(read) == result.size
    return read


def test_a_written_file_can_be_read(store: FileStore) -> None:
    with store.writing(NAME) as draft:
        draft.write(b"one ")
        draft.write(b"two")
        assert draft.tell() == 7
    assert content(store) == b"one two"


def test_a_long_file_is_read_in_pieces(store: FileStore) -> None:
    keep(store, b"x" * (2 * CHUNK + 1))
    result = store.read(NAME)
    assert max(len(chunk) for chunk in result.chunks) <= CHUNK


def test_nothing_can_be_read_before_it_is_whole(store: FileStore) -> None:
    with store.writing(NAME) as draft:
        draft.write(b"half")
        draft.flush()
        with pytest.raises(NotFound):
            store.read(NAME)


def test_an_interrupted_write_leaves_the_earlier_file(store: FileStore) -> None:
    def break_off() -> None:
        with store.writing(NAME) as draft:
            draft.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with pytest.raises(NotFound):
        store.read(NAME)
    keep(store, b"before")
    with pytest.raises(ZeroDivisionError):
        break_off()
    assert content(store) == b"before"


def test_a_removed_file_is_gone_and_can_be_removed_again(store: FileStore) -> None:
    keep(store, b"one")
    store.remove(NAME)
    store.remove(NAME)
    with pytest.raises(NotFound):
        store.read(NAME)


def test_one_name_is_not_another(store: FileStore) -> None:
    keep(store, b"one", "1.csv")
    keep(store, b"two", "2.csv")
    assert (content(store, "1.csv"), content(store, "2.csv")) == (b"one", b"two")


def test_a_file_that_is_whole_is_not_swept(store: FileStore) -> None:
    keep(store, b"one")
    assert store.sweep(datetime.now(UTC) + timedelta(days=1)) == 0
    assert content(store) == b"one"


# --- a directory


def test_the_remains_of_a_dead_writer_are_removed_once_they_are_old(tmp_path: Path) -> None:
    store, part = LocalFileStore(tmp_path), tmp_path / ".1.csv.ab.part"
    part.write_bytes(b"half")
    now = datetime.now(UTC)
    assert store.sweep(now - timedelta(days=1)) == 0
    os.utime(part, (0, 0))
    assert store.sweep(now - timedelta(days=1)) == 1
    assert list(tmp_path.iterdir()) == []


def test_no_other_user_can_read_a_file(tmp_path: Path) -> None:
    store = LocalFileStore(tmp_path / "exports")
    keep(store, b"one")
    assert (tmp_path / "exports").stat().st_mode & 0o077 == 0
    assert (tmp_path / "exports" / NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", ".hidden", ""])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    store = LocalFileStore(tmp_path / "exports")
    with pytest.raises(NotFound):
        store.read(name)
    with pytest.raises(NotFound):
        keep(store, b"one", name)


def test_an_impossible_directory_is_reported(tmp_path: Path) -> None:
    (tmp_path / "exports").write_bytes(b"a file")
    with pytest.raises(Unavailable):
        keep(LocalFileStore(tmp_path / "exports"), b"one")


# --- a bucket


def test_an_abandoned_upload_is_aborted_once_it_is_old(s3: str) -> None:
    store = BucketFileStore(BUCKET, "left/", s3)
    store._client.create_multipart_upload(Bucket=BUCKET, Key="left/1.csv")  # noqa: SLF001 — as a writer who died
    assert store.sweep(datetime(2001, 1, 1, tzinfo=UTC)) == 0
    assert store.sweep(datetime.now(UTC) + timedelta(days=1)) == 1
    assert store.sweep(datetime.now(UTC) + timedelta(days=1)) == 0


def test_a_bucket_that_is_not_there_is_a_fault_of_the_settings(s3: str) -> None:
    with pytest.raises(Misconfigured, match="EXPORT_S3_BUCKET"):
        keep(BucketFileStore("no-such-bucket", endpoint=s3), b"one")


def test_a_bucket_that_does_not_answer_is_unavailable(s3: str) -> None:
    assert s3
    with pytest.raises(Unavailable):
        keep(BucketFileStore(BUCKET, endpoint="http://127.0.0.1:1"), b"one")
