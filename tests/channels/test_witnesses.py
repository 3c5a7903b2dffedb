"""Witnesses, and the logs that we witness, as the settings name them (R38)."""

from __future__ import annotations

import pytest

from app.channels.witnesses import Witness, WitnessDown, witnessed_logs_of, witnesses_of
from app.domain.record.notes import COSIGNATURE, KnownKey
from app.domain.record.witness import WitnessRequest
from config import BadSettings, Settings
from tests.channels.authority import serving

KEY, LOG = KnownKey("witness.example/witness", bytes(32), COSIGNATURE), KnownKey("gongshi.example/log", bytes(32))
REQUEST = WitnessRequest(0, [], "log\n1\nroot\n\n\u2014 log AAAA\n")


def test_the_settings_name_witnesses() -> None:
    read = witnesses_of(Settings(witnesses=f"{KEY} https://a.example/log/ , {KEY} https://b.example"))
    assert [each.url for each in read] == ["https://a.example/log", "https://b.example"]
    assert witnesses_of(Settings()) == []
    for wrong in ("x", f"{KEY}", f"{KEY} http://a.example", f"{LOG} https://a.example", f"{KEY} https://a.example x"):
        with pytest.raises(BadSettings, match="GONGSHI_WITNESSES"):
            witnesses_of(Settings(witnesses=wrong))


def test_the_settings_name_the_logs_that_are_cosigned() -> None:
    assert witnessed_logs_of(Settings()) == []
    assert witnessed_logs_of(Settings(witnessed_logs=f"{LOG}, {LOG}")) == [LOG, LOG]
    with pytest.raises(BadSettings, match="GONGSHI_WITNESSED_LOGS"):
        witnessed_logs_of(Settings(witnessed_logs="x"))


def test_a_request_goes_out_as_it_is_written() -> None:
    sent: list[bytes] = []

    def answer(body: bytes) -> bytes:
        sent.append(body)
        return b"9\n"

    with serving(answer, status=409) as url:
        assert Witness(KEY, url).ask(REQUEST) == (409, "9\n")
    assert sent == [str(REQUEST).encode()]
    with pytest.raises(WitnessDown):
        Witness(KEY, "http://127.0.0.1:9").ask(REQUEST)
