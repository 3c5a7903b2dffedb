"""A programme from one file: the blank workbook, what a file would do, and doing it."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.programmes.book_rows import HEADS
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import BookRefused, FileRefused, NoticeMissing
from app.notices.offered import notice_of
from app.papers import programme_book, programme_writing
from app.services.office import programme_books
from app.web.accounts.people import login_at
from app.web.programmes.pages import found
from app.web.shared.access import allow, work
from app.web.shared.forms import clean
from app.web.shared.lists import sheet_sent
from app.web.shared.notices import notice_options
from app.web.shared.portal import session
from app.web.shared.uploads import FORM, check_spooled, sent_files, takes_files

blueprint = Blueprint("programme_book", __name__, url_prefix="/programmes")
_FIELD = "book"


@blueprint.get("/book")
@allow(Role.OFFICE)
def book() -> ResponseReturnValue:
    return _upload_page()


@blueprint.get("/book/blank.xlsx")
@allow(Role.OFFICE)
def blank_book() -> ResponseReturnValue:
    return sheet_sent(programme_writing.written(None, _notice()), "评选活动空白表格")


@blueprint.get("/<int:programme_id>/book.xlsx")
@allow(Role.OFFICE)
def programme_book_file(programme_id: int) -> ResponseReturnValue:
    """The programme as it stands, for another programme to begin from."""
    shown = found(programme_id)
    content = programme_writing.written(programme_books.export(session(), shown.id), shown.rules)
    return sheet_sent(content, shown.title)


@blueprint.post("/book")
@allow(Role.OFFICE)
@takes_files(FORM)
def look_at_book() -> ResponseReturnValue:
    """What the file says, and everything wrong with it. Nothing is saved yet."""
    files = sent_files(_FIELD)
    if len(files) != 1:
        return _upload_page(error="请选择一个表格文件（.xlsx）。", status=422)
    try:
        check_spooled(files[0][1])
        sheets = programme_book.read_sheets(files[0][1])
    except FileRefused as refusal:
        return _upload_page(error=str(refusal), status=422)
    return _preview_page(sheets)


@blueprint.post("/book/load")
@allow(Role.OFFICE)
def load_book() -> ResponseReturnValue:
    """The sheets as they were shown, judged once more and saved. The passwords are shown now and never again."""
    sheets = _sheets_sent()
    try:
        loaded = programme_books.load(work(), sheets, _notice().key)
    except BookRefused:
        session().rollback()
        return _preview_page(sheets)
    return render_template(
        "office/programme_loaded.html", programme=loaded.programme, slips=loaded.slips, login_at=login_at()
    )


def _upload_page(*, error: str = "", status: int = 200) -> ResponseReturnValue:
    return render_template(
        "office/programme_book.html", error=error, notice=_notice(), notices=notice_options()
    ), status


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
    """The notice that the address or the form names, the built-in one where neither does."""
    try:
        return notice_of(request.values.get("notice", ""))
    except NoticeMissing:
        abort(404)


def _sheets_sent() -> programme_book.Sheets:
    """The sheets that the page carried along. Anything else than what it wrote there is no request of ours."""
    try:
        sent = json.loads(request.form.get("sheets", ""))
        return {name: [_row(row) for row in sent[name]] for name in HEADS if name in sent}
    except (ValueError, TypeError, KeyError, RecursionError):
        abort(422)


def _row(row: Any) -> tuple[int, list[str]]:
    number, texts = row
    if not isinstance(number, int) or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return number, [clean(text) for text in texts]
