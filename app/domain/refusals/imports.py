"""Lists and forms of nominees on their way in."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


class WrongFiles(Refusal):
    """Not the files that this form is handed in as; `right` says which are."""

    field = "files"

    def __init__(self, right: str) -> None:
        self.right = right
        super().__init__(f"{right}这次什么也没有收下。")


class TooManyRows(Refusal):
    """A list too long to be read while somebody waits."""

    field = "files"

    def __init__(self, rows: int, most: int) -> None:
        self.rows = rows
        super().__init__(f"一次最多{most}行，这份有{rows}行；请按推荐单位或者按类别分成几份，分别上传。")


class ImportNotReady(Refusal):
    """An import that is not at the step for this; `standing` is where it is, in words."""

    def __init__(self, standing: str) -> None:
        self.standing = standing
        super().__init__(f"这次导入{standing}，不能再做这一步。请刷新页面看看现在的情况。")


class ImportHasProblems(Refusal):
    """All or nothing: a list with a problem in it is not taken."""

    def __init__(self, problems: int) -> None:
        self.problems = problems
        super().__init__(f"还有{problems}处问题，一个推荐对象也没有导入。请按下面列出的改好，重新上传。")


class ImportHasQuestions(Refusal):
    """What may be right as it stands is taken once whoever confirms has answered for it."""

    field = "answered"

    def __init__(self, questions: int) -> None:
        self.questions = questions
        super().__init__(
            f"有{questions}处要请您核对。请逐条看过，在“我已逐条核对”前打勾，再确认导入。"
            if questions
            else "这份名单有了变化，请再看一遍，重新确认。"
        )


class NotARecommender(Refusal):
    """Lists are handed in by the units that recommend."""

    field = "unit"

    def __init__(self, unit: str) -> None:
        self.unit = unit
        super().__init__(f"{unit}不是推荐单位，不能导入推荐对象。请选择推荐单位，或者把材料交给您的推荐单位。")
