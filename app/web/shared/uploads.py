"""Receiving files: larger bodies for routes that take files, and no unencrypted byte on the disk (SECURITY 14, 33).

Every file part of a form goes into a sealed spool, on every route: Werkzeug's own temporary files would be unencrypted.
A script sends a file as the bare body of its request, so that form token, limits and window are checked before any of
it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import IO, Any, BinaryIO, TypeVar, cast
from urllib.parse import unquote

from flask import Flask, Request, abort, current_app, request

from app.domain.refusals import FileRefused
from app.evidence.inspection import FILE_LIMIT, FILES_PER_OBJECTION
from app.evidence.spool import SealedSpool
from app.web.shared.forms import clean

View = TypeVar("View", bound=Callable[..., Any])

# The `accept` of a file field: the kinds that are accepted. With it a phone offers photos as JPEG.
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx,image/jpeg,image/png"
BARE = "application/octet-stream"
FORM = "multipart/form-data"
# Twice the permitted size of an objection's files, so that a file too large still gets the form back with its text.
_MOST_OF_A_FORM = 2 * FILES_PER_OBJECTION * FILE_LIMIT
_MOST_OF_A_FILE = FILE_LIMIT + 1024 * 1024  # so that a file a little too large is refused with a sentence
_MOST_PARTS = 100  # the parts of a form with files: each file part opens a spool
_LONGEST_TITLE = 120
_PIECE = 64 * 1024
_TAKES = "takes_files"


def takes_files(media_type: str) -> Callable[[View], View]:
    """Mark a view as taking files: FORM, as parts of a form, or BARE, one as the whole body."""

    def mark(view: View) -> View:
        setattr(view, _TAKES, media_type)
        return view

    return mark


class BoundedSpool(SealedSpool):
    """A spool of one byte more than a file may have, enough to detect that it is too large.

    A full disk only sets `failed`: raising would lose the text in the rest of the form.
    """

    failed = False

    def write(self, content: Any) -> int:
        room = FILE_LIMIT + 1 - self.tell()
        if room > 0 and not self.failed:
            try:
                super().write(memoryview(content)[:room])
            except OSError:
                self.failed = True
        return len(content)


class UploadRequest(Request):
    """A request whose file parts go into sealed spools."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return cast(IO[bytes], BoundedSpool())


def init_app(app: Flask) -> None:
    """Register before any hook that reads a form: afterwards a larger limit has no effect."""
    app.request_class = UploadRequest
    app.config["MAX_FORM_PARTS"] = _MOST_PARTS

    @app.before_request
    def make_room() -> None:
        takes = getattr(current_app.view_functions.get(request.endpoint or ""), _TAKES, None)
        if takes is not None and request.mimetype == takes:
            request.max_content_length = _MOST_OF_A_FORM if takes == FORM else _MOST_OF_A_FILE


def sent_files(field: str) -> list[tuple[str, BinaryIO]]:
    """Return the files of a form's field, each with its file name."""
    files = request.files.getlist(field)
    return [(title_of(file.filename), cast(BinaryIO, file.stream)) for file in files if file.filename]


def sent_file(field: str, wanted: str) -> tuple[str, BinaryIO]:
    """Return the one file of a form's field, spooled, with its file name. Raises FileRefused.

    `wanted` is the sentence for no file, or more than one.
    """
    found = sent_files(field)
    if len(found) != 1:
        raise FileRefused(wanted)
    check_spooled(found[0][1])
    return found[0]


def carried_sheets(field: str, names: Collection[str]) -> dict[str, list[tuple[int, list[str]]]]:
    """Read the sheets that a preview page carried along. Content that the page did not write is answered with 422."""
    try:
        sent = json.loads(request.form.get(field, ""))
        return {name: [_carried_row(row) for row in sent[name]] for name in names if name in sent}
    except (ValueError, TypeError, KeyError, RecursionError):
        abort(422)


def _carried_row(row: Any) -> tuple[int, list[str]]:
    number, texts = row
    if not isinstance(number, int) or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return number, [clean(text) for text in texts]


def bare_file() -> tuple[str, SealedSpool]:
    """Spool the file that is this request's body; return it with its file name. Raises FileRefused.

    The name comes percent-encoded, as headers are ASCII. A broken connection looks like the end of the file, since
    granian just ends the stream. So the length is compared with the announced one.
    """
    spool = BoundedSpool()
    received = 0
    while piece := request.stream.read(_PIECE):
        spool.write(piece)
        received += len(piece)
    if received != (request.content_length or 0):
        raise FileRefused("这个文件没有传完，没有收下。请检查网络后再传一次。")
    spool.seek(0)
    return title_of(unquote(request.headers.get("X-File-Name", ""))), spool


def check_spooled(upload: BinaryIO) -> None:
    """Check that the upload was kept. Raises FileRefused where there was no room to keep what came in."""
    if getattr(upload, "failed", False):
        raise FileRefused("服务器暂时存不下这个文件，没有收下。请过几分钟再传，或者把材料寄来、送来，由工作人员登记。")


def title_of(file_name: str | None) -> str:
    """Return the last part of a file's name, cleaned. A name that is too long loses its middle, not its extension."""
    name = clean(file_name).replace("\\", "/").rpartition("/")[2].replace("\n", " ").strip()
    if len(name) > _LONGEST_TITLE:
        name = f"{name[: _LONGEST_TITLE - 20]}…{name[-19:]}"
    return name or "未命名的文件"
