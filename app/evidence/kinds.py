"""The kinds of file that are taken as evidence."""

from __future__ import annotations

from enum import StrEnum

# The ways out of a refusal: the first for whatever file, the second where only a Word or Excel file serves.
OR_AS_PDF, SAVED_AGAIN = "或另存为 PDF 后再上传。", "保存后再上传。"


class FileKind(StrEnum):
    """The kind of a file by its content, whatever its name says."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def copied(self) -> bool:
        """Tell whether handlers read a copy of such a file (SECURITY 45). A picture is written anew as it comes in."""
        return self in _COPIED

    @property
    def extension(self) -> str:
        """Return the file name extension with its dot, for sending the file."""
        return ".jpg" if self is FileKind.JPEG else f".{self}"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_COPIED = frozenset({FileKind.PDF, FileKind.DOCX, FileKind.XLSX})
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
}
