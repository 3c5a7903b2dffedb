"""The program by which strangers check the record (R38): run as its users run it, with nothing but `cryptography`."""

from __future__ import annotations

import copy
import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.record import proof_files
from app.domain.record.filings import FiledContent, commitment
from app.domain.record.leaves import LeafContent
from app.domain.record.listings import ENTRY_FIELDS, entry_digest, list_digest
from app.domain.record.merkle import CompactRange, consistency_proof, inclusion_proof
from app.domain.record.notes import COSIGNATURE, Checkpoint, KnownKey, Note, cosign, sign_checkpoint
from app.domain.record.proof_files import ProvenLeaf, SignedTree
from app.signing import SigningKey

PROGRAM = Path(__file__).parent.parent / "static" / "verify" / "gongshi-verify.py"
NEEDED = ("cryptography", "cffi", "_cffi_backend", "pycparser", "typing_extensions")
LOG, STRANGER, WITNESS = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
KEY = KnownKey("gongshi.example", LOG.public)
WITNESS_KEY = KnownKey("witness.example", WITNESS.public, COSIGNATURE)
AT = dt.datetime(2026, 9, 20, 1, tzinfo=dt.UTC)
SALT = bytes(range(16))
FACTS = "名单里写的事迹与实际不符，见附件两份。\n“原文”如此。"
CONTENT = FiledContent(6, 3, "张三", "deeds", FACTS, ["b" * 64, "a" * 64])
PERIOD = {"opens_at": "2026-09-17T16:00:00+00:00", "closes_at": "2026-09-24T16:00:00+00:00", "entries": 3}


def entry(position: int, name: str) -> dict[str, Any]:
    return dict.fromkeys(ENTRY_FIELDS) | {"position": position, "kind": "individual", "name": name, "deeds": "事迹"}


ENTRIES = [entry(1, "张三"), entry(2, "李四"), entry(3, "王五")]
CORRECTED = [entry(1, "张三"), entry(2, "李泗"), entry(3, "王五")]
SALTS = [bytes([number]) * 16 for number in range(3)]


def digests(entries: list[dict[str, Any]]) -> list[bytes]:
    return [entry_digest(salt, texts) for salt, texts in zip(SALTS, entries, strict=True)]


def leaf(number: int, action: str, subject: str, details: dict[str, Any]) -> LeafContent:
    text = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return LeafContent(f"{number:032x}", "2026-09-18T00:00:01.000000+00:00", "clock", action, subject, text)


