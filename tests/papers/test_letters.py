"""Every kind of letter as a picture: printed, looked at and read back (R34, GB/T 9704).

One run of LibreOffice prints them all. The pages stay in the run's folder (pytest's `--basetemp`): whoever changes the
template looks at them too.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.cases.letters import LETTERS, OFFICE_NAME, LetterKind, Reader, Turn
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.shared.wording import full_day
from app.models import Letter, Objection
from app.services.cases import investigation, second_looks, settlement, urging
from app.services.nominees import reversal
from app.services.papers.letters import paper_of
from tests.papers.made_up import STATIONERY
from tests.papers.printing import Line, Printed, lines_of, print_all, require_printer
from tests.world import FACTS, World, at

FILED, DAY, LOOKED = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00", "2026-09-22 Tue 10:00"
DUE, AFTER = "2026-09-30 Wed 08:00", "2026-10-09 Fri 09:00"
FINDINGS = "两次走访施工单位和街道办事处，调阅2025年6月的施工日志三卷，询问在场群众五名。" * 12
LEFT, RIGHT, WIDTH = 28, 26, 210  # millimetres


@dataclass
class Letters:
    """One letter of every turn and reader, and all of them in one file."""

    by_name: dict[str, Letter]
    pages: dict[str, Printed]
    lines: dict[str, list[Line]]


@pytest.fixture(scope="module")
def letters(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Letters]:
    require_printer()
    folder = tmp_path_factory.mktemp("letters")
    path = tmp_path_factory.mktemp("database") / "gongshi.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    world = World.build(database, b"a key for tests, thirty-two bytes", now=at("2026-09-01 Tue 01:00"))
    every_turn(world)
    with database.reader() as session:
        found = session.scalars(select(Letter).order_by(Letter.made_at, Letter.id)).all()
        by_name = {f"{letter.turn}-{letter.reader}.docx": letter for letter in found}
        files = {name: paper_of([letter], STATIONERY).write() for name, letter in by_name.items()}
        files["all.docx"] = paper_of(list(by_name.values()), STATIONERY).write()
    pages = print_all(files, folder)
    yield Letters(by_name, pages, {name: lines_of(folder, name) for name in by_name})
    database.dispose()


def every_turn(world: World) -> None:
    """Each turn that the table knows: five nominees, a case or two each."""
    period, (first, second, third, fourth, fifth) = world.round_two(), world.nominees
    upheld, dismissed, declined, forgotten = (
        world.file(period, nominee, FILED)[0] for nominee in (first, second, third, fifth)
    )
    lead, joined = (world.file(period, fourth, FILED, contact=f"1300000000{n}")[0] for n in (3, 4))
    world.bring(upheld, State.CONCLUDED, DAY, Conclusion.UPHELD)
    world.bring(dismissed, State.INVESTIGATING, DAY)
    words = (FINDINGS, "评选通知第三部分。", "已经核实，谢谢监督。")
    world.act(investigation.propose, dismissed, "handler", Conclusion.DISMISSED, *words, now=DAY)
    world.act(investigation.confirm, dismissed, "head", 1, now=DAY)
    world.decline(declined, DeclineGround.NO_FACTS, "没有写明时间、地点和在场的人。", DAY)
    world.bring(lead, State.ACCEPTED, DAY)
    world.act(investigation.join, joined, "handler", lead, now=DAY)
    world.act(investigation.ask_supplement, lead, "handler", "请说明施工记录在哪里。\n请附上照片。", now=DAY)
    for case, answer in ((dismissed, second_looks.confirm_look), (declined, second_looks.reopen)):
        world.run(second_looks.ask, objection_of(world, case), "没有问到在场的人。", now=at(DAY))
        world.act(answer, case, "office", "经再次核对记录。", now=LOOKED)
    world.act(urging.urge, forgotten, "office", "请在两天内受理。", now=LOOKED)
    world.run(settlement.settle_due, now=at(DUE))
    world.act(reversal.propose_reversal, 1, "office", "经复查，原决定认定事实有误，予以撤销。", now=AFTER)
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=AFTER)


def objection_of(world: World, case: int) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Objection.id).where(Objection.case_id == case)).one()


def test_every_turn_and_reader_is_looked_at(letters: Letters) -> None:
    assert letters.by_name.keys() == {f"{turn}-{reader}.docx" for turn, row in LETTERS.items() for _, reader in row}


def test_each_reads_back_whole_and_in_order(letters: Letters) -> None:
    for name, letter in letters.by_name.items():
        words = letter.words
        parts = [words["title"], letter.numbered, f"{words['to']}：", *words["paragraphs"], words["signed_by"]]
        rest = re.sub(r"—\d+—", "", letters.pages[name].text)  # numbers of pages
        for number, part in enumerate([*parts, full_day(letter_day(letter))]):
            _, found, rest = rest.partition("".join(part.split()))
            assert found, f"{name}: part {number} is missing or out of order: {part[:40]}"
        assert not [mark for mark in ("{{", "{%", "None", "Undefined") if mark in letters.pages[name].text], name


def test_each_is_on_a4_with_ink_on_every_page(letters: Letters) -> None:
    for name, printed in letters.pages.items():
        assert set(printed.sizes) == {"A4"}, name
        assert min(printed.ink) > 5e-4, name
    # Many in one file: each begins on a sheet of its own.
    assert len(letters.pages["all.docx"].sizes) == sum(len(letters.pages[name].sizes) for name in letters.by_name)


def test_each_stands_on_the_page_as_an_official_paper_does(letters: Letters) -> None:
    """Heading and number in the middle, to whom at the left edge, the text two characters in, the end at the right."""
    for name, letter in letters.by_name.items():
        lines = letters.lines[name]
        said = {line.text: line for line in lines}
        for centred in (letter.words["title"], letter.numbered):
            assert abs(middle(said[centred]) - (LEFT + WIDTH - RIGHT) / 2) < 2, (name, centred)
        assert said[letter.words["title"]].height > said[letter.numbered].height, name
        to = next(line for line in lines if line.text.startswith(letter.words["to"][:4]) and line.left < LEFT + 2)
        assert to.top > said[letter.numbered].top, name
        first = next(line for line in lines if line.text.startswith(letter.words["paragraphs"][0][:8]))
        assert abs(first.left - LEFT - 2 * 16 * 25.4 / 72) < 2, name  # two characters of 16 points
        signed, dated = said[letter.words["signed_by"]], said[full_day(letter_day(letter))]
        assert min(signed.left, dated.left) > WIDTH / 2, name
        assert (signed.page, dated.page) == (lines_of_text(lines)[-1].page,) * 2, name
        assert dated.top > signed.top, name
        assert abs(middle(signed) - middle(dated)) < 2, name  # centred above the date
        assert max(line.right for line in lines) < WIDTH - RIGHT + 16 * 25.4 / 72, name  # a full stop may hang over
        assert min(line.top for line in lines) > 37 - 1, name


def test_no_letter_stands_alone_with_its_signature(letters: Letters) -> None:
    """The last page has text besides who signs and when."""
    for name, letter in letters.by_name.items():
        last = [line.text for line in lines_of_text(letters.lines[name]) if line.page == len(letters.pages[name].sizes)]
        assert set(last) - {letter.words["signed_by"], full_day(letter_day(letter))}, name


def test_security_19_no_letter_says_who_objected(letters: Letters) -> None:
    for name, letter in letters.by_name.items():
        text = letters.pages[name].text
        assert not [word for word in ("赵小禾", "13000000001", "13000000003", FACTS[:12]) if word in text], name
        if letter.kind is LetterKind.DISQUALIFICATION:
            assert "异议人" not in text, name
            assert letter.numbered.startswith(OFFICE_NAME), name
    assert letters.by_name[f"{Turn.URGED}-{Reader.HANDLER}.docx"].words["to"] == "麒麟区"


def letter_day(letter: Letter) -> dt.date:
    return dt.date.fromisoformat(letter.words["dated"])


def middle(line: Line) -> float:
    return (line.left + line.right) / 2


def lines_of_text(lines: list[Line]) -> list[Line]:
    """All but the numbers of the pages."""
    return [line for line in lines if not line.text.startswith("—")]
