"""Letters: which a turn brings to whom, in which words, under which number, and who may read them (R34)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.letters import LetterKind, Reader
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import NothingChosen, NotThere, NotYourCase, ProposalReplaced
from app.domain.shared.wording import end_moment
from app.models import Letter, LetterCount, Message, Objection, Programme
from app.services.cases import investigation, letters, settlement
from app.services.nominees import reversal
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
DUE = "2026-09-30 Wed 08:00"


def written(world: World, case: int) -> list[tuple[str, str, str]]:
    """The letters of a case as (kind, reader, number)."""
    with world.database.reader() as session:
        rows = session.scalars(select(Letter).where(Letter.case_id == case)).all()
        ordered = sorted(rows, key=lambda row: (row.made_at, row.number, row.series))
        return [(row.kind.value, row.reader.value, row.numbered) for row in ordered]


def text_of(world: World, case: int, kind: LetterKind, reader: Reader = Reader.OBJECTOR) -> str:
    with world.database.reader() as session:
        query = select(Letter).where(Letter.case_id == case, Letter.kind == kind, Letter.reader == reader)
        words = session.scalars(query.order_by(Letter.made_at.desc())).first()
        assert words is not None
        return "\n".join([words.words["to"], *words.words["paragraphs"]])


def answers(world: World, case: int) -> list[str]:
    with world.database.reader() as session:
        rows = select(Message.text).join(Objection).where(Objection.case_id == case).order_by(Message.id)
        return list(session.scalars(rows))


# --- which ---------------------------------------------------------------------------------------


def test_a_case_that_is_dismissed_brings_two_letters(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.CONCLUDED, DAY)
    assert written(world, case) == [
        ("acceptance", "objector", "麒麟区异议〔2026〕1号"),
        ("answer", "objector", "麒麟区异议〔2026〕2号"),
    ]
    answer = text_of(world, case, LetterKind.ANSWER)
    for said in ("异议不成立", "经走访核实", "评选通知第三部分", "最迟2026年9月28日 24:00", "只能申请一次"):
        assert said in answer


def test_an_upheld_one_tells_the_nominee_and_its_unit_as_well_and_not_who_objected(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    assert written(world, case) == [
        ("disqualification", "nominee", "市级专班异议〔2026〕1号"),
        ("acceptance", "objector", "麒麟区异议〔2026〕1号"),
        ("disqualification", "unit", "市级专班异议〔2026〕2号"),
        ("answer", "objector", "麒麟区异议〔2026〕2号"),
    ]
    for reader in (Reader.NOMINEE, Reader.UNIT):
        text = text_of(world, case, LetterKind.DISQUALIFICATION, reader)
        assert "赵小禾" not in text
        assert "13000000001" not in text
        assert "第七部分（二）" in text  # the clause
        assert "表彰决定作出以前" in text  # until when it can be answered


def test_a_lapse_answers_every_objector_and_puts_out_by_letter_once_a_nominee(world: World) -> None:
    period = world.round_two()
    first, _ = world.file(period, world.nominees[0], FILED)
    second, _ = world.file(period, world.nominees[0], FILED, contact="13000000002")
    world.run(settlement.settle_due, now=at(DUE))
    world.run(settlement.settle_due, now=at(DUE))  # nothing twice
    assert [each[:2] for each in written(world, first)] == [
        ("answer", "objector"),
        ("disqualification", "nominee"),
        ("disqualification", "unit"),
    ]
    assert [each[:2] for each in written(world, second)] == [("answer", "objector")]
    assert "第四部分（二）3" in text_of(world, second, LetterKind.ANSWER)
    assert answers(world, first) == answers(world, second) != []


def test_after_a_reversal_objectors_nominee_and_unit_are_told(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.run(settlement.settle_due, now=at(DUE))
    decision = "经复查，原决定认定事实有误，予以撤销。"
    world.act(reversal.propose_reversal, 1, "office", decision, now="2026-10-09 Fri 09:00")
    assert len(answers(world, case)) == 1  # nothing is told before the second person
    world.act(reversal.confirm_reversal, 1, "office2", 1, now="2026-10-09 Fri 10:00")
    assert [each[:2] for each in written(world, case)][3:] == [
        ("answer", "objector"),
        ("restoration", "nominee"),
        ("restoration", "unit"),
    ]
    assert decision in answers(world, case)[-1]
    assert decision in text_of(world, case, LetterKind.RESTORATION, Reader.NOMINEE)


def test_a_decline_says_its_ground_and_until_when_it_can_be_looked_at(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.decline(case, DeclineGround.NO_FACTS, "没有写明时间地点", DAY)
    text = text_of(world, case, LetterKind.DECLINE)
    for said in ("没有具体事实或者线索", "没有写明时间地点", "最迟2026年9月28日 24:00"):
        assert said in text


def test_a_decision_too_late_to_be_looked_at_says_so(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.decline(case, DeclineGround.NO_FACTS, "没有写明时间地点", "2026-09-29 Tue 10:00", by=("office", "office2"))
    assert "本决定不再复核" in text_of(world, case, LetterKind.DECLINE)


@pytest.mark.parametrize(
    ("now", "workdays", "until"),
    [
        ("2026-09-21 Mon 10:00", 2, "2026年9月23日 24:00"),
        ("2026-09-24 Thu 10:00", 2, "2026年9月28日 24:00"),  # 中秋节 is between; one working day is left
        ("2026-09-21 Mon 10:00", 5, "2026年9月28日 24:00"),
        ("2026-09-29 Tue 10:00", 1, "2026年9月29日 24:00"),  # never behind the deadline
    ],
)
def test_a_supplement_carries_its_day_and_the_letter_names_it(
    world: World, now: str, workdays: int, until: str
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.ACCEPTED, FILED)
    world.act(investigation.ask_supplement, case, "handler", "请说明时间地点", workdays, now=now)
    stored = world.case(case).supplement_by
    assert stored is not None
    assert end_moment(stored) == until
    assert until in text_of(world, case, LetterKind.SUPPLEMENT)


def test_objectors_of_a_joined_case_get_letters_of_their_own(world: World) -> None:
    period = world.round_two()
    lead, _ = world.file(period, world.nominees[0], FILED)
    second, _ = world.file(period, world.nominees[0], FILED, contact="13000000002")
    world.act(investigation.accept, lead, "handler", now=DAY)
    world.act(investigation.join, second, "handler", lead, now=DAY)
    world.act(investigation.investigate, lead, "handler", now=DAY)
    world.act(investigation.propose, lead, "handler", Conclusion.DISMISSED, "已核实", "第三部分", "谢谢监督", now=DAY)
    world.act(investigation.confirm, lead, "head", 1, now=DAY)
    with world.database.reader() as session:
        rows = session.execute(select(Letter.objection_id, Letter.kind)).all()
    both = LetterKind.ACCEPTANCE, LetterKind.ANSWER
    assert sorted(map(tuple, rows)) == sorted((each, kind) for each in (1, 2) for kind in both)


# --- numbers ---------------------------------------------------------------------------------------


def test_what_is_refused_takes_no_number(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.PROPOSED, DAY)
    with pytest.raises(ProposalReplaced):
        world.act(investigation.confirm, case, "head", 7, now=DAY)
    world.act(investigation.confirm, case, "head", 1, now=DAY)
    assert [number for *_, number in written(world, case)] == ["麒麟区异议〔2026〕1号", "麒麟区异议〔2026〕2号"]


def test_letters_of_two_programmes_never_bear_one_number(world: World) -> None:
    """The number begins with the programme's mark; what was made before keeps its own."""
    period = world.round_two()
    cases = [world.file(period, nominee, FILED)[0] for nominee in world.nominees[:2]]
    world.act(investigation.accept, cases[0], "handler", now=DAY)
    with world.database.writer() as session:
        session.get_one(Programme, world.programme).letter_mark = "曲满意"
        session.commit()
    world.act(investigation.accept, cases[1], "handler", now=DAY)
    assert [number for case in cases for *_, number in written(world, case)] == [
        "麒麟区异议〔2026〕1号",
        "曲满意麒麟区异议〔2026〕1号",
    ]


