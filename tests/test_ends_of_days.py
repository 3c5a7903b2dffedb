"""What ends at midnight ends at 24:00 of the day before, on every page, paper and refusal: one formatter says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.domain.messages.hours import write_instant
from app.domain.refusals import NomineeLeft, TooLateToConclude, WindowClosed
from app.domain.refusals.base import begin, end
from app.domain.shared.wording import end_moment
from tests.world import at

ROOT = Path(__file__).resolve().parent.parent
# Instants that end something: written for a beginning, 24:00 would read as 00:00 of the next day.
ENDS = (
    r"(?:\w+\.)*(?:closes_at|conclude_by|deadline|set_deadline|previous_deadline|new_deadline|previous|previous_close"
    r"|new_close|extended_to|waits_until|effective_at|since|falls_at|escalates_at|last_end)"
)
WRONG = {
    ".html": re.compile(rf"\b{ENDS} \| moment\b"),
    ".txt": re.compile(rf"\b{ENDS} \| moment\b"),
    ".py": re.compile(rf"\b(?:moment|begin)\((?:lambda \w+: )?{ENDS}\)"),
}


def test_no_end_is_written_as_a_beginning() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("app", "templates", "tools")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in WRONG
        for match in WRONG[path.suffix].finditer(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "wrong",
    ["{{ period.closes_at | moment }}", "{{ row.effective_at | moment }}", "{{ e.previous | moment }}"],
)
def test_the_search_finds_what_is_there(wrong: str) -> None:
    assert WRONG[".html"].search(wrong)


@pytest.mark.parametrize(
    ("instant", "date", "time"),
    [
        ("2026-09-24 Thu 00:00", "9月23日", "24:00"),
        ("2026-10-01 Thu 00:00", "9月30日", "24:00"),
        ("2026-09-23 Wed 23:59", "9月23日", "23:59"),
        ("2026-09-23 Wed 00:01", "9月23日", "00:01"),
    ],
)
def test_every_formatter_of_an_end_says_the_same(instant: str, date: str, time: str) -> None:
    assert [each(at(instant)) for each in (end, end_moment, write_instant)] == [f"2026年{date} {time}"] * 3


def test_refusals_name_the_day_that_ends() -> None:
    opens, closes = at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00")
    assert "2026年9月18日 00:00至2026年9月23日 24:00" in str(WindowClosed(opens, closes, closes))
    assert "2026年9月23日 24:00" in str(TooLateToConclude(closes))
    assert "2026年9月23日 24:00" in str(NomineeLeft("已取消参评资格", closes))
    assert begin(opens) == "2026年9月18日 00:00"
