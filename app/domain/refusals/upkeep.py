"""Backups, restores and the rights of the database's users."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


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
