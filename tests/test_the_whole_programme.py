"""The notice's own calendar, from the first lists of 2025-10-16 to the award in December: 14 units, 150 nominees.

October to December 2025 from the 16th on: working days are Mondays to Fridays, nothing is moved. Every step goes
through the services, at a moment of its own, on both databases.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace as replace_in
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import Database
from app.demo import people
from app.domain.award.decision import ProceedingKind, RevocationGround
from app.domain.cases.letters import ENDS, LetterKind, Reader, Turn
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.nominees.annexes import Rank
from app.domain.objections.arrival import Arrival, Channel
from app.domain.periods.rounds import Kind
from app.domain.refusals import DecisionNotReady, NotEligible, NotYourCase, Unfit
from app.models import (
    Case,
    Closing,
    Correction,
    Disqualification,
    Entry,
    Honour,
    Letter,
    LetterCount,
    Message,
    Nominee,
    Objection,
    Programme,
    ReviewStage,
)
from app.services.award import award_list, deciding, revocation
from app.services.award.revocation import RevocationText
from app.services.cases import investigation, second_looks, settlement
from app.services.cases import letters as case_letters
from app.services.nominees import eligibility, replacements, reversal, revisions, withdrawals
from app.services.nominees.nominating import Particulars
from app.services.objections import following, registering
from app.services.periods import corrections, publication
from app.services.record.verifying import verify
from app.services.shared.stored_rows import Selection
from tests.conftest import KEY
from tests.notice import City
from tests.world import FACTS, at

LETTER_WRITER, VISITOR, HOME = "孙小岭", "周小溪", "麒麟区某某镇某某村12号"
IN_MARCH = "2026-03-03 Tue 09:00"
REASON = "经集体研究，情况属实。"
DECISION = "市评选办〔2025〕9号：核查已按期完成，系统登记有误，予以撤销。"


@pytest.fixture
def city(database: Database, tmp_path: Path) -> City:
    return City.founded(database, KEY, tmp_path / "evidence")


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
def test_the_whole_programme_of_the_notice(city: City) -> None:
    lists_come_in(city)
    round_one(city)
    gone = round_two(city)
    gone |= round_three(city, gone)
    the_award(city, gone)
    letters_are_written(city)
    the_record_holds(city)


def lists_come_in(city: City) -> None:
    """组织推荐, 10月16日-11月1日: twenty-eight lists, 50 collectives and 100 individuals."""
    for unit_id in city.units:
        for kind in Kind:
            city.hand_in(unit_id, kind, "2025-10-17 Fri 15:00")
    with city.database.reader() as session:
        rows = session.execute(select(Nominee.recommender_id, Nominee.kind)).all()
    counts = Counter((unit_id, kind) for unit_id, kind in rows)
    quotas = city.units
    assert counts == {
        (unit_id, kind): places
        for unit_id, quota in quotas.items()
        for kind, places in ((Kind.COLLECTIVE, quota.collectives), (Kind.INDIVIDUAL, quota.individuals))
    }
    assert (counts.total(), sum(quota.collectives for quota in people.quotas())) == (150, 50)


def round_one(city: City) -> None:
    """本单位公示 in every nominee's own unit, 10月20日-24日; then 初审 of all."""
    everybody = city.everybody
    periods = city.arrange(1, everybody, "2025-10-20", 3, "2025-10-17 Fri 17:00")
    window = city.period(periods[0]).window
    assert (window.first_day, window.last_day) == (dt.date(2025, 10, 20), dt.date(2025, 10, 24))
    with pytest.raises(NotEligible, match="没有办结"):  # nobody goes on before
        city.schedule(2, city.qilin, city.of(city.qilin), "2025-10-27", 3, "2025-10-22 Wed 09:00")
    city.close(periods, "2025-10-27 Mon 09:00")
    office = city.actor("office")
    city.run(eligibility.confirm, everybody, rank=Rank.BELOW, by=office, now=at("2025-10-30 Thu 09:00"))
    city.review(everybody, ReviewStage.PRELIMINARY, "2025-10-30 Thu 10:00")
    city.ask_authorities(everybody, "2025-11-03 Mon 09:00")


