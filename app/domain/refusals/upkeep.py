"""Backups, restores and the rights of the database's users."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


class NotOnThisDatabase(Refusal):
    """Something only PostgreSQL has."""

    def __init__(self) -> None:
        super().__init__("现在用的是 SQLite，没有数据库用户可以授权：记录由触发器保护。此命令只用于 PostgreSQL。")


class UnfitRole(Refusal):
    """A database user that is not there, or that no grant would bind."""

    def __init__(self, role: str, why: str) -> None:
        self.role, self.why = role, why
        super().__init__(
            f"不能给 {role} 授权：{why}。请另建一个普通用户，例如 CREATE ROLE gongshi_app LOGIN PASSWORD '…'。"
        )


class BackupFailed(Refusal):
    """A backup that could not be completed; nothing of it is left."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"备份没有完成，没有留下不完整的备份：{why}。")


class NotABackup(Refusal):
    """A folder that is no whole backup, or one that differs from its manifest."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"没有恢复，{where}：{why}。")


class NotEmpty(Refusal):
    """A backup is restored into an empty database only."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"没有恢复，只能恢复到空的数据库：{why}。请换一个新的数据库。")
