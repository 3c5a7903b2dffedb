"""A vacated place: who left, who takes it from round 1 on, and never two for one (R9, R29)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.domain.cases.states import Conclusion, State
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind
from app.domain.refusals import KnownAlready, NotYourCase, PrivateData, QuotaExceeded
from app.models import Dossier, Nominee, ReviewStage, Unit
from app.services.imports import checks
from app.services.nominees import replacements, reversal, withdrawals
from app.services.nominees.dossiers import fields_of
from app.services.nominees.nominating import Particulars
from app.services.office.nominee_paths import RoundStep, path_of
from app.services.periods import closing
from app.services.record.verifying import verify
from tests.refusing import NAMED_ALREADY, NOT_VACANT, PLACE_TAKEN, Refused, refuses
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both
DAY = "2026-09-21 Mon 10:00"
LATER = "2026-09-21 Mon 11:00"
ID_NUMBER = "53030219800101018X"  # nobody's


def given(name: str = "麒小九", **changes: object) -> Particulars:
    values = {
        "unit": "麒麟区养护中心",
        "deeds": "递补的对象，十年养路无事故。",
        "post": "养护工",
        "rank": Rank.NONE,
    } | changes
    return Particulars(name, **values)  # type: ignore[arg-type] # each test knows what it changes


def replace(world: World, nominee: int, who: str = "handler", now: str = LATER, **changes: object) -> int:
    return world.run(replacements.replace, nominee, given(**changes), by=world.actor(who), now=at(now)).id


def out_by_an_objection(world: World) -> tuple[int, int]:
    """Round 2 with its third nominee out since DAY. Returns the period and the nominee."""
    period, nominee = world.round_two(), world.nominees[2]
    case, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
    world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    return period, nominee


def test_a_replacement_takes_the_place_and_starts_at_round_one(world: World) -> None:
    _, left = out_by_an_objection(world)
    new = replace(world, left, sealed={"id_number": ID_NUMBER, "phone": "", "sex": "男"})
    with world.database.reader() as session:
        old, nominee = session.get_one(Nominee, left), session.get_one(Nominee, new)
        assert (nominee.kind, nominee.recommender_id, nominee.position, nominee.replaces_id, nominee.edition) == (
            Kind.INDIVIDUAL,
            world.qilin,
            old.position,
            left,
            1,
        )
        assert (nominee.unit.name, nominee.unit.parent_id) == ("麒麟区养护中心", world.qilin)
        assert fields_of(session, world.keyring, [new]) == {new: {"id_number": ID_NUMBER, "sex": "男"}}
        assert ID_NUMBER.encode() not in session.get_one(Dossier, new).sealed
        path = path_of(session, world.keyring, new, at(LATER), world.actor("office"))
        assert ([each.step for each in path.rounds], path.replaces) == (
            [RoundStep.READY, RoundStep.AHEAD, RoundStep.AHEAD],
            old,
        )
        assert path_of(session, world.keyring, left, at(LATER), world.actor("office")).replaced_by == nominee
        assert verify(session).holds
    assert world.acts()[-2:] == [
        (f"user:{world.people['handler']}", "nominee.replaced", f"nominee:{left}"),
        (f"user:{world.people['handler']}", "nominee.entered", f"nominee:{new}"),
    ]


@sqlite
def test_the_replacement_goes_to_round_two_in_the_place_of_who_left(world: World) -> None:
    period, left = out_by_an_objection(world)
    new = replace(world, left)
    with world.database.reader() as session:
        unit = session.get_one(Nominee, new).unit_id
    first = world.schedule(1, unit, [new], "2026-09-22", 3, LATER)
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-30 Wed 09:00"))
    world.run(closing.close_period, first, by=world.actor("office"), now=at("2026-09-30 Wed 09:00"))
    world.reviewed([new], ReviewStage.PRELIMINARY, "2026-09-30 Wed 09:00")
    world.schedule(2, world.qilin, [new], "2026-10-08", 3, "2026-09-30 Wed 10:00")


@sqlite
def test_after_a_reversal_both_stand_and_the_quota_holds_one_of_them_back(world: World) -> None:
    _, left = out_by_an_objection(world)
    new = replace(world, left)
    world.run(
        reversal.propose_reversal, 1, "经复查，原决定所据事实有误，予以撤销。", by=world.actor("office"), now=at(LATER)
    )
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=LATER)
    with world.database.reader() as session:
        unit = session.get_one(Nominee, new).unit_id
        both = {
            each: path_of(session, world.keyring, each, at(LATER), world.actor("office")).both_stand
            for each in (left, new, world.nominees[3])
        }
        assert {each: other and other.id for each, other in both.items()} == {
            left: new,
            new: left,
            world.nominees[3]: None,
        }
        places = checks.places_of(session, world.programme, world.qilin)
        assert places[Kind.INDIVIDUAL].taken == 4  # of three: no list may bring anybody more
    first = world.schedule(1, unit, [new], "2026-09-22", 3, LATER)
    world.run(closing.close_period, first, by=world.actor("office"), now=at("2026-09-30 Wed 09:00"))
    world.reviewed([new], ReviewStage.PRELIMINARY, "2026-09-30 Wed 09:00")
    with pytest.raises(QuotaExceeded):
        world.schedule(2, world.qilin, [new], "2026-10-08", 3, "2026-09-30 Wed 10:00")
    world.run(withdrawals.withdraw, left, "本人要求退出", by=world.actor("head"), now=at("2026-09-30 Wed 10:00"))
    world.schedule(2, world.qilin, [new], "2026-10-08", 3, "2026-09-30 Wed 10:00")


@sqlite
def test_what_is_refused_changes_nothing(world: World) -> None:
    _, left = out_by_an_objection(world)
    standing, withdrawn = world.nominees[3:5]
    world.run(withdrawals.withdraw, withdrawn, "本人要求退出", by=world.actor("head"), now=at(DAY))
    replace(world, withdrawn, name="先补的", sealed={"id_number": ID_NUMBER})
    table: list[tuple[Refused, int, str, dict[str, object]]] = [
        (NOT_VACANT, standing, "head", {}),
        (NotYourCase, left, "stranger", {}),
        (PLACE_TAKEN, withdrawn, "office", {}),
        (KnownAlready, left, "head", {"sealed": {"id_number": ID_NUMBER.lower()}}),
        (NAMED_ALREADY, left, "head", {"name": "麒小3", "unit": "麒麟区第3单位"}),  # who was put out itself
        (PrivateData, left, "head", {"deeds": "联系电话13800000000。"}),
        (PrivateData, left, "head", {"post": "电话13800000000"}),
    ]
    before = world.everything()
    for refusal, whom, who, changes in table:
        with refuses(refusal):
            replace(world, whom, who, **changes)
    assert world.everything() == before


def test_two_at_once_name_one_and_the_database_holds_it(world: World) -> None:
    _, left = out_by_an_objection(world)
    outcomes = at_once([lambda name=name: replace(world, left, name=name) for name in ("甲", "乙")])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyDone", "int"]
    with world.database.writer() as session, pytest.raises(IntegrityError):
        session.execute(update(Nominee).where(Nominee.id == world.nominees[4]).values(replaces_id=left))


def test_the_list_of_places_says_who_left_why_when_and_who_came(world: World) -> None:
    period, _ = out_by_an_objection(world)
    lapsing, withdrawn = world.nominees[3:5]
    world.file(period, lapsing, "2026-09-18 Fri 09:00")
    world.run(withdrawals.withdraw, withdrawn, "本人要求退出", by=world.actor("head"), now=at(LATER))
    new = replace(world, withdrawn)
    again = "2026-09-22 Tue 09:00"
    world.run(withdrawals.withdraw, new, "也退出", by=world.actor("head"), now=at(again))

    def vacancies(now: str, who: str = "office") -> list[tuple[str, str, object, str]]:
        with world.database.reader() as session:
            rows = replacements.list_vacancies(session, world.programme, world.actor(who), at(now))
            return [
                (row.nominee.name, row.why, row.since, row.replacement.name if row.replacement else "") for row in rows
            ]

    upheld = ("麒小3", "取消：异议成立", at(DAY), "")
    gone = [("麒小5", "退出推荐", at(LATER), "麒小九"), ("麒小九", "退出推荐", at(again), "")]
    assert vacancies("2026-09-29 Tue 23:59:59.999999") == [upheld, *gone]
    lapsed = ("麒小4", "取消：逾期未结论", at("2026-09-30 Wed 00:00"), "")
    assert vacancies("2026-09-30 Wed 00:00") == [upheld, lapsed, *gone]  # not even settled yet
    assert vacancies("2026-09-30 Wed 00:00", "handler") == [upheld, lapsed, *gone]
    assert vacancies("2026-09-30 Wed 00:00", "stranger") == []
    third = replace(world, new, name="麒小十", now="2026-09-30 Wed 09:00")  # the chain goes on at its end
    with world.database.reader() as session:
        chain = session.scalars(select(Nominee.replaces_id).where(Nominee.id.in_([new, third]))).all()
        assert chain == [withdrawn, new]
        assert session.scalars(select(Unit.name).where(Unit.name == "麒麟区养护中心")).all() == ["麒麟区养护中心"]
