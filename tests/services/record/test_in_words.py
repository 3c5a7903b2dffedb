"""A row of the record in words: who, what, of what; never a key, a code or a number that only the database knows."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.cases.states import Conclusion, Role, State
from app.models import AuditRow
from app.services.record import chain
from app.services.record.act_names import ACT_NAMES
from app.services.record.chain import Act
from app.services.record.detail_words import DETAIL_NAMES, codes_of
from app.services.record.in_words import ActInWords, RecordWords
from app.services.record.subjects import find_subjects
from tests.latin import find_identifiers
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
LATER = "2026-09-18 Fri 10:00"


def said(world: World, *acts: Act) -> list[ActInWords]:
    """These acts written, and the whole record read in words."""
    with world.database.writer() as session:
        chain.record(session, at("2026-10-20 Tue 09:00"), acts)
        session.commit()
    with world.database.reader() as session:
        rows = session.query(AuditRow).order_by(AuditRow.id).all()
        return list(RecordWords(session).said(rows))


def last(world: World, action: str, subject: str, **details: Any) -> ActInWords:
    return said(world, Act("user:1", action, subject, details))[-1]


def test_subjects_are_named(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    number = world.case(case).number
    named = {
        f"case:{case}": f"案件{number}",
        f"nominee:{world.nominees[2]}": "先进个人",
        f"period:{period}": "麒麟区拟推荐对象公示",
        f"programme:{world.programme}": "先进集体和先进个人评选表彰",
        f"unit:{world.qilin}": "麒麟区",
        f"user:{world.people['head']}": "麒麟区 ",
        "portal": "本系统",
        "user:unknown": "没有这个账号",
        "table:identities": "数据表“异议人身份”",
        "calendar:2027": "2027年放假通知",
        "evidence:77": "已经清除的证据材料",
        "message:5": "一条消息",
        "unit:99999": "已经不在的事项",
    }
    rows = said(world, *(Act(chain.CLOCK, "paper.made", key, {"paper": "文书"}) for key in named))[-len(named) :]
    for row, (key, name) in zip(rows, named.items(), strict=True):
        assert row.about.startswith(name), key
        assert not find_identifiers(row.about, number, "head"), key


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_details_are_named_too(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    world.bring(case, State.PROPOSED, LATER, Conclusion.UPHELD)
    rows = {row.action: row.details for row in said(world)}
    number = world.case(case).number
    assert rows["objection.filed"].startswith("公示对象：先进个人")
    assert f"异议：案件{number}的异议1" in rows["objection.filed"]
    assert rows["case.propose"] == "结论：异议成立；第几稿：第1稿"
    assert "推荐对象：先进集体" in rows["period.scheduled"]
    assert "公示开始：2026年9月18日 00:00" in rows["period.scheduled"]
    assert "公示结束：2026年9月23日 24:00" in rows["period.scheduled"]
    unit = last(world, "user.placed", "user:2", **{"from": f"{world.qilin} head", "to": f"{world.qilin} handler"})
    assert unit.details == "原为：麒麟区 单位负责人；改为：麒麟区 单位经办人"
    moved = last(world, "unit.moved", f"unit:{world.luoping}", **{"from": world.office, "to": world.qilin})
    assert moved.details == "原为：市评选工作组办公室；改为：麒麟区"
    places = last(world, "programme.quotas_changed", "programme:1", quotas={str(world.qilin): [2, 3], "3": [0, 0]})
    assert places.details == "名额：麒麟区集体2个、个人3名，罗平县不再有名额"
    backup = last(world, "backup.made", "portal", backup="20261129T231050Z", files=3, head="12:" + "ab" * 32, rows=9)
    assert backup.details.startswith("备份：2026年11月30日 07:10的备份；文件数：3")
    stages = last(world, "programme.stages_changed", "programme:1", stages={"2": ["2026-09-01", "2026-09-05"] * 2})
    assert stages.details.endswith("第2阶段2026年9月1日至2026年9月5日改为2026年9月1日至2026年9月5日")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.soak
def test_no_act_and_no_value_is_shown_as_its_code(world: World) -> None:
    """Every act with every detail, holding every code that it may hold, a row that is gone, and what lists hold."""
    acts = []
    for action in ACT_NAMES:
        for key in DETAIL_NAMES:
            for code in codes_of(action, key):
                acts.append(Act(chain.CLOCK, action, "portal", {key: str(code)}))
                acts.append(Act(chain.CLOCK, action, "portal", {key: {str(code): 2}}))
                acts.append(Act(chain.CLOCK, action, "portal", {key: [str(code)]}))
        gone = dict.fromkeys(DETAIL_NAMES, 987654321)
        acts.append(Act("user:987654321", action, "nominee:987654321", gone))
    acts += [Act(chain.CLOCK, "user.placed", "portal", {"to": f"{world.qilin} {role}"}) for role in Role]
    acts.append(Act("nobody:3", "nothing.known", "thing:4", {"nothing": None}))
    for row in said(world, *acts):
        for text in (row.who, row.what, row.about, row.details):
            assert not find_identifiers(text), (row.action, text)


def test_subjects_are_found_by_words(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    number = world.case(case).number
    with world.database.reader() as session:
        assert find_subjects(session, number) == {f"case:{case}"}
        assert f"period:{period}" in find_subjects(session, "麒麟区拟推荐")
        assert f"unit:{world.luoping}" in find_subjects(session, "罗平县")
        assert f"programme:{world.programme}" in find_subjects(session, "先进个人评选")
        assert find_subjects(session, "100%") == set()