def test_letters_made_at_once_have_different_numbers_without_a_gap(world: World) -> None:
    """On PostgreSQL two transactions draw at one moment; neither takes the other's number, nor leaves one out."""
    period = world.round_two()
    cases = [world.file(period, nominee, FILED)[0] for nominee in world.nominees]
    jobs = [lambda case=case: world.act(investigation.accept, case, "handler", now=DAY) for case in cases]
    assert at_once(jobs) == [None] * 5
    with world.database.reader() as session:
        assert sorted(session.scalars(select(Letter.number))) == [1, 2, 3, 4, 5]
        assert session.scalars(select(LetterCount.last)).all() == [5]


def test_each_year_counts_anew(world: World) -> None:
    with world.database.reader() as session:
        assert session.scalars(select(LetterCount)).all() == []
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.run(settlement.settle_due, now=at(DUE))
    world.act(reversal.propose_reversal, 1, "office", "经复查，原决定认定事实有误，予以撤销。", now="2027-01-04 09:00")
    world.act(reversal.confirm_reversal, 1, "office2", 1, now="2027-01-04 10:00")
    assert [number for *_, number in written(world, case)] == [
        "市级专班异议〔2026〕1号",
        "市级专班异议〔2026〕2号",
        "市级专班异议〔2026〕3号",
        "市级专班异议〔2027〕1号",
        "市级专班异议〔2027〕2号",
        "市级专班异议〔2027〕3号",
    ]


