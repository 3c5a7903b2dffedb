"""Every sentence of a refusal, as it stands in the source and as it is said."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain import refusals
from app.domain.refusals.base import Fault, Refusal
from tests.days import at, on

APP = Path(refusals.__file__).parents[2]
# These get their sentence where they are raised, as their only argument.
WITH_WORDS = {
    "AlreadyDone",
    "BadValue",
    "ChangedMeanwhile",
    "NotAllowed",
    "NotThere",
    "NothingChosen",
    "StillNeeded",
    "WrongState",
}


@pytest.mark.walk
def test_every_refusal_is_a_whole_chinese_sentence() -> None:
    found = dict(sentences())
    assert len(found) > 80
    assert {place: said for place, said in found.items() if not said.endswith(("。", "…"))} == {}
    assert {place: said for place, said in found.items() if sum("一" <= sign <= "龥" for sign in said) < 4} == {}


EXAMPLES: dict[str, Any] = {
    "str": "某事。",
    "str | None": "0874-3123456",
    "int": 3,
    "bool": True,
    "dt.date": on("2026-09-18 Fri"),
    "dt.datetime": at("2026-09-18 Fri 09:30"),
    "list[str]": ["甲", "乙"],
    "Sequence[str]": ["甲", "乙"],
    "Sequence[Fault]": [Fault("name", "姓名请写1到60个字。")],
    "Sequence[tuple[int, str, Sequence[str]]]": [(1, "张三", ["征求意见表未收齐"])],
    "Sequence[_Wrong]": [],
    "Refusal": refusals.AlreadyClosed(),
}
# Facts that are in the sentence alone, or in `faults`.
SAID_ONLY = {
    ("BadValue", "words"), ("CopyMissing", "never"), ("HolidayTooLong", "longest"),
    ("NothingChosen", "words"), ("RecordingRefused", "office"), ("RecordingRefused", "phone"),
    ("TooManyCodes", "instead"), ("TooManyFailures", "again_at"), ("TooManyFailures", "now"), ("TooManyRows", "most"),
    ("Unfit", "faults"), ("WindowClosed", "when"),
}  # fmt: skip


def kinds(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every kind of refusal that has a sentence of its own."""
    for kind in of.__subclasses__():
        if "__init__" in vars(kind):
            yield kind
        yield from kinds(kind)


def test_every_refusal_says_its_sentence_and_keeps_its_facts() -> None:
    not_kept = set()
    for kind in set(kinds()):
        facts = {name: EXAMPLES[each.annotation] for name, each in inspect.signature(kind).parameters.items()}
        refused = kind(**facts)
        assert str(refused).endswith("。"), kind
        kept = {name: list(each) if isinstance(each, tuple) else each for name, each in vars(refused).items()}
        not_kept |= {(kind.__name__, name) for name, fact in facts.items() if kept.get(name) != fact}
    assert not_kept == SAID_ONLY


