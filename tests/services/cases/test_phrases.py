"""Texts to use again: of one unit, the office's for all; counted when an act is done with them (R12, SECURITY 44)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.phrases import MOST, PhraseKind
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import BadValue, MissingText, NotThere, PrivateData
from app.models import AuditRow, Phrase
from app.services.cases import investigation, phrases
from app.services.cases.phrases import KeptPhrase
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
TEXT = "查阅档案，走访群众，所列实事由该对象牵头完成。"


def keep(world: World, text: str = TEXT, by: str = "handler", kind: PhraseKind = PhraseKind.FINDINGS) -> int:
    return world.run(phrases.add, kind, text, by=world.actor(by), now=at(DAY))


def kept(world: World, by: str) -> list[KeptPhrase]:
    return world.do(lambda session: phrases.list_kept(session, world.actor(by)))


def uses(world: World, by: str) -> dict[str, int]:
    return {each.text: each.uses for each in kept(world, by)}


def propose(world: World, case: int, by: str, findings: str = TEXT) -> None:
    texts = findings, "评选通知第三部分", "经核实，异议不成立。"
    world.act(investigation.propose, case, by, Conclusion.DISMISSED, *texts, now=DAY)


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["13812345678", "138 1234 5678", "53010219900307641X"])
def test_a_text_with_a_private_number_is_refused(world: World, number: str) -> None:
    mine = keep(world)
    before = world.everything()
    for attempt in (
        lambda: keep(world, f"请打电话 {number}"),
        lambda: world.run(phrases.change, mine, f"请打电话 {number}", by=world.actor("handler"), now=at(DAY)),
    ):
        with pytest.raises(PrivateData) as refused:
            attempt()
        assert refused.value.field == "text"
        assert number not in str(refused.value)
    assert world.everything() == before


def test_an_empty_a_doubled_a_long_one_and_one_too_many_are_refused(world: World) -> None:
    keep(world)
    keep(world, "不予受理的理由" * 71, kind=PhraseKind.DECLINE)
    for text, kind in ((" ", PhraseKind.FINDINGS), ("长" * 501, PhraseKind.DECLINE), ("长" * 2001, PhraseKind.ANSWER)):
        with pytest.raises(MissingText):
            keep(world, text, kind=kind)
    with pytest.raises(BadValue, match="已经有一样的"):
        keep(world, f" {TEXT} ", by="head")  # a colleague's, of the same unit
    for each in range(MOST - 1):
        keep(world, f"第{each}种情况")
    with pytest.raises(BadValue, match="最多"):
        keep(world, "再来一种情况")
    keep(world, by="stranger")  # of another unit


def test_another_units_phrase_is_not_there(world: World) -> None:
    mine, offices = keep(world), keep(world, "市级专班的一条", by="office")
    before = world.everything()
    for by, phrase in (
        ("stranger", mine),
        ("office", mine),
        ("handler", offices),
        ("handler", 999),
        ("handler", 2**40),
    ):
        with pytest.raises(NotThere):
            world.run(phrases.change, phrase, "改成别的", by=world.actor(by), now=at(DAY))
        with pytest.raises(NotThere):
            world.run(phrases.remove, phrase, by=world.actor(by), now=at(DAY))
    assert world.everything() == before


# --- kept and used -------------------------------------------------------------------------------


def test_nothing_of_a_units_texts_nor_of_its_uses_reaches_another_unit(world: World) -> None:
    """SECURITY 44: by a count over all a unit would see that the office is at work, also in a case against itself."""
    keep(world)
    common = keep(world, "市级专班的一条：走访群众，所列实事属实。", by="office")
    assert [(each.text, each.mine) for each in kept(world, "head")] == [
        ("市级专班的一条：走访群众，所列实事属实。", False),
        (TEXT, True),
    ]
    assert list(uses(world, "stranger")) == ["市级专班的一条：走访群众，所列实事属实。"]
    assert [each.writer for each in kept(world, "stranger")] == [""]
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.INVESTIGATING, DAY)
    propose(world, case, "handler", "市级专班的一条：\n走访群众，所列实事属实。另查了账目。")
    text = "市级专班的一条：走访群众，所列实事属实。"
    assert uses(world, "head") == {text: 1, TEXT: 0}
    assert uses(world, "stranger") == {text: 0}
    assert uses(world, "office") == {text: 1}  # of all units
    world.run(phrases.change, common, "市级专班改过的一条", by=world.actor("office2"), now=at(DAY))
    assert uses(world, "head") == {"市级专班改过的一条": 1, TEXT: 0}


def test_a_phrase_is_counted_when_the_act_is_done_and_not_when_it_is_refused(world: World) -> None:
    period = world.round_two()
    cases = [world.file(period, world.nominees[each], FILED)[0] for each in range(3)]
    for text, kind in (
        ("没有写明时间、地点。", PhraseKind.DECLINE),
        ("请补充时间、地点。", PhraseKind.SUPPLEMENT),
        ("正在核查，请耐心等待。", PhraseKind.REPLY),
        ("没有写明时间、地点。", PhraseKind.ANSWER),  # the same words, for another field
    ):
        keep(world, text, kind=kind)
    keep(world)
    said = (DeclineGround.NO_FACTS, "没有写明时间、地点。请另行提出。")
    world.act(investigation.decline, cases[0], "handler", *said, now=DAY)
    world.bring(cases[1], State.ACCEPTED, DAY)
    world.act(investigation.reply, cases[1], "handler", "正在核查，请耐心等待。", now=DAY)
    world.act(investigation.ask_supplement, cases[1], "head", "请补充时间、地点。", now=DAY)
    world.bring(cases[2], State.INVESTIGATING, DAY)
    with pytest.raises(MissingText):
        world.act(investigation.propose, cases[2], "handler", Conclusion.DISMISSED, TEXT, "", "答复", now=DAY)
    counted = {(each.kind, each.text): each.uses for each in kept(world, "handler")}
    assert counted == {
        (PhraseKind.DECLINE, "没有写明时间、地点。"): 1,
        (PhraseKind.SUPPLEMENT, "请补充时间、地点。"): 1,
        (PhraseKind.REPLY, "正在核查，请耐心等待。"): 1,
        (PhraseKind.ANSWER, "没有写明时间、地点。"): 0,
        (PhraseKind.FINDINGS, TEXT): 0,
    }
    for _ in range(2):
        propose(world, cases[2], "handler")
        world.act(investigation.return_proposal, cases[2], "head", "再问一家", now=DAY)
    assert uses(world, "handler")[TEXT] == 2


def test_what_is_used_most_stands_first_and_what_is_removed_is_offered_no_more(world: World) -> None:
    first, second = keep(world, "甲种情况，已查清。"), keep(world, "乙种情况，已查清。")
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.INVESTIGATING, DAY)
    propose(world, case, "handler", "甲种情况，已查清。")
    assert [each.id for each in kept(world, "head")] == [first, second]
    world.run(phrases.remove, first, by=world.actor("head"), now=at(DAY))
    assert [each.id for each in kept(world, "handler")] == [second]
    assert world.case(case).findings == "甲种情况，已查清。"
    keep(world, "甲种情况，已查清。")  # it can be kept again
    with world.database.reader() as session:
        assert len(session.scalars(select(Phrase)).all()) == 3
        acts = session.scalars(select(AuditRow).where(AuditRow.action.like("phrase.%")).order_by(AuditRow.id)).all()
    assert [(row.action, row.subject) for row in acts] == [
        (f"phrase.{act}", f"unit:{world.qilin}") for act in ("added", "added", "removed", "added")
    ]
    assert not any("情况" in row.details for row in acts)  # the record names a phrase by its number