class Record:
    """A small record: 75 acts, of which a few are proven."""

    def __init__(self) -> None:
        listed = [list_digest(digests(each)) for each in (ENTRIES, CORRECTED, CORRECTED)]
        self.acts = [leaf(number, "case.accepted", f"case:{number}", {}) for number in range(75)]
        self.acts[40] = leaf(
            40, "objection.filed", "case:7", {"objection": 9, "commitment": commitment(SALT, CONTENT), "files": 2}
        )
        for place, action, listing in zip((11, 33, 60), ("opened", "corrected", "closed"), listed, strict=True):
            self.acts[place] = leaf(place, f"period.list_{action}", "period:6", PERIOD | {"list": listing})
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.tree, self.notes = CompactRange(), {}
        for size, act in enumerate(self.acts, start=1):
            self.nodes |= {(node.level, node.index): node.hash for node in self.tree.append(act.hash)}
            if size in {32, 50, 75}:
                self.notes[size] = self.note(size)

    def read(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def note(self, size: int) -> Note:
        stated = Checkpoint(KEY.name, size, self.tree.root(), AT + dt.timedelta(hours=size))
        note = sign_checkpoint(stated, KEY, LOG.sign)
        if size < len(self.acts):
            return note
        return note.with_signatures([cosign(note, WITNESS_KEY, WITNESS.sign, AT + dt.timedelta(days=9))])

    def signed(self, size: int = 75) -> SignedTree:
        return SignedTree(str(self.notes[size]), str(KEY))

    def proven(self, index: int, size: int = 75) -> ProvenLeaf:
        return ProvenLeaf(self.acts[index], index, inclusion_proof(index, size, self.read))


RECORD = Record()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[int, str]]:
    """Run the program in a folder of its own, where Python finds nothing but `cryptography`."""
    folder = tmp_path_factory.mktemp("elsewhere")
    libraries = folder / "libraries"
    libraries.mkdir()
    for name in NEEDED:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            continue
        place = Path(found.origin)
        place = place.parent if place.name == "__init__.py" else place
        (libraries / place.name).symlink_to(place)
    program = folder / PROGRAM.name
    program.write_bytes(PROGRAM.read_bytes())
    environment = {"PYTHONPATH": str(libraries), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"}

    def started(*arguments: object, **files: bytes | str) -> tuple[int, str]:
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        command = [sys.executable, "-S", str(program), *map(str, arguments)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=60)
        assert done.stderr == b""
        return done.returncode, done.stdout.decode()

    return started


def receipt() -> bytes:
    return proof_files.receipt_file(RECORD.signed(), RECORD.proven(40), SALT)


def period() -> bytes:
    whole = [[place, digest.hex()] for place, digest in enumerate(digests(ENTRIES))]
    changed = [[1, digests(CORRECTED)[1].hex()]]
    lists = [(RECORD.proven(11), whole), (RECORD.proven(33), changed), (RECORD.proven(60), [])]
    return proof_files.period_file(RECORD.signed(), 6, lists)


def kept(entries: list[dict[str, Any]], only: slice = slice(None)) -> bytes:
    return proof_files.list_file(6, list(zip(entries, SALTS, strict=True))[only])


def growth(old: int = 50) -> bytes:
    path = consistency_proof(old, 75, RECORD.read)
    return proof_files.growth_file(str(RECORD.notes[old]), RECORD.signed(), path)


def test_it_is_one_small_file() -> None:
    text = PROGRAM.read_text("utf-8")
    assert len(text.splitlines()) <= 200
    imported = {
        line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_a_receipt_is_proven(run: Callable[..., tuple[int, str]]) -> None:
    code, said = run("receipt", "p.json", **{"p.json": receipt()})
    assert code == 0
    assert RECORD.acts[40].hash.hex() in said
    assert "对。用的是文件自带的公钥" in said
    assert str(KEY) in said
    assert "2026年09月18日08:00:01记录收到这件异议" in said


def test_a_receipt_is_proven_with_what_was_filed_and_keys_from_elsewhere(run: Callable[..., tuple[int, str]]) -> None:
    files = {"p.json": receipt(), "c.json": proof_files.filed_file(CONTENT)}
    code, said = run("receipt", "p.json", "c.json", "--key", KEY, "--witness", WITNESS_KEY, **files)
    assert code == 0
    assert said.endswith("对。\n")
    assert "内容相符：对象张三" in said
    assert "见证：witness.example，2026年09月29日09:00:00" in said


def test_windows_line_ends_and_marks_do_no_harm(run: Callable[..., tuple[int, str]]) -> None:
    note = b"\xef\xbb\xbf" + str(RECORD.notes[50]).replace("\n", "\r\n").encode()
    proof = b"\xef\xbb\xbf" + growth()
    assert run("checkpoints", "old.txt", "g.json", **{"old.txt": note, "g.json": proof})[0] == 0


@pytest.mark.parametrize("old", [32, 50, 75])
def test_an_old_checkpoint_is_the_beginning_of_a_new_one(run: Callable[..., tuple[int, str]], old: int) -> None:
    code, said = run("checkpoints", "old.txt", "g.json", **{"old.txt": str(RECORD.notes[old]), "g.json": growth(old)})
    assert code == 0
    assert f"的{old}条记录，一条不差" in said


@pytest.mark.parametrize(
    ("entries", "only", "line"),
    [(ENTRIES, slice(None), 1), (CORRECTED, slice(None), 2), (ENTRIES, slice(2, 3), 1), (CORRECTED, slice(1, 2), 2)],
)
def test_a_kept_list_was_public(
    run: Callable[..., tuple[int, str]], entries: list[dict[str, Any]], only: slice, line: int
) -> None:
    code, said = run("period", "p.json", "l.json", **{"p.json": period(), "l.json": kept(entries, only)})
    assert code == 0
    assert f"与上面第{line}行的名单一字不差" in said
    assert "公示期2026年09月18日00:00:00至2026年09月25日00:00:00" in said
    assert "张三" not in run("period", "p.json", **{"p.json": period()})[1]


def test_another_list_was_not(run: Callable[..., tuple[int, str]]) -> None:
    other = [*ENTRIES[:2], entry(3, "赵六")]
    mixed = [CORRECTED[0] | {"name": "张仨"}, *CORRECTED[1:]]
    for entries in (other, mixed, [], [*CORRECTED[:1], ENTRIES[1] | {"deeds": "别的"}, ENTRIES[2]]):
        salted = proof_files.list_file(6, list(zip(entries, SALTS, strict=False)))
        code, said = run("period", "p.json", "l.json", **{"p.json": period(), "l.json": salted})
        assert (code, "您存下的名单与公示时的不符" in said) == (1, True)


def test_other_content_is_not_what_was_filed(run: Callable[..., tuple[int, str]]) -> None:
    for change in (
        {"facts": FACTS + "。"},
        {"name": "李四"},
        {"files": ["a" * 64]},
        {"category": "other"},
        {"nominee": 4},
    ):
        content = json.loads(proof_files.filed_file(CONTENT)) | change
        code, said = run("receipt", "p.json", "c.json", **{"p.json": receipt(), "c.json": json.dumps(content)})
        assert (code, "内容与记录不符" in said) == (1, True)


def changes(value: Any) -> Iterator[Any]:
    """Yield other values for one of a file: near ones, and some of another kind."""
    if isinstance(value, str):
        flipped = "A" if not value.startswith("A") else "B"
        yield from (flipped + value[1:], value + "A", value[:-1] if value else "x", None)
    elif isinstance(value, int):
        yield from (value + 1, value - 1, str(value), None)
    else:
        yield from (None, "x")


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*at, key))
    else:
        yield at


