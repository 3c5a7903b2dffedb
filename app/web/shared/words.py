"""How pages write instants, dates and states: filters and names for the templates."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from app import richtext
from app.domain.award.decision import REVOCATION_GROUND_NAMES
from app.domain.calendar.workdays import local_date
from app.domain.cases.outcomes import OUTCOME_NAMES as CASE_ENDS
from app.domain.cases.reminders import REMINDER_NAMES
from app.domain.cases.second_look import LOOK_OUTCOME_NAMES
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, ROLE_NAMES, STATE_NAMES
from app.domain.cases.verdict import GROUND_NAMES, LEFT_NAMES
from app.domain.imports.nominations import FIELD_NAMES
from app.domain.nominees.eligibility import OUTCOME_NAMES
from app.domain.nominees.statuses import STATUS_NAMES, Status
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.periods.roll import counts_in_words
from app.domain.periods.rounds import SHORT_KIND_NAMES
from app.domain.periods.window import Phase
from app.domain.shared.wording import coarse, day, day_label, duration, end_moment, full_day, moment, weekday
from app.evidence.inspection import FILE_LIMIT, FILES_PER_OBJECTION
from app.evidence.kinds import FileKind
from app.models import Period, ScanState, Unit
from app.models.objections import CATEGORY_NAMES, MESSAGE_KIND_NAMES
from app.services.nominees.opinions import OUTCOME_NAMES as OPINION_NAMES
from app.services.nominees.reviews import STAGE_NAMES
from app.services.office.nominee_paths import RoundStep
from app.services.periods.corrected_text import view_misprint
from app.web.shared.portal import now
from app.web.shared.qr import qr

PHASE_NAMES = {
    Phase.SCHEDULED: "未开始",
    Phase.OPEN: "公示中",
    Phase.HANDLING: "公示已结束，异议办理中",
    Phase.DUE: "办结期限已到，待办结",
    Phase.CLOSED: "已办结",
    Phase.CANCELLED: "已撤回",
}
STEP_NAMES = {
    RoundStep.PASSED: "已通过",
    RoundStep.UNDER_WAY: "进行中",
    RoundStep.ANEW: "须重新公示",
    RoundStep.READY: "可以安排",
    RoundStep.AHEAD: "未到",
    RoundStep.ENDED: "到此为止",
}
# The colour of a status on a badge: a class of staff.css, "" for none.
STATUS_BADGES = dict.fromkeys(Status, "") | {
    Status.DISQUALIFIED: "lapsed",
    Status.REVOKED: "lapsed",
    Status.HONOURED: "concluded",
}
SCAN_NAMES = {ScanState.WAITING: "正在查毒", ScanState.INFECTED: "没有通过查毒"}
FILE_KIND_NAMES = {
    FileKind.PDF: "PDF",
    FileKind.JPEG: "照片",
    FileKind.PNG: "图片",
    FileKind.DOCX: "Word 文档",
    FileKind.XLSX: "Excel 表格",
}


def instant(text: str) -> dt.datetime:
    """Parse an instant as reports store it."""
    return dt.datetime.fromisoformat(text)


def date_in_words(text: str) -> str:
    """Write a day that is kept as text: 2026年9月18日."""
    return full_day(dt.date.fromisoformat(text))


def size_words(size: int) -> str:
    """Put a file's size into words: 4.2 MB, 87 KB."""
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, round(size / 1024))} KB"


def period_contacts(period: Period) -> list[Unit]:
    """Return the units of a period that its page names at this moment, beside the office (R5, R13)."""
    return period.contacts_at(now())


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        full_day=full_day,
        weekday=weekday,
        moment=moment,
        end_moment=end_moment,
        coarse=coarse,
        instant=instant,
        date_in_words=date_in_words,
        duration=duration,
        day_label=day_label,
        size_words=size_words,
        local_date=local_date,
        deeds=richtext.render,
        misprint=view_misprint,
        excerpt=richtext.excerpt,
        first_sentences=richtext.first_sentences,
    )
    app.jinja_env.globals.update(
        period_contacts=period_contacts,
        counts_in_words=counts_in_words,
        qr=qr,
        CATEGORY_NAMES=CATEGORY_NAMES,
        CHANNEL_NAMES=CHANNEL_NAMES,
        CONCLUSION_NAMES=CONCLUSION_NAMES,
        DECLINE_GROUND_NAMES=DECLINE_GROUND_NAMES,
        GROUND_NAMES=GROUND_NAMES,
        LEFT_NAMES=LEFT_NAMES,
        LOOK_OUTCOME_NAMES=LOOK_OUTCOME_NAMES,
        MESSAGE_KIND_NAMES=MESSAGE_KIND_NAMES,
        OPINION_NAMES=OPINION_NAMES,
        OUTCOME_NAMES=OUTCOME_NAMES,
        PHASE_NAMES=PHASE_NAMES,
        REMINDER_NAMES=REMINDER_NAMES,
        ENDS={outcome.value: name for outcome, name in CASE_ENDS.items()},
        STATUS_BADGES=STATUS_BADGES,
        STATUS_NAMES=STATUS_NAMES,
        REVOCATION_GROUND_NAMES=REVOCATION_GROUND_NAMES,
        FIELD_NAMES=FIELD_NAMES,
        FILE_KIND_NAMES=FILE_KIND_NAMES,
        FILE_LIMIT=FILE_LIMIT,
        FILES_PER_OBJECTION=FILES_PER_OBJECTION,
        ROLE_NAMES=ROLE_NAMES,
        SCAN_NAMES=SCAN_NAMES,
        SHORT_KIND_NAMES=SHORT_KIND_NAMES,
        REVIEW_NAMES=STAGE_NAMES,
        STATE_NAMES=STATE_NAMES,
        STEP_NAMES=STEP_NAMES,
    )
