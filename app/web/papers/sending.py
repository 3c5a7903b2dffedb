"""Sending a paper: collect its data, record the act, write the file, send it as a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, abort, request
from sqlalchemy.orm import Session

from app.papers.printing import MEDIA_TYPE
from app.services.papers.packages import ZipPackage
from app.services.papers.paper import DOCX, Clerk, Paper, Stationery, record_made
from app.web.shared.access import actor, work
from app.web.shared.downloads import send_download
from app.web.shared.portal import now, portal

ZIP = "application/zip"
AS, PDF = "as", "pdf"  # …?as=pdf


def stationery() -> Stationery:
    settings = portal().settings
    return Stationery(settings.public_url, Path(settings.templates_dir) if settings.templates_dir else None)


def clerk() -> Clerk:
    return Clerk(actor(), now(), stationery(), portal().vault)


def send_paper(gather: Callable[[Session, Clerk], Paper], what: str, subject: str, **details: Any) -> Response:
    """Send a paper as a download. No transaction is open while it is written; the act is recorded after it."""
    with portal().database.reader() as reading:
        paper = gather(reading, clerk())
    answer = send_written(paper)
    _note(what, subject, details)
    return answer


def send_written(paper: Paper) -> Response:
    """Write a paper and send it: as PDF where the address asks for that and LibreOffice is there, else as it is."""
    content = paper.write()
    if request.args.get(AS) != PDF:
        return send_download(content, paper.file_name, paper.media_type)
    printer = portal().printer
    if printer is None or paper.media_type != DOCX:
        abort(404)
    name = f"{paper.file_name.removesuffix('.docx')}.pdf"
    return send_download(printer.print(content), name, MEDIA_TYPE)


def pdf_link(address: str) -> tuple[str, str] | None:
    """Return the link to a paper as PDF, beside the one to its .docx; None where there is no LibreOffice."""
    return (PDF.upper(), f"{address}?{AS}={PDF}") if portal().printer is not None else None


def send_package(gather: Callable[[Session, Clerk], ZipPackage], what: str, subject: str, **details: Any) -> Response:
    """Send a .zip that is written while it is sent."""
    with portal().database.reader() as reading:
        package = gather(reading, clerk())
    _note(what, subject, details)
    return send_download(package.content, package.file_name, ZIP)


def _note(what: str, subject: str, details: dict[str, Any]) -> None:
    with portal().database.writer() as writing:  # a GET that the record has to speak of
        record_made(work(writing), what, subject, **details)
