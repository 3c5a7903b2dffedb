"""Cases as a list, the same for desk and office. Neither list nor sheet says who filed (R19)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from flask import request, url_for

from app.domain.cases.states import CONCLUSION_NAMES, STATE_NAMES, State
from app.domain.cases.tasks import CASE_TASK_NAMES, OFFICE_TASKS, CaseTask
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.shared.wording import coarse, end_moment
from app.models.objections import CATEGORY_NAMES
from app.services.accounts import deputies
from app.services.cases.queue import QueuedCase
from app.web.shared.access import actor, me
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.notices import round_options
from app.web.shared.portal import now, session

Row = QueuedCase


def case_listing(
    rows: Sequence[Row],
    title: str,
    empty: str,
    *,
    with_unit: bool = False,
    tickable: Callable[[Row], bool] | None = None,
    path: str = "",
    urged: Collection[int] = (),
) -> Listing[Row]:
    """List cases in the order of `rows`, most urgent first. `with_unit` adds the unit and a filter by unit.

    `tickable` tells which rows a bulk action can take. `path` is that of the page, if it differs from the request's.
    `urged` are the ids of cases that wear a mark for it.
    """
    units = unit_options(row.case.handler_unit for row in rows)
    periods = {str(row.case.entry.period_id): row.case.entry.period.title for row in rows}
    mine = str(me().id)
    absent = {user.id for user in deputies.list_absent(session(), [me().id], now()).get(me().id, ())}
    by_whom = {"1": "我经办的"} | ({"2": "我代理的"} if absent else {}) | {"0": "还没有指定"}
    filters: list[Filter[Row]] = [
        Filter("state", "状态", {state.value: STATE_NAMES[state] for state in State}, _in_state, tabs=True),
        Filter("mine", "经办人", by_whom, lambda row, value: _by(row, value, mine, absent)),
        Filter("task", "要办的", _offered_tasks(), _waits_for),
        Filter("period", "公示", periods, lambda row, value: str(row.case.entry.period_id) == value),
    ]
    if with_unit:
        filters.append(Filter("unit", "办理单位", units, lambda row, value: str(row.case.handler_unit_id) == value))
    filters += _kept_filters(rows)
    return Listing(
        title=title,
        columns=_columns(with_unit, urged),
        rows=rows,
        empty=empty,
        filters=filters,
        row_id=(lambda row: row.case.id if tickable(row) else None) if tickable else None,
        urgent=lambda row: row.urgent,
        path=path or request.path,
    )


def _offered_tasks() -> dict[str, str]:
    """Return what a case can wait for from whoever asks, with its name."""
    return {task.value: CASE_TASK_NAMES[task] for task in CaseTask if actor().is_office or task not in OFFICE_TASKS}


def _waits_for(row: Row, task: str) -> bool:
    return row.task_for(actor(), now(), agreed=not me().waits_for_agreement) == task


def _kept_filters(rows: Sequence[Row]) -> list[Filter[Row]]:
    """Return the filters that tell ended cases apart. One that would leave every row, or none, is left out."""
    programmes = {str(row.case.entry.period.programme_id): row.case.entry.period.programme for row in rows}
    filters: list[Filter[Row]] = [
        Filter("outcome", "结论", {each.value: name for each, name in CONCLUSION_NAMES.items()}, _has_conclusion),
        Filter(
            "programme",
            "评选活动",
            {key: programme.title for key, programme in programmes.items()},
            lambda row, value: str(row.case.entry.period.programme_id) == value,
        ),
        Filter(
            "round",
            "轮次",
            round_options(list(programmes.values())),
            lambda row, value: str(row.case.entry.period.round_number) == value,
        ),
        Filter(
            "channel",
            "渠道",
            {channel.value: name for channel, name in CHANNEL_NAMES.items()},
            _came_by,
        ),
    ]
    return [each for each in filters if sum(any(each.keeps(row, value) for row in rows) for value in each.options) > 1]


def _came_by(row: Row, channel: str) -> bool:
    return any(objection.channel == channel for objection in row.case.objections)


def _has_conclusion(row: Row, conclusion: str) -> bool:
    return row.case.conclusion is not None and row.case.conclusion == conclusion


def _columns(with_unit: bool, urged: Collection[int]) -> list[Column[Row]]:
    return [
        Column("number", "编号", lambda row: row.case.number, 12, href=_page),
        Column("name", "推荐对象", lambda row: row.case.entry.name, 22, note=_where),
        Column("period", "公示", lambda row: row.case.entry.period.title, 24, sheet_only=True),
        Column("unit", "办理单位", lambda row: row.case.handler_unit.name, 22, sheet_only=not with_unit),
        Column("state", "状态", _state, 12, badge=lambda row: row.state.value, alert=lambda row: _alert(row, urged)),
        Column("received", "收到", lambda row: coarse(row.case.received_at), 16, sheet_only=True),
        Column("deadline", "办结期限", _deadline, shown=lambda row: end_moment(_deadline(row)), page_only=True),
        Column("until", "办结期限", lambda row: end_moment(_deadline(row)), 26, sheet_only=True),
        Column("left", "剩余", _left, badge=_hurry, shown=_left_words, page_only=True),
        Column("workdays", "剩余工作日", _left, 11, sheet_only=True),
        Column("assignee", "经办人", _assignee, 12),
        Column("category", "类别", _categories, 14, sheet_only=True),
        Column("facts", "异议内容", _facts, 60, sheet_only=True),
        Column("conclusion", "结论", _conclusion, 18, sheet_only=True),
        Column("programme", "评选活动", lambda row: row.case.entry.period.programme.title, 24, sheet_only=True),
        Column("channel", "渠道", _channels, 12, sheet_only=True),
    ]


def _page(row: Row) -> str:
    return url_for("cases.case_page", case_id=row.case.id)


def _where(row: Row) -> str:
    several = f" · {len(row.case.objections)}件异议" if len(row.case.objections) > 1 else ""
    return row.case.entry.period.title + several


def _in_state(row: Row, state: str) -> bool:
    return row.state == state


def _by(row: Row, value: str, mine: str, absent: Collection[int]) -> bool:
    if value == "2":
        return row.case.assignee_id in absent
    return row.case.assignee_id is None if value == "0" else str(row.case.assignee_id) == mine


def _state(row: Row) -> str:
    return STATE_NAMES[row.state]


def _alert(row: Row, urged: Collection[int]) -> str:
    if not row.is_open:
        return ""
    if not row.has_hands:
        return "没有两个人可以办理"
    if row.escalated:
        return "已转市级专班"
    return "已催办" if row.case.id in urged else ""


def _deadline(row: Row) -> dt.datetime:
    return row.case.entry.period.conclude_by


def _left(row: Row) -> int | None:
    return row.days_after if row.is_open else None


def _left_words(row: Row) -> str:
    if not row.is_open:
        return ""
    return f"还有{row.days_after}个工作日" if row.days_after else "今天为止"


def _hurry(row: Row) -> str | None:
    return "lapsed" if row.is_open and (row.days_after or 0) <= 1 else None


def _assignee(row: Row) -> str:
    return row.case.assignee.name if row.case.assignee else ""


def _categories(row: Row) -> str:
    return "\n".join(CATEGORY_NAMES[objection.category] for objection in row.case.objections)


def _channels(row: Row) -> str:
    return "、".join(sorted({CHANNEL_NAMES[objection.channel] for objection in row.case.objections}))


def _facts(row: Row) -> str:
    return "\n\n".join(objection.facts for objection in row.case.objections)


def _conclusion(row: Row) -> str:
    return CONCLUSION_NAMES[row.case.conclusion] if row.case.conclusion else ""
