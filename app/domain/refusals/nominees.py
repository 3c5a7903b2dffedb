"""Changes of a nominee under way: corrections, changed deeds, withdrawals, replacements (R9)."""

from __future__ import annotations

import datetime as dt

from app.domain.refusals.base import Refusal, moment


class NotAMisprint(Refusal):
    """More than letters: what was published would say something else."""

    def __init__(self, field: str, what: str, most: int) -> None:
        self.field, self.most = field, most
        if field == "deeds":
            todo = "事迹有变化的，请等公示结束后办理“事迹变更”，重新公示五个工作日。"
        else:
            todo = "换了人或者单位的，请按“退出”和“递补”办理，从第一轮重新公示。"
        limit = f"{what}最多改{most}个字" if most else f"{what}只能改成表格所列的另一项"
        super().__init__(f"这不只是错字，不能更正：{limit}（与最初公示的文字相比）。{todo}")


class NothingInSight(Refusal):
    """Only what is public, or about to be, is corrected in sight."""

    def __init__(self, what: str, closed_at: dt.datetime | None) -> None:
        self.closed_at = closed_at
        if closed_at is None:
            super().__init__(f"现在没有公示或者待公示的{what}，不用更正：没有公示过的内容请直接修改。")
        else:
            super().__init__(f"公示已于{moment(closed_at)}结束，{what}已经不再公开，不能更正。")


class StillShown(Refusal):
    """Deeds are not changed under the eyes of the public: a period shows them, or is about to."""

    def __init__(self, period: str, opens_at: dt.datetime, closes_at: dt.datetime, now: dt.datetime) -> None:
        self.opens_at, self.closes_at = opens_at, closes_at
        if now < opens_at:
            words = f"“{period}”已经安排在{moment(opens_at)}开始。请工作专班先撤回这次安排，再变更事迹。"
        else:
            words = f"“{period}”正在进行。请等{moment(closes_at)}公示结束后再变更事迹；只是错字的，请用“更正”。"
        super().__init__(words)


class NoLongerStands(Refusal):
    """Who is out or has withdrawn is not changed any more."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name}{why}，不能再办理这一步。")


class NotVacant(Refusal):
    """A replacement needs a place that somebody has left."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name}仍在参评，名额没有空出来，不能递补。")


class PlaceTaken(Refusal):
    """One replacement a place (R9)."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"这个名额已经由{name}递补。{name}退出或者被取消资格后，请在{name}的页面办理递补。")


class ShownBefore(Refusal):
    """Plain facts are edited freely only while nobody outside has seen them."""

    def __init__(self, period: str) -> None:
        self.period = period
        super().__init__(f"已经列入“{period}”，内容不能直接修改。错字请用“更正”，事迹有变化请用“事迹变更”。")


class NothingChanged(Refusal):
    """The text is the one that stands."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what}和原来的一样，没有改动。")


class KnownAlready(Refusal):
    """The same person or collective twice in one programme. Without a name it is another unit's, and so is the name."""

    def __init__(self, name: str = "", unit: str = "") -> None:
        self.name, self.unit = name, unit
        super().__init__(
            f"同一对象已经在名单里：{name}（{unit}推荐），不能再次推荐。"
            if name
            else "同一对象已由其他单位推荐，不能再次推荐：请核对，或者与工作专班联系。"
        )


class NamedAlready(Refusal):
    """One of the same name, as far as anybody can tell the same one; whose, a unit is not told."""

    def __init__(self, name: str, *, numbered: bool) -> None:
        self.name = name
        also = "；是同名的两个人的，请把两个人的身份证号码都填上" if numbered else ""
        super().__init__(f"名单里已经有“{name}”（也可能已被取消参评资格），同一对象只能推荐一次{also}。")


class NotAnOrder(Refusal):
    """An order of preference gives every place once, from 1 on."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"请把1到{count}每个数字用一次，不重复、不跳号。")
