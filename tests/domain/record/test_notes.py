"""Signed notes and checkpoints (R38), against the note that Go's checksum database tests with."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.record.notes import (
    COSIGNATURE,
    BadNote,
    BadSignature,
    Checkpoint,
    KnownKey,
    Note,
    cosign,
    open_checkpoint,
    parse_signatures,
    sign_checkpoint,
    sign_note,
)
from app.signing import SigningKey, verify

# From golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNED = f"{SAYING}\n\u2014 PeterNeumann {LINE}\n"
AT = dt.datetime(2026, 11, 30, 2, 0, tzinfo=dt.UTC)
ORIGIN = "gongshi.example/log"
LOG, OTHER, WITNESS = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
LOG_KEY, OTHER_KEY = KnownKey(ORIGIN, LOG.public), KnownKey(ORIGIN, OTHER.public)
WITNESS_KEY = KnownKey("witness.example", WITNESS.public, COSIGNATURE)
STATED = Checkpoint(ORIGIN, 9, bytes(range(32)), AT)


def test_a_note_of_another_implementation_opens() -> None:
    key = KnownKey.parse(NEUMANN)
    assert str(key) == NEUMANN
    note = Note.parse(SIGNED)
    assert note.text == SAYING
    assert str(note) == SIGNED
    assert set(note.verified([LOG_KEY, key], verify)) == {key}


def test_a_checkpoint_is_what_was_signed() -> None:
    note = sign_checkpoint(STATED, LOG_KEY, LOG.sign)
    assert str(note).startswith(
        f"{ORIGIN}\n9\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ntime 2026-11-30T02:00:00Z\n\n\u2014 "
    )
    assert open_checkpoint(str(note), ORIGIN, [OTHER_KEY, LOG_KEY], verify) == (STATED, note)


def test_every_changed_character_of_a_checkpoint_is_refused() -> None:
    text = str(sign_checkpoint(STATED, LOG_KEY, LOG.sign))
    for place, character in enumerate(text):
        for other in ("A" if character != "A" else "B", "\n", ""):
            if other != character:
                with pytest.raises(BadNote):
                    open_checkpoint(text[:place] + other + text[place + 1 :], ORIGIN, [LOG_KEY], verify)


def test_a_key_that_nobody_knows_signs_nothing() -> None:
    text = str(sign_checkpoint(STATED, OTHER_KEY, OTHER.sign))
    with pytest.raises(BadSignature):
        open_checkpoint(text, ORIGIN, [LOG_KEY], verify)
    with pytest.raises(BadNote, match="not of"):
        open_checkpoint(text, "elsewhere", [OTHER_KEY], verify)


def test_a_witness_cosigns_what_the_log_signed() -> None:
    note = sign_checkpoint(STATED, LOG_KEY, LOG.sign)
    line = cosign(note, WITNESS_KEY, WITNESS.sign, AT + dt.timedelta(seconds=5, microseconds=9))
    (read,) = parse_signatures(str(line))
    assert read.cosigned_at == AT + dt.timedelta(seconds=5)
    both = note.with_signatures([read, read])
    assert len(both.signatures) == 2
    assert set(Note.parse(str(both)).verified([LOG_KEY, WITNESS_KEY], verify)) == {LOG_KEY, WITNESS_KEY}
    assert open_checkpoint(str(both), ORIGIN, [LOG_KEY, WITNESS_KEY], verify)[0] == STATED
    later = Note(note.text, (type(read)(read.name, read.key_hash, b"\1" + read.signature[1:]),))
    with pytest.raises(BadSignature):
        later.verified([WITNESS_KEY], verify)
    with pytest.raises(BadSignature):  # a witness does not stand in for the log
        open_checkpoint(str(Note(note.text, (read,))), ORIGIN, [WITNESS_KEY], verify)


@pytest.mark.parametrize(
    "key", ["", "a+b", "a+c74f20a3+ARpc", NEUMANN.replace("c7", "c8"), NEUMANN.replace("Peter", "P ")]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(BadNote):
        KnownKey.parse(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n9\n",
        f"{ORIGIN}\n09\n{'A' * 43}=\n",
        f"{ORIGIN}\n-9\n{'A' * 43}=\n",
        f"{ORIGIN}\n9\n{'A' * 42}==\n",
        f"{ORIGIN}\n9\nAA==\n",
        f"{ORIGIN}\n9\n{'A' * 43}=\ntime 2026-11-30T02:00:00Z\ntime 2026-11-30T02:00:00Z\n",
        f"{ORIGIN}\n9\n{'A' * 43}=\ntime 2026-11-30 02:00\n",
        f"{ORIGIN}\n9\n{'A' * 43}=",
        f"{ORIGIN}\n9\n{'A' * 43}=\n\n",
        f"\n9\n{'A' * 43}=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_a_checkpoint_of_others_may_have_lines_of_its_own() -> None:
    read = Checkpoint.parse(f"elsewhere\n0\n{'A' * 43}=\nsomething else\n")
    assert (read.size, read.at) == (0, None)


def test_a_text_without_its_end_or_with_control_characters_is_not_signed() -> None:
    for text in ("a", "a\t\n"):
        with pytest.raises(BadNote):
            sign_note(text, LOG_KEY, LOG.sign)
    for text in (
        "a\n",
        "\n\n",
        SIGNED + "x",
        SIGNED.replace("\u2014", "-"),
        SIGNED + SIGNED.splitlines()[-1][:9] + "\n",
    ):
        with pytest.raises(BadNote):
            Note.parse(text)


def test_a_note_has_at_most_a_hundred_signatures() -> None:
    line = str(sign_note(SAYING, LOG_KEY, LOG.sign)).splitlines()[-1] + "\n"
    assert len(parse_signatures(line * 100)) == 100
    with pytest.raises(BadNote, match="too many signatures"):
        parse_signatures(line * 101)


def test_the_same_signature_stands_in_a_note_once() -> None:
    note = sign_note(SAYING, LOG_KEY, LOG.sign)
    assert len(note.with_signatures(note.signatures).signatures) == 1
