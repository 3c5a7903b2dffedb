"""A flood of objections: seen as groups, declined together by whoever may, each still a case of its own (R21, R23)."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select, update

from app.domain.cases.states import DeclineGround, State
from app.domain.refusals import MissingText, NotAllowed, NothingChosen, NotYourCase
from app.models import AuditRow, Case, Message, Objection
from app.services.cases import bulk, flood, investigation
from app.services.cases.flood import Likeness
from app.services.record.verifying import verify
from tests.refusing import FLOOD_CHANGED, refuses
from tests.world import FACTS, World, at

FILED = "2026-09-18 Fri 09:00"
SATURDAY = "2026-09-19 Sat 09:00"  # the day after: a unit is shown what came in (R19)
ESCALATED = "2026-09-22 Tue 00:00"
DEADLINE = "2026-09-30 Wed 00:00"
REASON = "与最早一件重复，合并核查"
OTHER_FACTS = "这是另外一个人写的另外一段话，说的是别的事情，请予核查。"


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


def file(world: World, period: int, nominee: int, contact: int, facts: str = FACTS, **changes: object) -> int:
    """A case against the nominee of this number. Returns its id."""
    contact_text = f"130{contact:08d}"
    return world.file(period, world.nominees[nominee], FILED, contact=contact_text, facts=facts, **changes)[0]


def seen(world: World, login: str, now: str = SATURDAY) -> list[tuple[str, int, int]]:
    """The groups somebody sees, as (likeness, first case, how many)."""
    with world.database.reader() as session:
        return [
            (group.likeness.value, group.first_case, group.cases)
            for group in flood.floods(session, world.actor(login), at(now))
        ]


def drops(
    world: World, likeness: Likeness, case: int, login: str, now: str = SATURDAY
) -> list[tuple[int, str, bool, bool]]:
    """A group as (case, source, proposed to be declined, may be declined)."""
    with world.database.reader() as session:
        found = flood.drops_of(session, likeness, case, world.actor(login), at(now))
        return [(drop.case.id, drop.source, drop.chosen, not drop.why_not) for drop in found]


def decline(world: World, case: int, chosen: list[int], login: str, reason: str = REASON, now: str = SATURDAY) -> int:
    """Proposed by one; confirmed by another who may, as everything is (R22). Returns how many were declined."""
    args = (Likeness.TEXT, case, chosen, DeclineGround.DUPLICATE, reason)
    act = world.run(bulk.propose_decline, *args, by=world.actor(login), now=at(now))
    other = {"head": "handler", "office": "office2"}[login]
    return world.run(bulk.confirm_group, act, by=world.actor(other), now=at(now))


# --- what is a group -----------------------------------------------------------------------------


def test_three_with_one_text_or_one_source_are_a_group_and_two_are_none(world: World, period: int) -> None:
    texts = [FACTS, f" {FACTS[:-1]}！！", FACTS.replace("，", " , ")]
    for number in range(2):
        file(world, period, number, number, texts[number])
    assert seen(world, "head") == seen(world, "office") == []
    file(world, period, 2, 2, texts[2])
    assert seen(world, "head") == seen(world, "office") == [("text", 1, 3)]
    for number in range(3):
        file(world, period, 0, 9, f"{OTHER_FACTS}{number}")
    # A running number makes no other text.
    assert seen(world, "office") == [("source", 4, 3), ("text", 4, 3), ("text", 1, 3)]
    assert seen(world, "head") == [("text", 4, 3), ("text", 1, 3)]  # the source is the office's alone (R19)


@pytest.mark.parametrize(
    "runs",
    ["48151623420042", "第一百二十三万四千五百六十七次，", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬", "Ⅷ½¾ 1.2-3_4/5", "柒佰贰拾叁万肆仟"],
)
def test_security_47_a_number_longer_than_the_text_makes_no_other_text(world: World, period: int, runs: str) -> None:
    """Figures in every script: half of what is typed differs, and it is one group."""
    text = "该单位台账不实，请核查有关情况。"
    for number, numbered in enumerate(
        (f"{text}{runs}", f"{runs}{text}98765432101234", f"{text[:8]}{runs[::-1]}{text[8:]}")
    ):
        file(world, period, 0, number, numbered)
    assert seen(world, "head") == [("text", 1, 3)]


def test_only_what_waits_counts_and_a_recused_head_or_another_unit_sees_none(world: World, period: int) -> None:
    cases = [file(world, period, 0, number) for number in range(4)]
    assert seen(world, "stranger") == []
    world.act(investigation.accept, cases[0], "handler", now=SATURDAY)
    assert seen(world, "head") == [("text", cases[1], 3)]
    head = world.people["head"]
    world.act(investigation.recuse, cases[1], "head", head, "亲属", now=SATURDAY)
    assert seen(world, "head") == []
    assert seen(world, "office") == [("text", cases[1], 3)]
    assert [case for case, *_ in drops(world, Likeness.TEXT, cases[2], "head")] == cases[2:]
    with pytest.raises(NotYourCase):
        drops(world, Likeness.TEXT, cases[1], "head")
    with pytest.raises(NotYourCase):
        drops(world, Likeness.TEXT, cases[2], "stranger")
    assert seen(world, "office", DEADLINE) == []  # lapsed, whether or not anybody has settled it


def test_of_one_group_the_earliest_against_each_nominee_is_kept_and_sources_are_letters(
    world: World, period: int
) -> None:
    filed = [(0, 1), (0, 2), (1, 1), (1, 1), (0, 3), (2, 2)]  # nominee, contact
    for nominee, contact in filed:
        file(world, period, nominee, contact)
    assert [(case, source) for case, source, *_ in drops(world, Likeness.TEXT, 4, "office")] == [
        (1, "来源A"),
        (2, "来源B"),
        (3, "来源A"),
        (4, "来源A"),
        (5, "来源C"),
        (6, "来源B"),
    ]
    assert [case for case, *_ in drops(world, Likeness.SOURCE, 1, "office")] == [1, 3, 4]
    assert drops(world, Likeness.TEXT, 4, "head") == [
        (1, "", False, True),
        (2, "", True, True),
        (3, "", False, True),
        (4, "", True, True),
        (5, "", True, True),
        (6, "", False, True),
    ]


def test_security_40_a_unit_cannot_ask_which_cases_have_one_source(world: World, period: int) -> None:
    """Junk under a suspect's number, and then its group asked for: what the head of a unit did."""
    for number in range(3):
        file(world, period, 0, 7, f"{OTHER_FACTS}{number}")
    junk = file(world, period, 0, 7, "随便写的一段没有内容的文字，只是为了看看有没有同来源的。")
    before = world.everything()
    for login in ("head", "handler", "stranger"):
        with pytest.raises(NotYourCase):
            drops(world, Likeness.SOURCE, junk, login)
        by, ground = world.actor(login), DeclineGround.DUPLICATE
        with pytest.raises(NotYourCase):
            world.run(bulk.propose_decline, Likeness.SOURCE, junk, [junk], ground, REASON, by=by, now=at(SATURDAY))
        assert all(likeness == "text" for likeness, *_ in seen(world, login))
    assert world.everything() == before