def round_two(city: City) -> set[int]:
    """推荐单位公示 in the fourteen units, 11月5日-11日, conclusions by the hand-in on the 14th. Returns who is out."""
    upheld, dismissed, partly, called_off, declined, lapsed, by_mistake, twice, leaving = city.of(city.qilin)[:9]
    by_letter, by_visit = city.of(city.qilin)[9:11]
    periods = city.arrange(2, city.everybody, "2025-11-05", 3, "2025-11-03 Mon 10:00")
    assert len(periods) == 14
    assert {city.period(each).conclude_by for each in periods} == {at("2025-11-15 00:00")}
    with city.database.reader() as session:
        open_then = [len(publication.open_periods(session, at(moment))) for moment in EDGES]
    assert open_then == [0, 14, 14, 0]
    [qilin] = [each for each in periods if city.period(each).organiser_id == city.qilin]

    def filed(nominee: int, **changes: object) -> int:
        return city.file(qilin, nominee, "2025-11-06 Thu 09:00", **changes)[0]

    for nominee, conclusion in (
        (upheld, Conclusion.UPHELD),
        (dismissed, Conclusion.DISMISSED),
        (partly, Conclusion.PARTLY_UPHELD),
        (called_off, Conclusion.WITHDRAWN),
    ):
        case = filed(nominee)
        if conclusion is Conclusion.WITHDRAWN:
            city.run(following.withdraw, objection_of(city, case), REASON, now=at("2025-11-06 Thu 12:00"))
        city.bring(case, State.CONCLUDED, "2025-11-06 Thu 15:00", conclusion)
    handler = city.actor(f"handler{city.qilin}")
    ground = DeclineGround.OUT_OF_SCOPE
    case, now = filed(declined), at("2025-11-07 Fri 09:00")
    city.run(investigation.decline, case, ground, REASON, by=handler, now=now)
    city.run(investigation.confirm_decline, case, 1, by=city.actor(f"head{city.qilin}"), now=now)
    looked_at_again(city, declined=case, dismissed=case_of(city, dismissed))
    came_by_letter(city, qilin, by_letter)
    came_by_visit(city, qilin, by_visit)
    lead, second = filed(twice), filed(twice, contact="13000000002")
    city.run(investigation.join, second, lead, by=handler, now=at("2025-11-07 Fri 09:10"))
    city.bring(lead, State.CONCLUDED, "2025-11-07 Fri 10:00")
    forgotten, also_forgotten = filed(lapsed), filed(by_mistake)
    city.run(investigation.accept, forgotten, by=handler, now=at("2025-11-07 Fri 11:00"))

    replacement = replace(city, upheld)
    city.run(withdrawals.withdraw, leaving, REASON, by=city.actor(f"head{city.qilin}"), now=at("2025-11-12 Wed 09:00"))
    assert out_by(city, "2025-11-14 Fri 23:59:59") == 0
    assert out_by(city, "2025-11-15 Sat 00:00:00") == 2
    assert {city.case(case).state for case in (forgotten, also_forgotten)} == {State.LAPSED}
    city.close(periods, "2025-11-17 Mon 09:00")
    with city.database.reader() as session:
        report = session.scalars(select(Closing.report).where(Closing.period_id == qilin)).one()
    assert report["by_channel"] == {"web": 9, "letter": 1, "visit": 1, "telephone": 0, "mail": 0}

    reverse(city, by_mistake)
    answered_after_lapse_and_reversal(city, forgotten, also_forgotten)
    go_on_later(city, replacement)
    return {upheld, lapsed, leaving}


def came_by_letter(city: City, period: int, nominee: int) -> None:
    """A letter without mobile or e-mail, stamped on the 4th: its handler enters it and has no hand in it (R33)."""
    handler, first, second = city.actor("handler"), city.actor("office"), city.actor("office2")
    arrival = Arrival(Channel.LETTER, at("2025-11-06 Thu 10:30"), dt.date(2025, 11, 4))
    filing = city.filing(name=LETTER_WRITER, contact=HOME)
    entry, now = city.entry(period, nominee), at("2025-11-06 Thu 11:00")
    filed = city.run(registering.register, entry, filing, arrival, by=handler, now=now)
    again = city.run(registering.register, entry, filing, arrival, by=handler, now=now)
    assert replace_in(filed, repeated=True) == again
    assert city.do(following.find_by_receipt, city.keyring, filed.receipt_code) == filed.objection_id
    case = case_of(city, nominee)
    with city.database.reader() as session:
        assert session.get_one(Objection, filed.objection_id).filed_at == arrival.at
    now = at("2025-11-07 Fri 10:00")
    with pytest.raises(NotYourCase):
        city.run(investigation.accept, case, by=handler, now=now)
    assert city.case(case).handler_unit_id == city.office  # one person is left in the unit
    city.run(investigation.accept, case, by=first, now=now)
    city.run(investigation.investigate, case, by=first, now=now)
    words = ("经走访核实", "评选通知第三部分", "已核实，谢谢监督")
    city.run(investigation.propose, case, Conclusion.DISMISSED, *words, by=first, now=now)
    city.run(investigation.confirm, case, 1, by=second, now=now)


