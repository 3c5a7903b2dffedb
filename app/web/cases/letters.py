"""Letters for staff: the list, one to read and print, many in one file, noting the sealed copy as sent (R34)."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.letters import LETTER_NAMES, READER_NAMES
from app.domain.shared.wording import coarse
from app.models import Entry, Letter
from app.services.cases import letters
from app.services.cases.visibility import number_written
from app.services.papers.letters import paper_of
from app.services.papers.paper import record_made
from app.services.record.chain import on_case
from app.services.shared.stored_rows import a_day, a_name, a_text
from app.web.cases.blueprint import blueprint
from app.web.papers.sending import send_written, stationery
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import attempt, nothing_done
from app.web.shared.lists import Column, Filter, Listing, ids_ticked
from app.web.shared.portal import now, portal, session


@blueprint.get("/letters")
@allow(*OFFICE_AND_UNITS)
def letter_list() -> ResponseReturnValue:
    return _listing().answer("cases/letters.html")


@blueprint.get("/letters.xlsx")
@allow(*OFFICE_AND_UNITS)
def letters_sheet() -> ResponseReturnValue:
    return _listing().as_sheet()


@blueprint.get("/letters/<int:letter_id>")
@allow(*OFFICE_AND_UNITS)
def letter_page(letter_id: int) -> ResponseReturnValue:
    letter = letters.find_one(session(), letter_id, actor(), now())
    return render_template("cases/letter.html", letter=letter, may_issue=letters.may_issue(letter, actor()))


@blueprint.get("/letters/<int:letter_id>/file")
@allow(*OFFICE_AND_UNITS)
def letter_file(letter_id: int) -> ResponseReturnValue:
    return _sent([letter_id])


@blueprint.post("/letters/files")
@allow(*OFFICE_AND_UNITS)
def letter_files() -> ResponseReturnValue:
    """Send the ticked letters as one file to print."""
    chosen = ids_ticked("chosen")
    if not chosen:
        flash("还没有勾选文书：请先在左边勾选，再点下面的按钮。")
        return redirect(url_for("cases.letter_list"), 303)
    return _sent(chosen)


@blueprint.post("/letters/issue")
@allow(*OFFICE_AND_UNITS)
def issue_letters() -> ResponseReturnValue:
    """Note that the sealed copies of the ticked letters were sent."""
    tried = attempt(lambda: letters.issue(work(), ids_ticked("chosen")))
    if tried.refused:
        return nothing_done(tried, url_for("cases.letter_list"), "文书")
    flash(f"已登记{tried.result}份文书盖章发出。" if tried.result else "这些文书以前已经登记过盖章发出。")
    return redirect(url_for("cases.letter_list"), 303)


def _sent(letter_ids: list[int]) -> Response:
    with portal().database.reader() as reading:
        chosen = letters.find_several(reading, letter_ids, actor(), now())
        paper = paper_of(chosen, stationery())
        about = [(letter.case_id, letter.numbered) for letter in chosen]
    answer = send_written(paper)
    with portal().database.writer() as writing:  # a GET that the record has to speak of
        for case_id, numbered in about:
            record_made(work(writing), "文书", on_case(case_id), letter=numbered)
    return answer


def _listing() -> Listing[Letter]:
    return Listing(
        title="文书",
        columns=[
            Column("number", "编号", lambda row: row.numbered, 24, href=_page, sql=a_text(letters.number_written())),
            Column("name", "文书", lambda row: row.name, 20, sql=a_name(Letter.kind, LETTER_NAMES)),
            Column("to", "送达", _to, 20, sql=a_name(Letter.reader, READER_NAMES)),
            Column("case", "案件", lambda row: row.case.number, 16, href=_case, sql=a_text(number_written())),
            Column("nominee", "推荐对象", lambda row: row.case.entry.name, 20, sql=a_text(Entry.name)),
            Column("made", "制作", lambda row: coarse(row.made_at), 16, sql=a_day(Letter.made_at)),
            Column(
                "issued",
                "盖章发出",
                _issued,
                16,
                badge=lambda row: "received" if row.issued_at is None else None,
                sql=a_day(Letter.issued_at),
            ),
        ],
        rows=letters.stored_letters(session(), actor(), now()),
        empty="还没有文书。受理、补正、不予受理、作出结论、逾期、催办时，文书会自动写好，列在这里。",
        filters=[
            Filter(
                "issued",
                "盖章发出",
                {"0": "待盖章发出", "1": "已盖章发出"},
                tabs=True,
                where=lambda value: Letter.issued_at.is_not(None) if value == "1" else Letter.issued_at.is_(None),
            ),
            Filter(
                "kind",
                "文书",
                {kind.value: name for kind, name in LETTER_NAMES.items()},
                where=lambda value: Letter.kind == value,
            ),
        ],
        row_id=lambda row: row.id,
        path=url_for("cases.letter_list"),
    )


def _page(row: Letter) -> str:
    return url_for("cases.letter_page", letter_id=row.id)


def _case(row: Letter) -> str:
    return url_for("cases.case_page", case_id=row.case_id)


def _to(row: Letter) -> str:
    return READER_NAMES[row.reader]


def _issued(row: Letter) -> str:
    return coarse(row.issued_at) if row.issued_at else "待盖章发出"
