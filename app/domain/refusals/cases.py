"""Refusals about cases, and who may do what to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.domain.refusals.base import ChangedMeanwhile, NotThere, Refusal, end


class MoveRefused(Refusal):
    """A move that the table of states does not have (R20)."""

    def __init__(self, action: str, state: str) -> None:
        self.action, self.state = action, state
        super().__init__(f"案件目前是「{state}」，不能{action}。")


class NotAllowed(Refusal):
    """The person may see the case but not do this (R21, R22)."""


class NotYourCase(NotThere):
    """Another unit's case, or one from which the person is recused: answered as if it did not exist."""

    def __init__(self) -> None:
        super().__init__("没有找到这个案件。")


class SamePerson(NotAllowed):
    """Whoever proposed may not confirm (R22, R29)."""

    def __init__(self) -> None:
        super().__init__("提出的人不能自己确认，请由本单位另一人或市级专班确认。")


class ProposalReplaced(ChangedMeanwhile):
    """What was read is not what waits to be confirmed: somebody replaced it meanwhile (R22)."""

    def __init__(self) -> None:
        super().__init__("您看的意见刚才已经被换过，没有确认。请看过下面新的意见，再决定。")


class LookAskedMeanwhile(ChangedMeanwhile):
    """Another objector asked for a second look after the page was read: that wish would be answered unread (R35)."""

    def __init__(self) -> None:
        super().__init__("刚才又有异议人申请复核，没有答复。请看过下面新的申请，再决定。")


class NotTwoPeople(NotAllowed):
    """One of two accounts was made or reset by the person behind the other one (R22)."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"“{name}”的账号是由另一位经手人开设或者重置的，两人现在不能互相确认。请先由上一级在该账号的页面上同意启用。"
        )


class RecusedBehindAccount(NotAllowed):
    """The account was made or reset by somebody who is recused from the case (R21, R22)."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"“{name}”的账号是由本案应当回避的人开设或者重置的，现在不能办理本案。请先由上一级在该账号的页面上同意启用。"
        )


class AccountNotAgreed(NotAllowed):
    """A colleague gave out the password of this account, and nobody of the next level agreed since (R22)."""

    def __init__(self, giver: str, asked: str) -> None:
        self.giver, self.asked = giver, asked
        super().__init__(
            f"您的账号是由{giver}开设或者重置的，同意启用以前，不能提出意见，也不能确认意见。请联系{asked}，"
            "在“待同意的账号”里同意启用。"
        )


class MissingText(Refusal):
    """A text that the record needs was left empty or is too long."""

    def __init__(self, what: str, low: int, high: int, field: str) -> None:
        self.what, self.low, self.high = what, low, high
        super().__init__(f"请填写{what}（{low}到{high}字）。", field)


class AlreadyDone(Refusal):
    """Something that happens once has happened."""


class LookRefused(Refusal):
    """No second look can be asked for: at this case, by this objector, or at this moment (R35)."""


class LooksOpen(Refusal):
    """A period is not closed while a second look is asked for or may still be (R30, R35)."""

    def __init__(self, numbers: Sequence[str], until: dt.datetime) -> None:
        self.numbers, self.until = list(numbers), until
        super().__init__(
            f"还不能办结：案件{'、'.join(self.numbers)}的异议人可以申请复核，或者已经申请、还没有复核。"
            f"复核以后，或者{end(until)}以后，可以办结。"
        )
