"""What an uploaded file is, by its content, and whether it is taken (SECURITY 6, 33, 34)."""

from __future__ import annotations

from app.evidence.kinds import FileKind

__all__ = ["FILES_PER_OBJECTION", "FILE_LIMIT", "FileKind"]

FILE_LIMIT = 50 * 1024 * 1024
FILES_PER_OBJECTION = 10
