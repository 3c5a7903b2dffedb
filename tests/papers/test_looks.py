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

from app.database import Database
from app.domain.rounds import Kind
from app.services.papers import nominees, reports
from app.services.papers.cases import case_report
from app.services.papers.paper import Paper, recommender_for
from app.services.papers.periods import closing_paper, notice
from app.services.papers.reports import Handing
from app.services.papers.stored import nothing
from tests.papers.made_up import HOSTILE, MORNING, PERSON, SHOWN, STATIONERY, made_up, photo
from tests.papers.printing import Printed, print_all, require_printer
from tests.world import World, at

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
    last = world.schedule(3, world.office, [world.nominees[n] for n in (0, 3, 4)], "2026-10-13", 3, AFTER)
    early, first_day, late = (clerk(world, vault, "office", now) for now in ("2026-09-08 Tue 09:00", MORNING, AFTER))
    mine = (world.programme, world.qilin)
    with world.database.reader() as session:
        programme, qilin = recommender_for(session, *mine, late.actor)
        still = nominees.still_in(session, *mine, late.now)
        fields = nominees.fields_of(session, vault.keyring, still)
        first, person = still[0], still[-1]
        hostile = fields[person.id] | {"name": HOSTILE, "resume": f"{PERSON['resume']}\n{HOSTILE}"}
        return {
            "notice-1.docx": notice(session, 1, early),
            "notice-2.docx": notice(session, period, first_day),
            "notice-3.docx": notice(session, last, late),
            "cases.docx": case_report(session, period, late),
            "closing.docx": closing_paper(session, period, late),
            "report-1.docx": reports.work_report(session, *mine, Handing.PRELIMINARY, late),
            "report-2.docx": reports.work_report(session, *mine, Handing.FORMAL, late),
            "annex-2.xlsx": nominees.summary(session, *mine, Kind.COLLECTIVE, late),
            "annex-3.xlsx": nominees.summary(session, *mine, Kind.INDIVIDUAL, late),
            "annex-4.docx": nominees.form(programme, first, fields[first.id], nothing, STATIONERY),
            "annex-5.docx": nominees.form(programme, person, fields[person.id], photo, STATIONERY),
            "annex-5-hostile.docx": nominees.form(programme, person, hostile, nothing, STATIONERY),
            "annex-6.docx": nominees.opinion_forms(programme, still, STATIONERY, qilin.name),
            "annex-7.docx": nominees.leaders_form(programme, qilin, [(first, fields[first.id])], STATIONERY),
        }


def test_every_paper_is_whole_and_opens_in_what_reads_such_files(looked: Looked) -> None:
    for name, content in looked.files.items():
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert package.testzip() is None, name
            for part in package.namelist():
                if part.endswith((".xml", ".rels")):
                    etree.fromstring(package.read(part))
        _ = docx.Document(io.BytesIO(content)) if name.endswith("docx") else openpyxl.load_workbook(io.BytesIO(content))