def of_a_group(world: World, login: str, act: int) -> list[object]:
    """Everything by which a group is ordered or named, as this person reads it."""
    with world.database.reader() as session:
        _, cases = bulk.one_act(session, world.actor(login), act)
    named = [first for likeness, first, _ in seen(world, login) if likeness == "text"]
    return [named, drops(world, Likeness.TEXT, 1, login), [case.id for case in cases]]


def test_security_43_a_group_tells_a_unit_nothing_of_the_order_within_a_day(world: World, period: int) -> None:
    """Numbers are drawn and follow no order. A group is read as it came, and as if it had come otherwise."""
    for number in range(6):
        file(world, period, 0, number)
    head = world.actor("head")
    args = (Likeness.TEXT, 1, [4, 5, 6], DeclineGround.DUPLICATE, REASON)
    act = world.run(bulk.propose_decline, *args, by=head, now=at(SATURDAY))
    read = {}
    for first in (1, 6):
        with world.database.writer() as session:
            for case in range(1, 7):
                came = at(FILED) + dt.timedelta(minutes=abs(case - first))
                session.execute(update(Case).where(Case.id == case).values(received_at=came))
                session.execute(update(Objection).where(Objection.case_id == case).values(filed_at=came))
            session.commit()
        read[first] = {login: of_a_group(world, login, act) for login in ("head", "handler", "office")}
    for login in ("head", "handler"):
        assert read[1][login] == read[6][login]
    assert read[1]["office"] != read[6]["office"]  # the office reads who was first
    with pytest.raises(NotYourCase):
        of_a_group(world, "stranger", act)
    world.run(bulk.join_group, Likeness.TEXT, 1, [2, 3], by=head, now=at(SATURDAY))  # 3 came first
    assert [world.case(case).state for case in (1, 2, 3)] == [State.RECEIVED, State.JOINED, State.JOINED]


