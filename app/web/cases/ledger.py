"""The ledger of objections as .xlsx, of the cases that the list beside it shows with its filters."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from flask.typing import ResponseReturnValue

from app import sheets
from app.domain.cases.states import Role
from app.services.cases import queue
from app.services.cases.queue import QueuedCase
from app.services.office import ledger as lines_of
from app.web.cases.all_cases import every_case
from app.web.cases.blueprint import blueprint, office_blueprint
from app.web.cases.case_list import case_listing
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.lists import Listing, send_rows
from app.web.shared.portal import now, portal, session

_TITLE = "异议台账"


@office_blueprint.get("/ledger.xlsx")
@allow(Role.OFFICE)
def ledger() -> ResponseReturnValue:
    return _ledger(every_case())


@blueprint.get("/ledger.xlsx")
@allow(*OFFICE_AND_UNITS)
def unit_ledger() -> ResponseReturnValue:
    return _ledger(case_listing(queue.stored_queue(session(), actor(), now()), _TITLE, ""))


def _ledger(listing: Listing[QueuedCase]) -> Response:
    lines = lines_of.each_line(session(), listing.query_of_ids(), actor(), now())
    written = 0

    def numbered() -> Iterator[sheets.Row]:
        nonlocal written
        for written, cells in enumerate(lines, start=1):
            yield written, *cells

    answer = send_rows(_TITLE, lines_of.COLUMNS, numbered())
    with portal().database.writer() as writing:  # a GET that the record has to speak of
        lines_of.note_export(work(writing), written)
    return answer
