"""What the record speaks of, in words: a nominee by kind, name and place, a period by its title, a case by its number.

Names are those of now: a unit that was renamed stands under its new name, and its renaming is a row of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.domain.cases.verdict import GROUND_NAMES
from app.domain.periods.rounds import Kind
from app.domain.shared.wording import coarse, full_day
from app.domain.upkeep.data_requests import DATA_REQUEST_NAMES
from app.models import (
    AccountReset,
    Base,
    Case,
    CaseFile,
    DataRequest,
    Disqualification,
    Document,
    Entry,
    Evidence,
    GroupAct,
    Honour,
    IdentityRequest,
    Import,
    Nominee,
    Objection,
    Period,
    Programme,
    Purpose,
    Unit,
    User,
)
from app.models.drawing import BEYOND
from app.models.stored_file import StoredFile
from app.services.record.detail_words import IMPORT_FORM_NAMES

_MOST_FOUND = 200  # subjects whose name holds what was typed
_PURPOSE_NAMES = {
    Purpose.IMPORT: "名单、推荐表",
    Purpose.PHOTO: "证件照",
    Purpose.OPINION: "征求意见表的扫描件",
    Purpose.MATERIAL: "事迹材料",
    Purpose.PROCEEDING: "请示、批复、决定的扫描件",
}
_TABLE_NAMES = {
    "case_files": "办案附件",
    "documents": "推荐材料",
    "dossiers": "推荐对象资料",
    "evidence": "证据材料",
    "identities": "异议人身份",
    "import_rows": "导入的名单",
    "reaches": "接收提醒的地址",
    "second_factors": "二次验证",
}
_FIXED = {
    "portal": "本系统",
    "user:unknown": "没有这个账号",
    "receipt:unknown": "没有这个查询码",
    "evidence": "没有提交的证据材料",
    "casefile": "没有提交的办案附件",
    "document": "没有提交的材料",
}
# What a row is called that is no longer there.
_GONE = {
    "case": "已经不在的案件",
    "casefile": "已经清除的办案附件",
    "document": "已经清除的材料",
    "evidence": "已经清除的证据材料",
    "import": "已经放弃的名单",
    "message": "一条消息",
    "objection": "已经不在的异议",
    "honour": "已经不在的表彰",
    "request": "已经不在的申请",
}
_SOMETHING = "已经不在的事项"


class SubjectNames:
    """Names of rows by their key in the record (`nominee:7`), read in one statement a kind and kept."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[str, str] = {}

    def learn(self, keys: Iterable[str]) -> None:
        """Read the names of all these keys that are not known yet."""
        by_kind: dict[str, set[int]] = {}
        for key in set(keys) - self._names.keys():
            kind, _, number = key.partition(":")
            if kind in _READERS and number.isdecimal() and int(number) < BEYOND:
                by_kind.setdefault(kind, set()).add(int(number))
        for kind, ids in by_kind.items():
            self._names |= {f"{kind}:{row_id}": name for row_id, name in _READERS[kind](self._session, ids).items()}

    def name(self, key: str) -> str:
        """Return what a key names. A row that is gone is called so: no key is ever shown."""
        if key in _FIXED:
            return _FIXED[key]
        if key not in self._names:
            self.learn([key])
        kind, _, rest = key.partition(":")
        if kind == "table":
            return f"数据表“{_TABLE_NAMES.get(rest, '其他')}”"
        if kind == "calendar":
            return f"{rest}年放假通知"
        return self._names.get(key) or _GONE.get(kind, _SOMETHING)


def find_subjects(session: Session, words: str) -> set[str]:
    """Return the keys of cases, nominees, periods, programmes, units and people whose name contains these words."""
    found = {f"case:{case_id}" for case_id in _cases_numbered(session, words)}
    for kind, model, column in (
        ("nominee", Nominee, Nominee.name),
        ("programme", Programme, Programme.title),
        ("unit", Unit, Unit.name),
        ("user", User, User.name),
    ):
        ids = session.scalars(select(model.id).where(column.contains(words, autoescape=True)).limit(_MOST_FOUND))
        found |= {f"{kind}:{row_id}" for row_id in ids}
    periods = session.scalars(select(Period).options(joinedload(Period.organiser), joinedload(Period.programme)))
    return found | {f"period:{period.id}" for period in periods if words in period.title}


def _cases_numbered(session: Session, words: str) -> list[int]:
    """Find cases by their number as it is printed, 2026-123456, or by its second half."""
    number = words.rpartition("-")[2]
    if not (number.isdecimal() and number.isascii()):
        return []
    rows = session.scalars(select(Case).where(cast(Case.id, String).contains(str(int(number)))).limit(_MOST_FOUND))
    return [case.id for case in rows if words in case.number]


Row = TypeVar("Row", bound=Base)
Reader = Callable[[Session, set[int]], dict[int, str]]
_AT_ONCE = 500  # ids in one statement


