"""A programme in one workbook: what its five sheets say, and what is wrong with them, place by place.

The sheets come as texts (app/papers/programme_book.py reads and writes the file), so that reading is a rule like any
other. Annex 1 keeps the notice's form; a unit that is not named there (四个工程 are recommended under the name of a
field) stands in the note 由…牵头推荐 or in the column 推荐单位.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from app.domain.cases import ROLE_NAMES, Role
from app.domain.contacts import LINES, Contact, fault_of_unit_name, faults_of_contact
from app.domain.programmes import SHARE_NAME, TEXTS, Places, Plan, Span, faults_of_places, faults_of_stages
from app.domain.programmes import faults_of_texts as faults_of_plan
from app.domain.staffing import fault_of_login, fault_of_name
from app.domain.stages import STAGES

# A sheet's rows: the number that Excel shows, and the texts from column A on.
Rows = Sequence[tuple[int, Sequence[str]]]

ABOUT, QUOTAS, STAGES_SHEET, CONTACTS, PEOPLE = "活动", "名额分配", "时间安排", "联系方式", "人员"
HEADS: dict[str, tuple[str, ...]] = {
    ABOUT: ("项目", "内容"),
    QUOTAS: ("序号", "表彰对象", "所属领域（地区）", "名额总数", "集体", "个人", "备注", "推荐单位"),
    STAGES_SHEET: ("阶段", "开始日期", "结束日期"),
    CONTACTS: ("单位", *(name for name, _ in LINES.values())),
    PEOPLE: ("登录名", "姓名", "角色", "单位"),
}
OFFICE_NAME = "工作专班"
_ABOUT_NAMES = {name: key for key, (name, _, _) in TEXTS.items()} | {SHARE_NAME: "county_share", OFFICE_NAME: "office"}
_ROLES = {name: role for role, name in ROLE_NAMES.items()}
_LED_BY = re.compile(r"由(.+?)牵头推荐")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong: sheet, row and column as Excel shows them, and in words what would be right."""

    sheet: str
    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class BookPlaces:
    """A line of annex 1, its unit by name."""

    row: int = field(compare=False)
    unit: str
    collectives: int
    individuals: int
    field: str = ""
    heading: str = ""
    note: str = ""

    def places(self, unit_id: int) -> Places:
        return Places(unit_id, self.collectives, self.individuals, self.field, self.heading, self.note)


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

    plan: Plan
    office: str = ""
    places: Sequence[BookPlaces] = ()
    contacts: Sequence[BookContact] = ()
    people: Sequence[BookPerson] = ()


def read(sheets: Mapping[str, Rows]) -> tuple[Book, list[Wrong]]:
    """Everything the sheets say, and everything wrong with them. With anything wrong, the book is not to be used."""
    wrong: list[Wrong] = []
    plan, office = _about(sheets.get(ABOUT, ()), _stages(sheets.get(STAGES_SHEET, ()), wrong), wrong)
    places = tuple(_Annex(wrong).read(sheets.get(QUOTAS, ())))
    contacts = tuple(_contacts(sheets.get(CONTACTS, ()), wrong))
    people = tuple(_people(sheets.get(PEOPLE, ()), wrong))
    wrong.sort(key=lambda each: (list(HEADS).index(each.sheet), each.row))
    return Book(plan, office, places, contacts, people), wrong


# --- 活动, 时间安排 -----------------------------------------------------------------------------------------------


def _about(rows: Rows, spans: Sequence[Span], wrong: list[Wrong]) -> tuple[Plan, str]:
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    for row, (name, value, *_) in _below_head(ABOUT, rows, wrong):
        key = _ABOUT_NAMES.get(name)
        if key is None:
            wrong.append(Wrong(ABOUT, row, "A", f"没有“{name}”这个项目。可以填的有：{'、'.join(_ABOUT_NAMES)}。"))
        elif key in values:
            wrong.append(Wrong(ABOUT, row, "A", f"“{name}”写了两次，请只留一行。"))
        else:
            values[key], places[key] = value, row
    share = _number(values.get("county_share") or "10")
    plan = Plan(
        **{key: values.get(key, "") for key in TEXTS},
        county_share=-1 if share is None else share,
        stages=spans,
    )
    last = max(places.values(), default=1)
    wrong += [Wrong(ABOUT, places.get(each.field, last), "B", each.words) for each in faults_of_plan(plan)]
    office = values.get("office", "")
    if office and (words := fault_of_unit_name(office)):
        wrong.append(Wrong(ABOUT, places["office"], "B", words))
    return plan, office


