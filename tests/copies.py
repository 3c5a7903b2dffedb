"""The copy of an evidence file made in this process, for every test but those of the process it has of its own.

Servers that a test starts make it apart, as the portal does.
"""

from __future__ import annotations

from typing import BinaryIO

from app.domain.refusals import FileRefused
from app.evidence import copier
from app.evidence.kinds import FileKind
from app.evidence.spool import SealedSpool

OF_THE_PORTAL = copier._run


def copy_here() -> None:
    """Let every later copy of this process start no other."""
    copier._run = _run_here


def _run_here(command: list[str], upload: BinaryIO, into: SealedSpool) -> tuple[int, bytes]:
    from app.evidence.office_copy import copy_of_office
    from app.evidence.pdf_copy import copy_of_pdf

    copy = copy_of_pdf if command[-1] == FileKind.PDF else copy_of_office
    try:
        into.write(copy(upload.read()))
    except FileRefused as refusal:
        return copier._REFUSED, refusal.why.encode()
    return 0, b""
