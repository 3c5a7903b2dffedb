"""A programme in one workbook: what its five sheets say, and what is wrong with them, place by place.

The sheets come as texts (app/papers/programme_book.py reads and writes the file), so that reading is a rule like any
other. Annex 1 keeps the notice's form; a unit that is not named there (四个工程 are recommended under the name of a
field) stands in the note 由…牵头推荐 or in the column 推荐单位.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from app.domain.accounts.staffing import fault_of_login, fault_of_name
from app.domain.calendar.stages import NoticeStage
from app.domain.cases.states import ROLE_NAMES, Role
from app.domain.programmes.annex_one import Annex, BookPlaces
from app.domain.programmes.book_rows import (
    ABOUT,
    CONTACTS,
    HEADS,
    PEOPLE,
    QUOTAS,
    STAGES_SHEET,
    Rows,
    SheetFault,
    as_date,
    as_number,
    read_rows_below_head,
)
from app.domain.programmes.contacts import LINES, Contact, fault_of_unit_name, faults_of_contact
from app.domain.programmes.notice import AwardNotice
from app.domain.programmes.plan import SHARE_NAME, ProgrammePlan, StageDays, faults_of_stages, text_names
from app.domain.programmes.plan import faults_of_texts as faults_of_plan

OFFICE_NAME = "市级专班"
_FORMER_NAME = "工作专班"  # in workbooks that were handed out before
_ROLES = {name: role for role, name in ROLE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class BookContact:
    row: int = field(compare=False)
    unit: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class BookPerson:
    row: int = field(compare=False)
    login: str
    name: str
    role: Role
    unit: str


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook says. `plan` has no places: units have names here, and ids where they are saved."""

    plan: ProgrammePlan
    office: str = ""
    places: Sequence[BookPlaces] = ()
    contacts: Sequence[BookContact] = ()
    people: Sequence[BookPerson] = ()


def read(sheets: Mapping[str, Rows], notice: AwardNotice) -> tuple[Book, list[SheetFault]]:
    """Read a programme that follows a notice from its sheets, with every error in them.

    A book with errors must not be used.
    """
    wrong: list[SheetFault] = []
    spans = _stages(sheets.get(STAGES_SHEET, ()), notice.stages, wrong)
    plan, office = _about(sheets.get(ABOUT, ()), spans, notice, wrong)
    places = tuple(Annex(wrong).read(sheets.get(QUOTAS, ())))
    contacts = tuple(_contacts(sheets.get(CONTACTS, ()), wrong))
    people = tuple(_people(sheets.get(PEOPLE, ()), wrong))
    wrong.sort(key=lambda each: (list(HEADS).index(each.sheet), each.row))
    return Book(plan, office, places, contacts, people), wrong


def _renamed(name: str) -> str:
    """Return today's name of the office for the one in workbooks that were handed out before."""
    return OFFICE_NAME if name == _FORMER_NAME else name


# --- 活动, 时间安排 -----------------------------------------------------------------------------------------------


def _about(
    rows: Rows, spans: Sequence[StageDays], notice: AwardNotice, wrong: list[SheetFault]
) -> tuple[ProgrammePlan, str]:
    keys = {name: key for key, name in text_names(notice).items()} | {SHARE_NAME: "county_share", OFFICE_NAME: "office"}
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    for row, (name, value, *_) in read_rows_below_head(ABOUT, rows, wrong):
        key = keys.get(_renamed(name))
        if key is None:
            wrong.append(SheetFault(ABOUT, row, "A", f"没有“{name}”这个项目。可以填的有：{'、'.join(keys)}。"))
        elif key in values:
            wrong.append(SheetFault(ABOUT, row, "A", f"“{name}”写了两次，请只留一行。"))
        else:
            values[key], places[key] = value, row
    share = as_number(values.get("county_share") or str(notice.county_share))
    plan = ProgrammePlan(
        title=values.get("title", ""),
        notice_number=values.get("notice_number", ""),
        collective_honour=values.get("collective_honour", ""),
        individual_honour=values.get("individual_honour", ""),
        signatory=values.get("signatory", ""),
        letter_mark=values.get("letter_mark", ""),
        lapse_clause=values.get("lapse_clause", ""),
        upheld_clause=values.get("upheld_clause", ""),
        revocation_clause=values.get("revocation_clause", ""),
        county_share=-1 if share is None else share,
        stages=spans,
    )
    last = max(places.values(), default=1)
    wrong += [SheetFault(ABOUT, places.get(each.field, last), "B", each.words) for each in faults_of_plan(plan, notice)]
    office = values.get("office", "")
    if office and (words := fault_of_unit_name(office)):
        wrong.append(SheetFault(ABOUT, places["office"], "B", words))
    return plan, office