def _stages(rows: Rows, wrong: list[Wrong]) -> list[Span]:
    numbers = {stage.name: number for number, stage in STAGES.items()}
    spans: list[Span] = []
    places: dict[int, int] = {}
    bad = False
    last = 1
    for row, (name, *days) in _below_head(STAGES_SHEET, rows, wrong):
        number, last = numbers.get(name), row
        if number is None or number in places:
            why = "写了两次，请只留一行" if number else f"不是阶段的名称，应为：{'、'.join(numbers)}"
            wrong.append(Wrong(STAGES_SHEET, row, "A", f"“{name}”{why}。"))
            bad = True
            continue
        places[number] = row
        found = [_date(day) for day in days[:2]]
        for letter, day in zip("BC", found, strict=True):
            if day is None:
                wrong.append(Wrong(STAGES_SHEET, row, letter, "日期请写成年月日，例如 2025-10-16。"))
                bad = True
        if found[0] and found[1]:
            spans.append(Span(number, found[0], found[1]))
    if not bad:  # of what could not be read the order says nothing
        for each in faults_of_stages(spans):
            end, _, number_text = each.field.partition("_")
            place = places.get(int(number_text), last)
            wrong.append(Wrong(STAGES_SHEET, place, "B" if end == "starts" else "C", each.words))
    return spans


# --- 名额分配: annex 1 ------------------------------------------------------------------------------------------------


class _Annex:
    """Reads annex 1 from top to bottom, adding up as it goes."""

    def __init__(self, wrong: list[Wrong]) -> None:
        self.wrong = wrong
        self.heading = ""
        self.group: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.units: dict[str, int] = {}

    def read(self, rows: Rows) -> Iterator[BookPlaces]:
        last = 1
        for row, cells in _below_head(QUOTAS, rows, self.wrong):
            label = next((cell for cell in cells[:3] if cell), "")
            last = row
            if label == "小计":
                self.check_sum(row, cells, self.group, label)
                self.group.clear()
            elif label in ("合计", "总计"):
                self.check_sum(row, cells, self.all, label)
                return
            elif (line := self.line(row, cells)) is not None:
                yield line
        if rows:
            self.say(last + 1, "A", f"缺少“合计”一行，应为：{_sums(self.all)}。")

    def line(self, row: int, cells: Sequence[str]) -> BookPlaces | None:
        _, heading, named, total, collectives, individuals, note, unit = cells[:8]
        self.heading = heading or self.heading
        led = _LED_BY.search(note)
        unit = unit or (led[1] if led else named)
        numbers = [
            self.number(row, letter, text) for letter, text in zip("EF", (collectives, individuals), strict=True)
        ]
        if words := fault_of_unit_name(unit):
            self.say(row, "C" if not cells[7] else "H", words)
            return None
        if unit in self.units:
            self.say(row, "C", f"“{unit}”在第{self.units[unit]}行已经有名额，一个推荐单位只写一行。")
            return None
        self.units[unit] = row
        if numbers[0] is None or numbers[1] is None:
            return None
        both = numbers[0] + numbers[1]
        if total and _number(total) != both:
            self.say(row, "D", f"名额总数应为集体与个人之和{both}，现在是{total}。")
        if not both:
            self.say(row, "E", "集体和个人至少有一个名额；没有名额的单位请删去这一行。")
        line = BookPlaces(row, unit, *map(int, numbers), "" if named == unit else named, self.heading, note)
        for each in faults_of_places(line.places(0)):
            self.say(
                row, {"field": "C", "heading": "B", "note": "G", "individuals": "F"}.get(each.field, "E"), each.words
            )
        for sums in (self.group, self.all):
            sums.update({"集体": line.collectives, "个人": line.individuals})
        return line

    def number(self, row: int, letter: str, text: str) -> int | None:
        found = _number(text)
        if found is None:
            self.say(
                row,
                letter,
                f"请填整数，没有名额填0，现在是“{text}”。" if text else "请填整数，没有名额填0，现在是空的。",
            )
        return found

    def check_sum(self, row: int, cells: Sequence[str], sums: Counter[str], label: str) -> None:
        right = (sums["集体"] + sums["个人"], sums["集体"], sums["个人"])
        for letter, text, number in zip("DEF", cells[3:6], right, strict=True):
            if _number(text) != number:
                self.say(row, letter, f"{label}应为{number}，现在是“{text}”。请核对上面各行。")

    def say(self, row: int, column: str, words: str) -> None:
        self.wrong.append(Wrong(QUOTAS, row, column, words))


