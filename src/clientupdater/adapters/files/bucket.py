"""Files in a bucket that speaks S3: written on this machine first, then sent as a whole."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from attrs import field, frozen
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from clientupdater.adapters.files.local import LocalDraft, translated
from clientupdater.domain.errors import Error, Fault, Misconfigured, NotFound, Unavailable
from clientupdater.ports.file_store import CHUNK, StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SERVICE = "the bucket of exports"
_MISSING = frozenset({"NoSuchKey", "404"})
_BARRED = frozenset(
    {"AccessDenied", "403", "NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
)
_PATIENCE = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 3}
)
# One part at a time: that is all the memory it takes.
_CALMLY = TransferConfig(use_threads=False)


@frozen
class BucketFileStore:
    """A bucket, which shows an object once it is complete; boto3 finds the credentials."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    _client: Any = field(init=False, eq=False, repr=False)

    @_client.default
    def _connected(self) -> Any:
        return boto3.client("s3", endpoint_url=self.endpoint, config=_PATIENCE)

    @contextmanager
    def writing(self, name: str) -> Iterator[LocalDraft]:
        """Write to a temporary file, and upload it once it is complete."""
        with translated(), tempfile.TemporaryFile() as file:
            yield LocalDraft(file)
            file.seek(0)
            with _translated():
                key = self._key(name)
                self._client.upload_fileobj(file, self.bucket, key, Config=_CALMLY)

    def read(self, name: str) -> StoredFile:
        with _translated():
            response = self._client.get_object(Bucket=self.bucket, Key=self._key(name))
        return StoredFile(response["ContentLength"], _chunks(response["Body"]))

    def remove(self, name: str) -> None:
        with _translated():
            self._client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def sweep(self, before: datetime) -> int:
        """Abort uploads that were begun and never completed: they use space unseen."""
        swept = 0
        with _translated():
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] < before:
                        params = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                        self._client.abort_multipart_upload(Bucket=self.bucket, **params)
                        swept += 1
        return swept

    def _key(self, name: str) -> str:
        return self.prefix + name


def _chunks(body: Any) -> Iterator[bytes]:
    with _translated():
        yield from body.iter_chunks(CHUNK)


@contextmanager
def _translated() -> Iterator[None]:
    """Translate the bucket's errors."""
    try:
        yield
    except ClientError as error:
        raise _translation(error) from error
    except NoCredentialsError as error:
        message = "there are no credentials for it"
        raise Misconfigured([Fault("EXPORT_S3_BUCKET", message)]) from error
    except (BotoCoreError, Boto3Error) as error:
        raise Unavailable(SERVICE) from error


def _translation(error: ClientError) -> Error:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _MISSING:
        return NotFound()
    if code in _BARRED:
        return Misconfigured([Fault("EXPORT_S3_BUCKET", f"the bucket refuses us: {code}")])
    return Unavailable(SERVICE)
