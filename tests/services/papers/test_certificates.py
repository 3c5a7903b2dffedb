"""The list that certificates are merged from: names as decided, in the order of the decision, nothing around them."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from app.domain.award.decision import RevocationGround
from app.domain.periods.rounds import Kind
from app.domain.refusals import NotAllowed, WrongState
from app.models import Nominee
from app.services.award import revocation
from app.services.award.revocation import RevocationText
from app.services.papers.certificates import FIELDS, merge_list
from tests.awards import DECIDED, decided, ready, scan
from tests.files import vault_in
from tests.papers.made_up import clerk
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
LATER = "2027-03-01 Mon 10:00"


def rows(world: World, folder: Path, kind: Kind | None, now: str = DECIDED) -> list[list[object]]:
    by = clerk(world, vault_in(folder, world.key), "office", now)
    with world.database.reader() as session:
        content = merge_list(session, world.programme, kind, by).write()
    book = openpyxl.load_workbook(io.BytesIO(content))
    [page] = book.worksheets
    assert not page.merged_cells.ranges
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_names_stand_as_they_were_decided_and_in_that_order(world: World, tmp_path: Path) -> None:
    with world.database.writer() as session:
        session.get_one(Nominee, world.nominees[3]).name = "阿依古丽·买买提 "
        session.commit()
    ready(world, tmp_path)
    decided(world, tmp_path)
    with world.database.writer() as session:  # what is changed later does not reach a frozen name
        session.get_one(Nominee, world.nominees[2]).name = "后来的名字"
        session.commit()
    head, *people = rows(world, tmp_path, None)
    assert head == [name for name, _ in FIELDS]
    assert [row[:4] for row in people] == [
        [1, "麒麟区第1中队", "先进集体", "先进集体"],
        [2, "麒麟区第2中队", "先进集体", "先进集体"],
        [3, "罗平县第1中队", "先进集体", "先进集体"],
        [4, "麒小3", "先进个人", "先进个人"],
        [5, "阿依古丽·买买提", "先进个人", "先进个人"],
        [6, "麒小5", "先进个人", "先进个人"],
        [7, "罗小2", "先进个人", "先进个人"],
        [8, "罗小3", "先进个人", "先进个人"],
    ]
    assert {tuple(row[6:]) for row in people} == {("市委、市政府", "曲字〔2026〕12号", "2026年10月13日")}
    texts = [value for row in people for value in row if isinstance(value, str)]
    assert [text for text in texts if text != text.strip() or not text] == []
    assert [[row[0] for row in rows(world, tmp_path, kind)[1:]] for kind in Kind] == [[1, 2, 3], [4, 5, 6, 7, 8]]


def test_an_award_taken_back_has_no_certificate_and_before_the_decision_nobody_has_one(
    world: World, tmp_path: Path
) -> None:
    ready(world, tmp_path)
    with pytest.raises(WrongState, match="作出表彰决定以后才有"):
        rows(world, tmp_path, None)
    decided(world, tmp_path)
    text = RevocationText(
        RevocationGround.DECEIT, "曲字〔2027〕3号", at(LATER).date(), "经查，申报材料弄虚作假，决定撤销所获表彰。"
    )
    document = scan(world, tmp_path, "revocation")
    world.run(revocation.propose_revocation, 1, text, document, by=world.actor("office"), now=at(LATER))
    assert [row[0] for row in rows(world, tmp_path, None, LATER)[1:]] == [1, 2, 3, 4, 5, 6, 7, 8]
    version = int(at(LATER).timestamp() * 1_000_000)
    world.run(revocation.confirm_revocation, 1, version, by=world.actor("office2"), now=at(LATER))
    assert [row[0] for row in rows(world, tmp_path, None, LATER)[1:]] == [2, 3, 4, 5, 6, 7, 8]
    by = clerk(world, vault_in(tmp_path, world.key), "head", LATER)
    with world.database.reader() as session, pytest.raises(NotAllowed):
        merge_list(session, world.programme, None, by)