def _rows(session: Session, model: type[Row], ids: set[int], *options: ORMOption) -> list[Row]:
    found: list[Row] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(model).where(model.id.in_(wanted[start : start + _AT_ONCE]))  # type: ignore[attr-defined]
        found += session.scalars(query.options(*options))
    return found


def _cases(session: Session, ids: set[int]) -> dict[int, str]:
    return {row.id: f"案件{row.number}" for row in _rows(session, Case, ids)}


def _nominees(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, Nominee, ids, joinedload(Nominee.unit), joinedload(Nominee.programme))
    return {row.id: f"{_kind(row.programme, row.kind)}{row.name}{_place(row)}" for row in rows}


def _place(nominee: Nominee) -> str:
    return f"（{nominee.unit.name}）" if nominee.unit.name != nominee.name else ""


def _kind(programme: Programme, kind: Kind) -> str:
    return programme.rules.kind_names[kind]


def _periods(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, Period, ids, joinedload(Period.organiser), joinedload(Period.programme))
    return {row.id: row.title for row in rows}


def _programmes(session: Session, ids: set[int]) -> dict[int, str]:
    return {row.id: row.title for row in _rows(session, Programme, ids)}


def _units(session: Session, ids: set[int]) -> dict[int, str]:
    return {row.id: row.name for row in _rows(session, Unit, ids)}


def _people(session: Session, ids: set[int]) -> dict[int, str]:
    return {row.id: f"{row.unit.name} {row.name}" for row in _rows(session, User, ids, joinedload(User.unit))}


def _entries(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, Entry, ids, joinedload(Entry.period).joinedload(Period.programme))
    return {row.id: f"{_kind(row.period.programme, row.kind)}{row.name}" for row in rows}


def _objections(session: Session, ids: set[int]) -> dict[int, str]:
    """Name an objection by its case and its place in it, as the page of the case numbers them."""
    rows = _rows(session, Objection, ids)
    cases = {row.case_id for row in rows}
    order: dict[int, list[int]] = {}
    for case_id, objection_id in session.execute(
        select(Objection.case_id, Objection.id).where(Objection.case_id.in_(cases)).order_by(Objection.id)
    ):
        order.setdefault(case_id, []).append(objection_id)
    numbers = _cases(session, cases)
    return {row.id: f"{numbers[row.case_id]}的异议{order[row.case_id].index(row.id) + 1}" for row in rows}


def _file(row: StoredFile) -> str:
    return f"{coarse(row.received_at)}收到的一份{row.kind.value.upper()}文件"


def _files_of(model: type[Evidence] | type[CaseFile]) -> Reader:
    return lambda session, ids: {row.id: _file(row) for row in _rows(session, model, ids)}


def _documents(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, Document, ids)
    names = _nominees(session, {row.nominee_id for row in rows if row.nominee_id})
    return {
        row.id: (f"{names[row.nominee_id]}的" if row.nominee_id else "") + _PURPOSE_NAMES[row.purpose] for row in rows
    }


def _imports(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, Import, ids, joinedload(Import.unit))
    return {row.id: f"{row.unit.name}{coarse(row.created_at)}上传的{IMPORT_FORM_NAMES[row.form]}" for row in rows}


def _groups(session: Session, ids: set[int]) -> dict[int, str]:
    return {row.id: f"{len(row.case_ids)}件案件的一并处理" for row in _rows(session, GroupAct, ids)}


def _honours(session: Session, ids: set[int]) -> dict[int, str]:
    return {row.id: f"{row.name}的表彰" for row in _rows(session, Honour, ids)}


def _disqualifications(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, Disqualification, ids, joinedload(Disqualification.nominee))
    return {
        row.id: f"{row.nominee.name}因{GROUND_NAMES[row.ground]}取消参评资格（{coarse(row.effective_at)}）"
        for row in rows
    }


def _requests(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, IdentityRequest, ids, joinedload(IdentityRequest.asker))
    return {row.id: f"{row.asker.name}{coarse(row.asked_at)}的申请" for row in rows}


def _resets(session: Session, ids: set[int]) -> dict[int, str]:
    rows = _rows(session, AccountReset, ids, joinedload(AccountReset.user))
    return {row.id: f"{row.user.name}的账号{coarse(row.at)}被重置" for row in rows}


def _data_requests(session: Session, ids: set[int]) -> dict[int, str]:
    """Name a request by its kind and day: who asks is sealed (R19)."""
    rows = _rows(session, DataRequest, ids)
    return {row.id: f"{full_day(row.received_on)}收到的个人信息请求（{DATA_REQUEST_NAMES[row.kind]}）" for row in rows}


_READERS: dict[str, Reader] = {
    "case": _cases,
    "casefile": _files_of(CaseFile),
    "data_request": _data_requests,
    "disqualification": _disqualifications,
    "document": _documents,
    "entry": _entries,
    "evidence": _files_of(Evidence),
    "group": _groups,
    "honour": _honours,
    "import": _imports,
    "nominee": _nominees,
    "objection": _objections,
    "period": _periods,
    "programme": _programmes,
    "request": _requests,
    "reset": _resets,
    "unit": _units,
    "user": _people,
}
