"""A paper as PDF: by a process alone, in time, with nothing left behind, the same bytes every time (SECURITY 55)."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from pathlib import Path

import pytest

from app.domain.refusals import NotPrinted, PrinterBusy
from app.papers import printing
from app.papers.printing import Printer, find_program, printer_of
from app.papers.templates import FOLDER
from config import BadSettings, Settings
from tests.papers.printing import require_printer

PAPER = (FOLDER / "leaders.docx").read_bytes()


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the runs' folders come and go."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def program(folder: Path, script: str) -> Path:
    """A program in LibreOffice's place."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


def printer(folder: Path, script: str, seconds: int = 20) -> Printer:
    return Printer(program(folder, script), folder / "instance" / "printing.lock", seconds)


def test_the_same_paper_gives_the_same_bytes_and_leaves_nothing(tmp_path: Path, scratch: Path) -> None:
    require_printer()
    made = printer_of("", tmp_path / "printing.lock", 120)
    assert made is not None
    first = made.print(PAPER)
    time.sleep(1.1)  # LibreOffice writes the second of its clock
    assert first[:5] == b"%PDF-"
    assert made.print(PAPER) == first
    assert list(scratch.iterdir()) == []


def test_a_process_that_hangs_is_killed_with_its_children_and_nothing_stays(tmp_path: Path, scratch: Path) -> None:
    pids = tmp_path / "pids"
    slow = printer(tmp_path, f"sleep 600 & echo $! $$ > {pids}; wait", seconds=1)
    with pytest.raises(NotPrinted):
        slow.print(PAPER)
    for pid in pids.read_text().split():
        deadline = time.monotonic() + 5
        while Path(f"/proc/{pid}/status").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
            assert time.monotonic() < deadline, "a child of the killed process still runs"
            time.sleep(0.05)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("script", ["exit 1", "exit 0", 'echo no pdf > "$(dirname "$HOME/x")/paper.pdf"'])
def test_whatever_is_no_pdf_is_refused_in_words(tmp_path: Path, scratch: Path, script: str) -> None:
    with pytest.raises(NotPrinted, match="请下载 Word 文件"):
        printer(tmp_path, script).print(PAPER)
    assert list(scratch.iterdir()) == []


def test_files_are_the_portals_alone_whatever_the_umask_and_no_secret_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGSHI_SECRET_KEY", "a secret")
    seen = tmp_path / "seen"
    script = f"touch own; ls -ldn . own paper.docx profile profile/user/* | cut -c1-10 > {seen}; env >> {seen}; exit 1"
    before = os.umask(0)
    try:
        with pytest.raises(NotPrinted):
            printer(tmp_path, script).print(PAPER)
    finally:
        os.umask(before)
    modes, variables = seen.read_text().split("\n")[:5], seen.read_text()
    assert modes == ["drwx------", "-rw-------", "-rw-------", "drwx------", "-rw-------"]
    assert ("GONGSHI" in variables, "a secret" in variables, "127.0.0.1:9" in variables) == (False, False, True)
    lock = tmp_path / "instance" / "printing.lock"
    assert (stat.S_IMODE(lock.stat().st_mode), stat.S_IMODE(lock.parent.stat().st_mode)) == (0o600, 0o700)


def test_one_prints_at_a_time_and_the_next_is_told_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "_WAIT", 0.3)
    one = printer(tmp_path, "exit 1")
    with printing._alone(one.lock), pytest.raises(PrinterBusy):
        one.print(PAPER)
    with pytest.raises(NotPrinted):  # the lock was let go
        one.print(PAPER)


def test_the_run_has_no_network_and_no_macros(tmp_path: Path) -> None:
    if not printing._without_network():
        pytest.skip("unshare: no network namespaces here")
    seen = tmp_path / "seen"
    script = f"cat /proc/net/dev > {seen}; cat profile/user/registrymodifications.xcu >> {seen}; exit 1"
    with pytest.raises(NotPrinted):
        printer(tmp_path, script).print(PAPER)
    text = seen.read_text()
    devices = [line.partition(":")[0].strip() for line in text.split("\n")[2:] if ":" in line and "<" not in line]
    assert devices == ["lo"]
    assert '"DisableMacrosExecution" oor:op="fuse"><value>true<' in text


def test_the_program_is_the_one_that_is_set_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    find_program.cache_clear()
    try:
        assert (find_program(""), find_program("off"), find_program(str(own))) == (own, None, own)
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        find_program.cache_clear()
        assert printer_of("", tmp_path / "lock", 1) is None
    finally:
        find_program.cache_clear()
    with pytest.raises(BadSettings, match="GONGSHI_SOFFICE"):
        Settings(soffice=str(tmp_path / "nowhere"))
