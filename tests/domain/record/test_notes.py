"""Signed notes and checkpoints (R38), against the note that Go's checksum database tests with."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.record.notes import (
    COSIGNATURE,
    ED25519,
    BadNote,
    BadSignature,
    Checkpoint,
    KnownKey,
    Note,
    NoteSignature,
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
        f"{ORIGIN}\n9\n{'A' * 43}=\ntime 2026-9-1T2:00:00Z\n",  # an instant is written in one way
        f"{ORIGIN}\n9\n{'A' * 43}=\ntime 2026-11-31T02:00:00Z\n",
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
        SIGNED.replace("nAM=", "nAN="),  # the same bytes, written in another way
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


@pytest.mark.parametrize(
    ("text", "is_note"),
    [
        (SIGNED, True),
        (SIGNED.replace("cryptography", "crypto\tgraphy"), False),  # one control character in a short text
        (SIGNED.replace("PeterNeumann", "Peter\x00Neumann"), False),
        ("a" * (100_000 - len(SIGNED)) + SIGNED, True),
        ("a" * (100_001 - len(SIGNED)) + SIGNED, False),  # one character too long, and nothing else
    ],
)
def test_a_note_has_at_most_a_hundred_thousand_characters_and_no_control_character(text: str, is_note: bool) -> None:
    if is_note:
        assert str(Note.parse(text)) == text
        return
    with pytest.raises(BadNote, match="no note"):
        Note.parse(text)


@pytest.mark.parametrize(
    ("key", "length", "fits"),
    [
        # A log's signature has 64 bytes, a witness's the eight of its instant before them.
        (LOG_KEY, 63, False),
        (LOG_KEY, 64, True),
        (LOG_KEY, 65, False),
        (WITNESS_KEY, 64, False),
        (WITNESS_KEY, 71, False),
        (WITNESS_KEY, 72, True),
        (WITNESS_KEY, 73, False),
    ],
)
def test_a_signature_has_its_length_whatever_verifies_it(key: KnownKey, length: int, fits: bool) -> None:
    note = Note(SAYING, (NoteSignature(key.name, key.hash, bytes(length)),))
    if fits:
        assert set(note.verified([key], lambda *_: True)) == {key}
        return
    with pytest.raises(BadSignature):
        note.verified([key], lambda *_: True)


@pytest.mark.parametrize(("length", "signed"), [(1, True), (0, False)])
def test_a_signature_line_holds_more_than_the_hash_of_its_key(length: int, signed: bool) -> None:
    line = str(NoteSignature("log", LOG_KEY.hash, bytes(length)))
    if signed:
        assert [read.signature for read in parse_signatures(line)] == [bytes(length)]
        return
    with pytest.raises(BadNote, match="no signature line"):
        parse_signatures(line)


@pytest.mark.parametrize(
    ("name", "public", "algorithm"),
    [
        ("", bytes(32), ED25519),
        ("a b", bytes(32), ED25519),
        ("a+b", bytes(32), ED25519),
        ("n" * 201, bytes(32), ED25519),
        ("log", bytes(31), ED25519),
        ("log", bytes(33), COSIGNATURE),
        ("log", bytes(32), 0),
        ("log", bytes(32), 2),
        ("log", bytes(32), 3),
        ("log", bytes(32), 5),
    ],
)
def test_a_key_has_a_name_32_bytes_and_one_of_two_algorithms(name: str, public: bytes, algorithm: int) -> None:
    for each in (ED25519, COSIGNATURE):
        assert KnownKey.parse(str(KnownKey("n" * 200, bytes(32), each))).algorithm == each
    with pytest.raises(BadNote, match="no such key"):
        KnownKey(name, public, algorithm)


def test_an_instant_that_no_calendar_has_is_none() -> None:
    signature = NoteSignature("witness", WITNESS_KEY.hash, b"\xff" * 8 + bytes(64))
    with pytest.raises(BadNote, match="no instant"):
        _ = signature.cosigned_at


@pytest.mark.parametrize(("size", "stated"), [("0", 0), ("9" * 18, 10**18 - 1), ("1" + "0" * 18, None), ("", None)])
def test_a_tree_has_a_size_of_at_most_18_digits(size: str, stated: int | None) -> None:
    text = f"{ORIGIN}\n{size}\n{'A' * 43}=\n"
    if stated is not None:
        assert Checkpoint.parse(text) == Checkpoint(ORIGIN, stated, bytes(32))
        return
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_an_unknown_line_passes_over_and_the_first_of_one_key_stays() -> None:
    note = sign_note(SAYING, LOG_KEY, LOG.sign)
    [line] = note.signatures
    stranger = NoteSignature(OTHER_KEY.name, OTHER_KEY.hash, b"x")
    both = Note(note.text, (stranger, line, line))
    assert both.verified([LOG_KEY], verify) == {LOG_KEY: line}
    later = NoteSignature(line.name, line.key_hash, b"later")
    assert note.with_signatures([later]).signatures == (line,)
    assert note.with_signatures([stranger, later]).signatures == (line, stranger)
