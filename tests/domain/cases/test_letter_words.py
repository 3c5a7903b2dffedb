"""The words of letters: whom to turn to, what can be done and until when, and two names alone for who handles (R34)."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from app.domain.cases.letter_words import LetterFacts, Party, TurnFacts, write_letter_text
from app.domain.cases.letters import LETTERS, Reader, Turn
from app.domain.cases.states import Conclusion, DeclineGround
from app.domain.cases.verdict import Ground, Left
from tests.days import at

FACTS = LetterFacts(
    programme="2026年评选表彰活动",
    round_name="推荐单位公示",
    nominee="麒小3",
    case_number="2026-0001",
    received=dt.date(2026, 9, 18),
    deadline=at("2026-09-30 Wed 00:00"),
    handler=Party("麒麟区", "0874-0000002"),
    office=Party("市级专班", "0874-0000001"),
    by_office=False,
    handling="评选通知第四部分",
    lapse="评选通知第五部分，取消参评资格",
    signed_by="麒麟区",
    dated=dt.date(2026, 9, 21),
    recommender="麒麟区",
)
MORE = TurnFacts(
    ground=DeclineGround.NO_FACTS,
    reason="没有线索",
    conclusion=Conclusion.DISMISSED,
    findings="走访群众五名",
    grounds="评选通知第三部分",
    answer="已核实",
    question="请说明记录在哪里。",
    answer_by=at("2026-09-24 Thu 00:00"),
    look_until=at("2026-09-29 Tue 00:00"),
    may_look=True,
    out=Ground.LAPSED,
    since=at("2026-09-30 Wed 00:00"),
    clause="评选通知第五部分",
    workdays_left=5,
    state="已受理",
)
EVERY = [(turn, kind, reader) for turn, letters in LETTERS.items() for kind, reader in letters]


def paragraphs(turn: Turn, reader: Reader, more: TurnFacts = MORE, **changed: object) -> str:
    [kind] = {kind for kind, each in LETTERS[turn] if each is reader}
    facts = dataclasses.replace(FACTS, **changed)  # type: ignore[arg-type] # what the case is about
    return "\n".join(write_letter_text(turn, kind, reader, facts, more).paragraphs)


@pytest.mark.parametrize(("turn", "kind", "reader"), EVERY)
def test_every_letter_has_its_words_and_no_third_name(turn: Turn, kind: object, reader: Reader) -> None:
    words = paragraphs(turn, reader)
    assert len(words) > 30
    assert "市级机构" not in words
    assert "None" not in words


def test_an_objector_is_sent_to_the_handler_and_past_it_to_the_office() -> None:
    words = paragraphs(Turn.ACCEPTED, Reader.OBJECTOR)
    assert "办理单位（电话：0874-0000002）" in words
    assert "市级专班（电话：0874-0000001）" in words
    by_office = paragraphs(Turn.ACCEPTED, Reader.OBJECTOR, by_office=True)
    assert "0874-0000002" not in by_office


@pytest.mark.parametrize("turn", [Turn.DISQUALIFIED, Turn.REVERSED])
def test_whoever_is_put_out_or_taken_back_is_sent_to_the_office_alone(turn: Turn) -> None:
    for reader in (Reader.NOMINEE, Reader.UNIT):
        words = paragraphs(turn, reader)
        assert "0874-0000001" in words
        assert "0874-0000002" not in words


def test_a_decline_says_until_when_it_can_be_looked_at_or_that_it_is_too_late() -> None:
    assert "最迟2026年9月28日 24:00" in paragraphs(Turn.DECLINED, Reader.OBJECTOR)
    late = dataclasses.replace(MORE, look_until=None)
    assert "不足1个工作日，本决定不再复核" in paragraphs(Turn.DECLINED, Reader.OBJECTOR, late)
    never = dataclasses.replace(MORE, may_look=False)
    assert "复核" not in paragraphs(Turn.DECLINED, Reader.OBJECTOR, never)


@pytest.mark.parametrize(
    ("turn", "left", "became"),
    [
        (Turn.CONCLUDED, None, "依据评选通知第五部分，该推荐对象的参评资格自2026年9月21日起取消。"),
        (Turn.CONCLUDED, Left.WITHDRAWN, "该推荐对象此前已退出推荐，不再重复处理。"),
        (Turn.LAPSED, None, "该推荐对象的参评资格自2026年9月29日 24:00起取消。"),
        (Turn.LAPSED, Left.DISQUALIFIED, "该推荐对象此前已取消参评资格，不再重复处理。"),
    ],
)
def test_an_objector_reads_what_became_of_the_nominee(turn: Turn, left: Left | None, became: str) -> None:
    more = dataclasses.replace(MORE, conclusion=Conclusion.UPHELD, left=left)
    words = paragraphs(turn, Reader.OBJECTOR, more)
    assert became in words
    assert words.count("该推荐对象") == 1


@pytest.mark.parametrize(
    ("turn", "conclusion", "told"),
    [
        (Turn.DECLINED, Conclusion.DISMISSED, True),
        (Turn.CONCLUDED, Conclusion.DISMISSED, True),
        (Turn.CONCLUDED, Conclusion.UPHELD, False),  # nothing is left to be said
        (Turn.LAPSED, Conclusion.DISMISSED, True),
    ],
)
def test_new_facts_can_be_told_after_a_case_has_ended(turn: Turn, conclusion: Conclusion, told: bool) -> None:
    words = paragraphs(turn, Reader.OBJECTOR, dataclasses.replace(MORE, conclusion=conclusion))
    assert ("如有新的事实和证据，可以向市级专班书面反映。" in words) is told
