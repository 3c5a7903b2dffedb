"""The bucket behaves as the folder does, against a real S3 server of this run's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from app.evidence.names import FileMissing, StoreDown
from app.evidence.s3 import S3
from app.evidence.store import store_of
from config import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
NAME, OTHER = "ab" + "0" * 30, "cd" + "1" * 30
LONG = 17 * 1024 * 1024 + 11  # three parts


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket, and the credentials where boto3 looks for them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id-for-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-for-tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = f"evidence-{abs(hash(request.node.name)):x}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=name)
    return name


@pytest.fixture
def store(bucket: str, endpoint: str) -> S3:
    return S3(bucket, endpoint)


def objects_in(bucket: str, endpoint: str) -> list[str]:
    listed = boto3.client("s3", endpoint_url=endpoint).list_objects_v2(Bucket=bucket)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def in_pieces(content: bytes, step: int = 64 * 1024) -> Iterator[bytes]:
    return (content[start : start + step] for start in range(0, len(content), step))


def test_what_is_put_is_got_and_listed_until_it_is_deleted(store: S3, bucket: str, endpoint: str) -> None:
    assert list(store.names()) == []
    store.put(NAME, [b"one", b"", b"two"])
    store.put(OTHER, [])
    assert b"".join(store.get(NAME)) == b"onetwo"
    assert b"".join(store.get(OTHER)) == b""
    boto3.client("s3", endpoint_url=endpoint).put_object(Bucket=bucket, Key="backup/notes.txt", Body=b"not ours")
    assert list(store.names()) == [NAME, OTHER]
    store.delete(NAME)
    store.delete(NAME)  # the second time is no error
    assert list(store.names()) == [OTHER]
    with pytest.raises(FileMissing):
        store.get(NAME)


def test_security_06_a_long_file_goes_in_parts_and_comes_back_bit_for_bit(
    store: S3, bucket: str, endpoint: str
) -> None:
    content = os.urandom(LONG)
    store.put(NAME, in_pieces(content))
    assert b"".join(store.get(NAME)) == content
    head = boto3.client("s3", endpoint_url=endpoint).head_object(Bucket=bucket, Key=NAME)
    assert head["ETag"].endswith('-3"')  # never in memory, nor in one request, as a whole
    assert list(store.unfinished()) == []


@pytest.mark.parametrize("length", [5, LONG])
def test_a_file_that_breaks_off_leaves_nothing(store: S3, bucket: str, endpoint: str, length: int) -> None:
    def broken_off() -> Iterator[bytes]:
        yield from in_pieces(bytes(length))
        raise ValueError("the seal broke")

    with pytest.raises(ValueError, match="the seal broke"):
        store.put(NAME, broken_off())
    assert objects_in(bucket, endpoint) == []
    assert list(store.unfinished()) == []


def test_security_05_an_upload_that_a_kill_left_is_told_apart(store: S3, bucket: str, endpoint: str) -> None:
    boto3.client("s3", endpoint_url=endpoint).create_multipart_upload(Bucket=bucket, Key=NAME)
    assert list(store.names()) == []
    [left] = store.unfinished()
    assert left.startswith(f"{NAME}.")


@pytest.mark.parametrize("name", ["", "../" + NAME, NAME.upper(), NAME + "/x", "backup/notes.txt"])
def test_security_33_no_path_hides_in_a_name(store: S3, bucket: str, endpoint: str, name: str) -> None:
    for act in (lambda: store.put(name, [b"content"]), lambda: store.get(name), lambda: store.delete(name)):
        with pytest.raises(ValueError, match="not the name of a stored file"):
            act()
    assert objects_in(bucket, endpoint) == []


def test_security_04_a_bucket_that_is_not_there_or_does_not_answer_is_named(bucket: str, endpoint: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    for store in (S3("no-such-bucket", endpoint), S3(bucket, nobody)):
        for act in (
            lambda store=store: store.put(NAME, [b"content"]),
            lambda store=store: store.put(NAME, in_pieces(bytes(LONG))),
            lambda store=store: store.get(NAME),
            lambda store=store: store.delete(NAME),
            lambda store=store: list(store.names()),
        ):
            with pytest.raises(StoreDown):
                act()


def test_the_settings_name_the_bucket(bucket: str, endpoint: str, tmp_path: Path) -> None:
    store = store_of(Settings(evidence_dir=tmp_path, evidence_s3_bucket=bucket, evidence_s3_endpoint=endpoint))
    store.put(NAME, [b"content"])
    assert objects_in(bucket, endpoint) == [NAME]
    assert list(tmp_path.iterdir()) == []


def test_who_keeps_files_in_a_folder_does_not_wait_for_boto3() -> None:
    program = """
import sys
from app.evidence.store import store_of
from config import Settings
store_of(Settings())
assert "boto3" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
