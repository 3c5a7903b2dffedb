"""Checks of one nominee's fields, independent of each other. They take texts, not files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping

from app.domain.imports.fields import FIELD_NAMES, Problem
from app.domain.imports.form_dates import form_date
from app.domain.imports.form_words import LISTS, word_problem
from app.domain.imports.resumes import resume_problems
from app.domain.nominees.annexes import NONE
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.shared.identity_numbers import birth_in, is_credit_code, is_id_number, sex_in
from app.domain.shared.privacy import find_private

Fields = Mapping[str, str]
# These may stay empty, and are not checked where they are filled.
_MAY_BE_EMPTY = frozenset({"remark", "title"})
_LONGEST = {"name": 60, "unit": 100, "post": 120, "title": 60, "work": 100, "level": 60, "leader": 60}
_SHOWN = (
    "name",
    "unit",
    "post",
    "remark",
    "work",
    "awards",
    "deeds",
)  # shown to the public: a private number must not stand in them
_OLDEST, _YOUNGEST = 110, 16
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:(?:-|转)\d{1,6})?")
_SERVICE = re.compile(r"(?:400|800)-?\d{3}-?\d{4}|1[0129]\d{1,4}|95\d{3,4}")
_NAME_LETTERS = re.compile(r"[^\W\d_]+(?:[·•][^\W\d_]+)*")


def column_name(key: str, kind: Kind) -> str:
    """Return a field as the form of this kind prints it."""
    if kind is Kind.COLLECTIVE:
        return {"name": "集体名称", "unit": "所在单位（集体）", "phone": "单位联系电话"}.get(key, FIELD_NAMES[key])
    return FIELD_NAMES[key]


def field_problems(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    """List every problem of the fields that the form has, in the order of the checks."""
    yield from _missing(kind, fields)
    for check in _CHECKS:
        yield from check(kind, fields, today, notice)


def _missing(kind: Kind, fields: Fields) -> Iterator[Problem]:
    """Yield a problem for each field of the form that is not filled in."""
    for key, text in fields.items():
        if text or key in _MAY_BE_EMPTY or (key == "unit" and kind is Kind.COLLECTIVE):
            continue
        column = column_name(key, kind)
        if key in ("awards", "penalties"):
            yield Problem(column, "没有填写", "没有这方面情况的，请写“无”，不得空白")
        elif key == "level":
            yield Problem(column, "没有填写", "请填写集体的行政级别；无行政级别的填“无”")
        elif key == "credit_code":
            yield Problem(column, "没有填写", "请填写18位统一社会信用代码；内设机构没有自己的代码的，请写“无”")
        else:
            yield Problem(column, "没有填写", f"请填写{column}")


def _words(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    for key in LISTS:
        if fields.get(key) and (problem := word_problem(key, fields[key], notice)):
            yield problem


def _name(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    name = fields.get("name", "")
    if kind is Kind.INDIVIDUAL and name and not _NAME_LETTERS.fullmatch(name):
        yield Problem(FIELD_NAMES["name"], "姓名里有数字或标点", "请填写与居民身份证一致的姓名，一行一人")
    for key, most in _LONGEST.items():
        if len(fields.get(key, "")) > most:
            yield Problem(column_name(key, kind), f"共{len(fields[key])}个字，太长", f"请控制在{most}个字以内")


def _birth(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    text = fields.get("birth", "")
    if not text:
        return
    column, right = FIELD_NAMES["birth"], "请写成“1980年1月”或“1980年1月1日”的样子"
    born = form_date(text)
    if born is None:
        yield Problem(column, "看不出是哪年哪月", right)
        return
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day or 1))
    if years < _YOUNGEST or years > _OLDEST:
        yield Problem(column, "按这个日期算，年龄不合常理", f"请核对出生年份；{right}")


def _id_number(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    number, column = fields.get("id_number", "").upper(), FIELD_NAMES["id_number"]
    if not number:
        return
    if len(number) != 18:
        yield Problem(column, f"共{len(number)}位", "居民身份证号码应为18位，请按文本格式录入，对照身份证核对")
        return
    if not is_id_number(number):
        yield Problem(column, "校验不通过，至少有一位写错了", "请对照身份证逐位核对，末位可能是字母X")
        return
    birth = birth_in(number)
    if birth is not None and birth > today:
        yield Problem(column, "号码中的出生日期还没有到", "请对照身份证逐位核对")
    born = form_date(fields.get("birth", ""))
    if (
        born
        and birth
        and ((born.year, born.month) != (birth.year, birth.month) or (born.day and born.day != birth.day))
    ):
        yield Problem(FIELD_NAMES["birth"], "与身份证号码中的出生日期不一致", "请对照身份证核对这两栏")
    if fields.get("sex") in ("男", "女") and fields["sex"] != sex_in(number):
        yield Problem(FIELD_NAMES["sex"], "与身份证号码中的性别不一致", "请对照身份证核对这两栏")


def _credit_code(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    code, column = fields.get("credit_code", "").upper(), FIELD_NAMES["credit_code"]
    if not code or code == NONE:
        return
    if len(code) != 18:
        yield Problem(column, f"共{len(code)}位", "统一社会信用代码应为18位；内设机构没有自己的代码的，请写“无”")
    elif not is_credit_code(code):
        yield Problem(column, "校验不通过，至少有一位写错了", "请对照证书逐位核对；代码里没有字母 I、O、S、V、Z")


def _phone(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    """Check that each of one or several telephone numbers can be dialled."""
    text = re.sub(r"[()]", "", re.sub(r"(?<=\d)[ ](?=\d)", "", fields.get("phone", "")))
    numbers = [number for number in re.split(r"[,;/、\s]+", text) if number]
    if not all(any(shape.fullmatch(number) for shape in (_MOBILE, _LANDLINE, _SERVICE)) for number in numbers):
        right = "手机号码应为11位；座机请写区号和号码，如“0874-3120000”"
        yield Problem(column_name("phone", kind), "不像是电话号码", right)


def _deeds(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    deeds, limit = fields.get("deeds", ""), notice.deeds_limit
    if len(deeds) > limit:
        over = len(deeds) - limit
        right = f"主要事迹限{limit}字以内（标点和空格也算），请删去{over}字"
        yield Problem(FIELD_NAMES["deeds"], f"共{len(deeds)}字，超出{over}字", right)


def _private(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    """Find private numbers in fields that become public (R12)."""
    for key in _SHOWN:
        if found := find_private(fields.get(key, "")):
            wrong = f"里面有{'、'.join(found)}，公示后会被所有人看到"
            yield Problem(column_name(key, kind), wrong, "请删去这些号码；号码填在专门的栏目里")


def _resume(kind: Kind, fields: Fields, today: dt.date, notice: AwardNotice) -> Iterator[Problem]:
    if fields.get("resume"):
        yield from resume_problems(fields["resume"], today)


_CHECKS: tuple[Callable[[Kind, Fields, dt.date, AwardNotice], Iterator[Problem]], ...] = (
    _name,
    _words,
    _birth,
    _id_number,
    _credit_code,
    _phone,
    _resume,
    _deeds,
    _private,
)