def test_what_was_filed_before_sources_were_told_apart_is_in_no_group(world: World, period: int) -> None:
    for number in range(4):
        file(world, period, 0, number)
    with world.database.writer() as session:
        session.execute(update(Objection).values(text_hash=None, contact_hash=None))
        session.commit()
    assert seen(world, "head") == []
    with pytest.raises(NotYourCase):
        drops(world, Likeness.TEXT, 1, "head")


def test_the_office_watches_all_and_acts_where_the_rules_let_it(world: World, period: int) -> None:
    for number in range(3):
        file(world, period, 0, number)
    file(world, period, 0, 3, against_handler=True)
    before = world.everything()
    assert [may for *_, may in drops(world, Likeness.TEXT, 1, "office")] == [False, False, False, True]
    assert [case for case, *_ in drops(world, Likeness.TEXT, 1, "head")] == [1, 2, 3]
    with pytest.raises(NotAllowed, match="案件由办理单位处理"):
        decline(world, 1, [2, 4], "office")
    assert world.everything() == before  # all or none
    assert decline(world, 1, [4], "office") == 1
    assert [may for *_, may in drops(world, Likeness.TEXT, 1, "office", ESCALATED)] == [True] * 3
    assert decline(world, 1, [2, 3], "office", now=ESCALATED) == 2


# --- one act -------------------------------------------------------------------------------------


def test_the_chosen_are_declined_together_each_with_its_row_and_its_answer(world: World, period: int) -> None:
    for number in range(4):
        file(world, period, 0, number)
    rows = len(world.acts())
    assert decline(world, 1, [4, 2, 3, 3], "head") == 3
    cases = [world.case(number) for number in (1, 2, 3, 4)]
    assert [case.state for case in cases] == [State.RECEIVED, *[State.DECLINED] * 3]
    assert {(case.decline_ground, case.decline_reason) for case in cases[1:]} == {(DeclineGround.DUPLICATE, REASON)}
    head, handler = (f"user:{world.people[login]}" for login in ("head", "handler"))
    assert world.acts(since=rows) == [
        *((head, "case.decline", f"case:{number}") for number in (2, 3, 4)),
        (head, "group.proposed", "group:1"),
        *((handler, "case.confirm_decline", f"case:{number}") for number in (2, 3, 4)),
        (handler, "group.confirmed", "group:1"),
    ]
    with world.database.reader() as session:
        told = session.execute(select(Message.objection_id, Message.text).order_by(Message.objection_id)).all()
        assert told == [(number, f"不予受理。依据：同一人就同一事实重复提出。理由：{REASON}") for number in (2, 3, 4)]
        details = session.scalars(select(AuditRow.details).where(AuditRow.id > rows)).all()
        assert verify(session).holds
    confirmed = [json.loads(detail) for detail in details][4:7]
    assert confirmed == [{"ground": "duplicate", "reason": REASON, "version": 1}] * 3
    assert seen(world, "head") == []
    assert drops(world, Likeness.TEXT, 1, "head") == [(1, "", False, True)]


def test_all_or_none(world: World, period: int) -> None:
    for number in range(4):
        file(world, period, 0, number)
    elsewhere = file(world, period, 1, 9, OTHER_FACTS)
    world.act(investigation.accept, 4, "handler", now=SATURDAY)
    before = world.everything()
    for chosen, reason, now, refusal in (
        ([], REASON, SATURDAY, NothingChosen),
        ([2, 4], REASON, SATURDAY, FLOOD_CHANGED),  # a colleague accepted it
        ([2, elsewhere], REASON, SATURDAY, FLOOD_CHANGED),
        ([2, 999], REASON, SATURDAY, FLOOD_CHANGED),
        ([2, 3], " ", SATURDAY, MissingText),
        ([2, 3], "长" * 501, SATURDAY, MissingText),
        ([2, 3], REASON, DEADLINE, FLOOD_CHANGED),
    ):
        with refuses(refusal):
            decline(world, 1, chosen, "head", reason, now)
    with pytest.raises(NotYourCase):
        decline(world, 1, [2, 3], "stranger")
    assert world.everything() == before