def came_by_visit(city: City, period: int, nominee: int) -> None:
    """A visit to the office on the last afternoon, entered with the reason why the day after; the unit handles it."""
    entry, office = city.entry(period, nominee), city.actor("office")
    arrival, entered = Arrival(Channel.VISIT, at("2025-11-11 Tue 17:40")), at("2025-11-12 Wed 09:30")
    filing = city.filing(name=VISITOR, contact="13000000009")
    with pytest.raises(Unfit, match="为什么现在才登记"):
        city.run(registering.register, entry, filing, arrival, by=office, now=entered)
    arrival = replace_in(arrival, late_reason="临近下班来访，当天系统维护。")
    filed = city.run(registering.register, entry, filing, arrival, by=office, now=entered)
    assert city.do(following.find_by_receipt, city.keyring, filed.receipt_code) == filed.objection_id
    case = case_of(city, nominee)
    city.bring(case, State.CONCLUDED, "2025-11-13 Thu 10:00", Conclusion.PARTLY_UPHELD)
    assert city.case(case).handler_unit_id == city.qilin
    for letter in letters_to_objectors(city, case):
        assert "已于2025年11月11日收到" in str(letter.words)  # the day it arrived, not the day it was entered


def answered_after_lapse_and_reversal(city: City, *cases: int) -> None:
    """Both objectors were answered when the deadline passed, and the one of the mistake again when it was reversed."""
    forgotten, also_forgotten = (
        [(letter.kind, letter.turn) for letter in letters_to_objectors(city, case)] for case in cases
    )
    lapsed, reversed_ = (LetterKind.ANSWER, Turn.LAPSED), (LetterKind.ANSWER, Turn.REVERSED)
    assert forgotten == [(LetterKind.ACCEPTANCE, Turn.ACCEPTED), lapsed]
    assert also_forgotten == [lapsed, reversed_]
    at_lapse, at_reversal = letters_to_objectors(city, cases[1])
    assert "取消该推荐对象参评资格" in str(at_lapse.words)
    assert DECISION in str(at_reversal.words)
    with city.database.reader() as session:
        told = select(Message.text).join(Objection).where(Objection.case_id == cases[1]).order_by(Message.id)
        texts = session.scalars(told).all()
    assert len(texts) == 2
    assert "没有作出结论" in texts[0]
    assert DECISION in texts[1]


def letters_to_objectors(city: City, case: int) -> list[Letter]:
    """What a case brought its objectors, the oldest first."""
    with city.database.reader() as session:
        query = select(Letter).where(Letter.case_id == case, Letter.reader == Reader.OBJECTOR)
        return list(session.scalars(query.order_by(Letter.made_at, Letter.number)))


def looked_at_again(city: City, declined: int, dismissed: int) -> None:
    """Two objectors ask the office to look again, once each: the decline stands, the dismissal is investigated anew."""
    for case in (declined, dismissed):
        city.run(second_looks.ask, objection_of(city, case), REASON, now=at("2025-11-10 Mon 09:00"))
    first, second, now = city.actor("office"), city.actor("office2"), at("2025-11-11 Tue 10:00")
    city.run(second_looks.confirm_look, declined, REASON, by=first, now=now)
    city.run(second_looks.reopen, dismissed, REASON, by=first, now=now)
    assert city.case(dismissed).state is State.INVESTIGATING
    words = ("再次走访核实", "评选通知第三部分", "已再次核实，谢谢监督")
    city.run(investigation.propose, dismissed, Conclusion.DISMISSED, *words, by=first, now=now)
    city.run(investigation.confirm, dismissed, 2, by=second, now=now)
    assert city.case(dismissed).handler_unit_id == city.office