# --- who may read, who sends out -------------------------------------------------------------------


def reached(world: World, login: str, case: int) -> list[tuple[str, str]]:
    rows = world.do(letters.list_of_case, case, world.actor(login), at(DUE))
    return sorted((row.kind.value, row.reader.value) for row in rows)


def test_a_unit_reads_what_its_cases_brought_and_another_unit_nothing(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    everything = [("acceptance", "objector"), ("answer", "objector")]
    everything += [("disqualification", "nominee"), ("disqualification", "unit")]
    assert reached(world, "head", case) == everything
    assert reached(world, "office", case) == everything
    assert reached(world, "stranger", case) == reached(world, "auditor", case) == []
    with world.database.reader() as session:
        ids = session.scalars(select(Letter.id)).all()
    for letter in ids:
        with pytest.raises(NotYourCase):
            world.do(letters.find_one, letter, world.actor("stranger"), at(DUE))


def test_security_44_of_a_complaint_against_a_unit_no_letter_reaches_it(world: World) -> None:
    """Nor does a number of its own letters tell that there is one: those of complaints count for themselves."""
    period = world.round_two()
    complaint, _ = world.file(period, world.nominees[0], FILED, against_handler=True)
    other, _ = world.file(period, world.nominees[1], FILED)
    world.act(investigation.accept, complaint, "office", now=DAY)
    world.act(investigation.investigate, complaint, "office", now=DAY)
    world.act(investigation.propose, complaint, "office", Conclusion.UPHELD, "属实", "第三部分", "谢谢", now=DAY)
    world.act(investigation.confirm, complaint, "office2", 1, now=DAY)
    world.bring(other, State.CONCLUDED, DAY, Conclusion.UPHELD)
    assert reached(world, "head", complaint) == []
    assert ("disqualification", "unit") not in [each[:2] for each in written(world, complaint)]
    assert {number.split("〔")[0] for *_, number in written(world, complaint)} == {"市级专班专办"}
    assert [number for *_, number in written(world, other)] == [
        "市级专班异议〔2026〕1号",
        "麒麟区异议〔2026〕1号",
        "市级专班异议〔2026〕2号",
        "麒麟区异议〔2026〕2号",
    ]


def test_the_recused_read_no_letter_of_the_case(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.ACCEPTED, FILED)
    world.act(investigation.recuse, case, "handler2", world.people["handler2"], "与推荐对象是亲属", now=DAY)
    assert reached(world, "handler2", case) == []
    assert reached(world, "handler", case) == [("acceptance", "objector")]


def test_a_sealed_copy_is_issued_once_by_whoever_signs_it_or_by_the_office(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    rows = world.do(letters.list_of_case, case, world.actor("office"), at(DUE))
    office, unit = [row.id for row in rows if row.series[:2] == "市级"], [row.id for row in rows if "麒" in row.series]
    for wrong, refusal in (([], NothingChosen), (office, NotYourCase), ([*unit, 999], NotYourCase)):
        with pytest.raises(refusal):
            world.act(letters.issue, wrong, "head", now=DUE)  # type: ignore[arg-type] # a list of letters is the subject
    assert world.act(letters.issue, unit, "head", now=DUE) == 2  # type: ignore[arg-type] # as above
    assert world.act(letters.issue, [*unit, *office], "office", now=DUE) == 2  # type: ignore[arg-type] # as above
    with world.database.reader() as session:
        assert {row.issued_by for row in session.scalars(select(Letter))} == {
            world.people["head"],
            world.people["office"],
        }
    assert [act for _, act, _ in world.acts()].count("letter.issued") == 4


def test_an_objector_reads_the_own_letters_alone(world: World) -> None:
    period = world.round_two()
    mine, _ = world.file(period, world.nominees[0], FILED)
    other, _ = world.file(period, world.nominees[1], FILED)
    for case in (mine, other):
        world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    rows = world.do(letters.list_of_objection, 1)
    assert {row.kind for row in rows} == {LetterKind.ACCEPTANCE, LetterKind.ANSWER}
    with world.database.reader() as session:
        others = session.scalars(select(Letter.id).where(Letter.objection_id.is_distinct_from(1))).all()
    for letter in [*others, 999]:
        with pytest.raises(NotThere):
            world.do(letters.find_one_of_objection, 1, letter)


def test_a_letter_made_while_the_clock_ran_ahead_can_be_issued(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.CONCLUDED, DAY)
    with world.database.reader() as session:
        made = dict(session.execute(select(Letter.id, Letter.made_at)).all())
    assert set(made.values()) == {at(DAY)}
    earlier = "2026-09-21 Mon 09:00"
    assert world.act(letters.issue, list(made), "office", now=earlier) == 2  # type: ignore[arg-type] # as above
    with world.database.reader() as session:
        assert dict(session.execute(select(Letter.id, Letter.issued_at)).all()) == made
