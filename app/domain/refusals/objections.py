"""Filing an objection, following it, and what holds back a flood."""

from __future__ import annotations

import datetime as dt

from app.domain.refusals.base import Refusal, begin, end


class FormAlreadyUsed(Refusal):
    """A form was sent a second time with other content (R16): neither taken silently nor lost."""

    def __init__(self) -> None:
        super().__init__(
            "这张表已经提交过一次，之前提交的内容没有改变。您改动了内容：如要作为另一件异议提交，"
            "请再点一次提交；如只是补充，请凭查询码在“查询进度”里补充。"
        )


class UnknownReceipt(Refusal):
    """No objection has this receipt code (R18)."""

    field = "code"

    def __init__(self) -> None:
        super().__init__("没有查到这个查询码。请对照回执逐字核对；字母不分大小写，空格和横线可以不写。")


class NomineeLeft(Refusal):
    """The nominee has left the programme: no new objection is taken, those there are answered (R26)."""

    def __init__(self, how: str, since: dt.datetime) -> None:
        self.how, self.since = how, since
        super().__init__(
            f"该对象{how}（{end(since)}），不再接受新的异议，这一件没有提交。已经提出的异议照常办理和答复。"
            "您写的内容仍保留在本页；如有紧要情况，请打办理单位或者市级专班的电话。"
        )


class AnswerSpent(Refusal):
    """A challenge answered once lets one objection through, not two."""

    def __init__(self) -> None:
        super().__init__("这次安全检查已经用过了，异议还没有提交。请等新的检查做完，再点一次确认提交。")


class NothingChosen(Refusal):
    """An act on several things at once without any; `what` is one of them."""

    field = "chosen"

    def __init__(self, words: str = "请至少选一个案件。", field: str = "") -> None:
        super().__init__(words, field)


class FileRefused(Refusal):
    """An uploaded file that is not taken: what it is, how long it is, or what it carries inside."""

    field = "file"  # whatever the form's own name for its file is

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class RecordingRefused(FileRefused):
    """A recording of sound or of moving pictures: it comes on a carrier.

    An objector hands it to `office`, which may know who objects (R19).
    """

    def __init__(self, office: str = "", phone: str | None = None) -> None:
        if not office:
            super().__init__("录音、录像不能在这里上传。请存到U盘或者光盘里，和纸质材料一起保存，并在文字里写明。")
            return
        call = f"，电话{phone}" if phone else ""
        super().__init__(
            f"录音、录像不能在网上传。请存到U盘或者光盘里，写上受理编号，不写姓名，送到或者寄到市级专班（{office}{call}），"
            "并在文字里写明有录音、录像。"
        )


class TooManyFiles(Refusal):
    """As many files as an objection, or the supplements to it, may have."""

    field = "evidence"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"最多附{most}个文件，这个没有收下。请合并成一个文件，或者先移除一个。")


class FilesChanged(Refusal):
    """The files that were checked are no longer those that are there: what was not seen is not filed."""

    def __init__(self, seen: int, found: int) -> None:
        self.seen, self.found = seen, found
        super().__init__(
            f"核对时证据材料是{seen}个，现在是{found}个，异议还没有提交。请对照下面的清单补齐后，再核对一次。"
        )


class HeldBack(Refusal):
    """A file that the scanner has not passed, or found infected (SECURITY 34)."""

    def __init__(self, infected: bool) -> None:
        self.infected = infected
        super().__init__(
            "这个文件没有通过查毒，不能下载。" if infected else "这个文件正在查毒，一般几分钟就好。请过一会儿再下载。"
        )


class UnfiledFull(FileRefused):
    """The portal holds as many bytes that nobody has filed as it may (SECURITY 49)."""

    def __init__(self) -> None:
        super().__init__(
            "现在等着提交的附件太多，暂时收不下这个文件。您可以先提交异议，过一两个小时再用查询码补充材料，或者把材料寄来、送来，由工作人员登记。"
        )


class CopyMissing(Refusal):
    """A document whose copy for handlers is not made yet, or cannot be made (SECURITY 45)."""

    def __init__(self, never: bool) -> None:
        super().__init__(
            "这个文件里的作者等信息无法自动去掉，不能打开。需要看的，请市级专班按查看异议人身份的办法打开原件。"
            if never
            else "正在去掉这个文件里的作者等信息，一般几分钟就好。请过一会儿再下载。"
        )


class FileDamaged(Refusal):
    """A stored file that is missing, or is not what was stored."""

    def __init__(self) -> None:
        super().__init__("这个文件在存储中缺失或者损坏，不能下载。情况已经记录，请联系系统管理员从备份中恢复。")


class ArrivedOutside(Refusal):
    """An objection that reached the unit before the window opened or after it closed (R6, R33)."""

    field = "arrived_at"

    def __init__(self, opens_at: dt.datetime, closes_at: dt.datetime) -> None:
        self.opens_at, self.closes_at = opens_at, closes_at
        super().__init__(
            f"收到时间不在公示时间内，不能登记为异议。公示时间为{begin(opens_at)}至{end(closes_at)}。"
            "时间填错了的请改正；确实在公示时间以外收到的，请按信访件办理，并告诉来人。"
        )


class TooLateToRegister(Refusal):
    """An objection entered when nothing can be concluded any more (R33)."""

    def __init__(self, conclude_by: dt.datetime) -> None:
        self.conclude_by = conclude_by
        super().__init__(
            f"办结期限（{end(conclude_by)}）已过，不能再登记，这一件没有登记。"
            "您填的内容仍保留在本页，请打印或者复制下来，连同原件交市级专班处理。"
        )


class NoHandsLeft(Refusal):
    """A registration that would take the second person who could conclude the case out of it (R21, R33)."""

    def __init__(self) -> None:
        super().__init__(
            "登记人不参与办理。由您登记的话，就没有两个人可以一起办结这个案件了，所以还没有登记。"
            "请由另一个单位的人登记，或者先给市级专班增加一个账号。您填的内容仍保留在本页。"
        )
