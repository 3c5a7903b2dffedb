"""The working-day calendar in force, and entering a newer notice (R2, R3)."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import InputRequired

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Role
from app.domain.shared.wording import full_day, moment
from app.models import CalendarNotice
from app.services.calendar import calendars
from app.services.periods import replanning
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, needed, of_length, text_area
from app.web.shared.lists import Column, Filter, Listing, ids_ticked
from app.web.shared.portal import now, session

blueprint = Blueprint("calendar", __name__, url_prefix="/office")


class NoticeForm(PlainForm):
    year = IntegerField("年份", validators=[InputRequired("请填写四位年份，例如2027。")])
    number = StringField("文号", validators=[needed("请填写通知的文号。"), of_length(2, 100, "文号")])
    published = DateField("发布日期", validators=[InputRequired("请填写发布日期。")])
    source = StringField("来源", description="例如：中国政府网", validators=[of_length(0, 200, "来源")])
    off = text_area("放假的日子", 10, 2000, hint="一行一天，如 2027-01-01；周末在放假期内的也要写上。", rows=8)
    work = text_area("调休上班的日子", 0, 500, hint="一行一天；没有就留空。", rows=3)
    looked_twice = BooleanField("假期连续超过十天的，已再次核对", description="没有这样长的假期，不用打勾。")
    checked = BooleanField("已与通知原文逐日核对", validators=[needed("请核对后打勾。")])

    def document(self) -> str:
        """Return the notice as JSON, in the form that is also loaded from a file."""
        notice = {
            "notice": self.number.data,
            "published": self.published.data.isoformat() if self.published.data else "",
            "source": self.source.data or "国务院办公厅",
            "off": _days(self.off.data),
            "work": _days(self.work.data),
        }
        return json.dumps({str(self.year.data): notice}, ensure_ascii=False)


class ReplanForm(PlainForm):
    reason = text_area("调整的理由", 2, 500, hint="公开在每次公示的页面上，例如：国务院办公厅调整了放假安排。", rows=3)


def _days(text: str | None) -> list[str]:
    return [part for part in re.split(r"[\s,，、;；]+", text or "") if part]


@blueprint.get("/calendar")
@allow(Role.OFFICE)
def working_days() -> ResponseReturnValue:
    return _page(NoticeForm(formdata=None))


@blueprint.post("/calendar")
@allow(Role.OFFICE)
def load_notice() -> ResponseReturnValue:
    form = NoticeForm()
    tried = attempt(lambda: calendars.load_notices(work(), form.document(), bool(form.looked_twice.data)), form)
    if tried.refused:
        return _page(form, tried)
    flash("放假通知已经载入。已安排的公示不会自动改动，受影响的列在下面。")
    return redirect(url_for("calendar.working_days"), 303)


@blueprint.post("/calendar/replan")
@allow(Role.OFFICE)
def replan() -> ResponseReturnValue:
    """Move every period that the notice in force shortened, or whose deadline it made a day off, in one act (R3)."""
    form, chosen = ReplanForm(), ids_ticked("chosen")
    tried = attempt(lambda: replanning.replan(work(), chosen, form.reason.data or ""), form)
    if tried.refused:
        return _page(NoticeForm(formdata=None), replan_form=form, replan_tried=tried)
    flash(f"{len(tried.result)}次公示已经调整，理由写在各自的公开页面上。")
    return redirect(url_for("calendar.working_days"), 303)


def _page(
    form: NoticeForm,
    tried: Attempt[Any] = UNTRIED,
    replan_form: ReplanForm | None = None,
    replan_tried: Attempt[Any] = UNTRIED,
) -> ResponseReturnValue:
    calendar = calendars.calendar_of(session(), demonstration=True)
    official = calendars.calendar_of(session())
    today = local_date(now())
    notices = _notices()
    if notices.wants_sheet:
        return notices.as_sheet()
    moves = replanning.list_moves_due(session(), now())
    html = render_template(
        "calendar/calendar.html",
        form=form,
        refusal=tried.on_top,
        version=official.version,
        horizon=official.horizon,
        horizon_is_near=(official.horizon - today) < dt.timedelta(days=60),
        listing=notices,
        moves=moves,
        movable=len(replanning.can_be_moved(moves)),
        replan_form=replan_form or ReplanForm(formdata=None),
        replan_refusal=replan_tried.on_top,
        affected=calendars.affected_periods(session(), calendar, now()),
    )
    return html, max(tried.status, replan_tried.status)


def _notices() -> Listing[CalendarNotice]:
    rows = session().scalars(select(CalendarNotice).order_by(CalendarNotice.id.desc())).all()
    years = {str(row.year): f"{row.year}年" for row in rows}
    return Listing(
        title="已载入的放假通知",
        columns=[
            Column("year", "年份", lambda row: row.year, 8),
            Column("number", "文号", lambda row: row.number, 28, alert=lambda row: "演示用" if row.estimated else ""),
            Column("published", "发布", lambda row: row.published, 16, shown=lambda row: full_day(row.published)),
            Column("source", "来源", lambda row: row.source, 20, sheet_only=True),
            Column("off", "放假", lambda row: len(row.off), 8, shown=lambda row: f"{len(row.off)}天"),
            Column("days", "放假的日子", lambda row: "、".join(row.off), 60, sheet_only=True),
            Column("work", "调休上班", lambda row: "、".join(row.work) or "无", 30),
            Column("loaded", "载入时间", lambda row: moment(row.loaded_at), 26, sheet_only=True),
        ],
        rows=rows,
        empty="还没有另外载入通知，用的是随系统安装的日历。新通知发布后在下面载入。",
        filters=[Filter("of", "年份", years, lambda row, value: str(row.year) == value)],
    )
