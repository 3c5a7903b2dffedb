"""The copy of an evidence file without the marks of its author, made in a process of its own (SECURITY 45, 58).

What is read there was written by strangers, in formats that are large and old. So it happens apart from the server,
with a bound on memory and time, without the portal's keys, and nothing of it touches a disk.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from app.domain.refusals import FileRefused
from app.evidence.kinds import FileKind
from app.evidence.spool import SealedSpool

SECONDS = 20  # 45 MB of scans take 2 s, a sheet of 600,000 cells 4 s
MEMORY = 1024 * 1024 * 1024
_REFUSED = 3
_PIECE = 64 * 1024
_LONGEST_REFUSAL = 4000
_AT_ONCE = threading.BoundedSemaphore(2)
_ROOT = Path(__file__).resolve().parents[2]
_TOO_MUCH = "这个文件太复杂，无法去掉里面的作者等信息。请分成几个文件，或用“打印”另存为普通的 PDF 再上传。"


def made_copy(upload: BinaryIO, kind: FileKind) -> SealedSpool:
    """Return the copy that handlers read, at its beginning. Raises FileRefused where none can be made."""
    upload.seek(0)
    spool = SealedSpool()
    try:
        with _AT_ONCE:
            code, said = _run([sys.executable, "-m", "app.evidence.copier", kind.value], upload, spool)
        if code == _REFUSED:
            raise FileRefused(said.decode(errors="replace"))
        if code or not spool.tell():
            raise FileRefused(_TOO_MUCH)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _run(command: list[str], upload: BinaryIO, into: SealedSpool) -> tuple[int, bytes]:
    """Run the process over an upload, piece by piece: neither file is in this one's memory whole.

    Its environment is empty: keys and passwords of the portal stand in this one's. Returns its exit code and error.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=_ROOT, env={}, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # noqa: S603
        feed, copy, errors = (cast(IO[bytes], each) for each in (process.stdin, process.stdout, process.stderr))
        deadline = threading.Timer(SECONDS, process.kill)
        feeding = threading.Thread(target=_feed, args=(upload, feed), daemon=True)
        deadline.start()
        feeding.start()
        try:
            while piece := copy.read(_PIECE):
                into.write(piece)
            said = errors.read(_LONGEST_REFUSAL)
            feeding.join()
            return process.wait(), said
        finally:
            process.kill()
            deadline.cancel()


def _feed(upload: BinaryIO, pipe: IO[bytes]) -> None:
    with suppress(OSError), pipe:  # it ends early where it refuses or is ended
        while piece := upload.read(_PIECE):
            pipe.write(piece)


def _bounded() -> None:
    with suppress(OSError, ValueError):  # a service manager may forbid it; then the time and its own bound remain
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: str) -> int:
    """Copy a file from the standard input to the standard output. A refusal goes to the error output, as text."""
    _bounded()
    content = sys.stdin.buffer.read()
    try:
        if kind == FileKind.PDF:
            from app.evidence.pdf_copy import copy_of_pdf  # each format loads only what it needs

            copy = copy_of_pdf(content)
        else:
            from app.evidence.office_copy import copy_of_office

            copy = copy_of_office(content)
    except FileRefused as refusal:
        sys.stderr.buffer.write(refusal.why.encode())
        return _REFUSED
    sys.stdout.buffer.write(copy)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
