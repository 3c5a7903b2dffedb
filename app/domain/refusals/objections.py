"""Filing an objection, following it, and what holds back a flood."""

from __future__ import annotations

import datetime as dt

from app.domain.refusals.base import Refusal, moment


class FormAlreadyUsed(Refusal):
    """A form was sent a second time with other content (R16): neither taken silently nor lost."""

    def __init__(self) -> None:
        super().__init__(
            "这张表已经提交过一次，之前提交的内容没有改变。您改动了内容：如要作为另一件异议提交，"
            "请再点一次提交；如只是补充，请凭查询码在“查询进度”里补充。"
        )


class UnknownReceipt(Refusal):
    """No objection has this receipt code (R18)."""

    def __init__(self) -> None:
        super().__init__("没有查到这个查询码。请对照回执逐字核对；字母不分大小写，空格和横线可以不写。")


class TooManyFromContact(Refusal):
    """One contact has filed as many as the limits allow (R17); `come_back` is when there is room again."""

    def __init__(self, come_back: dt.datetime) -> None:
        self.come_back = come_back
        whole_minute = come_back + dt.timedelta(minutes=1, microseconds=-1)  # written without its seconds
        super().__init__(
            f"同一个联系方式提交的异议比较多，这一件还没有提交。请在{moment(whole_minute)}以后再提交；"
            "您写的内容仍保留在本页。公示截止前提交都有效，也可以直接联系受理机构。"
        )


class AnswerSpent(Refusal):
    """A challenge answered once lets one objection through, not two."""

    def __init__(self) -> None:
        super().__init__("这次安全检查已经用过了，异议还没有提交。请等新的检查做完，再点一次确认提交。")


class NothingChosen(Refusal):
    """An act on several things at once without any; `what` is one of them."""

    def __init__(self, what: str = "一个案件") -> None:
        super().__init__(f"请至少选{what}。")


class FloodChanged(Refusal):
    """Somebody dealt with a chosen case in the meantime: none is touched."""

    def __init__(self) -> None:
        super().__init__("这一组刚才有了变化，选中的案件里有的已经受理或者办完。一件都没有办理，请核对后再提交。")
