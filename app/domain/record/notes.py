"""Signed notes and checkpoints, as C2SP describes them (signed-note, tlog-checkpoint, tlog-cosignature; R38).

A note is text with signature lines below. A checkpoint is a note that states a tree: origin, size, root, and here in
one line of extension its instant. Who signs and how a signature is verified is handed in, since rules use the standard
library alone: `Sign` takes bytes and returns 64, `Verify` takes the public key, the bytes and the signature.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.domain.record.merkle import HASH_LENGTH

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes, bytes], bool]

ED25519 = 0x01
COSIGNATURE = 0x04
_SIGNATURE = 64
_KEY_HASH = 4
_SECONDS = 8
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONGEST = 100_000
_MOST_SIGNATURES = 100
_MARK = "\u2014 "
_INSTANT = "time "
_NAME = re.compile(r"[^\s+]{1,200}")


class BadNote(ValueError):
    """A text is no note, no checkpoint, or no key."""


class BadSignature(BadNote):
    """A known key's signature does not fit, or a key that is needed did not sign."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key by its name. `algorithm` is ED25519 (a log) or COSIGNATURE (a witness)."""

    name: str
    public: bytes
    algorithm: int = ED25519

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public) != 32 or self.algorithm not in {ED25519, COSIGNATURE}:
            raise BadNote("no such key")

    @classmethod
    def parse(cls, text: str) -> KnownKey:
        """Read `name+hash+key` (the vkey of signed-note). Raises BadNote."""
        try:
            name, hash_, key = text.strip().split("+", 2)
        except ValueError as error:
            raise BadNote("a key is written name+hash+key") from error
        raw = _decode(key)
        known = cls(name, raw[1:], raw[0] if raw else 0)
        if known.hash.hex() != hash_:
            raise BadNote("the hash of the key does not fit")
        return known

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.algorithm]) + self.public).digest()[:_KEY_HASH]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{_encode(bytes([self.algorithm]) + self.public)}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: a name, the four bytes that name the key, and the signature with what belongs to it."""

    name: str
    key_hash: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {_encode(self.key_hash + self.signature)}\n"

    @property
    def cosigned_at(self) -> dt.datetime:
        """When a witness cosigned. Only a cosignature has it. Raises BadNote for one beyond the year 9999."""
        try:
            return _EPOCH + dt.timedelta(seconds=int.from_bytes(self.signature[:_SECONDS]))
        except OverflowError as error:
            raise BadNote("no instant") from error


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a line break, and the lines that sign it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a note, its signatures unverified. Raises BadNote."""
        if len(text) > _LONGEST or any(_is_control(each) for each in text):
            raise BadNote("no note")
        body, separator, lines = text.rpartition("\n\n")
        if not separator or not body or not lines.endswith("\n"):
            raise BadNote("no note")
        signatures = parse_signatures(lines)
        return cls(body + "\n", signatures)

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(each) for each in self.signatures)

    def with_signatures(self, more: Iterable[NoteSignature]) -> Note:
        """Return the note with further signatures below its own; of one key the first stays, in its place."""
        kept: dict[tuple[str, bytes], NoteSignature] = {}
        for each in (*self.signatures, *more):
            kept.setdefault((each.name, each.key_hash), each)
        return Note(self.text, tuple(kept.values()))

    def verified(self, known: Sequence[KnownKey], verify: Verify) -> dict[KnownKey, NoteSignature]:
        """Return the signatures of known keys, passing over others. Raises BadSignature for one that does not fit."""
        found: dict[KnownKey, NoteSignature] = {}
        for line in self.signatures:
            for key in known:
                if (key.name, key.hash) != (line.name, line.key_hash) or key in found:
                    continue
                if not _fits(key, self.text, line.signature, verify):
                    raise BadSignature(f"the signature of {key.name} does not fit")
                found[key] = line
        return found


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Read signature lines: those below a note, or what a witness answers. Raises BadNote."""
    read = []
    for line in lines.removesuffix("\n").split("\n"):
        name, _, signature = line.removeprefix(_MARK).partition(" ")
        raw = _decode(signature)
        if not line.startswith(_MARK) or not _NAME.fullmatch(name) or len(raw) <= _KEY_HASH:
            raise BadNote("no signature line")
        read.append(NoteSignature(name, raw[:_KEY_HASH], raw[_KEY_HASH:]))
    if len(read) > _MOST_SIGNATURES:
        raise BadNote("too many signatures")
    return tuple(read)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states of itself: its first `size` rows have this root (32 bytes). `at` is the instant, in UTC."""

    origin: str
    size: int
    root: bytes
    at: dt.datetime | None = None

    @property
    def text(self) -> str:
        """The text that is signed."""
        instant = f"{_INSTANT}{_write_instant(self.at)}\n" if self.at else ""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n{instant}"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note. Lines of extension that are not ours are passed over. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or "" in lines[:-1]:
            raise BadNote("no checkpoint")
        origin, size, root = lines[:3]
        if not re.fullmatch(r"0|[1-9]\d{0,17}", size, re.ASCII):
            raise BadNote("no size of a tree")
        raw = _decode(root)
        if len(raw) != HASH_LENGTH:
            raise BadNote("no root of a tree")
        instants = [line.removeprefix(_INSTANT) for line in lines[3:-1] if line.startswith(_INSTANT)]
        if len(instants) > 1:
            raise BadNote("two instants")
        return cls(origin, int(size), raw, _read_instant(instants[0]) if instants else None)


