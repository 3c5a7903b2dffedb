"""Changed deeds: a new edition, both texts kept, never while the old ones are in sight (R9)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import MissingText, NoLongerStands, NothingChanged, NotYourCase, PrivateData, WrongState
from app.models import Entry, Nominee, Revision
from app.services.nominees import revisions, withdrawals
from app.services.office.nominee_paths import RoundStep, path_of
from app.services.periods import closing, scheduling
from app.services.record.verifying import verify
from tests.refusing import STILL_SHOWN, Refused, refuses
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both
LAST = "2026-09-23 Wed 23:59:59.999999"
END = "2026-09-24 Thu 00:00"
DEEDS = "改写过的事迹，补充了今年的新成绩。"


def revise(world: World, nominee: int, now: str, deeds: str = DEEDS, who: str = "handler") -> Revision:
    return world.run(revisions.revise, nominee, deeds, "补充新成绩", by=world.actor(who), now=at(now))


def steps(world: World, nominee: int, now: str) -> list[RoundStep]:
    with world.database.reader() as session:
        return [each.step for each in path_of(session, world.keyring, nominee, at(now), world.actor("office")).rounds]


def test_changed_deeds_need_a_new_window_of_the_round_they_were_shown_in(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    before = world.everything()
    with pytest.raises(WrongState, match="等2026年9月23日 24:00公示结束"):
        revise(world, nominee, LAST)
    assert world.everything() == before
    revise(world, nominee, END)
    with world.database.reader() as session:
        row, entry = session.scalars(select(Revision)).one(), session.get_one(Entry, world.entry(period, nominee))
        assert (row.edition, row.before, row.after) == (2, entry.deeds, DEEDS)
        assert (session.get_one(Nominee, nominee).edition, session.get_one(Nominee, nominee).deeds) == (2, DEEDS)
        assert verify(session).holds
    assert steps(world, nominee, END) == [RoundStep.PASSED, RoundStep.ANEW, RoundStep.AHEAD]
    world.run(closing.close_period, period, by=world.actor("office"), now=at(END))
    again = world.schedule(2, world.qilin, [nominee], "2026-09-28", 3, END)
    with world.database.reader() as session:
        entry = session.get_one(Entry, world.entry(again, nominee))
        assert (entry.edition, entry.deeds) == (2, DEEDS)
    assert steps(world, nominee, "2026-09-28 Mon 09:00") == [RoundStep.PASSED, RoundStep.UNDER_WAY, RoundStep.AHEAD]
    with refuses(STILL_SHOWN):
        revise(world, nominee, "2026-09-25 Fri 09:00", "再改一次。")


@sqlite
def test_a_scheduled_period_is_taken_back_first(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    now = "2026-09-17 Thu 12:00"
    with pytest.raises(WrongState, match="先撤回这次安排"):
        revise(world, nominee, now)
    world.run(scheduling.cancel, period, "事迹要改", by=world.actor("office"), now=at(now))
    assert revise(world, nominee, now).edition == 2


@sqlite
def test_what_is_refused_changes_nothing(world: World) -> None:
    period = world.round_two()
    out, gone, nominee = world.nominees[:3]
    case, _ = world.file(period, out, "2026-09-18 Fri 09:00")
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00", Conclusion.UPHELD)
    world.run(withdrawals.withdraw, gone, "本人要求", by=world.actor("head"), now=at("2026-09-21 Mon 10:00"))
    with world.database.reader() as session:
        same = session.get_one(Nominee, nominee).deeds
    table: list[tuple[Refused, int, str, str]] = [
        (NotYourCase, nominee, DEEDS, "stranger"),
        (NotYourCase, 999, DEEDS, "head"),
        (NoLongerStands, out, DEEDS, "head"),
        (NoLongerStands, gone, DEEDS, "office"),
        (NothingChanged, nominee, f" {same}\r\n", "head"),
        (MissingText, nominee, " ", "head"),
        (MissingText, nominee, "字" * 801, "head"),
        (PrivateData, nominee, "联系电话138 0000 0000。", "head"),
    ]
    before = world.everything()
    for refusal, whom, deeds, who in table:
        with refuses(refusal):
            revise(world, whom, END, deeds, who)
    assert world.everything() == before


def test_two_at_once_make_two_editions_each_on_what_the_other_left(world: World) -> None:
    world.past_round_one(world.nominees)
    nominee, now = world.nominees[2], "2026-09-17 Thu 12:00"
    at_once([lambda text=text: revise(world, nominee, now, text) for text in ("甲的事迹。", "乙的事迹。")])
    with world.database.reader() as session:
        first, second = session.scalars(select(Revision).order_by(Revision.edition))
        assert (first.edition, second.edition, first.after) == (2, 3, second.before)
        assert session.get_one(Nominee, nominee).deeds == second.after
