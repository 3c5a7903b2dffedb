"""How pages write instants, dates and states: filters and names for the templates."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from app import richtext
from app.domain.award.decision import REVOCATION_GROUND_NAMES
from app.domain.calendar.workdays import local_date
from app.domain.cases.reminders import REMINDER_NAMES
from app.domain.cases.second_look import LOOK_OUTCOME_NAMES
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, ROLE_NAMES, STATE_NAMES
from app.domain.cases.verdict import GROUND_NAMES, LEFT_NAMES
from app.domain.imports.nominations import FIELD_NAMES
from app.domain.nominees.eligibility import OUTCOME_NAMES
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
# The names of the details of a row of the record, by key.
DETAIL_NAMES = {
    "agreed": "同意",
    "answer_by": "补正期限",
    "assignee": "经办人",
    "authority": "征求意见的机关",
    "backup": "备份",
    "calendar": "日历版本",
    "case": "案件",
    "cases": "案件",
    "by_channel": "各渠道",
    "channel": "来源渠道",
    "clause": "依据",
    "closes_at": "公示结束",
    "conclude_by": "办结期限",
    "conclusion": "结论",
    "conditions": "条件",
    "deadline": "办结期限",
    "disqualified": "取消参评资格",
    "document": "材料",
    "dossiers": "推荐对象资料",
    "edition": "事迹第几版",
    "due_on": "答复期限",
    "effective_at": "生效",
    "entries": "公示对象",
    "entry": "公示条目",
    "fields": "改动的内容",
    "evidence": "证据材料",
    "field": "栏目",
    "findings": "不符之处",
    "filed": "收到异议",
    "filled": "补充材料",
    "form": "表",
    "import": "导入",
    "new": "新增",
    "first_made": "收到时间",
    "files": "文件数",
    "by_conclusion": "各结论",
    "by_state": "各状态",
    "from": "原为",
    "ground": "原因",
    "handler_unit": "办理单位",
    "head": "末尾校验值",
    "honour": "表彰",
    "identities": "身份",
    "invariants": "核对项数",
    "kind": "类别",
    "issuer": "发文机关",
    "lapsed": "逾期未结论",
    "lead": "并入的案件",
    "letter": "文书编号",
    "left_out": "不列入",
    "login": "登录名",
    "name": "名称",
    "nominees": "推荐对象",
    "number": "编号",
    "objection": "异议",
    "opens_at": "公示开始",
    "outcome": "意见",
    "outage_days": "中断的工作日",
    "paper": "文书",
    "previous_deadline": "原办结期限",
    "quotas": "名额（单位：集体、个人）",
    "passed": "结果",
    "reason": "理由",
    "replaces": "递补的对象",
    "request": "申请",
    "role": "角色",
    "round": "轮次",
    "rows": "行数",
    "second_factor": "同时取消二次验证",
    "sessions": "登录数",
    "sha256": "SHA-256",
    "size": "字节",
    "stages": "各阶段日期",
    "stage": "环节",
    "texts": "文字",
    "title": "活动名称",
    "to": "改为",
    "unit": "单位",
    "waits_until": "到时处理等到",
    "workdays": "现有工作日",
}
STEP_NAMES = {
    RoundStep.PASSED: "已通过",
    RoundStep.UNDER_WAY: "进行中",
    RoundStep.ANEW: "须重新公示",
    RoundStep.READY: "可以安排",
    RoundStep.AHEAD: "未到",
    RoundStep.ENDED: "到此为止",
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
