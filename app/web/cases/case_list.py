"""Cases as a list, the same for desk and office. Neither list nor sheet says who filed (R19)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import request, url_for
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import joinedload

from app.domain.cases.reminders import count_workdays_left
from app.domain.cases.states import CONCLUSION_NAMES, STATE_NAMES, State
from app.domain.cases.tasks import CASE_TASK_NAMES, OFFICE_TASKS, CaseTask
from app.domain.cases.verdict import effective_state
from app.domain.objections.arrival import CHANNEL_NAMES, Channel
from app.domain.shared.wording import coarse, end_moment
from app.models import Case, Entry, Period, Programme, Unit
from app.models.objections import CATEGORY_NAMES
from app.services.accounts import deputies
from app.services.cases.queue import QueuedCase
from app.services.cases.visibility import (
    assignee_name,
    came_by,
    channels_of,
    has_category,
    has_channel,
    has_facts,
    is_open,
    number_written,
    state_at,
)
from app.services.office.waiting import CaseReader, waits_for
from app.services.shared.stored_rows import InSql, StoredRows, a_day, a_name, a_text, an_end, of_ids
from app.web.shared.access import actor, me
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.notices import round_options
from app.web.shared.portal import now, session

Row = QueuedCase


@dataclass(frozen=True)
class CasesAbout:
    """What the cases of a list are about: periods and units, by id, and which conclusions and channels there are.

    `by_state` counts the cases by the state that pages show.
    """

    periods: Mapping[int, Period]
    units: Sequence[Unit]
    conclusions: Collection[str]
    channels: Collection[Channel]
    by_state: Mapping[str, int]

    @property
    def programmes(self) -> dict[int, Programme]:
        return {period.programme_id: period.programme for period in self.periods.values()}

    @property
    def titles(self) -> dict[int, str]:
        return {period_id: period.title for period_id, period in self.periods.items()}

    @cached_property
    def left(self) -> dict[int, int | None]:
        """Return the working days left of each period that still runs."""
        running = {key: period for key, period in self.periods.items() if period.conclude_by > now()}
        return {
            key: count_workdays_left(period.conclude_by, period.day_table, now()) for key, period in running.items()
        }


def case_listing(
    rows: StoredRows[Row],
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
    about = _about(rows)
    units = unit_options(about.units)
    periods = {str(period_id): title for period_id, title in about.titles.items()}
    absent = [user.id for user in deputies.list_absent(session(), [me().id], now()).get(me().id, ())]
    by_whom = {"1": "我经办的"} | ({"2": "我代理的"} if absent else {}) | {"0": "还没有指定"}
    assigned = {"0": Case.assignee_id.is_(None), "1": Case.assignee_id == me().id, "2": Case.assignee_id.in_(absent)}
    filters: list[Filter[Row]] = [
        Filter(
            "state",
            "状态",
            {state.value: STATE_NAMES[state] for state in State},
            tabs=True,
            value=state_at(now()),
            tally=about.by_state,
        ),
        Filter("mine", "经办人", by_whom, where=assigned.__getitem__),
        Filter("task", "要办的", _offered_tasks(), where=lambda value: waits_for(rows, CaseTask(value), _asked())),
        Filter("period", "公示", periods, where=lambda value: Entry.period_id == int(value)),
    ]
    if with_unit:
        filters.append(Filter("unit", "办理单位", units, where=lambda value: Case.handler_unit_id == int(value)))
    filters += _kept_filters(about)
    return Listing(
        title=title,
        columns=_columns(with_unit, urged, about),
        rows=rows,
        empty=empty,
        filters=filters,
        row_id=(lambda row: row.case.id if tickable(row) else None) if tickable else None,
        urgent=lambda row: row.urgent,
        path=path or request.path,
    )


def _about(rows: StoredRows[Row]) -> CasesAbout:
    """Read what columns and filters offer: nothing of a case that whoever looks may not know of (R19)."""
    several = rows.counts_of_groups(Entry.period_id, Case.handler_unit_id, Case.conclusion, Case.state)
    wanted = select(Period).where(of_ids(Period.id, {row[0] for row in several}))
    found = session().scalars(
        wanted.options(joinedload(Period.organiser), joinedload(Period.programme)).order_by(Period.id)
    )
    periods = {period.id: period for period in found}
    by_state: Counter[str] = Counter()
    for period_id, _, _, state, count in several:
        by_state[effective_state(state, periods[period_id].conclude_by, now()).value] += count
    units = session().scalars(select(Unit).where(of_ids(Unit.id, {row[1] for row in several})))
    return CasesAbout(
        periods,
        units.all(),
        {row[2] for row in several if row[2] is not None},
        channels_of(rows) if several else set(),
        by_state,
    )


def _asked() -> CaseReader:
    return CaseReader(actor(), now(), agreed=not me().waits_for_agreement)


def _offered_tasks() -> dict[str, str]:
    """Return what a case can wait for from whoever asks, with its name."""
    return {task.value: CASE_TASK_NAMES[task] for task in CaseTask if actor().is_office or task not in OFFICE_TASKS}


def _kept_filters(about: CasesAbout) -> list[Filter[Row]]:
    """Return the filters that tell ended cases apart. One that would leave every row, or none, is left out."""
    programmes = {str(key): programme.title for key, programme in about.programmes.items()}
    rounds = {period.round_number for period in about.periods.values()}
    filters: list[tuple[int, Filter[Row]]] = [
        (
            len(about.conclusions),
            Filter(
                "outcome",
                "结论",
                {each.value: name for each, name in CONCLUSION_NAMES.items()},
                where=lambda value: Case.conclusion == value,
            ),
        ),
        (
            len(programmes),
            Filter("programme", "评选活动", programmes, where=lambda value: Period.programme_id == int(value)),
        ),
        (
            len(rounds),
            Filter(
                "round",
                "轮次",
                round_options(list(about.programmes.values())),
                where=lambda value: Period.round_number == int(value),
            ),
        ),
        (
            len(about.channels),
            Filter(
                "channel",
                "渠道",
                {channel.value: name for channel, name in CHANNEL_NAMES.items()},
                where=lambda value: came_by(Channel(value)),
            ),
        ),
    ]
    return [each for several, each in filters if several > 1]


def _columns(with_unit: bool, urged: Collection[int], about: CasesAbout) -> list[Column[Row]]:
    units = {unit.id: unit.name for unit in about.units}
    programmes = {key: programme.title for key, programme in about.programmes.items()}
    deadline = an_end(Period.conclude_by)
    return [
        Column("number", "编号", lambda row: row.case.number, 12, href=_page, sql=a_text(number_written())),
        Column("name", "推荐对象", lambda row: row.case.entry.name, 22, note=_where, sql=a_text(Entry.name)),
        Column(
            "period",
            "公示",
            lambda row: row.case.entry.period.title,
            24,
            sheet_only=True,
            sql=a_name(Entry.period_id, about.titles),
        ),
        Column(
            "unit",
            "办理单位",
            lambda row: row.case.handler_unit.name,
            22,
            sheet_only=not with_unit,
            sql=a_name(Case.handler_unit_id, units),
        ),
        Column(
            "state",
            "状态",
            _state,
            12,
            badge=lambda row: row.state.value,
            alert=lambda row: _alert(row, urged),
            sql=a_name(state_at(now()), STATE_NAMES),
        ),
        Column(
            "received",
            "收到",
            lambda row: coarse(row.case.received_at),
            16,
            sheet_only=True,
            sql=a_day(Case.received_at),
        ),
        Column(
            "deadline",
            "办结期限",
            _deadline,
            shown=lambda row: end_moment(_deadline(row)),
            page_only=True,
            sql=deadline,
        ),
        Column("until", "办结期限", lambda row: end_moment(_deadline(row)), 26, sheet_only=True, sql=deadline),
        Column("left", "剩余", _left, badge=_hurry, shown=_left_words, page_only=True, sql=_left_in_sql(about)),
        Column("workdays", "剩余工作日", _left, 11, sheet_only=True),
        Column("assignee", "经办人", _assignee, 12, sql=a_text(assignee_name())),
        Column("category", "类别", _categories, 14, sheet_only=True, sql=InSql(finds=has_category)),
        Column("facts", "异议内容", _facts, 60, sheet_only=True, sql=InSql(finds=has_facts)),
        Column("conclusion", "结论", _conclusion, 18, sheet_only=True, sql=a_name(Case.conclusion, CONCLUSION_NAMES)),
        Column(
            "programme",
            "评选活动",
            lambda row: row.case.entry.period.programme.title,
            24,
            sheet_only=True,
            sql=a_name(Period.programme_id, programmes),
        ),
        Column("channel", "渠道", _channels, 12, sheet_only=True, sql=InSql(finds=has_channel)),
    ]


def _left_in_sql(about: CasesAbout) -> InSql:
    """Return the working days left as the database orders by them and finds them: they are the period's, if open."""
    opened = is_open(now())
    days = {period_id: left for period_id, left in about.left.items() if left is not None}
    words = {period_id: _said_left(left) for period_id, left in about.left.items()}
    place = sql_case(*((and_(opened, Entry.period_id == key), left) for key, left in days.items()), else_=None)

    def finds(word: str) -> ColumnElement[bool]:
        return and_(opened, of_ids(Entry.period_id, [key for key, said in words.items() if word in said]))

    return InSql(place if days else None, finds, place.is_not(None))


def _page(row: Row) -> str:
    return url_for("cases.case_page", case_id=row.case.id)


def _where(row: Row) -> str:
    several = f" · {len(row.case.objections)}件异议" if len(row.case.objections) > 1 else ""
    return row.case.entry.period.title + several


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
    return _said_left(row.days_after)


def _said_left(days: int | None) -> str:
    return f"还有{days}个工作日" if days else "今天为止"


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
