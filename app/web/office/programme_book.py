"""A programme from one workbook: the blank file, the preview of a filled one, and loading it."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.programmes.book_rows import HEADS
from app.domain.programmes.notice import AwardNotice
from app.papers import programme_book, programme_writing
from app.services.office import programme_books
from app.web.accounts.slips import login_at, sealed_slips
from app.web.programmes.pages import found
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.lists import send_sheet
from app.web.shared.notices import notice_options, notice_or_404
from app.web.shared.portal import session
from app.web.shared.uploads import FORM, carried_sheets, sent_file, takes_files

blueprint = Blueprint("programme_book", __name__, url_prefix="/programmes")
_FIELD = "book"


@blueprint.get("/book")
@allow(Role.OFFICE)
def book() -> ResponseReturnValue:
    return _upload_page()


@blueprint.get("/book/blank.xlsx")
@allow(Role.OFFICE)
def blank_book() -> ResponseReturnValue:
    return send_sheet(programme_writing.written(None, _notice()), "评选活动空白表格")


@blueprint.get("/<int:programme_id>/book.xlsx")
@allow(Role.OFFICE)
def programme_book_file(programme_id: int) -> ResponseReturnValue:
    """Send the programme as it stands as a sheet, for another programme to begin from."""
    shown = found(programme_id)
    content = programme_writing.written(programme_books.export(session(), shown.id), shown.rules)
    return send_sheet(content, shown.title)


@blueprint.post("/book")
@allow(Role.OFFICE)
@takes_files(FORM)
def look_at_book() -> ResponseReturnValue:
    """Preview the file: its content and every fault in it. Nothing is saved yet."""
    tried = attempt(lambda: programme_book.read_sheets(sent_file(_FIELD, "请选择一个表格文件（.xlsx）。")[1]))
    return _upload_page(tried) if tried.refused else _preview_page(tried.result)


@blueprint.post("/book/load")
@allow(Role.OFFICE)
def load_book() -> ResponseReturnValue:
    """Check the previewed sheets again and save them. The passwords are shown now and never again."""
    sheets = carried_sheets("sheets", tuple(HEADS))
    tried = attempt(lambda: programme_books.load(work(), sheets, _notice().key))
    if tried.refused:
        return _preview_page(sheets)
    loaded = tried.result
    return render_template(
        "office/programme_loaded.html",
        programme=loaded.programme,
        slips=loaded.slips,
        login_at=login_at(),
        sealed=sealed_slips(loaded.slips),
    )


def _upload_page(tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    return render_template(
        "office/programme_book.html", error=tried.on_top, notice=_notice(), notices=notice_options()
    ), tried.status


def _preview_page(sheets: programme_book.Sheets) -> ResponseReturnValue:
    seen = programme_books.preview(session(), sheets, _notice().key)
    html = render_template(
        "office/programme_book_preview.html",
        seen=seen,
        notice=_notice(),
        notices=notice_options(),
        sheets=json.dumps(sheets, ensure_ascii=False),
    )
    return html, 422 if seen.wrong else 200


def _notice() -> AwardNotice:
    """Return the notice that the address or the form names."""
    return notice_or_404(request.values.get("notice", ""))
