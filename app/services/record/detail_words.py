"""What the details of a row of the record are called, and the words for the values that are codes.

A value is put into words by its key, where one key stands for two things by the act too: `ground` is one thing of a
case that is declined and another of an award that is revoked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.award.decision import PROCEEDING_NAMES, REVOCATION_GROUND_NAMES
from app.domain.cases.phrases import PHRASE_KIND_NAMES
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, ROLE_NAMES, STATE_NAMES
from app.domain.cases.verdict import GROUND_NAMES
from app.domain.messages.channels import CHANNEL_NAMES as OUTGOING_NAMES
from app.domain.messages.hours import TIMES_NAMES
from app.domain.nominees.misprints import CORRECTABLE
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.periods.rounds import SHORT_KIND_NAMES
from app.domain.programmes.contacts import LINES
from app.domain.programmes.plan import CLAUSE_NAMES
from app.domain.upkeep.data_requests import DATA_OUTCOME_NAMES, DATA_REQUEST_NAMES
from app.models import GROUP_ACT_NAMES
from app.models.imports import ImportForm

# The names of the details of a row of the record, by key.
DETAIL_NAMES = {
    "agreed": "是否同意",
    "answer_by": "补正期限",
    "assignee": "经办人",
    "authority": "征求意见的机关",
    "backup": "备份",
    "by_channel": "各渠道",
    "by_conclusion": "各结论",
    "by_state": "各状态",
    "calendar": "日历版本",
    "case": "案件",
    "casefile": "办案附件",
    "cases": "案件",
    "channel": "渠道",
    "clause": "依据",
    "closes_at": "公示结束",
    "commitment": "异议内容校验值",
    "conclude_by": "办结期限",
    "conclusion": "结论",
    "conditions": "条件",
    "deadline": "办结期限",
    "decision": "决定",
    "disqualification": "取消参评资格",
    "deputy": "代理人",
    "disqualified": "取消参评资格",
    "document": "材料",
    "dossiers": "推荐对象资料",
    "due_on": "答复期限",
    "edition": "事迹第几版",
    "effective_at": "生效",
    "entries": "公示对象",
    "entry": "公示对象",
    "evidence": "证据材料",
    "field": "栏目",
    "fields": "改动的内容",
    "file": "办案附件",
    "filed": "收到异议",
    "files": "文件数",
    "filled": "补充材料",
    "findings": "不符之处",
    "first_day": "第一天",
    "first_made": "收到时间",
    "form": "表",
    "from": "原为",
    "given_by": "密码由谁给出",
    "ground": "原因",
    "handler_unit": "办理单位",
    "head": "末尾校验值",
    "honour": "表彰",
    "identities": "身份",
    "import": "导入",
    "invariants": "核对项数",
    "issuer": "发文机关",
    "kind": "类别",
    "list": "名单校验值",
    "lapsed": "逾期未结论",
    "last_day": "最后一天",
    "lead": "并入的案件",
    "left_out": "不列入",
    "letter": "文书",
    "login": "登录名",
    "made": "已去除",
    "name": "名称",
    "new": "新增",
    "nominees": "推荐对象",
    "number": "编号",
    "objection": "异议",
    "opens_at": "公示开始",
    "origin": "哪里的存证",
    "outage_days": "中断的工作日",
    "outcome": "意见",
    "paper": "文书",
    "passed": "结果",
    "phrase": "常用语",
    "previous_deadline": "原办结期限",
    "questions": "逐条答复的问题",
    "quotas": "名额",
    "reason": "理由",
    "recused": "回避的人",
    "replaces": "递补的对象",
    "request": "申请",
    "resets": "账号重置",
    "role": "角色",
    "round": "轮次",
    "rows": "行数",
    "second_factor": "同时取消二次验证",
    "sessions": "退出的登录数",
    "sha256": "SHA-256",
    "size": "大小",
    "stage": "环节",
    "stages": "各阶段日期",
    "texts": "文字",
    "times": "什么时候提醒",
    "title": "活动名称",
    "to": "改为",
    "to_unit": "由单位其他人接着办的案件",
    "unit": "单位",
    "version": "第几稿",
    "waits_until": "到时处理等到",
    "workdays": "现有工作日",
}
IMPORT_FORM_NAMES = {
    ImportForm.COLLECTIVES: "先进集体汇总表",
    ImportForm.INDIVIDUALS: "先进个人汇总表",
    ImportForm.FORMS: "推荐表",
}
_PROGRAMME_FIELDS = {
    "title": "活动名称",
    "notice_number": "通知文号",
    "collective_honour": "集体称号",
    "individual_honour": "个人称号",
    "signatory": "落款单位",
    "letter_mark": "文书代字",
    "county_share": "县处级比例上限",
    **CLAUSE_NAMES,
}
_FIELDS = CORRECTABLE | _PROGRAMME_FIELDS | {field: name for field, (name, _) in LINES.items()}
Words = Mapping[Any, str]  # a code, a member of some StrEnum, and its word
CODES: dict[str, Words] = {
    "by_channel": CHANNEL_NAMES,
    "by_conclusion": CONCLUSION_NAMES,
    "by_state": STATE_NAMES,
    "channel": CHANNEL_NAMES,
    "conclusion": CONCLUSION_NAMES,
    "field": _FIELDS,
    "fields": _FIELDS,
    "form": IMPORT_FORM_NAMES,
    "ground": DECLINE_GROUND_NAMES,
    "kind": SHORT_KIND_NAMES,
    "role": ROLE_NAMES,
    "times": TIMES_NAMES,
}
# By what an act begins with, where its key means something else than above.
_CODES_OF_ACTS: dict[tuple[str, str], Words] = {
    ("data_request", "kind"): DATA_REQUEST_NAMES,
    ("data_request", "outcome"): DATA_OUTCOME_NAMES,
    ("group", "kind"): GROUP_ACT_NAMES,
    ("phrase", "kind"): PHRASE_KIND_NAMES,
    ("nominee", "ground"): GROUND_NAMES,
    ("proceeding", "kind"): PROCEEDING_NAMES,
    ("reach", "channel"): OUTGOING_NAMES,
    ("revocation", "ground"): REVOCATION_GROUND_NAMES,
    ("user", "channel"): OUTGOING_NAMES,
}
# What a key names: a row of this kind, or rows.
REFERENCES = {
    "assignee": "user",
    "case": "case",
    "casefile": "casefile",
    "cases": "case",
    "deputy": "user",
    "disqualification": "disqualification",
    "document": "document",
    "entry": "entry",
    "evidence": "evidence",
    "file": "casefile",
    "given_by": "user",
    "handler_unit": "unit",
    "honour": "honour",
    "import": "import",
    "lead": "case",
    "nominees": "nominee",
    "objection": "objection",
    "quotas": "unit",
    "recused": "user",
    "replaces": "nominee",
    "request": "request",
    "resets": "reset",
    "to_unit": "case",
    "unit": "unit",
}
# Keys that name a row in these acts alone: elsewhere they hold a text, or a count.
REFERENCES_OF_ACTS = {("unit.moved", "from"): "unit", ("unit.moved", "to"): "unit"}
COUNTS_IN_ACTS = {("backup.made", "files"), ("backup.restored", "files")}


def codes_of(action: str, key: str) -> Words:
    """Return the words for the codes that a detail of this act may hold; none where it holds no code."""
    return _CODES_OF_ACTS.get((action.partition(".")[0], key)) or CODES.get(key) or {}


def codes_named(text: str) -> set[str]:
    """Return the codes whose words contain this text, so that who searches the details for 异议成立 finds them."""
    tables = (*CODES.values(), *_CODES_OF_ACTS.values())
    return {str(code) for table in tables for code, name in table.items() if text in name}
