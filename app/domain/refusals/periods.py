"""Periods, their deadlines and who may enter them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.domain.refusals.base import Refusal, begin, end


class WindowClosed(Refusal):
    """An objection outside the window (R6)."""

    def __init__(self, opens_at: dt.datetime, closes_at: dt.datetime, now: dt.datetime, when: str = "") -> None:
        self.opens_at, self.closes_at, self.now = opens_at, closes_at, now
        when = when or ("尚未开始" if now < opens_at else "已经结束")
        super().__init__(
            f"这次公示{when}，异议没有提交。公示时间为{begin(opens_at)}至{end(closes_at)}。"
            "您写的内容仍保留在本页；如有紧要情况，请打办理单位或者市级专班的电话。"
        )


class PeriodIsClosed(WindowClosed):
    """An objection first made inside the window, by a slip, that comes after the period was closed (R17, R30).

    The closing report stands, and no case is opened behind it.
    """

    def __init__(self, opens_at: dt.datetime, closes_at: dt.datetime, now: dt.datetime, closed_at: dt.datetime) -> None:
        self.closed_at = closed_at
        super().__init__(opens_at, closes_at, now, f"已于{begin(closed_at)}办结，不能再立案核查")


class PastDeadline(WindowClosed):
    """An objection first made inside the window, by a slip, that comes after the deadline to conclude (R17, R26)."""

    def __init__(
        self, opens_at: dt.datetime, closes_at: dt.datetime, now: dt.datetime, conclude_by: dt.datetime
    ) -> None:
        self.conclude_by = conclude_by
        super().__init__(opens_at, closes_at, now, f"的核查期限已于{end(conclude_by)}届满，不能再立案核查")


class CasesOpen(Refusal):
    """A period may not be closed before the deadline while cases are open (R30)."""

    def __init__(self, case_numbers: list[str], conclude_by: dt.datetime) -> None:
        self.case_numbers, self.conclude_by = case_numbers, conclude_by
        super().__init__(
            f"还有{len(case_numbers)}件异议没有结论：{'、'.join(case_numbers)}。"
            f"请等它们办结，或到{end(conclude_by)}办结期限届满后再办结公示。"
        )


class AlreadyClosed(Refusal):
    """The period is closed or was taken back."""

    def __init__(self) -> None:
        super().__init__("这次公示已经办结或撤回，不能再操作。")


class TooLateToConclude(Refusal):
    """From the deadline on no conclusion is taken and no deadline moved (R25, R26)."""

    def __init__(self, conclude_by: dt.datetime) -> None:
        self.conclude_by = conclude_by
        super().__init__(f"办结期限已于{end(conclude_by)}届满，不能再作出结论或延长期限。")


class DeadlineSettled(Refusal):
    """The deadline was settled already, by a server whose clock runs ahead of this one's (R25, R26)."""

    def __init__(self, settled_at: dt.datetime) -> None:
        self.settled_at = settled_at
        super().__init__(
            f"办结期限届满后的处理已于{begin(settled_at)}完成，不能再延长。"
            "如果办结期限其实还没有到，说明服务器的时钟不一致，请联系系统管理员核对。"
        )


class NotEligible(Refusal):
    """A nominee that may not enter a round (R8); `reason` in words."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}不能进入这次公示：{reason}。")


class QuotaExceeded(Refusal):
    """More nominees of a kind than the unit's places (R9). `asked` are here or would be; the others count along."""

    def __init__(self, unit: str, kind: str, asked: int, places: int, vacant: int = 0, secret: int = 0) -> None:
        self.unit, self.kind, self.asked, self.places = unit, kind, asked, places
        self.vacant, self.secret = vacant, secret
        also = f"，另有{secret}个涉密的也占名额" if secret else ""
        also += f"，还有{vacant}个名额因取消资格或者退出而空缺，只有指定的递补对象可以使用" if vacant else ""
        given = f"{unit}的{kind}名额是{places}个" if places else f"{unit}没有{kind}名额"
        super().__init__(f"{given}，这次选了{asked}个{also}，请减少到名额以内。")


class ContactMissing(Refusal):
    """No period without a receiving office that people can reach (R13); `lines` are what its block lacks."""

    def __init__(self, unit: str, lines: Sequence[str]) -> None:
        self.unit, self.lines = unit, tuple(lines)
        super().__init__(
            f"{unit}负责受理异议，联系方式里还缺{'、'.join(lines)}，不能安排公示。请打开“单位”里的{unit}，"
            "展开“修改联系方式”填好，再来安排。"
        )


class ManyStopped(Refusal):
    """Of several periods to be arranged together one can't be: none is. `why` is what that one was refused for."""

    def __init__(self, unit: str, why: Refusal) -> None:
        self.unit, self.why = unit, why
        super().__init__(f"{unit}：{why}所选各单位的公示都没有安排，请改好这一家，或者去掉它的勾再安排其余的。")


class PrivateData(Refusal):
    """Text about to be published holds what must never be public (R12)."""

    def __init__(self, where: str, findings: list[str], field: str = "") -> None:
        self.where, self.findings = where, findings
        super().__init__(f"{where}里有不能公开的内容：{'、'.join(findings)}。请删去后再安排公示。", field)


class EstimatedCalendar(Refusal):
    """Only the demonstration may rest on an estimated arrangement of holidays."""

    def __init__(self) -> None:
        super().__init__("这段时间的放假安排是演示用的推定日历，不能用于正式的评选表彰活动。")
