"""Expected refusals: a class, or a general class with the words that identify the refusal."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.refusals import AlreadyDone, BadValue, ChangedMeanwhile, NotThere, WrongState

Refused = type[Exception] | tuple[type[Exception], str]

ANSWER_MISSING = (BadValue, "请选择同意还是不同意")
WRONG_DAY = (BadValue, "日期应是")
LIST_CHANGED = (ChangedMeanwhile, "您核对以后名单有变化")
FLOOD_CHANGED = (ChangedMeanwhile, "这一组刚才有了变化")
NOT_A_MISPRINT = (BadValue, "这不只是错字")
NOTHING_IN_SIGHT = (WrongState, "不用更正|不能更正")
STILL_SHOWN = (WrongState, "再变更事迹")
NOT_VACANT = (WrongState, "名额没有空出来")
PLACE_TAKEN = (AlreadyDone, "这个名额已经由")
NAMED_ALREADY = (BadValue, "同一对象只能推荐一次")
NOT_AN_ORDER = (BadValue, "每个数字用一次")
NOT_LATER = (BadValue, "新的截止日须是")
ALREADY_OPENED = (WrongState, "开始，不能再修改或撤回")
WINDOW_NOT_EXTENDED = (WrongState, "公示时间不能延长")
RETIRED = (WrongState, "已经停用，不能再增加人员和推荐对象")
OPINION_TOO_LONG = (BadValue, "意见内容最多1000个字")
NO_SUCH_ACCOUNT = (NotThere, "没有登录名为")


def refuses(refusal: Refused) -> Any:
    """As `pytest.raises`, for a class with or without its words."""
    kind, words = refusal if isinstance(refusal, tuple) else (refusal, None)
    return pytest.raises(kind, match=words)
