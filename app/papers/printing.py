"""Papers as PDF, by LibreOffice where it is installed: a process of its own, one at a time, with a time limit.

Each run has a folder of its own, 0700, with a fresh profile; nothing of it is left afterwards (SECURITY 55). The
profile runs no macro and its proxy is a closed port; where the system lets it, the process has no network at all. The
same .docx gives the same bytes: LibreOffice's moment and random id are replaced.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.domain.refusals import NotPrinted, PrinterBusy
from config import search_path

MEDIA_TYPE = "application/pdf"
OFF = "off"
_NAMES = ("soffice", "libreoffice")
_WAIT = 30.0  # seconds for whoever prints already
_LOOK = 0.2
_CLOSED_PORT = "http://127.0.0.1:9"  # discard: nothing listens there
_MOMENT = re.compile(rb"(/(?:CreationDate|ModDate)\(D:)\d{14}([^)]*\))")
_ID = re.compile(rb"(/ID \[ <)([0-9A-F]{32})(>\s*<)([0-9A-F]{32})(> \])")
_CHECKSUM = re.compile(rb"(/DocChecksum /)([0-9A-F]{32})")
_SECURITY, _NETWORK = "/org.openoffice.Office.Common/Security/Scripting", "/org.openoffice.Inet/Settings"
_SETTINGS = (
    (_SECURITY, "DisableMacrosExecution", "true"),
    (_SECURITY, "MacroSecurityLevel", "3"),
    (_SECURITY, "BlockUntrustedRefererLinks", "true"),
    (_NETWORK, "ooInetProxyType", "2"),
    (_NETWORK, "ooInetHTTPProxyName", "127.0.0.1"),
    (_NETWORK, "ooInetHTTPProxyPort", "9"),
    (_NETWORK, "ooInetHTTPSProxyName", "127.0.0.1"),
    (_NETWORK, "ooInetHTTPSProxyPort", "9"),
)
_ITEM = '<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_PROFILE = "\n".join(
    (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">',
        *(_ITEM.format(*setting) for setting in _SETTINGS),
        "</oor:items>",
    )
)


@dataclass(frozen=True, slots=True)
class Printer:
    """LibreOffice on this machine. `lock` is a file that all processes of the portal share; `seconds` is for a run."""

    program: Path
    lock: Path
    seconds: int

    def print(self, content: bytes) -> bytes:
        """Return a .docx as PDF. Raises PrinterBusy, NotPrinted."""
        with _alone(self.lock), tempfile.TemporaryDirectory(prefix="gongshi-pdf-") as name:  # 0700
            folder = Path(name)
            _write(folder / "profile" / "user" / "registrymodifications.xcu", _PROFILE.encode())
            _write(folder / "paper.docx", content)
            self._run(folder)
            try:
                printed = (folder / "paper.pdf").read_bytes()
            except OSError:
                raise NotPrinted from None
        if not printed.startswith(b"%PDF-"):
            raise NotPrinted
        return _stable(printed, hashlib.sha256(content).hexdigest())

    def _run(self, folder: Path) -> None:
        command = [
            *_without_network(),
            str(self.program),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
            *("--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), str(folder / "paper.docx")),
        ]
        quiet = subprocess.DEVNULL
        running = subprocess.Popen(  # noqa: S603 - our own command, and a file of our own name
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,  # LibreOffice is a script with children: all of them end together
            umask=0o077,
        )
        try:
            running.wait(self.seconds)
        except subprocess.TimeoutExpired:
            raise NotPrinted from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()


@cache
def find_program(setting: str) -> Path | None:
    """Return LibreOffice's program: the one that is set, else one on the PATH; None where there is none, for `off`."""
    if setting == OFF:
        return None
    found = setting or next((path for name in _NAMES if (path := shutil.which(name))), "")
    return Path(found) if found and os.access(found, os.X_OK) else None


def printer_of(setting: str, lock: Path, seconds: int) -> Printer | None:
    """Return the printer of this machine, None where papers are offered as .docx alone."""
    program = find_program(setting)
    return Printer(program, lock, seconds) if program else None


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock that every process and thread of the portal takes for a run. Raises PrinterBusy after a while."""
    _make_private(lock.parent)
    held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + _WAIT
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    raise PrinterBusy from None
                time.sleep(_LOOK)
        yield
    finally:
        os.close(held)  # lets the lock go


@cache
def _without_network() -> tuple[str, ...]:
    """Return what runs a command in a network of its own, with nothing in it; () where the system forbids that."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    prefix = (unshare, "--net", "--map-root-user")
    try:
        tried = subprocess.run([*prefix, "true"], capture_output=True, timeout=5, check=False)  # noqa: S603 - as above
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return prefix if tried.returncode == 0 else ()


def _environment(folder: Path) -> dict[str, str]:
    """Return the few variables that LibreOffice needs: no key or address of the portal is among them."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy"), _CLOSED_PORT)
    places = {"HOME": str(folder), "TMPDIR": str(folder), "PATH": search_path()}
    return {"LANG": "C.UTF-8", "TZ": "Asia/Shanghai", "SAL_USE_VCLPLUGIN": "svp", **proxies, **places}


def _write(path: Path, content: bytes) -> None:
    _make_private(path.parent)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the portal alone: `parents=True` keeps to the umask."""
    for path in reversed([folder, *folder.parents]):
        path.mkdir(mode=0o700, exist_ok=True)


def _stable(printed: bytes, digest: str) -> bytes:
    """Replace the moment, the random id and the checksum by what the .docx alone decides; every offset stays."""
    mark = digest[:32].upper().encode()
    printed = _MOMENT.sub(rb"\g<1>20251016000000\g<2>", printed)
    printed = _ID.sub(lambda found: found[1] + mark + found[3] + mark + found[5], printed)
    return _CHECKSUM.sub(lambda found: found[1] + mark, printed)
