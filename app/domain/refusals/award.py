"""From the last review to the award, and its revocation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.domain.refusals.base import Refusal


class DecisionNotReady(Refusal):
    """The decision cannot be recorded yet; `obstacles` says what is missing, one thing each."""

    def __init__(self, obstacles: Sequence[str]) -> None:
        self.obstacles = list(obstacles)
        super().__init__(f"还不能登记表彰决定：{'；'.join(obstacles)}。")


class Awarded(Refusal):
    """After the award decision a programme's nominees and papers are not changed any more."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"表彰决定（{number}）已经作出，不能再改动。获得表彰以后的问题，按撤销表彰办理。")


class ListChanged(Refusal):
    """The list is not the one that was looked at when the decision was recorded."""

    def __init__(self) -> None:
        super().__init__("您核对以后名单有变化，没有登记。请重新核对下面的名单，再登记一次。")


class WrongDay(Refusal):
    """A paper's day that cannot be: in the future, or before what it rests on."""

    def __init__(self, dated: dt.date, earliest: dt.date | None, latest: dt.date) -> None:
        self.dated, self.earliest, self.latest = dated, earliest, latest
        between = f"{earliest:%Y-%m-%d}到{latest:%Y-%m-%d}之间" if earliest else f"{latest:%Y-%m-%d}或者更早"
        super().__init__(f"日期应是{between}的一天，现在填的是{dated:%Y-%m-%d}。")


class AnswerMissing(Refusal):
    """What a department or superior sent back says yes or no."""

    def __init__(self) -> None:
        super().__init__("请选择同意还是不同意。")
