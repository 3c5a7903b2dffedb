"""Nominees are entered by hand, edited until they were on show, and put in order."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.periods.rounds import Kind
from app.domain.refusals import (
    Awarded,
    BadValue,
    KnownAlready,
    MissingText,
    NothingChanged,
    NotYourCase,
    PrivateData,
    WrongState,
)
from app.models import Nominee, Proceeding, ProceedingKind
from app.services.nominees import nominating, withdrawals
from app.services.nominees.nominating import Particulars, PlainFacts
from app.services.periods import scheduling
from tests.refusing import NAMED_ALREADY, NOT_AN_ORDER, Refused, refuses
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both
NOW = "2026-09-02 Wed 10:00"
CODE = "91530302MA6K00000X"
ID_NUMBER, ANOTHER = "53030219800101018X", "530302198003010012"  # nobody's


def nominate(world: World, who: str = "handler", of: int = 0, kind: Kind = Kind.INDIVIDUAL, **changes: object) -> int:
    values = {"name": "麒小六", "unit": "麒麟区第3单位", "deeds": "十年养路无事故。"} | changes
    recommender = of or world.qilin
    given = Particulars(**values)  # type: ignore[arg-type] # each test knows what it changes
    return world.run(
        nominating.nominate, world.programme, kind, recommender, given, by=world.actor(who), now=at(NOW)
    ).id


def edit(world: World, nominee: int, who: str = "handler", now: str = NOW, **changes: str) -> None:
    values = {"unit": "麒麟区第3单位", "post": "", "category": "", "trade": ""} | changes
    world.run(nominating.edit, nominee, PlainFacts(**values), by=world.actor(who), now=at(now))


def reorder(world: World, places: dict[int, int], who: str = "handler", now: str = NOW) -> None:
    world.run(
        nominating.reorder, world.programme, world.qilin, Kind.INDIVIDUAL, places, by=world.actor(who), now=at(now)
    )


def test_a_nominee_entered_by_hand_stands_last_in_its_list(world: World) -> None:
    new = nominate(world, post="养护工", sealed={"phone": "0874-3120000"})
    own = nominate(world, "office", world.luoping, Kind.COLLECTIVE, name="罗平县新中队", unit="罗平县")
    with world.database.reader() as session:
        nominee = session.get_one(Nominee, new)
        like = session.get_one(Nominee, world.nominees[2])
        assert (nominee.position, nominee.unit_id, nominee.post) == (6, like.unit_id, "养护工")  # a unit known by name
        assert session.get_one(Nominee, own).unit_id == world.luoping
    assert world.acts()[-1] == (f"user:{world.people['office']}", "nominee.entered", f"nominee:{own}")


def test_what_is_refused_enters_nobody(world: World) -> None:
    nominate(world, "stranger", world.luoping, Kind.COLLECTIVE, sealed={"credit_code": CODE})
    table: list[tuple[Refused, str, int, dict[str, object]]] = [
        (NotYourCase, "handler", world.luoping, {}),
        (NotYourCase, "office", world.office, {}),
        (NotYourCase, "office", 999, {}),
        (MissingText, "handler", 0, {"name": " "}),
        (MissingText, "handler", 0, {"unit": ""}),
        (MissingText, "handler", 0, {"deeds": "字" * 801}),
        (PrivateData, "handler", 0, {"deeds": "电话13800000000"}),
        (KnownAlready, "handler", 0, {"sealed": {"credit_code": CODE}}),  # across units
        (NAMED_ALREADY, "handler", 0, {"name": "麒 小3"}),
        (NAMED_ALREADY, "handler", 0, {"name": "麒小3", "sealed": {"id_number": ID_NUMBER}}),  # the other has none
        (NAMED_ALREADY, "handler", 0, {"kind": Kind.COLLECTIVE, "name": "罗平县第1中队"}),
    ]
    before = world.everything()
    for refusal, who, of, changes in table:
        with refuses(refusal):
            nominate(world, who, of, **changes)
    assert world.everything() == before


def test_a_name_entered_by_hand_is_cleaned_like_one_of_a_list(world: World) -> None:
    new = nominate(world, name="阿依古丽．买买提 ", unit="麒麟区 第4单位")
    with world.database.reader() as session:
        nominee = session.get_one(Nominee, new)
        assert (nominee.name, nominee.unit.name) == ("阿依古丽·买买提", "麒麟区第4单位")


def test_two_people_of_one_name_and_unit_are_told_apart_by_their_numbers(world: World) -> None:
    for number in (ID_NUMBER, ANOTHER):
        nominate(world, name="张伟", sealed={"id_number": number})
    with pytest.raises(BadValue, match="是同名的两个人的，请把两个人的身份证号码都填上"):
        nominate(world, name="张伟")
    nominate(world, name="张伟", unit="麒麟区第4单位")  # of another unit


def test_security_20_a_number_that_another_unit_recommends_tells_a_unit_nothing_more(world: World) -> None:
    nominate(world, "stranger", world.luoping, Kind.COLLECTIVE, name="罗平县新中队", sealed={"credit_code": CODE})
    nominate(world, "handler", name="麒小七", sealed={"credit_code": f"{CODE[:-1]}Y"})
    told = []
    for who, code in (("handler", CODE), ("office", CODE), ("handler", f"{CODE[:-1]}Y")):
        with pytest.raises(KnownAlready) as refused:
            nominate(world, who, sealed={"credit_code": code})
        told.append(str(refused.value))
    assert told == [
        "同一对象已由其他单位推荐，不能再次推荐：请核对，或者与市级专班联系。",
        "同一对象已经在名单里：罗平县新中队（罗平县推荐），不能再次推荐。",
        "同一对象已经在名单里：麒小七（麒麟区推荐），不能再次推荐。",
    ]


def test_plain_facts_are_edited_until_a_period_has_them(world: World) -> None:
    nominee = world.nominees[2]
    edit(world, nominee, post="养护工", trade="教育", unit="麒麟区新单位")
    with world.database.reader() as session:
        found = session.get_one(Nominee, nominee)
        assert (found.post, found.trade, found.unit.name) == ("养护工", "教育", "麒麟区新单位")
        unit = found.unit_id
    before = world.everything()
    for refusal, who, changes in (
        (NothingChanged, "head", {"post": "养护工", "trade": "教育", "unit": "麒麟区新单位"}),
        (NotYourCase, "stranger", {"post": "局长"}),
        (PrivateData, "head", {"post": "电话13800000000"}),
    ):
        with refuses(refusal):
            edit(world, nominee, who, **changes)
    assert world.everything() == before
    period = world.schedule(1, unit, [nominee], "2026-09-08", 3, NOW)
    with pytest.raises(WrongState, match="麒麟区新单位拟推荐对象公示（本单位）"):
        edit(world, nominee, post="局长")
    world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at(NOW))
    edit(world, nominee, post="局长")  # nobody saw it


def test_an_order_gives_every_place_once(world: World) -> None:
    first, second, third = world.nominees[2:]
    before = world.everything()
    for refusal, places, who in (
        (NOT_AN_ORDER, {first: 1, second: 2}, "handler"),
        (NOT_AN_ORDER, {first: 1, second: 2, third: 2}, "handler"),
        (NOT_AN_ORDER, {first: 0, second: 1, third: 2}, "handler"),
        (NOT_AN_ORDER, {first: 1, second: 2, world.others[1]: 3}, "handler"),
        (NotYourCase, {first: 1, second: 2, third: 3}, "stranger"),
    ):
        with refuses(refusal):
            reorder(world, places, who)
    assert world.everything() == before
    reorder(world, {first: 3, second: 1, third: 2})
    with pytest.raises(NothingChanged):
        reorder(world, {first: 3, second: 1, third: 2})
    world.run(withdrawals.withdraw, second, "本人要求退出", by=world.actor("head"), now=at(NOW))
    with world.database.reader() as session:
        order = nominating.list_in_order(session, world.programme, world.qilin, Kind.INDIVIDUAL, at(NOW))
        assert [nominee.id for nominee in order] == [third, first]


def test_after_the_decision_nothing_of_the_list_changes(world: World) -> None:
    with world.database.writer() as session:
        session.add(
            Proceeding(
                programme_id=world.programme,
                kind=ProceedingKind.DECISION,
                issuer="市政府",
                number="曲政发〔2026〕1号",
                title="表彰决定",
                dated=at(NOW).date(),
                recorded_by=world.people["office"],
                recorded_at=at(NOW),
            )
        )
        session.commit()
    before = world.everything()
    nominee = world.nominees[2]
    for change in (
        lambda: nominate(world),
        lambda: edit(world, nominee, post="局长"),
        lambda: reorder(world, {nominee: 1}),
        lambda: world.run(withdrawals.withdraw, nominee, "本人要求", by=world.actor("head"), now=at(NOW)),
    ):
        with pytest.raises(Awarded):
            change()
    assert world.everything() == before
    with world.database.reader() as session:
        assert len(session.scalars(select(Nominee)).all()) == 8
