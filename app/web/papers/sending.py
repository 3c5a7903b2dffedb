"""Sending a paper: collect its data, record the act, write the file, send it as a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.services.papers.packages import ZipPackage
from app.services.papers.paper import Clerk, Paper, Stationery, record_made
from app.web.shared.access import actor, work
from app.web.shared.downloads import send_download
from app.web.shared.portal import now, portal

ZIP = "application/zip"


def stationery() -> Stationery:
    settings = portal().settings
    return Stationery(settings.public_url, Path(settings.templates_dir) if settings.templates_dir else None)


def clerk() -> Clerk:
    return Clerk(actor(), now(), stationery(), portal().vault)


def send_paper(gather: Callable[[Session, Clerk], Paper], what: str, subject: str, **details: Any) -> Response:
    """Send a paper as a download. No transaction is open while it is written; the act is recorded after it."""
    with portal().database.reader() as reading:
        paper = gather(reading, clerk())
    content = paper.write()
    _note(what, subject, details)
    return send_download(content, paper.file_name, paper.media_type)


def send_package(gather: Callable[[Session, Clerk], ZipPackage], what: str, subject: str, **details: Any) -> Response:
    """Send a .zip that is written while it is sent."""
    with portal().database.reader() as reading:
        package = gather(reading, clerk())
    _note(what, subject, details)
    return send_download(package.content, package.file_name, ZIP)


def _note(what: str, subject: str, details: dict[str, Any]) -> None:
    with portal().database.writer() as writing:  # a GET that the record has to speak of
        record_made(work(writing), what, subject, **details)
