"""Annexes 4 to 7 say what the notice's own annexes say, word for word and cell by cell.

`tests/data/notices/qujing-2025-annexes-4-7.txt` is their text as the notice printed it. Blanks between characters,
strokes to write on and the width of marks (： :) are of the printer, not of the text.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator

import docx
import pytest
from docx.oxml.ns import qn

from app.domain.periods.rounds import Kind
from app.models import Nominee, Programme, Stage, Unit
from app.services.imports.blanks import form_title
from app.services.papers.nominees import leaders_form, opinion_forms
from tests.papers.made_up import STATIONERY
from tests.qujing import FOLDER, QUJING, write_form
from tests.world import at

SOURCE = (FOLDER / "qujing-2025-annexes-4-7.txt").read_text("utf-8")
HONOUR = "曲靖市提升人民群众获得感幸福感安全感"


def normal(text: str) -> str:
    """The text without what printers add: blanks, strokes, marks of the scan."""
    plain = unicodedata.normalize("NFKC", re.sub(r"<[^>]*>", "", text))
    return re.sub(r"[\s_]", "", plain).replace("☑", "□")


def of_notice(number: int) -> str:
    """What the notice prints of one annex."""
    found = re.search(rf"^附件 {number}$.*?(?=^附件 {number + 1}$|\Z)", SOURCE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return normal(found[0])


def parts_of(content: bytes) -> Iterator[str]:
    """The paragraphs and the cells of a paper in order, a merged cell once."""
    body = docx.Document(io.BytesIO(content)).element.body
    for block in body.iterchildren():
        if block.tag == qn("w:p"):
            yield said(block)
        elif block.tag == qn("w:tbl"):
            for cell in block.iter(qn("w:tc")):
                merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                if merged is None or merged.get(qn("w:val")) == "restart":
                    yield said(cell)


def said(element: object) -> str:
    parts = element.iter(qn("w:t"), _HYPHEN)  # type: ignore[attr-defined]
    return normal("".join("-" if part.tag == _HYPHEN else part.text or "" for part in parts))


_HYPHEN = qn("w:noBreakHyphen")  # within a number


@pytest.fixture(scope="module")
def programme() -> Programme:
    return Programme(
        title=f"{HONOUR}先进集体和先进个人评选表彰",
        notice=QUJING.key,
        collective_honour=f"{HONOUR}先进集体",
        individual_honour=f"{HONOUR}先进个人",
        created_at=at("2025-10-14 Tue 09:00"),
        stages=[
            Stage(number=1, starts_on=at("2025-10-16 Thu 00:00").date(), ends_on=at("2025-11-01 Sat 00:00").date())
        ],
    )


def blank_nominee() -> Nominee:
    return Nominee(kind=Kind.COLLECTIVE, name="", post="", unit=Unit(name=""), recommender=Unit(name=""))


def blanks(programme: Programme) -> dict[int, bytes]:
    leaders = leaders_form(programme, Unit(name=""), [(blank_nominee(), {})], STATIONERY)
    return {
        4: write_form(Kind.COLLECTIVE, {}, form_title(programme, Kind.COLLECTIVE), None),
        5: write_form(Kind.INDIVIDUAL, {}, form_title(programme, Kind.INDIVIDUAL), None),
        6: opinion_forms(programme, [blank_nominee()], STATIONERY, "").write(),
        7: leaders.write(),
    }


# What stands in the notice that nobody can print: a month that it left open.
OPEN_MONTH = "2025年X月"


@pytest.mark.parametrize("number", [4, 5, 6, 7])
def test_every_cell_of_an_annex_is_the_notices_and_none_is_missing(programme: Programme, number: int) -> None:
    expected = of_notice(number).replace(OPEN_MONTH, "2025年10月")
    place = 0
    for text in filter(None, parts_of(blanks(programme)[number])):
        assert expected.startswith(text, place), f"附件{number}: {text!r}, the notice: {expected[place : place + 80]!r}"
        place += len(text)
    assert expected[place:] == ""


def test_the_title_of_each_annex_stands_in_the_lines_of_the_notice(programme: Programme) -> None:
    """曲靖市提升人民群众获得感幸福感安全感 / 先进集体推荐表."""
    written = blanks(programme)
    for number, second in ((4, "先进集体推荐表"), (5, "先进个人推荐表"), (6, "推荐对象征求意见表")):
        said = "\n".join(one.text for one in docx.Document(io.BytesIO(written[number])).paragraphs)
        assert [line for line in said.splitlines() if line.strip()][1:3] == [HONOUR, second]


def test_the_lists_that_forms_are_judged_by_hold_the_words_of_their_notes() -> None:
    """The notes print the notice's own marks; each word that a form may hold stands in them."""
    team, person = ("".join(QUJING.printed_notes(QUJING.forms[kind])) for kind in Kind)
    for field, notes in (("unit_type", team), ("unit_type", person), ("trade", team), ("trade", person)):
        assert [word for word in QUJING.words(field) if word not in notes] == []
    for field in ("political", "status"):
        assert [word for word in QUJING.words(field) if word not in person] == []
