"""A list of cases as a sheet, the same for desk and office: nothing on it that the list does not show (R19)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote

from flask import Response

from app import sheets
from app.domain.cases import CONCLUSION_NAMES, STATE_NAMES
from app.domain.workdays import local_date
from app.models.objection import CATEGORY_NAMES
from app.services.queue import QueuedCase
from app.web.words import coarse, end_moment

_COLUMNS = (
    ("编号", 12),
    ("推荐对象", 22),
    ("公示", 24),
    ("办理单位", 22),
    ("状态", 12),
    ("收到", 16),
    ("规定时间", 26),
    ("剩余工作日", 11),
    ("经办人", 12),
    ("类别", 14),
    ("异议内容", 60),
    ("结论", 18),
)


def case_sheet(rows: Sequence[QueuedCase], now: dt.datetime) -> Response:
    """The sheet as a file to save."""
    content = sheets.sheet("案件", _COLUMNS, [_row(row) for row in rows])
    name = f"案件清单-{local_date(now):%Y%m%d}.xlsx"
    return Response(
        content,
        mimetype=sheets.MEDIA_TYPE,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


def _row(row: QueuedCase) -> list[str | int]:
    case, period = row.case, row.case.entry.period
    return [
        case.number,
        case.entry.name,
        period.title,
        case.handler_unit.name,
        STATE_NAMES[row.state],
        coarse(case.received_at),
        end_moment(period.conclude_by),
        row.workdays_left if row.is_open else "",
        case.assignee.name if case.assignee else "",
        "\n".join(CATEGORY_NAMES[objection.category] for objection in case.objections),
        "\n\n".join(objection.facts for objection in case.objections),
        CONCLUSION_NAMES[case.conclusion] if case.conclusion else "",
    ]
