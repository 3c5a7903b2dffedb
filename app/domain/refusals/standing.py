"""Conditions, reviews and opinions: what a nominee needs before it may go on."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.refusals.base import Refusal

_NAMED = 8  # of a hundred and fifty nobody reads more


class NobodyChosen(Refusal):
    """An act on several nominees at once without any."""

    def __init__(self) -> None:
        super().__init__("还没有选择推荐对象，请在名单里至少选一个。")


class OfSeveralUnits(Refusal):
    """One letter answers for the nominees of one recommending unit: another's may not be read in it."""

    def __init__(self) -> None:
        super().__init__("所选对象不是同一个推荐单位的。请按推荐单位筛选后，一个单位一个单位地录入。")


class NotReady(Refusal):
    """Nominees that may not pass yet, each with what stands in the way: none of them is touched."""

    def __init__(self, what: str, waiting: Sequence[tuple[str, Sequence[str]]]) -> None:
        self.what, self.waiting = what, waiting
        said = "；".join(f"{name}（{'、'.join(why)}）" for name, why in waiting[:_NAMED])
        rest = f"；还有{len(waiting) - _NAMED}个对象" if len(waiting) > _NAMED else ""
        super().__init__(f"还不能{what}，一个也没有改动：{said}{rest}。请先办好这些，或者不选这些对象。")


class NoSuchCondition(Refusal):
    """A condition that this nominee does not have, or that is not for a person to say."""

    def __init__(self) -> None:
        super().__init__("这一条不需要由人确认，请看它后面写的依据。")


class OpinionRefused(Refusal):
    """Something in one field of an opinion; `field` is the form's name for it."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(why)