def _sums(sums: Counter[str]) -> str:
    return f"名额总数{sums['集体'] + sums['个人']}，集体{sums['集体']}，个人{sums['个人']}"


# --- 联系方式, 人员 ---------------------------------------------------------------------------------------------------


def _contacts(rows: Rows, wrong: list[Wrong]) -> Iterator[BookContact]:
    seen: dict[str, int] = {}
    columns = {line: letter for line, letter in zip(LINES, "BCDE", strict=True)}
    for row, (unit, *lines) in _below_head(CONTACTS, rows, wrong):
        contact = Contact(*lines[: len(LINES)])
        faults = faults_of_contact(contact)
        wrong += [Wrong(CONTACTS, row, columns[each.field], each.words) for each in faults]
        if not unit or unit in seen:
            words = f"“{unit}”在第{seen[unit]}行已经写过，请只留一行。" if unit else "请填写单位名称。"
            wrong.append(Wrong(CONTACTS, row, "A", words))
            continue
        seen[unit] = row
        if not faults and not contact.is_empty:
            yield BookContact(row, unit, contact)


def _people(rows: Rows, wrong: list[Wrong]) -> Iterator[BookPerson]:
    seen: dict[str, int] = {}
    for row, (login, name, role_name, unit, *_) in _below_head(PEOPLE, rows, wrong):
        role = _ROLES.get(role_name)
        said = [("A", fault_of_login(login)), ("B", fault_of_name(name))]
        if login in seen:
            said.append(("A", f"登录名 {login} 在第{seen[login]}行已经写过，请换一个。"))
        if role is None:
            said.append(("C", f"角色应为：{'、'.join(_ROLES)}。"))
        elif not unit and role in (Role.HEAD, Role.HANDLER):
            said.append(("D", f"请填写{role_name}所属的单位。"))
        seen.setdefault(login, row)
        found = [Wrong(PEOPLE, row, letter, words) for letter, words in said if words]
        wrong += found
        if not found and role is not None:
            yield BookPerson(row, login, name, role, unit)


# --- cells ---------------------------------------------------------------------------------------------------------


def _below_head(sheet: str, rows: Rows, wrong: list[Wrong]) -> Iterator[tuple[int, list[str]]]:
    """The rows below a sheet's head that hold anything, each as long as the head, spaces inside names taken out."""
    head = HEADS[sheet]
    below = False
    for number, texts in rows:
        cells = [text.strip() for text in texts[: len(head)]]
        cells += [""] * (len(head) - len(cells))
        if below and any(cells):
            yield number, [_joined(cell) if _is_name(sheet, place) else cell for place, cell in enumerate(cells)]
        below = below or _is_head(sheet, cells)
    if not below:
        names = "、".join(name for name in head if name != "推荐单位")
        wrong.append(Wrong(sheet, 1, "A", f"没有找到表头（{names}）。请用空白表格填写，不要改动表头。"))


def _is_head(sheet: str, cells: Sequence[str]) -> bool:
    """Annex 1 has a head of two rows, merged: its second holds 集体 and 个人."""
    found = [_joined(cell) for cell in cells]
    if sheet == QUOTAS:
        return found[4:6] == ["集体", "个人"]
    return tuple(found) == HEADS[sheet]


def _is_name(sheet: str, place: int) -> bool:
    """Names and numbers have no spaces inside, whatever a narrow cell made of them; sentences keep theirs."""
    return place == 0 or (sheet == QUOTAS and place != 6) or (sheet == PEOPLE)


def _joined(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else None


def _date(text: str) -> dt.date | None:
    found = _DATE.match(text)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


assert {each.name for each in fields(Contact)} == LINES.keys(), "a contact block has these lines"  # noqa: S101 - once, at import