def sign_checkpoint(checkpoint: Checkpoint, key: KnownKey, sign: Sign) -> Note:
    """Return the checkpoint as a note that its log signed."""
    return sign_note(checkpoint.text, key, sign)


def sign_note(text: str, key: KnownKey, sign: Sign) -> Note:
    if not text.endswith("\n") or any(_is_control(each) for each in text):
        raise BadNote("no text of a note")
    return Note(text, (NoteSignature(key.name, key.hash, sign(text.encode())),))


def cosign(note: Note, key: KnownKey, sign: Sign, at: dt.datetime) -> NoteSignature:
    """Return a witness's cosignature of a note, dated to the second."""
    seconds = int(at.timestamp())
    return NoteSignature(key.name, key.hash, seconds.to_bytes(_SECONDS) + sign(_cosigned(note.text, seconds)))


def open_checkpoint(text: str, origin: str, known: Sequence[KnownKey], verify: Verify) -> tuple[Checkpoint, Note]:
    """Read a checkpoint of this origin that a known key of the log signed.

    Raises BadNote for what is none, BadSignature where no such key signed or a signature does not fit.
    """
    note = Note.parse(text)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != origin:
        raise BadNote(f"a checkpoint of {checkpoint.origin}, not of {origin}")
    logs = [key for key in known if key.algorithm == ED25519]
    if not note.verified(logs, verify):
        raise BadSignature("no known key of the log signed this")
    return checkpoint, note


def _fits(key: KnownKey, text: str, signature: bytes, verify: Verify) -> bool:
    if key.algorithm == ED25519:
        return len(signature) == _SIGNATURE and verify(key.public, text.encode(), signature)
    if len(signature) != _SECONDS + _SIGNATURE:
        return False
    seconds = int.from_bytes(signature[:_SECONDS])
    return verify(key.public, _cosigned(text, seconds), signature[_SECONDS:])


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _is_control(character: str) -> bool:
    return character < " " and character != "\n"


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str) -> bytes:
    """Read base64 that is written in the one way it can be. Raises BadNote."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("no base64") from error
    if _encode(raw) != text:
        raise BadNote("no base64")
    return raw


def _write_instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _read_instant(text: str) -> dt.datetime:
    try:
        at = dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise BadNote("no instant") from error
    if _write_instant(at) != text:
        raise BadNote("no instant")
    return at