def case_of(city: City, nominee: int) -> int:
    with city.database.reader() as session:
        return session.scalars(select(Case.id).join(Entry).where(Entry.nominee_id == nominee)).one()


def letters_are_written(city: City) -> None:
    """Every end has its letter, numbers without a gap; nobody who objected is named in any."""
    with city.database.reader() as session:
        letters = session.scalars(select(Letter).order_by(Letter.made_at, Letter.number)).all()
        last = {(row.series, row.year): row.last for row in session.scalars(select(LetterCount))}
        ended = (State.CONCLUDED, State.DECLINED, State.LAPSED)
        told = {letter.objection_id for letter in letters if letter.kind in ENDS.values()}
        rows = select(Objection.id).join(Case, Objection.case_id == Case.id).where(Case.state.in_(ended))
        assert set(session.scalars(rows)) <= told
    assert last.keys() == {("市级专班异议", 2025), ("麒麟区异议", 2025)}
    for series, year in last:
        numbered = [letter.numbered for letter in letters if (letter.series, letter.year) == (series, year)]
        assert sorted(numbered) == sorted(
            f"{series}〔{year}〕{number}号" for number in range(1, last[series, year] + 1)
        )
    assert Counter((letter.kind, letter.reader) for letter in letters) == {
        # In round 2 four concluded, a letter, a visit, two joined, one that lapsed, one opened again; 2 in round 3.
        (LetterKind.ACCEPTANCE, Reader.OBJECTOR): 12,
        (LetterKind.DECLINE, Reader.OBJECTOR): 2,
        # Eight concluded in round 2, one of them twice, two in round 3; a decline confirmed, three lapses, a reversal.
        (LetterKind.ANSWER, Reader.OBJECTOR): 16,
        (LetterKind.DISQUALIFICATION, Reader.NOMINEE): len(city.disqualifications()),
        (LetterKind.DISQUALIFICATION, Reader.UNIT): len(city.disqualifications()),
        (LetterKind.RESTORATION, Reader.NOMINEE): 1,
        (LetterKind.RESTORATION, Reader.UNIT): 1,
    }
    who_objected = ("赵小禾", LETTER_WRITER, VISITOR, HOME, "13000000001", "13000000002", "13000000009")
    for letter in letters:
        assert not [word for word in who_objected if word in str(letter.words)], letter.numbered
        if letter.reader is not Reader.OBJECTOR:
            assert FACTS[:12] not in str(letter.words)
            assert "异议人" not in str(letter.words)
    read = {login: letters_of(city, login) for login in ("office2", "head")}
    assert {letter.case_id for letter in read["head"]} <= {letter.case_id for letter in read["office2"]}
    by_head = {(letter.reader, letter.signed_by_id == city.office) for letter in read["head"]}
    assert by_head >= {(Reader.OBJECTOR, False), (Reader.NOMINEE, True), (Reader.UNIT, True)}
    other = letters_of(city, f"head{city.luoping}")
    assert {letter.reader for letter in other} == {Reader.NOMINEE, Reader.UNIT}  # the office handled its round 3


def letters_of(city: City, login: str) -> list[Letter]:
    """The letters that this person may read."""
    with city.database.reader() as session:
        return list(case_letters.stored_letters(session, city.actor(login), at(IN_MARCH)).every(Selection()))


def out_by(city: City, now: str) -> int:
    """The clock ticks: how many are out by it."""
    return sum(each.disqualified for each in city.run(settlement.settle_due, now=at(now)))


def objection_of(city: City, case: int) -> int:
    with city.database.reader() as session:
        return session.scalars(select(Objection.id).where(Objection.case_id == case)).one()


EDGES = ("2025-11-04 Tue 23:59:59", "2025-11-05 Wed 00:00:00", "2025-11-11 Tue 23:59:59", "2025-11-12 Wed 00:00:00")


def replace(city: City, left: int) -> int:
    """The unit names who takes the vacated place: it starts at round 1 with a window of its own, 11月10日-14日."""
    given = Particulars(
        name="后来人",
        unit="麒麟区递补单位",
        deeds="三年来办成实事十二件，群众满意。",
        category="事业单位",
        trade="教育",
    )
    head = city.actor(f"head{city.qilin}")
    with city.database.reader() as session:
        assert session.get_one(Nominee, left).kind is Kind.COLLECTIVE
    nominee = city.run(replacements.replace, left, given, by=head, now=at("2025-11-07 Fri 15:00")).id
    periods = city.arrange(1, [nominee], "2025-11-10", 3, "2025-11-07 Fri 16:00")
    city.close(periods, "2025-11-17 Mon 09:05")
    return nominee


