"""Every case of the portal as one list, for the office."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.services.cases import queue
from app.services.cases.queue import QueuedCase
from app.web.cases.blueprint import office_blueprint
from app.web.cases.case_list import case_listing
from app.web.shared.access import actor, allow
from app.web.shared.lists import Listing
from app.web.shared.portal import now, session


@office_blueprint.get("/cases")
@allow(Role.OFFICE)
def cases() -> ResponseReturnValue:
    return every_case().answer("cases/all.html")


@office_blueprint.get("/cases.xlsx")
@allow(Role.OFFICE)
def cases_sheet() -> ResponseReturnValue:
    return every_case().as_sheet()


def every_case() -> Listing[QueuedCase]:
    rows = queue.stored_cases(session(), actor(), now())
    return case_listing(rows, "全部案件", "没有案件。收到异议后，各单位办理的都会列在这里。", with_unit=True)
