"""Accounts for many at once: one press for the units that have none, and a sheet of people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.accounts.rosters import HEAD, MOST, SHEET
from app.domain.programmes.book_rows import Rows
from app.models import Programme
from app.papers import programme_book
from app.services.accounts import rosters, units
from app.web.accounts.people import MANAGERS, chosen
from app.web.accounts.slips import shown_once
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.lists import send_pages
from app.web.shared.portal import number, session
from app.web.shared.uploads import FORM, carried_sheets, sent_file, takes_files

blueprint = Blueprint("rosters", __name__, url_prefix="/people/many")
_WIDTHS = (36, 24, 14, 16, 18)


@blueprint.get("")
@allow(*MANAGERS)
def many() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
@allow(*MANAGERS)
def open_for_units() -> ResponseReturnValue:
    """Open one account in each chosen unit. The passwords are shown now and never again."""
    tried = attempt(lambda: rosters.open_for_units(work(), chosen()))
    return _page(tried) if tried.refused else shown_once(tried.result)


@blueprint.get("/blank.xlsx")
@allow(*MANAGERS)
def blank() -> ResponseReturnValue:
    """Send the sheet to fill in. The units that have no accounts stand in it already."""
    columns = list(zip(HEAD, _WIDTHS, strict=True))
    return send_pages("账号登记表", [(SHEET, columns, rosters.blank_rows(session(), actor()))])


@blueprint.post("/sheet")
@allow(*MANAGERS)
@takes_files(FORM)
def look_at_sheet() -> ResponseReturnValue:
    """Preview the sheet: the accounts it would open and every fault in it. Nothing is saved yet."""
    tried = attempt(
        lambda: programme_book.read_sheets(sent_file("sheet", "请选择一个表格文件（.xlsx）。")[1], (SHEET,))
    )
    return _page(tried, beside_file=True) if tried.refused else _preview(tried.result)


@blueprint.post("/sheet/save")
@allow(*MANAGERS)
@takes_files(FORM)
def save_sheet() -> ResponseReturnValue:
    """Check the previewed sheet again and open its accounts. The passwords are shown now and never again."""
    sent = carried_sheets("sheets", (SHEET,))
    tried = attempt(lambda: rosters.load(work(), sent))
    return _preview(sent, tried) if tried.refused else shown_once(tried.result)


def _page(tried: Attempt[Any] = UNTRIED, *, beside_file: bool = False) -> ResponseReturnValue:
    programme = session().get(Programme, request.args.get("programme", 0, type=number))
    html = render_template(
        "accounts/many.html",
        without=rosters.without_accounts(session(), actor(), programme.id if programme else None),
        full_name=units.full_name,
        programme=programme,
        most=MOST,
        refusal="" if beside_file else tried.on_top,
        error=tried.on_top if beside_file else "",
        here=url_for("rosters.open_for_units", programme=programme.id if programme else None),
    )
    return html, tried.status


def _preview(sent: Mapping[str, Rows], tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    seen = rosters.preview(session(), actor(), sent)
    html = render_template(
        "accounts/many_preview.html",
        seen=seen,
        full_name=units.full_name,
        refusal=tried.on_top,
        sheets=json.dumps(sent, ensure_ascii=False),
    )
    return html, 422 if seen.wrong else tried.status
