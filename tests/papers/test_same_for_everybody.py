"""One paper has one issuer and one text, whoever downloads it; what is over stays as it was."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.periods.rounds import Kind
from app.domain.programmes.contacts import Contact
from app.domain.refusals import WrongState
from app.models import Case, Recusal
from app.services.accounts import units
from app.services.papers import nominees, reports
from app.services.papers.cases import case_report
from app.services.papers.paper import Clerk, Paper
from app.services.papers.periods import closing_paper, notice
from app.services.papers.reports import HandInStage
from app.services.shared.files import Vault
from tests.files import vault_in
from tests.papers.made_up import MORNING, clerk, made_up
from tests.papers.reading import text_of
from tests.world import World, at

LATER, MUCH_LATER = "2026-10-12 Mon 10:00", "2026-12-01 Tue 10:00"
BOTH = "中共麒麟区委员会、麒麟区人民政府"

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Gather = Callable[[Session, Clerk], Paper]


def papers_of(world: World, period: int) -> dict[str, Gather]:
    mine = (world.programme, world.qilin)
    return {
        "notice": lambda session, by: notice(session, period, by),
        "cases": lambda session, by: case_report(session, period, by),
        "closing": lambda session, by: closing_paper(session, period, by),
        "preliminary": lambda session, by: reports.work_report(session, *mine, HandInStage.PRELIMINARY, by),
        "formal": lambda session, by: reports.work_report(session, *mine, HandInStage.FORMAL, by),
        "annex-2": lambda session, by: nominees.summary(session, *mine, Kind.COLLECTIVE, by),
        "annex-3": lambda session, by: nominees.summary(session, *mine, Kind.INDIVIDUAL, by),
        "annex-4": lambda session, by: nominees.form_of_nominee(session, world.nominees[0], by),
        "annex-6": lambda session, by: nominees.opinion_forms_of_unit(session, *mine, by),
        "annex-7": lambda session, by: nominees.leaders_form_of_unit(session, *mine, by),
    }


def written(world: World, vault: Vault, gather: Gather, login: str, now: str) -> bytes:
    with world.database.reader() as session:
        return gather(session, clerk(world, vault, login, now)).write()


def reach(world: World, now: str, phone: str, signed_as: str) -> None:
    contact = Contact(phone, "麒麟区政务中心三楼", "qilin@example.gov.cn", "工作日9:00—17:00")
    world.run(units.reach_at, world.qilin, contact, signed_as, by=world.actor("office"), now=at(now))


def test_the_office_and_the_unit_get_the_same_bytes_of_every_paper(world: World, tmp_path: Path) -> None:
    period, vault = made_up(world, tmp_path)
    for name, gather in papers_of(world, period).items():
        theirs, ours = (written(world, vault, gather, login, LATER) for login in ("handler", "office"))
        with time_machine.travel("2031-01-01 12:00", tick=False):
            again = written(world, vault, gather, "head", LATER)
        assert theirs == ours == again, name


def test_a_complaint_against_the_unit_is_in_no_copy_of_its_report(world: World, tmp_path: Path) -> None:
    """R19: the unit learns nothing of it, and the office's copy of the unit's paper says the same."""
    period, vault = world.round_two(), vault_in(tmp_path, world.key)
    world.file(period, world.nominees[0], MORNING)
    world.file(period, world.nominees[1], MORNING, against_handler=True)
    gather = papers_of(world, period)["cases"]
    theirs, ours = (written(world, vault, gather, login, "2026-09-28 Mon 10:00") for login in ("handler", "office"))
    assert theirs == ours
    assert "共收到异议1件" in text_of(ours)


def test_each_paper_is_signed_by_its_own_issuer(world: World, tmp_path: Path) -> None:
    """The report goes to the office, from the unit under both its seals; the closing report is the office's."""
    period, vault = made_up(world, tmp_path)
    reach(world, LATER, "0874-0000001", BOTH)
    said = {
        name: text_of(written(world, vault, gather, "office", LATER)).splitlines()
        for name, gather in papers_of(world, period).items()
        if name in ("cases", "closing", "formal")
    }
    office = "市评选工作组办公室"
    ends = {name: [line for line in lines if line][-3:] for name, lines in said.items()}
    assert ends["cases"][:2] == ends["formal"][:2] == BOTH.split("、")
    assert ends["closing"][1] == office
    assert f"{office}：" in said["formal"]
    assert f"{office}：" in said["cases"]


def test_the_archive_copy_is_the_notice_as_it_hung(world: World, tmp_path: Path) -> None:
    """What came after the window (who is out, another telephone, another signatory, later days) changes nothing."""
    period, vault = made_up(world, tmp_path)
    gather = papers_of(world, period)["notice"]
    last_day = written(world, vault, gather, "office", "2026-09-23 Wed 23:59")
    kept = written(world, vault, gather, "office", LATER)
    reach(world, LATER, "0874-9999999", BOTH)
    for login, now in (("office", MUCH_LATER), ("handler", MUCH_LATER)):
        assert written(world, vault, gather, login, now) == kept
    text = text_of(kept)
    assert text == text_of(last_day)
    for word in ("0874-9999999", "麒麟区第2中队（", "不得再张贴", "存档", "中共麒麟区委员会", "holidays"):
        assert word not in text, word
    with world.database.reader() as session:
        assert gather(session, clerk(world, vault, "office", LATER)).file_name.endswith("公告（存档）.docx")


def test_no_paper_names_a_version_of_software(world: World, tmp_path: Path) -> None:
    period, vault = made_up(world, tmp_path)
    for name, gather in papers_of(world, period).items():
        content = written(world, vault, gather, "office", LATER)
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            said = b"".join(package.read(part) for part in package.namelist()).decode("utf-8", "ignore")
        assert not [word for word in ("holidays", "日历版本", "openpyxl", "AppVersion>3") if word in said], name


def test_whoever_is_recused_is_not_given_the_report_with_its_cases(world: World, tmp_path: Path) -> None:
    period, vault = made_up(world, tmp_path)
    with world.database.writer() as session:
        case = session.scalars(select(Case.id).order_by(Case.received_at)).first()
        session.add(Recusal(case_id=case, user_id=world.actor("handler").user_id, reason="同乡", recused_at=at(LATER)))
        session.commit()
    gather = papers_of(world, period)["cases"]
    with pytest.raises(WrongState, match="没有回避的同事"):
        written(world, vault, gather, "handler", LATER)
    assert written(world, vault, gather, "head", LATER) == written(world, vault, gather, "office", LATER)
