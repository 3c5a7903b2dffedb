"""Sending files: as an attachment with a sandbox policy, never shown inline, never cached (SECURITY 33)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from app.services.shared.files import OpenedFile

# If a browser opens the file all the same, it runs no script, loads nothing and has an opaque origin.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def send_stored_file(opened: OpenedFile) -> Response:
    """Answer with a stored file, streamed in chunks."""
    ascii_name = f"evidence{opened.kind.extension}"
    answer = Response(opened.content, mimetype=opened.kind.media_type)
    answer.content_length = opened.size
    answer.headers["Content-Disposition"] = (
        f"attachment; filename={ascii_name}; filename*=UTF-8''{quote(opened.file_name)}"
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer


def send_download(content: bytes | Iterable[bytes], file_name: str, media_type: str) -> Response:
    """Answer with a generated file, whole or in chunks, as a download under its name."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer
