"""The store in a bucket. Credentials and region come from boto3's usual environment."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

from app.evidence.names import FileMissing, StoreDown, checked, is_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_READ = 64 * 1024
_PART = 8 * 1024 * 1024  # held in memory, one at a time: what comes in cannot be read twice
_MISSING = {"NoSuchKey", "404"}
_CLIENT = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "max_attempts": 3},
    # Every chunk of a file is authenticated already, and not every S3-compatible store knows the newer checksums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
_TRANSFER = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, use_threads=False)


class S3:
    """Files in a bucket of its own, each under its name. The store itself shows a file only once it is whole."""

    def __init__(self, bucket: str, endpoint: str | None = None) -> None:
        self._bucket = bucket
        self._client = boto3.client("s3", endpoint_url=endpoint, config=_CLIENT)

    def put(self, name: str, content: Iterable[bytes]) -> None:
        with _faults_named():
            self._client.upload_fileobj(_readable(content), self._bucket, checked(name), Config=_TRANSFER)

    def get(self, name: str) -> Iterator[bytes]:
        with _faults_named():
            body = self._client.get_object(Bucket=self._bucket, Key=checked(name))["Body"]
        return _pieces(body)

    def delete(self, name: str) -> None:
        with _faults_named():
            self._client.delete_object(Bucket=self._bucket, Key=checked(name))

    def names(self) -> Iterator[str]:
        with _faults_named():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
                yield from filter(is_name, (entry["Key"] for entry in page.get("Contents", ())))

    def unfinished(self) -> Iterator[str]:
        with _faults_named():
            for page in self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket):
                yield from (f"{upload['Key']}.{upload['UploadId']}" for upload in page.get("Uploads", ()))


class _Pieces(io.RawIOBase):
    """An iterator of pieces as a file that can be read once."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._content = iter(content)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._rest:
            piece = next(self._content, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        target = memoryview(buffer)
        length = min(len(target), len(self._rest))
        target[:length] = self._rest[:length]
        self._rest = self._rest[length:]
        return length


def _readable(content: Iterable[bytes]) -> io.BufferedReader:
    # Buffered, because its read(n) gives n bytes up to the end: boto3 takes fewer for the end.
    return io.BufferedReader(_Pieces(content), _READ)


def _pieces(body: StreamingBody) -> Iterator[bytes]:
    with _faults_named():
        yield from body.iter_chunks(_READ)


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "")
        if code in _MISSING:
            raise FileMissing from None
        raise StoreDown(code) from fault
    except (BotoCoreError, Boto3Error, OSError) as fault:
        raise StoreDown(type(fault).__name__) from fault
