"""Annex 1 as a sheet: places line by line, with the sums below each heading and at the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as having

from app.domain.programmes.book_rows import QUOTAS, Rows, SheetFault, as_number, read_rows_below_head
from app.domain.programmes.contacts import fault_of_unit_name
from app.domain.programmes.plan import Places, faults_of_places

_COLUMNS = {"heading": "B", "field": "C", "collectives": "E", "individuals": "F", "note": "G"}
_NOTHING = "还没有填写名额，请至少写一个推荐单位。"
_LED_BY = re.compile(r"由(.+?)牵头推荐")


@dataclass(frozen=True, slots=True)
class BookPlaces:
    """A line of annex 1, its unit by name."""

    row: int = having(compare=False)
    unit: str
    collectives: int
    individuals: int
    field: str = ""
    heading: str = ""
    note: str = ""

    def places(self, unit_id: int) -> Places:
        return Places(unit_id, self.collectives, self.individuals, self.field, self.heading, self.note)


class Annex:
    """Reads annex 1 from top to bottom and checks its sums on the way."""

    def __init__(self, wrong: list[SheetFault]) -> None:
        self.wrong = wrong
        self.heading = ""
        self.group: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.units: dict[str, int] = {}

    def read(self, rows: Rows) -> Iterator[BookPlaces]:
        last, wrong_before = 1, len(self.wrong)
        for row, cells in read_rows_below_head(QUOTAS, rows, self.wrong):
            label = next((cell for cell in cells[:3] if cell), "")
            last = row
            if label == "小计":
                if self.group or any(cells[3:6]):
                    self.check_sum(row, cells, self.group, label)
                self.group.clear()
            elif label in ("合计", "总计"):
                if not self.units:
                    self.say(row, "A", _NOTHING)
                else:
                    self.check_sum(row, cells, self.all, label)
                return
            elif any(cells[2:]) and (line := self.line(row, cells)) is not None:
                yield line
        if last > 1:
            self.say(last + 1, "A", f"缺少“合计”一行，应为：{_sums(self.all)}。")
        elif len(self.wrong) == wrong_before:  # there is a head, and nothing below it
            self.say(last, "A", _NOTHING)

    def line(self, row: int, cells: Sequence[str]) -> BookPlaces | None:
        _, heading, named, total, *counts, note, unit = cells[:8]
        self.heading = heading or self.heading
        led = _LED_BY.search(note)
        unit = unit or (led[1] if led else named)
        collectives, individuals = (self.count(row, letter, text) for letter, text in zip("EF", counts, strict=True))
        if words := fault_of_unit_name(unit):
            self.say(row, "H" if cells[7] else "C", words)
            return None
        if unit in self.units:
            self.say(row, "C", f"“{unit}”在第{self.units[unit]}行已经有名额，一个推荐单位只写一行。")
            return None
        self.units[unit] = row
        if collectives is None or individuals is None:
            return None
        line = BookPlaces(row, unit, collectives, individuals, "" if named == unit else named, self.heading, note)
        self.check_line(line, total)
        for sums in (self.group, self.all):
            sums.update({"集体": collectives, "个人": individuals})
        return line

    def count(self, row: int, letter: str, text: str) -> int | None:
        found = as_number(text)
        if found is None:
            self.say(row, letter, f"请填整数，没有名额填0，现在{_as_is(text)}。")
        return found

    def check_line(self, line: BookPlaces, total: str) -> None:
        both = line.collectives + line.individuals
        if total and as_number(total) != both:
            self.say(line.row, "D", f"名额总数应为集体与个人之和{both}，现在是“{total}”。")
        if not both:
            self.say(line.row, "E", "集体和个人至少有一个名额；没有名额的单位请删去这一行。")
        for each in faults_of_places(line.places(0)):
            self.say(line.row, _COLUMNS[each.field], each.words)

    def check_sum(self, row: int, cells: Sequence[str], sums: Counter[str], label: str) -> None:
        right = (sums["集体"] + sums["个人"], sums["集体"], sums["个人"])
        for letter, text, wanted in zip("DEF", cells[3:6], right, strict=True):
            if as_number(text) != wanted:
                self.say(row, letter, f"{label}应为{wanted}，现在{_as_is(text)}。请核对上面各行。")

    def say(self, row: int, column: str, words: str) -> None:
        self.wrong.append(SheetFault(QUOTAS, row, column, words))


def _as_is(text: str) -> str:
    return f"是“{text}”" if text else "是空的"


def _sums(sums: Counter[str]) -> str:
    return f"名额总数{sums['集体'] + sums['个人']}，集体{sums['集体']}，个人{sums['个人']}"
