"""Papers in the forms of the notice, on their way in and out."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


class UnreadableForm(Refusal):
    """A file that is not the form asked for, or carries what no form may: which one, why, what would be right."""

    field = "files"

    def __init__(self, source: str, why: str, right: str) -> None:
        self.source, self.why, self.right = source, why, right
        super().__init__(f"“{source}”：{why}{right}")


class TemplateBroken(Refusal):
    """A template that staff restyled and that can no longer be filled in."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"文书模板“{name}”不能使用：{why}请改正模板，或从模板文件夹中移走它，系统就会改用自带的模板。")


class PrinterBusy(Refusal):
    """Somebody else's paper is made into a PDF, and it takes long."""

    def __init__(self) -> None:
        super().__init__("正在生成别的 PDF，请过一分钟再点一次；Word 文件现在就可以下载。")


class NotPrinted(Refusal):
    """LibreOffice made no PDF of a paper, or not in time."""

    def __init__(self) -> None:
        super().__init__("这份文书没有生成 PDF，请下载 Word 文件，在 WPS 或者 Word 里另存为 PDF。")
