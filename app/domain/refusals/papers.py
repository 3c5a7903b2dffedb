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
