"""What a nominee must have before it enters a round, each reason in words (R8-R11, annex 6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from app.domain.cases.states import State
from app.domain.nominees.annexes import Rank
from app.domain.refusals import Archived, NotAllowed, NotEligible, NotReady, NotYourCase, QuotaExceeded
from app.models import Entry, Nominee, OpinionOutcome, Programme, Quota
from app.services.nominees import access, eligibility, opinions, reviews
from app.services.periods import closing
from tests.files import vault_in
from tests.qujing import Authority
from tests.refusing import OPINION_TOO_LONG, Refused, refuses
from tests.services.nominees.standings import FINAL, NOW, PERSON, PRELIMINARY, change, obstacles, review
from tests.standing import answer, answered, cleared, scan
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it that the two do differently
OVER = "2026-09-24 Thu 09:00"


def say(world: World, nominee: int, condition: str, met: bool, note: str = "", now: str = NOW) -> None:
    world.run(eligibility.confirm_or_deny, nominee, condition, met, note, by=world.actor("office"), now=at(now))


# --- round 2 ---------------------------------------------------------------------------------------


@sqlite
def test_round_two_wants_every_condition_met_and_the_first_review_passed(world: World) -> None:
    person = world.nominees[PERSON]
    world.past_round_one([person])
    assert obstacles(world, person, 2, NOW) == ()
    review(world, person, PRELIMINARY, False, "事迹与通知要求不符")
    assert obstacles(world, person, 2, NOW) == ("初审没有通过",)
    say(world, person, "merit_2", False, "没有服务群众的内容")
    assert obstacles(world, person, 2, NOW) == ("不符合评选条件三（二）2“服务群众”", "初审没有通过")
    assert obstacles(world, world.nominees[3], 1, NOW) == ()
    change(world, Nominee, Nominee.id == world.nominees[3], rank=Rank.ABOVE)
    assert obstacles(world, world.nominees[3], 1, NOW) == ("不符合评选条件二（一）“行政级别”",)  # in every round
    with pytest.raises(NotReady, match=r"还不能通过初审.*麒小3（“服务群众”不符合）"):
        review(world, person, PRELIMINARY, True)
    say(world, person, "merit_2", True)
    review(world, person, PRELIMINARY, True)
    assert obstacles(world, person, 2, NOW) == ()


# --- round 3 ---------------------------------------------------------------------------------------


@sqlite
def test_round_three_wants_opinions_and_the_second_review(world: World, tmp_path: Path) -> None:
    person = world.nominees[PERSON]
    period = world.round_two()
    world.run(closing.close_period, period, by=world.actor("office"), now=at(OVER))
    every = "纪检监察机关、组织人事部门、公安部门、审计部门"
    assert obstacles(world, person, 3, OVER) == ("复审还没有进行", f"还缺{every}的意见")
    change(world, Nominee, Nominee.id == person, category="农民")
    assert obstacles(world, person, 3, OVER)[1:] == ("还缺纪检监察机关、公安部门的意见",)
    answered(world, tmp_path, [person], OVER, [Authority.DISCIPLINE])
    negative = OpinionOutcome.NEGATIVE
    answered(world, tmp_path, [person], OVER, [Authority.POLICE], outcome=negative, text="正在核查线索。")
    review(world, person, FINAL, True, now=OVER)
    assert obstacles(world, person, 3, OVER) == ("征求意见中有不同意见",)
    answered(world, tmp_path, [person], OVER, [Authority.POLICE])
    assert obstacles(world, person, 3, OVER) == ()
    world.schedule(3, world.office, [person], "2026-09-28", 3, OVER)


@sqlite
def test_too_many_of_county_rank_keep_everybody_out_of_the_city_round(world: World, tmp_path: Path) -> None:
    period = world.round_two()
    world.run(closing.close_period, period, by=world.actor("office"), now=at(OVER))
    cleared(world, tmp_path, world.nominees, OVER)
    ranked, *rest = world.nominees[PERSON:]
    world.run(eligibility.set_rank, ranked, Rank.COUNTY, by=world.actor("office"), now=at(OVER))
    blocked = ("县处级占12.5%（8个中1个），超过10%",)
    assert {obstacles(world, nominee, 3, OVER) for nominee in world.nominees} == {blocked}
    change(world, Quota, Quota.unit_id == world.luoping, secret_individuals=1, secret_collectives=1)
    assert obstacles(world, rest[0], 3, OVER) == ()  # one of ten: those on paper count along
    change(world, Quota, Quota.unit_id == world.luoping, secret_individuals=0, secret_collectives=1)
    assert obstacles(world, rest[0], 3, OVER) == ("县处级占11.2%（9个中1个），超过10%",)
    review(world, ranked, FINAL, False, "县处级超过比例，排序靠后", now=OVER)
    assert obstacles(world, rest[0], 3, OVER) == ()  # who was turned down is not among them
    change(world, Nominee, Nominee.id == world.nominees[0], rank=Rank.COUNTY)
    assert obstacles(world, rest[0], 3, OVER) == ()  # a collective is nobody's 县处级领导


# --- one nominee's case never holds the list (R8) ------------------------------------------------------


@sqlite
def test_who_has_nothing_open_goes_on_while_others_are_looked_into(world: World) -> None:
    heard, free = world.nominees[PERSON], world.nominees[3]
    period = world.round_two()
    for nominee in (heard, free):
        case, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
        if nominee == free:
            world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00")
    own, not_closed = "推荐单位公示里对该对象的异议还没有结论", "上一轮（推荐单位公示）还没有办结"
    table = [  # when, what stands before the one, whether the period stands before the other
        ("2026-09-23 Wed 23:59:59.999999", own, True),  # the window is not over
        ("2026-09-24 Thu 00:00", own, False),
        ("2026-09-29 Tue 23:59:59.999999", own, False),
        ("2026-09-30 Wed 00:00", "已取消参评资格", True),  # now nothing keeps the office from closing it
    ]
    seen = [
        (now, obstacles(world, heard, 3, now)[0], not_closed in obstacles(world, free, 3, now)) for now, *_ in table
    ]
    assert seen == table


# --- changed deeds (R9) --------------------------------------------------------------------------------


@sqlite
def test_changed_deeds_are_shown_anew_before_anything_else(world: World) -> None:
    person = world.nominees[PERSON]
    period = world.round_two()
    world.run(closing.close_period, period, by=world.actor("office"), now=at(OVER))
    change(world, Nominee, Nominee.id == person, edition=2, deeds="变更后的事迹。" * 10)
    assert obstacles(world, person, 3, OVER)[0] == "事迹修改过，须先重新进行推荐单位公示"
    again = world.schedule(2, world.qilin, [person], "2026-09-28", 3, OVER)  # its place is its own
    with world.database.reader() as session:
        shown = session.scalars(select(Entry).where(Entry.nominee_id == person).order_by(Entry.id)).all()
        assert [(entry.period_id == again, entry.edition) for entry in shown] == [(False, 1), (False, 1), (True, 2)]
    assert obstacles(world, person, 2, OVER) == ("已经列入本轮公示",)
    change(world, Nominee, Nominee.id == person, edition=3)
    with pytest.raises(NotEligible, match="请先撤回那次安排"):
        world.schedule(2, world.qilin, [person], "2026-10-09", 3, OVER)


@sqlite
def test_who_has_a_case_open_is_not_shown_anew_before_it_is_settled(world: World) -> None:
    """At its deadline it would stand on a list that has not opened yet, and be made public though it is out (R8)."""
    person = world.nominees[PERSON]
    case, _ = world.file(world.round_two(), person, "2026-09-18 Fri 09:00")
    change(world, Nominee, Nominee.id == person, edition=2, deeds="变更后的事迹。" * 10)
    with pytest.raises(NotEligible, match="推荐单位公示里对该对象的异议还没有结论"):
        world.schedule(2, world.qilin, [person], "2026-09-30", 3, OVER)
    world.bring(case, State.CONCLUDED, OVER)
    world.schedule(2, world.qilin, [person], "2026-09-30", 3, OVER)


# --- two at once -----------------------------------------------------------------------------------------


def test_two_people_never_take_the_last_place_of_a_quota(world: World) -> None:
    first, second = world.nominees[PERSON], world.nominees[3]
    world.past_round_one([first, second])
    change(world, Quota, Quota.unit_id == world.qilin, individuals=2, secret_individuals=1)
    jobs: list[Callable[[], object]] = [
        lambda nominee=nominee: world.schedule(2, world.qilin, [nominee], "2026-09-18", 3, NOW)
        for nominee in (first, second)
    ]
    outcomes = at_once(jobs)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["QuotaExceeded", "int"]
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, QuotaExceeded))
    assert str(refusal) == "麒麟区的个人名额是2个，这次选了2个，另有1个涉密的也占名额，请减少到名额以内。"


# --- who may, and what a refusal leaves behind -------------------------------------------------------------


@sqlite
def test_what_is_refused_leaves_neither_row_nor_file(world: World, tmp_path: Path) -> None:
    vault, ours, office = vault_in(tmp_path, world.key), world.nominees[:2], world.actor("office")
    before = world.everything()
    day = "2026-09-16 Wed 09:00"

    def record(login: str, nominees: list[int], **changes: object) -> Callable[[], None]:
        said = answer(Authority.POLICE, day, **changes)
        return lambda: world.run(
            opinions.record_opinion, vault, nominees, said, scan(), by=world.actor(login), now=at(NOW)
        )

    head, stranger = world.actor("head"), world.actor("stranger")
    table: list[tuple[Refused, Callable[[], object]]] = [
        (NotYourCase, record("stranger", ours)),
        (NotYourCase, record("head", [*ours, world.others[0]])),
        (NotYourCase, record("head", [*ours, 999])),
        (OPINION_TOO_LONG, record("head", ours, text="字" * 1001)),
        (NotAllowed, lambda: world.run(eligibility.set_rank, ours[0], Rank.NONE, by=head, now=at(NOW))),
        (NotAllowed, lambda: world.run(eligibility.confirm, ours, by=head, now=at(NOW))),
        (
            NotAllowed,
            lambda: world.run(eligibility.confirm_or_deny, ours[0], "merit_1", True, "", by=stranger, now=at(NOW)),
        ),
        (NotAllowed, lambda: world.run(reviews.review, ours, FINAL, False, "理由", by=head, now=at(NOW))),
    ]
    for refusal, act in table:
        with refuses(refusal):
            act()
    assert world.everything() == before
    change(world, Programme, Programme.id == world.programme, archived_at=at(NOW))
    before = world.everything()
    for act in (
        record("head", ours),
        lambda: world.reviewed(ours, PRELIMINARY, NOW),
        lambda: say(world, ours[0], "merit_1", True),
        lambda: world.run(eligibility.set_rank, ours[0], Rank.BELOW, by=office, now=at(NOW)),
        lambda: review(world, ours[0], PRELIMINARY, False, "理由"),
        lambda: world.schedule(1, world.qilin, ours, "2026-09-18", 3, NOW),
    ):
        with pytest.raises(Archived):
            act()
    assert world.everything() == before
    assert list(vault.store.names()) == []


@sqlite
def test_the_notice_is_read_once_for_a_whole_list(world: World) -> None:
    """What nominees stand under is their programme's: a list of 150 costs no query for each of them."""
    reads: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM programmes" in statement:
            reads.append(statement)

    with world.database.reader() as session:
        nominees = access.find_chosen(session, world.nominees, world.actor("office"))
        event.listen(world.database.engine, "before_cursor_execute", note)
        try:
            eligibility.check_conditions(session, world.keyring, nominees)
            opinions.find_needed_authorities(session, world.keyring, nominees)
        finally:
            event.remove(world.database.engine, "before_cursor_execute", note)
    assert len(nominees) > 1
    assert len(reads) == 1