def changed(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    other = copy.deepcopy(whole)
    holder = other
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return other


def imported() -> Any:
    """The program as a module: a process a change would take minutes."""
    found = importlib.util.spec_from_file_location("gongshi_verify", PROGRAM)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("what", "proof", "beside"),
    [
        ("receipt", receipt, proof_files.filed_file(CONTENT)),
        ("period", period, kept(ENTRIES)),
        ("checkpoints", growth, str(RECORD.notes[50]).encode()),
    ],
)
def test_a_change_of_any_field_is_refused(
    what: str, proof: Callable[[], bytes], beside: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, whole = imported(), json.loads(proof())
    other, file = tmp_path / "beside", tmp_path / "proof"
    other.write_bytes(beside)
    order = [str(other), str(file)] if what == "checkpoints" else [str(file), str(other)]
    keys, count = ["--key", str(KEY), "--witness", str(WITNESS_KEY)], 0
    for place in places(whole):
        value = whole
        for key in place:
            value = value[key]
        for another in changes(value):
            if place == ("key",) and another is None:
                continue
            file.write_text(json.dumps(changed(whole, place, another), ensure_ascii=False), "utf-8")
            assert program.main([what, *order, *keys]) == (0 if place == ("key",) else 1), (place, another)
            count += 1
    file.write_bytes(proof())
    assert program.main([what, *order, *keys]) == 0
    text = beside.decode()
    for at, character in enumerate(text):
        if character in '\n {}[],:"\\\u2014' or character.isspace():
            continue
        other.write_text(text[:at] + ("x" if character != "x" else "y") + text[at + 1 :], "utf-8")
        assert program.main([what, *order, *keys]) == 1, (at, text[max(0, at - 9) : at + 9])
    capsys.readouterr()
    assert count > 10


def test_a_stranger_cannot_sign(run: Callable[..., tuple[int, str]]) -> None:
    forged = KnownKey(KEY.name, STRANGER.public)
    note = sign_checkpoint(Checkpoint(KEY.name, 75, RECORD.tree.root(), AT), forged, STRANGER.sign)
    proof = proof_files.receipt_file(SignedTree(str(note), str(forged)), RECORD.proven(40), SALT)
    assert run("receipt", "p.json", **{"p.json": proof})[0] == 0  # and says whose key it went by
    code, said = run("receipt", "p.json", "--key", KEY, **{"p.json": proof})
    assert code == 1
    assert "没有gongshi.example用这个公钥签的名" in said
    code, said = run(
        "receipt", "p.json", "--witness", KnownKey("w", WITNESS.public, COSIGNATURE), **{"p.json": receipt()}
    )
    assert code == 1


def test_a_fork_is_found_by_whoever_kept_the_old_checkpoint(run: Callable[..., tuple[int, str]]) -> None:
    other = sign_checkpoint(Checkpoint(KEY.name, 50, bytes(32), AT), KEY, LOG.sign)
    code, said = run("checkpoints", "old.txt", "g.json", **{"old.txt": str(other), "g.json": growth()})
    assert code == 1
    assert "不是从这份旧存证开始的" in said
    forked = json.loads(growth()) | {"old": str(other)}
    code, said = run("checkpoints", "old.txt", "g.json", **{"old.txt": str(other), "g.json": json.dumps(forked)})
    assert code == 1
    assert "旧记录被改动过" in said


@pytest.mark.parametrize(
    "arguments", [[], ["receipt"], ["checkpoints", "a"], ["other", "a"], ["receipt", "a", "b", "c"], ["--key", "a"]]
)
def test_other_arguments_get_the_usage(run: Callable[..., tuple[int, str]], arguments: list[str]) -> None:
    code, said = run(*arguments)
    assert code == 2
    assert "用法" in said


def test_a_file_that_is_not_there_is_named(run: Callable[..., tuple[int, str]]) -> None:
    assert run("receipt", "nowhere.json") == (2, "打不开文件：nowhere.json。\n")