def _stages(rows: Rows, stages: Mapping[int, NoticeStage], wrong: list[SheetFault]) -> list[StageDays]:
    numbers = {stage.name: number for number, stage in stages.items()}
    spans: list[StageDays] = []
    places: dict[int, int] = {}
    bad = False
    last = 1
    for row, (name, *days) in read_rows_below_head(STAGES_SHEET, rows, wrong):
        number, last = numbers.get(name), row
        if number is None or number in places:
            why = "写了两次，请只留一行" if number else f"不是阶段的名称，应为：{'、'.join(numbers)}"
            wrong.append(SheetFault(STAGES_SHEET, row, "A", f"“{name}”{why}。"))
            bad = True
            continue
        places[number] = row
        found = [as_date(day) for day in days]
        for letter, day in zip("BC", found, strict=True):
            if day is None:
                wrong.append(SheetFault(STAGES_SHEET, row, letter, "日期请写成年月日，例如 2025-10-16。"))
                bad = True
        if found[0] and found[1]:
            spans.append(StageDays(number, found[0], found[1]))
    if not bad:  # of what could not be read the order says nothing
        for each in faults_of_stages(spans, stages):
            end, _, number_text = each.field.partition("_")
            place = places.get(int(number_text), last)
            wrong.append(SheetFault(STAGES_SHEET, place, "B" if end == "starts" else "C", each.words))
    return spans


# --- 联系方式, 人员 ---------------------------------------------------------------------------------------------------


def _contacts(rows: Rows, wrong: list[SheetFault]) -> Iterator[BookContact]:
    seen: dict[str, int] = {}
    columns = dict(zip(LINES, "BCDE", strict=True))
    for row, (unit, *lines) in read_rows_below_head(CONTACTS, rows, wrong):
        contact = Contact(*lines[: len(LINES)])
        faults = [] if contact.is_empty else faults_of_contact(contact)
        wrong += [SheetFault(CONTACTS, row, columns[each.field], each.words) for each in faults]
        if not unit or unit in seen:
            words = f"“{unit}”在第{seen[unit]}行已经写过，请只留一行。" if unit else "请填写单位名称。"
            wrong.append(SheetFault(CONTACTS, row, "A", words))
            continue
        seen[unit] = row
        if not faults and not contact.is_empty:
            yield BookContact(row, unit, contact)


def _people(rows: Rows, wrong: list[SheetFault]) -> Iterator[BookPerson]:
    seen: dict[str, int] = {}
    for row, (login, name, role_name, unit, *_) in read_rows_below_head(PEOPLE, rows, wrong):
        role = _ROLES.get(_renamed(role_name))
        said = [("A", fault_of_login(login)), ("B", fault_of_name(name))]
        if login in seen:
            said.append(("A", f"登录名 {login} 在第{seen[login]}行已经写过，请换一个。"))
        if role is None:
            said.append(("C", f"角色应为：{'、'.join(_ROLES)}。"))
        elif not unit and role in (Role.HEAD, Role.HANDLER):
            said.append(("D", f"请填写{role_name}所属的单位。"))
        seen.setdefault(login, row)
        found = [SheetFault(PEOPLE, row, letter, words) for letter, words in said if words]
        wrong += found
        if not found and role is not None:
            yield BookPerson(row, login, name, role, unit)


assert {each.name for each in fields(Contact)} == LINES.keys(), "a contact block has these lines"  # noqa: S101 - once, at import
