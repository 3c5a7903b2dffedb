"""The formal report and package hold exactly the nominees that passed every step by then.

R8, R9, R26, R27; notice, 四（二）4.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.cases.states import Conclusion, State
from app.domain.nominees.annexes import Rank
from app.models import (
    Confirmation,
    Dossier,
    Nominee,
    Opinion,
    OpinionOutcome,
    Period,
    Programme,
    Quota,
    Review,
    ReviewStage,
)
from app.services.cases import settlement
from app.services.nominees import marks, reversal, withdrawals
from app.services.nominees.nominating import Particulars
from app.services.nominees.replacements import replace
from app.services.papers import available, packages
from app.services.papers.periods import closing_paper
from app.services.papers.reports import HandInStage, _opinions, handed_in, work_report
from app.services.periods import closing
from app.services.periods.restorations import restorations_of
from app.services.shared.files import Vault
from tests.files import vault_in
from tests.papers.made_up import clerk, made_up
from tests.papers.reading import text_of, unzipped
from tests.qujing import Authority
from tests.world import World, at

pytestmark = pytest.mark.walk

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
AFTER = "2026-10-12 Mon 10:00"
DAY = dt.date(2026, 10, 9)
FORMAL, PRELIMINARY = HandInStage.FORMAL, HandInStage.PRELIMINARY
NAMES = ("麒麟区第1中队", "麒麟区第2中队", "麒小3", "麒小4", "麒小5")
PASSED = {"麒麟区第1中队", "麒小4", "麒小5"}  # of the other two one lapsed, of the third the objection was upheld

Change = Callable[[World, int], None]


def _write(job: Callable[[Session, World, int], object]) -> Change:
    def change(world: World, nominee: int) -> None:
        with world.database.writer() as session:
            job(session, world, nominee)
            marks.renew(session, world.keyring, [nominee])
            session.commit()

    return change


def _review(stage: ReviewStage) -> Change:
    return _write(
        lambda session, world, nominee: session.add(
            Review(
                nominee_id=nominee,
                stage=stage,
                passed=False,
                reason="材料不实",
                reviewed_by=world.people["office"],
                reviewed_at=at(AFTER),
            )
        )
    )


def _says_no(session: Session, world: World, nominee: int) -> None:
    session.add(
        Opinion(
            nominee_id=nominee,
            authority=Authority.POLICE,
            outcome=OpinionOutcome.NEGATIVE,
            text="有治安处罚",
            dated=DAY,
            document_id=1,
            recorded_by=world.people["head"],
            recorded_at=at(AFTER),
        )
    )


def _denies(session: Session, world: World, nominee: int) -> None:
    session.add(
        Confirmation(
            nominee_id=nominee,
            condition="discipline",
            met=False,
            note="有处分",
            confirmed_by=world.people["office"],
            confirmed_at=at(AFTER),
        )
    )


CHANGES: dict[str, Change] = {
    "withdrew": lambda world, nominee: world.run(
        withdrawals.withdraw, nominee, "本人申请退出", by=world.actor("head"), now=at(AFTER)
    ),
    "refused at 初审": _review(ReviewStage.PRELIMINARY),
    "refused at 复审": _review(ReviewStage.FINAL),
    "never reviewed": _write(
        lambda session, _, nominee: session.execute(delete(Review).where(Review.nominee_id == nominee))
    ),
    "an authority says no": _write(_says_no),
    "an authority has not answered": _write(
        lambda session, _, nominee: session.execute(
            delete(Opinion).where(Opinion.nominee_id == nominee, Opinion.authority == Authority.POLICE)
        )
    ),
    "a condition is denied": _write(_denies),
    "other deeds since": _write(
        lambda session, _, nominee: session.execute(update(Nominee).where(Nominee.id == nominee).values(edition=2))
    ),
}


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Vault, Path]:
    """Round 2 of qilin closed, made once for all tests here: each of them works on a copy."""
    path = tmp_path_factory.mktemp("made") / "gongshi.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    world = World.build(database, b"a key for tests, thirty-two bytes", now=at("2026-09-01 Tue 01:00"))
    vault = made_up(world, path.parent / "evidence")[1]
    database.dispose()
    return world, vault, path


@pytest.fixture
def copied(made: tuple[World, Vault, Path], tmp_path: Path) -> Iterator[World]:
    world, _, path = made
    database = Database(f"sqlite:///{shutil.copy(path, tmp_path / 'copy.sqlite')}")
    yield dataclasses.replace(world, database=database)
    database.dispose()


@pytest.fixture
def vault(made: tuple[World, Vault, Path]) -> Vault:
    return made[1]


def names_in(text: str) -> set[str]:
    return {name for name in NAMES if name in text}


def formal(world: World, vault: Vault) -> dict[str, set[str] | str]:
    """Who stands in each part of the formal hand-in, and what the report says of numbers."""
    mine = clerk(world, vault, "head", AFTER)
    with world.database.reader() as session:
        programme = session.get_one(Programme, world.programme)
        listed = {one.name for one in handed_in(session, programme, world.qilin, FORMAL, mine)}
        report = work_report(session, world.programme, world.qilin, FORMAL, mine).write()
        [counts] = available.of_units(session, world.keyring, world.programme, mine.actor, mine.now)
        bundle = packages.of_unit(session, world.programme, world.qilin, FORMAL, mine)
    files = unzipped(b"".join(bundle.content))
    assert (counts.formal, files["麒麟区正式推荐工作报告.docx"]) == (len(listed), report)
    hung = {name for name in files if name.startswith("公示材料/")}
    sheets = [
        str(cell.value)
        for name, content in files.items()
        if name.endswith(".xlsx")
        for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
        for cell in row
    ]
    words = text_of(report)
    return {
        "listed": listed,
        "report": names_in(words),
        "file names": names_in(" ".join(files.keys() - hung)),
        "summaries": names_in(" ".join(sheets)),
        "forms": names_in(" ".join(text_of(files[name]) for name in files if name.startswith("征求意见表/附件6"))),
        "counted": re.findall(r"经集体研究，推荐(.*?)，", words)[0],
        "vacant": re.findall(r"其余(.*?)的名额空缺", words)[0],
    }


def of(names: set[str], counted: str, vacant: str) -> dict[str, set[str] | str]:
    parts = ("listed", "report", "file names", "summaries", "forms")
    return dict.fromkeys(parts, names) | {"counted": counted, "vacant": vacant}


def test_who_lapsed_or_was_upheld_is_nowhere_and_their_places_stand_vacant(copied: World, vault: Vault) -> None:
    assert formal(copied, vault) == of(PASSED, "先进集体1个、先进个人2名", "先进集体1个、先进个人1名")


@pytest.mark.parametrize("why", CHANGES)
def test_whoever_has_not_passed_a_step_is_in_no_formal_paper(copied: World, vault: Vault, why: str) -> None:
    CHANGES[why](copied, copied.nominees[4])
    assert formal(copied, vault) == of(PASSED - {"麒小5"}, "先进集体1个、先进个人1名", "先进集体1个、先进个人2名")


def test_a_replacement_is_in_the_report_once_it_went_the_whole_way_itself(copied: World, vault: Vault) -> None:
    new = Particulars(
        "麒麟区养护中心", unit="麒麟区养护中心", deeds="递补的对象，十年养路无事故。", post="", rank=Rank.NONE
    )
    copied.run(replace, copied.nominees[1], new, by=copied.actor("head"), now=at(AFTER))
    assert formal(copied, vault)["listed"] == PASSED
    assert formal(copied, vault)["vacant"] == "先进集体1个、先进个人1名"


def test_before_the_second_round_is_closed_nobody_has_passed_and_there_is_no_package(
    copied: World, vault: Vault
) -> None:
    with copied.database.writer() as session:
        session.execute(update(Period).where(Period.round_number == 2).values(closed_at=None))
        session.commit()
    mine = clerk(copied, vault, "head", AFTER)
    with copied.database.reader() as session:
        programme = session.get_one(Programme, copied.programme)
        assert handed_in(session, programme, copied.qilin, FORMAL, mine) == []
        assert {one.name for one in handed_in(session, programme, copied.qilin, PRELIMINARY, mine)} == PASSED
        text = text_of(work_report(session, copied.programme, copied.qilin, FORMAL, mine).write())
        with pytest.raises(packages.WrongState, match="没有正式推荐材料"):
            packages.of_unit(session, copied.programme, copied.qilin, FORMAL, mine)
    assert "其余先进集体2个、先进个人3名的名额空缺" in text


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (0, "其余先进集体1个、先进个人1名的名额空缺。"),
        (1, "其余先进集体1个、先进个人1名的名额空缺或者按照保密规定另行报送。"),
    ],
)
def test_the_vacant_places_tell_no_number_of_those_on_paper(
    copied: World, vault: Vault, secret: int, said: str
) -> None:
    with copied.database.writer() as session:
        session.execute(update(Quota).values(secret_individuals=secret))
        session.commit()
    with copied.database.reader() as session:
        mine = clerk(copied, vault, "head", AFTER)
        assert said in text_of(work_report(session, copied.programme, copied.qilin, FORMAL, mine).write())


def test_upheld_and_lapsed_are_named_as_what_they_are_and_never_called_settled(copied: World, vault: Vault) -> None:
    mine = clerk(copied, vault, "head", AFTER)
    with copied.database.reader() as session:
        text = text_of(work_report(session, copied.programme, copied.qilin, FORMAL, mine).write())
    assert "异议成立1件、逾期未结论1件、异议不成立1件、不予受理1件" in text
    assert "异议已办结" not in text


# --- what the closing report says of a reversal -------------------------------------------------------


@sqlite
@pytest.mark.parametrize("reversed_first", [True, False])
def test_the_closing_report_tells_a_disqualification_and_its_reversal_before_and_after_closing(
    world: World, tmp_path: Path, reversed_first: bool
) -> None:

    period, nominee = world.round_two(), world.nominees[2]
    world.file(period, nominee, "2026-09-18 Fri 09:00")
    upheld, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    world.bring(upheld, State.CONCLUDED, "2026-09-21 Mon 10:00", Conclusion.UPHELD)
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))
    [row] = [number for number, out in enumerate(world.disqualifications(), 1) if out[0] == nominee]

    def turned(day: str) -> None:
        text = "经复查，原决定所据事实有误，予以撤销。"
        world.run(reversal.propose_reversal, row, text, by=world.actor("office"), now=at(day))
        with world.database.reader() as session:
            assert restorations_of(session, session.get_one(Period, period)) == [], "one person reverses nothing"
        world.act(reversal.confirm_reversal, row, "office2", 1, now=day)

    if reversed_first:
        turned("2026-10-08 Thu 09:00")
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-10-09 Fri 09:00"))
    if not reversed_first:
        turned("2026-10-10 Sat 09:00")
    mine = clerk(world, vault_in(tmp_path / "evidence", world.key), "office", AFTER)
    with world.database.reader() as session:
        text = text_of(closing_paper(session, period, mine).write())
    day = "2026年10月8日" if reversed_first else "2026年10月10日"
    said = (
        f"麒小3因逾期未结论，自2026年9月29日 24:00起被取消参评资格；经市级专班复查，该取消决定已于{day}撤销，"
        "参评资格自撤销之日起恢复。"
    )
    after = "撤销在本次公示办结以后，办结时的名单和数字不变，以本项为准。"
    assert [line for line in text.split("\n") if "参评资格自" in line] == [said if reversed_first else said + after]
    assert ("取消参评资格（1）" in text, "取消参评资格（2）" in text) == (reversed_first, not reversed_first)


def test_an_authority_that_need_not_be_asked_about_somebody_is_not_missing(copied: World, vault: Vault) -> None:
    with copied.database.writer() as session:
        session.execute(
            update(Opinion)
            .where(Opinion.nominee_id == copied.nominees[3], Opinion.authority == Authority.AUDIT)
            .values(outcome=OpinionOutcome.FAVOURABLE, document_id=1)
        )
        session.execute(delete(Opinion).where(Opinion.nominee_id == copied.nominees[4]))
        session.execute(update(Nominee).where(Nominee.id == copied.nominees[4]).values(category="农民"))
        session.execute(delete(Dossier).where(Dossier.nominee_id == copied.nominees[4]))
        session.commit()
    with copied.database.reader() as session:
        programme = session.get_one(Programme, copied.programme)
        nominees = [session.get_one(Nominee, copied.nominees[place]) for place in (0, 3, 4)]
        rows = _opinions(session, copied.keyring, nominees, programme.rules.authority_names)

    assert {row["name"]: [row[key] for key in ("favourable", "negative", "not_asked", "missing")] for row in rows} == {
        "纪检监察机关": [2, 0, 0, 1],
        "组织人事部门": [2, 0, 1, 0],
        "公安部门": [2, 0, 0, 1],
        "审计部门": [1, 0, 2, 0],
    }
