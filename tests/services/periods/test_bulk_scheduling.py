"""Many units' periods arranged together: all or none, none twice, and each its own row and act (R4, R8, R9)."""

import datetime as dt
import random
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from app.domain.refusals import (
    BeyondHorizon,
    ManyStopped,
    NotAllowed,
    NotAWorkday,
    NotEligible,
    NothingChosen,
    PrivateData,
    QuotaExceeded,
    Refusal,
    TooEarly,
)
from app.models import Entry, Nominee, Period, Programme, Quota
from app.services.calendar.calendars import calendar_of
from app.services.periods import bulk_scheduling
from app.services.periods.bulk_scheduling import Order
from app.services.shared.work import Work
from tests.services.nominees import many
from tests.services.nominees.many import Crowd
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOW = "2026-09-17 Thu 10:00"


def arranged(
    world: World,
    units: Sequence[int],
    nominees: Sequence[int],
    *,
    round_number: int = 2,
    opening: str = "2026-09-18",
    conclude: int = 3,
    login: str = "office",
) -> list[int]:
    """The periods made."""
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        day = dt.date.fromisoformat(opening)
        order = Order(programme, round_number, frozenset(units), frozenset(nominees), day, conclude)
        calendar, actor = calendar_of(session), world.actor(login)
        return [
            p.id
            for p in bulk_scheduling.schedule_many(
                Work(session, at(NOW), actor, keyring=world.keyring), order, calendar
            )
        ]


def rehearsed(world: World, units: Sequence[int], nominees: Sequence[int]) -> list[tuple[str, int, str]]:
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        order = Order(programme, 2, frozenset(units), frozenset(nominees), dt.date(2026, 9, 18), 3)
        work = Work(session, at(NOW), world.actor("office"), world.keyring)
        found = bulk_scheduling.rehearse(work, order, calendar_of(session))
        return [(each.choice.organiser.name, each.entering, each.refusal) for each in found]


def change(world: World, table: type, where: object, **values: object) -> None:
    with world.database.writer() as session:
        session.execute(update(table).where(where).values(**values))  # type: ignore[arg-type] # any condition
        session.commit()


def test_one_unit_that_cannot_stops_them_all_and_is_named(world: World) -> None:
    everybody = [*world.nominees, *world.others]
    units = [world.qilin, world.luoping]
    world.past_round_one(world.nominees)
    world.past_round_one(world.others[:2])
    before = world.everything()
    table: list[tuple[type[Refusal], dict[str, object]]] = [
        (NothingChosen, {"units": []}),
        (NothingChosen, {"units": [999, world.office]}),
        (TooEarly, {"opening": "2026-09-17"}),
        (NotAWorkday, {"opening": "2026-09-19"}),
        (BeyondHorizon, {"opening": "2026-12-24"}),
        (NotAllowed, {"login": "head"}),
    ]
    for refusal, changes in table:
        with pytest.raises(refusal):
            arranged(world, **{"units": units, "nominees": everybody} | changes)  # type: ignore[arg-type] # as above
    # The last of 罗平县 has not been through round 1; 麒麟区, which could, gets nothing either.
    for nominees, why in ((everybody, NotEligible), (world.nominees, NothingChosen)):
        with pytest.raises(ManyStopped, match=r"^罗平县：") as stopped:
            arranged(world, units, nominees)
        assert (stopped.value.unit, type(stopped.value.why)) == ("罗平县", why)
    assert world.everything() == before
    change(world, Nominee, Nominee.id == world.others[1], deeds="联系电话：138 0000 0000。" * 2)
    change(world, Quota, Quota.unit_id == world.qilin, individuals=1)
    before = world.everything()
    assert rehearsed(world, units, [*world.nominees, *world.others[:2]]) == [
        ("麒麟区", 5, "麒麟区的个人名额是1个，这次选了3个，请减少到名额以内。"),
        ("罗平县", 2, str(PrivateData("罗小2的公示内容", ["手机号码"]))),
    ]
    with pytest.raises(ManyStopped) as quota:
        arranged(world, units, [*world.nominees, *world.others[:2]])
    assert type(quota.value.why) is QuotaExceeded
    assert world.everything() == before


@sqlite
def test_each_unit_gets_a_period_and_an_act_of_its_own(world: World) -> None:
    everybody = [*world.nominees, *world.others]
    world.past_round_one(everybody)
    units = [world.qilin, world.luoping]
    assert rehearsed(world, units, everybody) == [("麒麟区", 5, ""), ("罗平县", 3, "")]
    since = len(world.acts())
    periods = arranged(world, units, everybody)
    office = f"user:{world.people['office']}"
    assert world.acts(since) == [(office, "period.scheduled", f"period:{period}") for period in periods]
    with world.database.reader() as session:
        made = session.scalars(select(Period).where(Period.id.in_(periods)).order_by(Period.id)).all()
        assert [(period.organiser_id, period.opens_at, period.conclude_by) for period in made] == [
            (unit, at("2026-09-18 Fri 00:00"), at("2026-09-30 Wed 00:00")) for unit in units
        ]
        shown = session.execute(select(Entry.period_id, Entry.nominee_id).where(Entry.period_id.in_(periods)))
        assert {tuple(row) for row in shown} == {(periods[0], one) for one in world.nominees} | {
            (periods[1], one) for one in world.others
        }


@sqlite
def test_the_own_units_of_round_one_go_together_too(world: World) -> None:
    with world.database.reader() as session:
        own = session.scalars(
            select(Nominee.unit_id).where(Nominee.id.in_(world.nominees[:3])).order_by(Nominee.id)
        ).all()
    # Whoever is ticked under a unit that is not stays out.
    assert len(arranged(world, own, world.nominees, round_number=1)) == 3
    with world.database.reader() as session:
        assert set(session.scalars(select(Entry.nominee_id))) == set(world.nominees[:3])


def test_two_people_at_once_make_none_twice(world: World) -> None:
    everybody = [*world.nominees, *world.others]
    world.past_round_one(everybody)
    jobs = [
        lambda: arranged(world, [world.qilin, world.luoping], everybody),
        lambda: arranged(world, [world.luoping, world.qilin], everybody),
        lambda: world.schedule(2, world.luoping, world.others, "2026-09-18", 3, NOW),
    ]
    outcomes = at_once(jobs)
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1, outcomes
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} <= {ManyStopped, NotEligible}
    with world.database.reader() as session:
        shown = session.scalars(select(Entry.nominee_id).join(Period).where(Period.round_number == 2)).all()
    assert len(shown) == len(set(shown))


def test_who_may_enter_is_the_same_for_a_unit_told_in_short(world: World) -> None:
    seed = str(random.random())
    with world.database.writer() as session:
        Crowd(world, session, seed).write(120)
    with world.database.reader() as session:
        programme = session.get_one(Programme, world.programme)
        compared = 0
        for round_number in (1, 2):
            asked = session, world.keyring, programme, round_number, many.NOW
            full = bulk_scheduling.list_choices(*asked)
            short = bulk_scheduling.list_choices(*asked, in_full=())
            assert [(each.organiser.id, each.count, list(each.may_enter)) for each in short] == [
                (each.organiser.id, each.count, list(each.may_enter)) for each in full
            ], seed
            units = [each.organiser.id for each in full]
            counted = bulk_scheduling.count_nominees(session, programme, round_number, units)
            assert counted == {each.organiser.id: each.count for each in full if each.count}, seed
            for told, whole in zip(short, full, strict=True):
                judged = [] if told.may_enter else whole.candidates[:20]
                assert list(told.candidates) == list(judged), seed
                compared += len(told.may_enter)
    assert compared, seed
