"""Programmes, units and people being set up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.refusals.base import Refusal


class Archived(Refusal):
    """An archived programme is read and never changed again."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(f"“{title}”已经归档，只能查看，不能再改动。")


class NoticeMissing(Refusal):
    """A programme follows a notice that no file of this installation describes (any more)."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"没有找到评选通知“{key}”的描述文件，请系统管理员放回 GONGSHI_NOTICES_DIR 所指的文件夹，再重新启动。"
        )


class StillNeeded(Refusal):
    """A unit or a quota that something still hangs on; `why` says what, and what to do first."""


class _Wrong(Protocol):
    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def words(self) -> str: ...


class BookRefused(Refusal):
    """A programme's workbook with something wrong in it: nothing of it is taken."""

    def __init__(self, problems: Sequence[_Wrong]) -> None:
        self.problems = list(problems)
        super().__init__(f"表格里有{len(problems)}处要改，一条也没有保存。")
