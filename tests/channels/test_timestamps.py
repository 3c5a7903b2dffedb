"""Time stamps of an authority of this machine (openssl ts), and of one that lies (RFC 3161, R38)."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app import clock
from app.channels.timestamps import NoStamp, TimeAuthority
from config import BadSettings, Settings
from tests.channels.authority import Authority, serving

TEXT = b"gongshi.example/log\n9\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def stamped(authority: Authority, answer: Callable[[bytes], bytes], status: int = 200) -> bytes:
    with serving(answer, status) as url:
        return TimeAuthority(url, authority.certificate).stamp(TEXT).token


def test_a_stamp_is_one_that_openssl_verifies_too(authority: Authority, tmp_path: Path) -> None:
    with serving(authority.answer) as url:
        stamp = TimeAuthority(url, authority.certificate).stamp(TEXT)
    assert abs(stamp.at - clock.now()) < dt.timedelta(minutes=1)
    (tmp_path / "token").write_bytes(stamp.token)
    (tmp_path / "text").write_bytes(TEXT)
    verify = ["openssl", "ts", "-verify", "-in", "token", "-data", "text", "-CAfile", str(authority.folder / "ca.pem")]
    done = subprocess.run(verify, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout + done.stderr


def test_another_text_is_refused(authority: Authority) -> None:
    with pytest.raises(NoStamp, match="fit"):
        stamped(authority, lambda _query: authority.answer(authority.query_for(b"another text")))


def test_another_nonce_is_refused(authority: Authority) -> None:
    with pytest.raises(NoStamp, match="Nonce"):
        stamped(authority, lambda _query: authority.answer(authority.query_for(TEXT)))
    with pytest.raises(NoStamp, match="Nonce"):
        stamped(authority, lambda _query: authority.answer(authority.query_for(TEXT, "-no_nonce")))


def test_an_answer_that_was_kept_is_refused(authority: Authority) -> None:
    kept: list[bytes] = []

    def answer(query: bytes) -> bytes:
        kept.append(authority.answer(query))
        return kept[0]

    stamped(authority, answer)
    with pytest.raises(NoStamp, match="Nonce"):
        stamped(authority, answer)


def test_another_time_is_refused(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clock.now
    for apart in (dt.timedelta(minutes=-6), dt.timedelta(minutes=6)):
        monkeypatch.setattr(clock, "now", lambda apart=apart: real() + apart)
        with pytest.raises(NoStamp, match="another time"):
            stamped(authority, authority.answer)


def test_another_certificate_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    with pytest.raises(NoStamp, match="fit"):
        stamped(authority, other.answer)


def test_a_changed_answer_is_refused(authority: Authority) -> None:
    def changed(place: int) -> Callable[[bytes], bytes]:
        def answer(query: bytes) -> bytes:
            token = bytearray(authority.answer(query))
            token[place * len(token) // 20] ^= 1
            return bytes(token)

        return answer

    for place in range(1, 20):
        try:
            stamped(authority, changed(place))
        except NoStamp:
            continue
        pytest.fail(f"a changed bit at {place}/20 passes")


@pytest.mark.parametrize("content", [b"", b"no answer", b"0" * 100_000])
def test_what_is_no_answer_is_refused(authority: Authority, content: bytes) -> None:
    with pytest.raises(NoStamp):
        stamped(authority, lambda _query: content)


def test_a_fault_of_the_authority_is_told(authority: Authority) -> None:
    with pytest.raises(NoStamp, match="503"):
        stamped(authority, authority.answer, status=503)
    with pytest.raises(NoStamp, match="does not answer"):
        TimeAuthority("http://127.0.0.1:9/", authority.certificate).stamp(TEXT)


def test_the_settings_name_the_authority(authority: Authority) -> None:
    assert TimeAuthority.of(Settings()) is None
    certificate = str(authority.folder / "ca.pem")
    assert TimeAuthority.of(Settings(tsa_url="http://127.0.0.1/", tsa_certificate=certificate)) is not None
    for wrong in ("", "/nowhere", __file__):
        with pytest.raises(BadSettings, match="GONGSHI_TSA_CERTIFICATE"):
            TimeAuthority.of(Settings(tsa_url="http://127.0.0.1/", tsa_certificate=wrong))