def reverse(city: City, nominee: int) -> None:
    """A lapse that was an error is reversed by two people of the office; the first decision stays on the record."""
    with city.database.reader() as session:
        row = select(Disqualification.id).where(Disqualification.nominee_id == nominee)
        disqualification = session.scalars(row).one()
    now = at("2025-11-17 Mon 10:00")
    city.run(reversal.propose_reversal, disqualification, DECISION, by=city.actor("office"), now=now)
    city.run(reversal.confirm_reversal, disqualification, 1, by=city.actor("office2"), now=now)


def go_on_later(city: City, replacement: int) -> None:
    """The replacement, and a nominee whose deeds changed, have their own round 2: 11月19日-25日."""
    revised = city.of(city.luoping)[0]
    head = city.actor(f"head{city.luoping}")
    deeds = "三年来办成实事十三件，其中一件是今年新办的，群众满意。"
    city.run(revisions.revise, revised, deeds, REASON, by=head, now=at("2025-11-17 Mon 11:00"))
    office, now = city.actor("office"), "2025-11-18 Tue 08:30"
    city.run(eligibility.confirm, [replacement], rank=Rank.BELOW, by=office, now=at(now))
    city.review([replacement], ReviewStage.PRELIMINARY, now)
    city.ask_authorities([replacement], now)
    city.others = city.arrange(2, [replacement, revised], "2025-11-19", 3, "2025-11-18 Tue 09:00")
    city.nominees = [replacement, revised]


def round_three(city: City, gone: set[int]) -> set[int]:
    """全市公示: most from 11月19日 to 25日, the two later ones from the 28th on. Returns who else is out."""
    later = city.nominees
    everybody = [nominee for nominee in city.everybody if nominee not in gone]
    most = [nominee for nominee in everybody if nominee not in later]
    city.review(most, ReviewStage.FINAL, "2025-11-18 Tue 09:30")
    for kind, issuer in ((ProceedingKind.CONSULTATION, "市卫生健康委"), (ProceedingKind.SUBMISSION, "市评选工作组")):
        paper(city, kind, issuer, "2025-11-18 Tue 10:00")
    with pytest.raises(NotEligible, match="推荐单位公示"):  # the two are not through round 2
        city.schedule(3, city.office, later, "2025-11-19", 3, "2025-11-18 Tue 11:00")
    period = city.schedule(3, city.office, most, "2025-11-19", 3, "2025-11-18 Tue 11:00")
    assert city.period(period).conclude_by == at("2025-11-29 00:00")

    upheld, dismissed, lapsed, declined, misprinted = city.of(city.luoping)[1:6]
    for nominee, conclusion in ((upheld, Conclusion.UPHELD), (dismissed, Conclusion.DISMISSED)):
        by_the_office(city, city.file(period, nominee, "2025-11-20 Thu 09:00")[0], conclusion)
    city.file(period, lapsed, "2025-11-25 Tue 23:59:59")  # the last second; nobody looks at it
    case, _ = city.file(period, declined, "2025-11-20 Thu 10:00")
    office = city.actor("office")
    ground = DeclineGround.NO_FACTS
    now = at("2025-11-21 Fri 09:00")
    city.run(investigation.decline, case, ground, REASON, by=office, now=now)
    city.run(investigation.confirm_decline, case, 1, by=city.actor("office2"), now=now)
    correct(city, misprinted)

    assert out_by(city, "2025-12-01 Mon 07:00") == 1  # down over the weekend
    assert city.disqualifications()[-1][3:] == (at("2025-11-29 00:00"), at("2025-12-01 Mon 07:00"))
    city.close([*city.others, period], "2025-12-01 Mon 09:00")

    city.review(later, ReviewStage.FINAL, "2025-12-01 Mon 10:00")
    second = city.schedule(3, city.office, later, "2025-12-02", 3, "2025-12-01 Mon 11:00")
    with pytest.raises(DecisionNotReady, match="没有走完程序"):
        decide(city, "2025-12-08 Mon 16:00")
    city.run(settlement.settle_due, now=at("2025-12-10 Wed 00:00"))
    city.close([second], "2025-12-10 Wed 09:00")
    return {upheld, lapsed}


