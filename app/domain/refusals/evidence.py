"""Evidence files."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


class FileRefused(Refusal):
    """An uploaded file that is not taken: what it is, how long it is, or what it carries inside."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class TooManyFiles(Refusal):
    """As many files as an objection, or the supplements to it, may have."""

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


class FileDamaged(Refusal):
    """A stored file that is missing, or is not what was stored."""

    def __init__(self) -> None:
        super().__init__("这个文件在存储中缺失或者损坏，不能下载。情况已经记录，请联系系统管理员从备份中恢复。")