OPENS, CLOSES = at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00")
WHEN = "公示时间为2026年9月18日 00:00至2026年9月23日 24:00"


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (refusals.TooManyFailures(at("2026-09-18 Fri 09:30"), at("2026-09-18 Fri 09:30")),
         "连续多次没有输对，请在1分钟后再试。"),
        (refusals.TooManyFailures(at("2026-09-18 Fri 09:31"), at("2026-09-18 Fri 09:30")),
         "连续多次没有输对，请在1分钟后再试。"),
        (refusals.TooManyFailures(at("2026-09-18 Fri 09:31:01"), at("2026-09-18 Fri 09:30")),
         "连续多次没有输对，请在2分钟后再试。"),
        (refusals.BeyondHorizon(2026, on("2026-12-31 Thu")),
         "所查的日子在2026年，日历中没有（日历最后一天是2026-12-31），无法计算工作日。"),
        (refusals.BeyondHorizon(2027, on("2026-12-31 Thu")),
         "2027年的放假调休安排尚未载入（目前只到2026-12-31），无法计算工作日。"
         "请在国务院办公厅发布2027年通知后，在“工作日历”页面载入，再作安排。"),
        (refusals.WindowClosed(OPENS, CLOSES, at("2026-09-17 Thu 23:59")),
         f"这次公示尚未开始，异议没有提交。{WHEN}。"
         "您写的内容仍保留在本页；如有紧要情况，请打办理单位或者市级专班的电话。"),
        (refusals.WindowClosed(OPENS, CLOSES, OPENS),
         f"这次公示已经结束，异议没有提交。{WHEN}。"
         "您写的内容仍保留在本页；如有紧要情况，请打办理单位或者市级专班的电话。"),
        (refusals.PeriodIsClosed(OPENS, CLOSES, CLOSES, at("2026-09-25 Fri 10:00")),
         f"这次公示已于2026年9月25日 10:00办结，不能再立案核查，异议没有提交。{WHEN}。"
         "您写的内容仍保留在本页；如有紧要情况，请打办理单位或者市级专班的电话。"),
        (refusals.PastDeadline(OPENS, CLOSES, CLOSES, at("2026-09-30 Wed 00:00")),
         f"这次公示的核查期限已于2026年9月29日 24:00届满，不能再立案核查，异议没有提交。{WHEN}。"
         "您写的内容仍保留在本页；如有紧要情况，请打办理单位或者市级专班的电话。"),
        (refusals.QuotaExceeded("麒麟区", "集体", 4, 3),
         "麒麟区的集体名额是3个，这次选了4个，请减少到名额以内。"),
        (refusals.QuotaExceeded("麒麟区", "集体", 1, 0), "麒麟区没有集体名额，这次选了1个，请减少到名额以内。"),
        (refusals.QuotaExceeded("麒麟区", "个人", 4, 3, vacant=1, secret=2),
         "麒麟区的个人名额是3个，这次选了4个，另有2个涉密的也占名额，还有1个名额因取消资格或者退出而空缺，"
         "只有指定的递补对象可以使用，请减少到名额以内。"),
        (refusals.NotReady("上报", [(1, "张三", ["公安意见未收", "照片未交"]), (2, "李四", ["照片未交"])]),
         "还不能上报，一个也没有改动：张三（公安意见未收、照片未交）；李四（照片未交）。请先办好这些，或者不选这些对象。"),
        (refusals.NotReady("上报", [(number, f"{number}号", ["照片未交"]) for number in range(1, 9)]),
         f"还不能上报，一个也没有改动：{'；'.join(f'{number}号（照片未交）' for number in range(1, 9))}。"
         "请先办好这些，或者不选这些对象。"),
        (refusals.NotReady("上报", [(number, f"{number}号", ["照片未交"]) for number in range(1, 11)]),
         f"还不能上报，一个也没有改动：{'；'.join(f'{number}号（照片未交）' for number in range(1, 9))}；"
         "还有2个对象。请先办好这些，或者不选这些对象。"),
        (refusals.KnownAlready("name", "张三", "麒麟区"),
         "同一对象已经在名单里：张三（麒麟区推荐），不能再次推荐。"),
        (refusals.KnownAlready("name"),
         "同一对象已由其他单位推荐，不能再次推荐：请核对，或者与市级专班联系。"),
        (refusals.ImportHasQuestions(2), "有2处要请您核对。请逐条看过，在“我已逐条核对”前打勾，再确认导入。"),
        (refusals.ImportHasQuestions(0), "这份名单有了变化，请再看一遍，重新确认。"),
        (refusals.HeldBack(True), "这个文件没有通过查毒，不能下载。"),
        (refusals.HeldBack(False), "这个文件正在查毒，一般几分钟就好。请过一会儿再下载。"),
        (refusals.CopyMissing(True),
         "这个文件里的作者等信息无法自动去掉，不能打开。需要看的，请市级专班按查看异议人身份的办法打开原件。"),
        (refusals.CopyMissing(False), "正在去掉这个文件里的作者等信息，一般几分钟就好。请过一会儿再下载。"),
        (refusals.RecordingRefused(),
         "录音、录像不能在这里上传。请存到U盘或者光盘里，和纸质材料一起保存，并在文字里写明。"),
        (refusals.RecordingRefused("市级专班办公室", "0874-3123456"),
         "录音、录像不能在网上传。请存到U盘或者光盘里，写上受理编号，不写姓名，送到或者寄到市级专班"
         "（市级专班办公室，电话0874-3123456），并在文字里写明有录音、录像。"),
        (refusals.RecordingRefused("市级专班办公室"),
         "录音、录像不能在网上传。请存到U盘或者光盘里，写上受理编号，不写姓名，送到或者寄到市级专班"
         "（市级专班办公室），并在文字里写明有录音、录像。"),
    ],
)  # fmt: skip
def test_a_sentence_fits_its_facts(refused: Refusal, sentence: str) -> None:
    assert str(refused) == sentence


def test_a_refusal_is_a_fault_of_its_field() -> None:
    assert refusals.WrongPassword().faults == [Fault("password", "现在的密码不对，请重新输入。")]
    assert refusals.AlreadyClosed().faults == [Fault("", "这次公示已经办结或撤回，不能再操作。")]
    assert refusals.BadValue("name", "姓名请写1到60个字。").faults == [Fault("name", "姓名请写1到60个字。")]
    assert refusals.NothingChanged("姓名", "name").field == "name"


def test_reasons_stand_by_nominee() -> None:
    refused = refusals.NotReady("上报", [(1, "张三", ["公安意见未收"]), (2, "李四", ["照片未交"])])
    assert refused.reasons == {1: ["公安意见未收"], 2: ["照片未交"]}


def test_a_wait_is_at_least_a_second() -> None:
    now = at("2026-09-18 Fri 09:30:00")
    assert [refusals.TooManyFailures(again, now).seconds for again in (now, at("2026-09-18 Fri 09:31:30"))] == [1, 90]


def sentences() -> Iterator[tuple[str, str]]:
    """Each literal sentence by its place; what is put into it reads …"""
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (said := words_of(node, in_refusals=path.parent.name == "refusals")):
                yield f"{path.relative_to(APP)}:{node.lineno}", said


def words_of(call: ast.Call, *, in_refusals: bool) -> str:
    """Return the sentence of a call that creates a refusal, "" for any other call."""
    match call.func:
        case ast.Name(id="BadValue"):
            return literal(call.args[1])
        case ast.Name(id=name) if name in WITH_WORDS and call.args:
            return literal(call.args[0])
        case ast.Attribute(attr="__init__") if in_refusals and call.args:
            return literal(call.args[0])
        case _:
            return ""


def literal(node: ast.expr) -> str:
    """Return the text of a string, formatted or not; "" for anything else."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        said = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        return said if any("一" <= sign <= "龥" for sign in said) else ""  # its words are put in whole
    return ""
