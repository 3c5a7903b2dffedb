"""Every paper as a picture: made from a small world, opened by LibreOffice, printed, looked at and read back.

One run of LibreOffice prints them all, once for all tests here. The pages stay in the run's folder (pytest's
`--basetemp`): whoever changes a template looks at them too.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pytest
from lxml import etree
from PIL import Image

from app.database import Database
from app.domain.periods.rounds import Kind
from app.models import ReviewStage
from app.services.papers import nominees, reports
from app.services.papers.cases import case_report
from app.services.papers.paper import Paper, recommender_for
from app.services.papers.periods import closing_paper, notice
from app.services.papers.reports import HandInStage
from app.services.papers.stored import read_no_photo
from tests.papers.made_up import HOSTILE, MORNING, PERSON, SHOWN, STATIONERY, clerk, made_up, photo
from tests.papers.printing import Printed, print_all, require_printer
from tests.world import FACTS, World, at

AFTER = "2026-10-12 Mon 10:00"


@dataclass
class Looked:
    """The papers as files and as pages, and the world they are of."""

    world: World
    files: dict[str, bytes]
    pages: dict[str, Printed]

    def names_in(self, paper: str) -> set[str]:
        return {name for name in NAMES if name in self.pages[paper].text}


NAMES = {
    SHOWN,
    *(f"麒麟区第{n}中队" for n in (1, 2)),
    *(f"麒小{n}" for n in (3, 4, 5)),
    *("罗平县第1中队", "罗小2", "罗小3"),
}
STAYING = {"麒麟区第1中队", "麒小4", "麒小5"}  # of qilin, after round 2
ROUND_2 = {"麒麟区第1中队", "麒麟区第2中队", "麒小3", "麒小4", "麒小5"}


@pytest.fixture(scope="module")
def looked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    require_printer()
    folder = tmp_path_factory.mktemp("papers")
    path = tmp_path_factory.mktemp("database") / "gongshi.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    world = World.build(database, b"a key for tests, thirty-two bytes", now=at("2026-09-01 Tue 01:00"))
    files = {name: paper.write() for name, paper in papers_of(world, folder).items()}
    yield Looked(world, files, print_all(files, folder))
    database.dispose()


def papers_of(world: World, folder: Path) -> dict[str, Paper]:
    """One of each, under names that are no words: LibreOffice on a machine without a locale knows no others."""
    period, vault = made_up(world, folder / "evidence")
    staying = [world.nominees[n] for n in (0, 3, 4)]
    world.reviewed(staying, ReviewStage.FINAL, AFTER)
    last = world.schedule(3, world.office, staying, "2026-10-13", 3, AFTER)
    early, first_day, late = (clerk(world, vault, "office", now) for now in ("2026-09-08 Tue 09:00", MORNING, AFTER))
    mine = (world.programme, world.qilin)
    with world.database.reader() as session:
        programme, qilin = recommender_for(session, *mine, late.actor)
        still = nominees.list_remaining(session, *mine, late.now)
        fields = nominees.fields_of(session, vault.keyring, still)
        first, person = still[0], still[-1]
        hostile = fields[person.id] | {"name": HOSTILE, "resume": f"{PERSON['resume']}\n{HOSTILE}"}
        return {
            "notice-1.docx": notice(session, 1, early),
            "notice-2.docx": notice(session, period, first_day),
            "notice-3.docx": notice(session, last, late),
            "cases.docx": case_report(session, period, late),
            "closing.docx": closing_paper(session, period, late),
            "report-1.docx": reports.work_report(session, *mine, HandInStage.PRELIMINARY, late),
            "report-2.docx": reports.work_report(session, *mine, HandInStage.FORMAL, late),
            "annex-2.xlsx": nominees.summary(session, *mine, Kind.COLLECTIVE, late),
            "annex-3.xlsx": nominees.summary(session, *mine, Kind.INDIVIDUAL, late),
            "annex-4.docx": nominees.form(programme, first, fields[first.id], read_no_photo, STATIONERY),
            "annex-5.docx": nominees.form(programme, person, fields[person.id], photo, STATIONERY),
            "annex-5-hostile.docx": nominees.form(programme, person, hostile, read_no_photo, STATIONERY),
            "annex-6.docx": nominees.opinion_forms(programme, still, STATIONERY, qilin.name),
            "annex-7.docx": nominees.leaders_form(programme, qilin, [(first, fields[first.id])], STATIONERY),
        }


@pytest.mark.soak
def test_every_paper_is_whole_and_opens_in_what_reads_such_files(looked: Looked) -> None:
    for name, content in looked.files.items():
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert package.testzip() is None, name
            for part in package.namelist():
                if part.endswith((".xml", ".rels")):
                    etree.fromstring(package.read(part))
        _ = docx.Document(io.BytesIO(content)) if name.endswith("docx") else openpyxl.load_workbook(io.BytesIO(content))


def test_every_page_has_its_size_and_something_on_it(looked: Looked) -> None:
    sizes = {name: set(printed.sizes) for name, printed in looked.pages.items()}
    across = {"annex-2.xlsx", "annex-3.xlsx", "annex-7.docx"}
    assert sizes == {name: {"A4 across"} if name in across else {"A4"} for name in looked.pages}
    blank = [
        (name, number)
        for name, printed in looked.pages.items()
        for number, ink in enumerate(printed.ink, 1)
        if ink < 5e-4
    ]
    assert blank == []
    assert len(looked.pages["annex-6.docx"].sizes) == len(STAYING)  # a page each: they go to four authorities


def test_each_paper_names_whom_it_is_about_and_nobody_else(looked: Looked) -> None:
    named = {name: looked.names_in(name) for name in looked.pages}
    collectives, individuals = {"麒麟区第1中队"}, {"麒小4", "麒小5"}
    assert named == {
        "notice-1.docx": {"麒麟区第1中队"},
        "notice-2.docx": ROUND_2,
        "notice-3.docx": STAYING,
        "cases.docx": ROUND_2 - {"麒小5"},  # nobody objected to them
        "closing.docx": ROUND_2,
        "report-1.docx": STAYING,
        "report-2.docx": STAYING,
        "annex-2.xlsx": collectives,
        "annex-3.xlsx": individuals,
        "annex-4.docx": collectives,
        "annex-5.docx": {"麒小5"},
        "annex-5-hostile.docx": {SHOWN},
        "annex-6.docx": STAYING,
        "annex-7.docx": collectives,
    }


def test_a_notice_shows_what_its_round_may_show_and_says_how_to_object(looked: Looked) -> None:
    """R12, R13: the fields of the round; window with clock times, deadline, contact block, address."""
    said = {
        "所属单位：麒麟区第1单位": {"notice-1.docx", "notice-3.docx"},
        "推荐单位：麒麟区": {"notice-1.docx", "notice-3.docx"},
        "单位类型：事业单位": {"notice-1.docx"},
        "所属行业：": {"notice-1.docx"},
        "第1位对象三年来办成实事十二件": {"notice-1.docx", "notice-2.docx", "notice-3.docx"},
        "2026年9月18日00:00至2026年9月23日24:00": {"notice-2.docx"},
        "办结期限为2026年9月29日24:00": {"notice-2.docx"},
        "地址：麒麟区政务中心三楼": {"notice-2.docx"},
        "在规定时间内无法作出结论的，取消该推荐对象参评资格。": {"notice-1.docx", "notice-2.docx", "notice-3.docx"},
        "依据第四部分（二）3，在规定时间内无法作出结论的": {"notice-2.docx"},
        "https://gongshi.example.gov.cn/periods/": {"notice-1.docx", "notice-2.docx", "notice-3.docx"},
        "公示开始前不得张贴": {"notice-3.docx"},  # opens tomorrow
    }
    notices = {name: page.text for name, page in looked.pages.items() if name.startswith("notice")}
    assert {text: {name for name, page in notices.items() if text in page} for text in said} == said
    for name in notices:
        drawn = [
            rel for rel in docx.Document(io.BytesIO(looked.files[name])).part.rels.values() if "image" in rel.reltype
        ]
        with Image.open(io.BytesIO(drawn[0].target_part.blob)) as picture:
            assert picture.width == picture.height > 200, "a QR code that a telephone can read from paper"


def test_the_reports_carry_the_figures(looked: Looked) -> None:
    for text in (
        "共收到异议4件",
        "立案4件：已有结论2件，不予受理1件，并案0件，逾期未结论1件，正在办理0件",
        "核查情况：经走访核实",
        "异议不成立（2026年9月21日确认）",
        "不予受理（没有具体事实或者线索）",
        "下列推荐对象因本次公示被取消参评资格",
    ):
        assert text in looked.pages["cases.docx"].text
    assert "取消参评资格（2）" in looked.pages["closing.docx"].text
    assert "继续参评（3）" in looked.pages["closing.docx"].text
    formal, preliminary = looked.pages["report-2.docx"].text, looked.pages["report-1.docx"].text
    assert "推荐先进集体1个、先进个人2名" in formal
    assert "2个推荐对象被取消参评资格" in formal
    assert "公安部门3000" in formal
    assert "审计部门0030" in formal
    assert ("公安部门" in preliminary, "征求意见情况" in preliminary) == (False, False)
    for text in (formal, preliminary):
        assert "（请填写：" in text


def test_no_place_is_left_unfilled_and_no_text_is_run(looked: Looked) -> None:
    marks = ("{{", "{%", "}}", "%}", "None", "Undefined")
    pages = {name: printed.text for name, printed in looked.pages.items()}
    hostile = pages.pop("annex-5-hostile.docx")
    assert hostile.count(SHOWN) >= 2  # on the cover and in the résumé
    assert "49" not in hostile
    assert {name: [mark for mark in marks if mark in text] for name, text in pages.items()} == {
        name: [] for name in pages
    }


def test_security_16_no_paper_says_who_objected_or_at_what_hour(looked: Looked) -> None:
    for name, printed in looked.pages.items():
        assert not {mark for mark in ("赵小禾", "13000000001", FACTS[:12], "09:00") if mark in printed.text}, name
