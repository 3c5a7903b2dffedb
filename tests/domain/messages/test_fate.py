"""What becomes of a message after each try: a closed table, ever longer pauses, and no third time that may arrive."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.messages.fate import (
    CLAIM_LASTS,
    FATE_NAMES,
    MOVES,
    PAUSES,
    Delivery,
    Outcome,
    Reply,
    Step,
    decide_next_step,
    kept_words,
)
from tests.days import at

NOW = at("2026-09-18 Fri 09:00")
WAITING, SENDING, SENT, FAILED, BOUNCED, DROPPED = Delivery


def after(said: Reply, tries: int = 1, unsure: int = 0) -> Step:
    return decide_next_step(Outcome(said), tries, unsure, NOW)


@pytest.mark.parametrize("tries", [1, 4, len(PAUSES) + 1])
def test_what_will_never_be_taken_is_given_up_at_once(tries: int) -> None:
    assert after(Reply.NEVER, tries) == Step(FAILED)


@pytest.mark.parametrize("said", [Reply.LATER, Reply.UNSURE])
def test_after_the_last_pause_it_is_given_up(said: Reply) -> None:
    assert after(said, len(PAUSES), 1).fate is WAITING
    assert after(said, len(PAUSES) + 1, 1) == Step(FAILED)


@pytest.mark.parametrize("said", [Reply.LATER, Reply.UNSURE])
def test_two_tries_that_may_have_arrived_are_the_last(said: Reply) -> None:
    assert after(said, 2, 1).fate is WAITING
    assert after(said, 2, 2) == Step(FAILED)


@pytest.mark.parametrize("tries", range(1, len(PAUSES) + 1))
def test_each_pause_is_longer_than_the_one_before(tries: int) -> None:
    step = after(Reply.LATER, tries)
    assert step == Step(WAITING, NOW + PAUSES[tries - 1])
    assert tries == 1 or PAUSES[tries - 1] > PAUSES[tries - 2]


@pytest.mark.parametrize(("tries", "unsure"), [(1, 0), (8, 0), (2, 1)])
def test_what_was_taken_is_sent(tries: int, unsure: int) -> None:
    assert after(Reply.TAKEN, tries, unsure) == Step(SENT)


def test_the_whole_table_of_moves() -> None:
    """What ended stays so, but for what the office sends again and what comes back."""
    assert {fate: set(moves) for fate, moves in MOVES.items()} == {
        WAITING: {SENDING, DROPPED},
        SENDING: {WAITING, SENT, FAILED, DROPPED},
        SENT: {BOUNCED},
        FAILED: {WAITING},
        BOUNCED: {WAITING},
        DROPPED: set(),
    }
    assert set(FATE_NAMES) == set(Delivery)


def test_the_pauses_in_minutes() -> None:
    assert [pause / dt.timedelta(minutes=1) for pause in PAUSES] == [1, 5, 15, 60, 180, 720, 1440]
    assert dt.timedelta(minutes=2) == CLAIM_LASTS  # a worker that says nothing for longer is dead


def test_all_tries_together_take_less_than_two_days() -> None:
    """A deadline's warning that is two days old tells nobody anything."""
    assert dt.timedelta(days=1) < sum(PAUSES, dt.timedelta()) < dt.timedelta(days=2)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("  250 2.0.0\r\n Ok:  queued ", "250 2.0.0 Ok: queued"),  # one line
        ("550 5.1.1 <zhao.xiaohe@example.com>: unknown", "550 5.1.1 <…>: unknown"),
        ("收件人zhao@example.com不存在", "收件人…不存在"),
        ("zhao%40example.com、zhao&#64;example.com、zhao＠example.com", "…、…、…"),
        ("转给ZHAO@EXAMPLE.COM。", "转给…。"),
        # A number in one piece is somebody's from seven digits on, one in groups from ten.
        ("size 123456", "size 123456"),
        ("size 1234567", "size …"),
        ("+8613911112222", "…"),
        ("139 1111 2222", "…"),
        ("087-312345", "087-312345"),
        ("0874-312345", "…"),
        ("550-5.7.26 and 421 4.7.0", "550-5.7.26 and 421 4.7.0"),
        ("id A1234567B", "id A1234567B"),
    ],
)
def test_nobodys_address_stands_in_a_servers_words(words: str, kept: str) -> None:
    assert kept_words(words) == kept


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("", "user zhao of example.com, ab and abc"),
        ("zhao@example.com", "user … of …, ab and abc"),
        ("ZHAO%40Example.Com", "user … of …, ab and abc"),
        ("ab@example.com", "user zhao of …, ab and abc"),  # two letters stand in any text
        ("abc@example.com", "user zhao of …, ab and …"),
    ],
)
def test_no_part_of_the_address_stands_in_a_servers_words(address: str, kept: str) -> None:
    assert kept_words("user zhao of example.com, ab and abc", address) == kept


@pytest.mark.parametrize(("length", "kept"), [(299, 299), (300, 300), (301, 300), (5000, 300)])
def test_a_servers_words_are_kept_up_to_300_characters(length: int, kept: int) -> None:
    assert kept_words("字" * length) == "字" * kept
