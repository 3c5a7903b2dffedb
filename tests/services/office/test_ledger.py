"""The ledger: a line an objection, in an office's columns, and neither who filed nor an hour (R19)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.states import DeclineGround, State
from app.models import Case
from app.services.office import ledger
from app.services.periods import closing
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 08:13"
LATE = "2026-10-08 Thu 09:00"
NAMES = [name for name, _ in ledger.COLUMNS[1:]]


def lines(world: World, login: str, now: str = LATE) -> list[dict[str, str]]:
    with world.database.reader() as session:
        found = ledger.each_line(session, select(Case.id), world.actor(login), at(now))
        return [dict(zip(NAMES, cells, strict=True)) for cells in found]


def test_a_line_says_what_became_of_an_objection(world: World) -> None:
    period = world.round_two()
    concluded, _ = world.file(period, world.nominees[2], FILED, name="植标甲", contact="13900001111")
    world.bring(concluded, State.CONCLUDED, "2026-09-21 Mon 10:00")
    declined, _ = world.file(period, world.nominees[3], FILED, contact="13900001112")
    world.decline(declined, DeclineGround.NO_FACTS, "没有写明具体事实。", "2026-09-22 Tue 10:00")
    lapsed, _ = world.file(period, world.nominees[4], FILED, contact="13900001113")
    world.run(closing.close_period, period, by=world.actor("office"), now=at(LATE))  # the ledger keeps closed ones
    first, second, third = lines(world, "office")
    assert first == {
        "受理编号": world.case(concluded).number,
        "收到日期": "2026年9月18日",
        "渠道": "网上提交",
        "提出人": "个人",
        "推荐对象": first["推荐对象"],
        "所在单位": first["所在单位"],
        "异议类别": "事迹不真实",
        "公示": "麒麟区拟推荐对象公示",
        "办理单位": "麒麟区",
        "是否受理": "受理",
        "受理（不予受理）日期": "2026年9月21日",
        "处理意见": "异议不成立",
        "作出日期": "2026年9月21日",
        "送达": "麒麟区异议〔2026〕2号，还没有盖章发出",
        "备注": "",
    }
    assert "" not in (first["推荐对象"], first["所在单位"])
    assert (second["是否受理"], second["处理意见"]) == ("不予受理", "不予受理：没有具体事实或者线索")
    assert (third["是否受理"], third["处理意见"], third["作出日期"]) == (
        "未受理即逾期",
        "逾期未结论",
        "2026年9月29日",
    )
    assert third["受理编号"] == world.case(lapsed).number
    everything = str(lines(world, "office"))
    assert not [mark for mark in ("植标甲", "13900001111", "08:13") if mark in everything]


def test_a_unit_gets_its_own_lines_alone(world: World) -> None:
    period = world.round_two()
    world.file(period, world.nominees[2], FILED)
    world.file(period, world.nominees[3], FILED, against_handler=True, contact="13900001112")
    assert len(lines(world, "office")) == 2
    assert len(lines(world, "head")) == 1  # the complaint against it is the office's (R19)
    assert lines(world, "stranger") == lines(world, "auditor") == []
    assert lines(world, "head", "2026-09-18 Fri 09:00") == []  # shown when its day is over
