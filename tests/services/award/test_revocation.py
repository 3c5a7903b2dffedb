"""Revocation of an award by two people, never by one, and never undone (R31)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.award.decision import RevocationGround
from app.domain.refusals import (
    AccountNotAgreed,
    AlreadyDone,
    MissingText,
    NotAllowed,
    PrivateData,
    ProposalReplaced,
    SamePerson,
)
from app.models import Programme
from app.services.accounts import staffing
from app.services.award import revocation
from app.services.award.revocation import RevocationText
from tests.awards import decided, ready, scan
from tests.refusing import WRONG_DAY, Refused, refuses
from tests.world import World, at, at_once

LATER = "2027-03-01 Mon 10:00"
TEXT = RevocationText(
    RevocationGround.DECEIT, "曲字〔2027〕3号", dt.date(2027, 2, 26), "经查，申报材料弄虚作假，决定撤销所获表彰。"
)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def awarded(world: World, folder: Path) -> World:
    """Honours 1 to 8 have been awarded."""
    ready(world, folder)
    decided(world, folder)
    return world


def propose(world: World, folder: Path, text: RevocationText = TEXT, login: str = "office", honour: int = 1) -> None:
    document = scan(world, folder, "revocation")
    world.run(revocation.propose_revocation, honour, text, document, by=world.actor(login), now=at(LATER))


def confirm(world: World, login: str, honour: int = 1) -> None:
    version = int(at(LATER).timestamp() * 1_000_000)
    world.run(revocation.confirm_revocation, honour, version, by=world.actor(login), now=at(LATER))


def states(world: World) -> dict[int, bool]:
    """Of each nominee with a revocation: whether it stands."""
    with world.database.reader() as session:
        honours = {id_: revocation.honour_of(session, id_) for id_ in [*world.nominees, *world.others]}
        return {id_: each.revocation.stands for id_, each in honours.items() if each and each.revocation}


@on_sqlite
def test_one_proposes_another_confirms_and_the_clause_is_that_of_then(awarded: World, folder: Path) -> None:
    with awarded.database.writer() as session:
        session.get_one(Programme, awarded.programme).revocation_clause = "第七部分（二）"
        session.get_one(Programme, awarded.programme).archived_at = at(LATER)  # it comes out later
        session.commit()
    since = len(awarded.acts())
    propose(awarded, folder)
    assert states(awarded) == {awarded.nominees[0]: False}
    with pytest.raises(SamePerson):
        confirm(awarded, "office")
    confirm(awarded, "office2")
    assert states(awarded) == {awarded.nominees[0]: True}
    with awarded.database.reader() as session:
        honour = revocation.honour_of(session, awarded.nominees[0])
        assert honour is not None
        assert honour.revocation is not None
        assert (honour.revocation.clause, honour.revocation.document_id is not None) == ("第七部分（二）", True)
    subject = f"nominee:{awarded.nominees[0]}"
    assert awarded.acts(since) == [
        (f"user:{awarded.people['office']}", "revocation.proposed", subject),
        (f"user:{awarded.people['office2']}", "revocation.confirmed", subject),
    ]
    before = awarded.everything()
    for undo in (
        lambda: propose(awarded, folder),
        lambda: confirm(awarded, "office2"),
        lambda: awarded.run(revocation.drop_revocation, 1, "不撤销了", by=awarded.actor("office"), now=at(LATER)),
    ):
        with pytest.raises(AlreadyDone):
            undo()
    assert awarded.everything() == before


@on_sqlite
def test_a_proposal_with_a_mistake_is_sent_back_with_a_reason_and_made_anew(awarded: World, folder: Path) -> None:
    propose(awarded, folder)
    before = awarded.everything()
    with pytest.raises(MissingText):
        awarded.run(revocation.drop_revocation, 1, " ", by=awarded.actor("office2"), now=at(LATER))
    assert awarded.everything() == before
    awarded.run(revocation.drop_revocation, 1, "文号写错了", by=awarded.actor("office2"), now=at(LATER))
    assert states(awarded) == {}
    propose(awarded, folder, replace(TEXT, number="曲字〔2027〕4号"), "office2")
    confirm(awarded, "office")
    assert states(awarded) == {awarded.nominees[0]: True}


@on_sqlite
def test_a_proposal_that_cannot_stand_is_refused_whole(awarded: World, folder: Path) -> None:
    before = awarded.everything()
    wrong: list[tuple[RevocationText, Refused]] = [
        (replace(TEXT, dated=dt.date(2027, 3, 2)), WRONG_DAY),  # tomorrow
        (replace(TEXT, dated=dt.date(2026, 10, 12)), WRONG_DAY),  # before the award
        (replace(TEXT, number=""), MissingText),
        (replace(TEXT, number="13800000000"), PrivateData),
        (replace(TEXT, decision="撤销。"), MissingText),
    ]
    for text, refusal in wrong:
        with refuses(refusal):
            propose(awarded, folder, text)
    for login in ("head", "handler", "auditor"):
        with pytest.raises(NotAllowed):
            propose(awarded, folder, login=login)
        with pytest.raises(NotAllowed):
            confirm(awarded, login)
    assert awarded.everything() == before


def test_two_who_confirm_at_once_have_confirmed_once(awarded: World, folder: Path) -> None:
    proposals = at_once([lambda login=login: propose(awarded, folder, login=login) for login in ("office", "office2")])
    assert [type(answer) for answer in proposals if answer is not None] == [AlreadyDone]
    second = "office2" if proposals[0] is None else "office"
    answers = at_once([lambda: confirm(awarded, second) for _ in range(3)])
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyDone", "AlreadyDone", "NoneType"]
    assert [action for _, action, _ in awarded.acts()].count("revocation.confirmed") == 1


@on_sqlite
def test_security_51_a_proposal_replaced_after_it_was_read_is_not_confirmed(awarded: World, folder: Path) -> None:
    propose(awarded, folder)  # it was read now
    office2 = awarded.actor("office2")
    awarded.run(revocation.drop_revocation, 1, "文号写错了", by=office2, now=at(LATER))
    document, again = scan(awarded, folder, "revocation"), at(LATER) + dt.timedelta(seconds=1)
    text = replace(TEXT, ground=RevocationGround.DECEIT, number="曲字〔2027〕4号")
    awarded.run(revocation.propose_revocation, 1, text, document, by=awarded.actor("office"), now=again)
    before = awarded.everything()
    with pytest.raises(ProposalReplaced):
        confirm(awarded, "office2")
    assert awarded.everything() == before


@on_sqlite
def test_security_50_an_account_that_a_colleague_reset_neither_proposes_nor_confirms(
    awarded: World, folder: Path
) -> None:
    awarded.run(staffing.invite_again, [awarded.people["office2"]], by=awarded.actor("office"), now=at(LATER))
    document = scan(awarded, folder, "revocation")
    before = awarded.everything()
    with pytest.raises(AccountNotAgreed):
        awarded.run(revocation.propose_revocation, 1, TEXT, document, by=awarded.actor("office2"), now=at(LATER))
    assert awarded.everything() == before
    propose(awarded, folder)
    with pytest.raises(AccountNotAgreed):
        confirm(awarded, "office2")
    assert states(awarded) == {awarded.nominees[0]: False}