def by_the_office(city: City, case: int, conclusion: Conclusion) -> None:
    """In round 3 the office investigates itself: one proposes, another confirms."""
    first, second, now = city.actor("office"), city.actor("office2"), at("2025-11-21 Fri 10:00")
    city.run(investigation.accept, case, by=first, now=now)
    city.run(investigation.investigate, case, by=first, now=now)
    words = ("经走访核实", "评选通知第三部分", "已核实，谢谢监督")
    city.run(investigation.propose, case, conclusion, *words, by=first, now=now)
    city.run(investigation.confirm, case, 1, by=second, now=now)


def correct(city: City, nominee: int) -> None:
    """A misprint corrected in sight: both texts and the time are kept, the name goes on corrected."""
    name = city.name(nominee)
    office, now = city.actor("office"), at("2025-11-20 Thu 11:00")
    city.run(corrections.correct, nominee, "name", f"{name[:-1]}伟", "录入时写错一字", by=office, now=now)
    with city.database.reader() as session:
        rows = session.scalars(select(Correction)).all()
    assert [(row.before, row.after, row.corrected_at) for row in rows] == [(name, f"{name[:-1]}伟", now)]
    assert city.name(nominee) == f"{name[:-1]}伟"


def paper(city: City, kind: ProceedingKind, issuer: str, now: str) -> None:
    agreed = None if kind is ProceedingKind.SUBMISSION else True
    text = deciding.PaperText(issuer, "1号", "关于表彰的文书", at(now).date(), agreed)
    city.run(deciding.record_paper, city.programme, kind, text, city.paper(), by=city.actor("office"), now=at(now))


def decide(city: City, now: str) -> int:
    text = deciding.PaperText(
        "市委、市政府", "曲发〔2025〕40号", "关于表彰的决定", at(now).date(), text="市委、市政府决定，予以表彰。"
    )
    return city.run(deciding.decide, city.programme, text, city.paper(), by=city.actor("office"), now=at(now))


def the_award(city: City, gone: set[int]) -> None:
    """表彰, 12月: approved, decided, exactly the right names, places adding up; and later one award revoked."""
    for issuer in ("市委", "市政府"):
        paper(city, ProceedingKind.APPROVAL, issuer, "2025-12-11 Thu 09:00")
    decision = decide(city, "2025-12-12 Fri 10:00")
    with city.database.reader() as session:
        honours = session.scalars(select(Honour)).all()
        nominees = {nominee.id: nominee for nominee in session.scalars(select(Nominee))}
        standing = award_list.standing_of(session, session.get_one(Programme, city.programme), at("2025-12-12 11:00"))
    assert {honour.decision_id for honour in honours} == {decision}
    assert {honour.nominee_id for honour in honours} == nominees.keys() - gone
    assert {honour.name for honour in honours} == {nominees[each].name for each in nominees.keys() - gone}
    assert len(gone) == 5
    assert len(honours) == 150 - len(gone) + 1  # one place was filled again

    awarded = Counter((nominees[honour.nominee_id].recommender_id, honour.kind) for honour in honours)
    vacant = Counter((nominees[each].recommender_id, nominees[each].kind) for each in gone)
    vacant[city.qilin, Kind.COLLECTIVE] -= 1
    for unit_id, quota in city.units.items():
        for kind, places in ((Kind.COLLECTIVE, quota.collectives), (Kind.INDIVIDUAL, quota.individuals)):
            assert awarded[unit_id, kind] + vacant[unit_id, kind] == places
    assert standing.award.pending == []
    assert {each.facts.nominee_id for each in standing.award.left_out} == gone

    text = RevocationText(
        RevocationGround.DECEIT, "曲发〔2026〕3号", dt.date(2026, 3, 2), "经查，该对象隐瞒情况，决定撤销所获表彰。"
    )
    honour, now = honours[0].id, at("2026-03-02 Mon 10:00")
    city.run(revocation.propose_revocation, honour, text, city.paper(), by=city.actor("office"), now=now)
    city.run(revocation.confirm_revocation, honour, int(now.timestamp() * 1_000_000), by=city.actor("office2"), now=now)


def the_record_holds(city: City) -> None:
    with city.database.reader() as session:
        assert verify(session).holds
