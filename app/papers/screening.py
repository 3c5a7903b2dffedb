"""Uploaded forms are inspected before a library opens them; hostile files are refused by name (SECURITY 33, 37).

`app.evidence` decides what any uploaded file may carry. Forms are also parsed, which evidence is not. So no part of
a form may declare entities, and none may be so long in one piece that a parser would need too much memory.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import BinaryIO
from xml.parsers import expat

from app.domain.refusals import FileRefused, UnreadableForm
from app.evidence.documents import document_kind
from app.evidence.inspection import inspect
from app.evidence.kinds import OR_AS_PDF, SAVED_AGAIN, FileKind

FORM_LIMIT = 50 * 1024 * 1024
_PART_LIMIT = 16 * 1024 * 1024  # what a library takes into memory whole: a document, a table of styles
_STRETCH_LIMIT = 4 * 1024 * 1024  # what it takes piece by piece: one row of a sheet, one of its texts
_PIECE = 64 * 1024
_PIECEWISE = {"worksheet": "row", "sst": "si"}  # root -> what is read one at a time

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")

_NOT_OFFICE = (
    "这个文件不是 Excel（.xlsx）或 Word（.docx）文件。",
    "请在 Word、Excel 或 WPS 里另存为 .xlsx 或 .docx 后再上传。",
)
_OLD_OR_LOCKED = (
    "这个文件是旧版的 Word、Excel 文件（.doc、.xls），或设了密码。",
    "请去掉密码，另存为 .xlsx 或 .docx 后再上传。",
)
_OTHER_FORMATS = {
    ".xls": ("旧版的 Excel 表格（.xls）", "Excel 或 WPS", "Excel 工作簿（*.xlsx）"),
    ".et": ("WPS 表格（.et）", "WPS", "Excel 工作簿（*.xlsx）"),
    ".ods": ("OpenDocument 表格（.ods）", "Excel 或 WPS", "Excel 工作簿（*.xlsx）"),
    ".csv": ("纯文字的表格（.csv）", "Excel 或 WPS", "Excel 工作簿（*.xlsx）"),
    ".xlsb": ("二进制的 Excel 表格（.xlsb）", "Excel 或 WPS", "Excel 工作簿（*.xlsx）"),
    ".doc": ("旧版的 Word 文件（.doc）", "Word 或 WPS", "Word 文档（*.docx）"),
    ".wps": ("WPS 文字（.wps）", "WPS", "Word 文档（*.docx）"),
    ".odt": ("OpenDocument 文字（.odt）", "Word 或 WPS", "Word 文档（*.docx）"),
    ".rtf": ("RTF 文件（.rtf）", "Word 或 WPS", "Word 文档（*.docx）"),
}
_STRICT = (
    "这个表格存成了“严格 Open XML”格式，读不了。",
    "请在 Excel 里打开它，点“文件—另存为”，保存类型选“Excel 工作簿（*.xlsx）”，再上传。",
)
_STRICT_NAMES = "http://purl.oclc.org/ooxml/"
_ARCHIVE = (
    "这个文件是压缩包或其他格式，不是 Excel（.xlsx）或 Word（.docx）文件。",
    "如果是压缩包，请解压后上传里面的表格；否则请另存为 .xlsx 或 .docx 后再上传。",
)
_ENTITIES = (
    "这个文件里带有文档类型声明（DTD 或实体），正常的表格里不会有。",
    "请在 Word、Excel 或 WPS 里另存一份再上传。",
)
_TOO_LONG = ("这个文件里有一部分异常地长，无法安全地打开。", "请把表格内容复制到空白模板里，再上传。")


def refuse_other_format(file: BinaryIO, source: str) -> None:
    """Raise UnreadableForm for a file of another format than its name should have, in words that say how to save it.

    A Word or Excel file of today under an old name is none. The file is left at its beginning.
    """
    told = _OTHER_FORMATS.get(PurePath(source).suffix.casefold())
    if told is None:
        return
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    is_zip = file.read(4) == _ZIP
    if not (is_zip and document_kind(file, size)):
        what, program, format_ = told
        right = f"请在 {program} 里打开它，点“文件—另存为”，文件类型选“{format_}”，再上传。"
        raise UnreadableForm(source, f"这是{what}。", right)
    file.seek(0)


def in_place(why: str) -> str:
    """Return a refusal of a Word or Excel file without the advice to save it as PDF, which no list can be."""
    return why.replace(OR_AS_PDF, SAVED_AGAIN)


def screened(file: BinaryIO, source: str) -> FileKind:
    """Return what the file is, by its content, once it is known to carry nothing it may not; the file at its beginning.

    Raises UnreadableForm.
    """
    try:
        kind = _kind_of(file, source)
    except FileRefused as refusal:
        why, stop, right = in_place(refusal.why).partition("。")
        raise UnreadableForm(source, why + stop, right) from None
    if kind in (FileKind.DOCX, FileKind.XLSX):
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                _Part(source).look_through(archive, entry)
    file.seek(0)
    return kind


def _kind_of(file: BinaryIO, source: str) -> FileKind:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(8)
    if head.startswith(_ZIP) and size <= FORM_LIMIT:
        kind = document_kind(file, size)
        if kind is None:
            raise UnreadableForm(source, *_ARCHIVE)
        return kind
    if head.startswith(_OLE):
        raise UnreadableForm(source, *_OLD_OR_LOCKED)
    if size and not head.startswith((b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", _ZIP)):
        raise UnreadableForm(source, *_NOT_OFFICE)
    return inspect(file, limit=FORM_LIMIT, as_it_came=True).kind


class _Part:
    """One part of a package, parsed as far as it is well-formed XML. The library reports what is malformed."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._root = self._unit = ""
        self._since = 0  # where the stretch that is being read began
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse_entities
        self._parser.StartElementHandler = self._take

    def look_through(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        """Inspect a part while it is unpacked. Raises UnreadableForm."""
        length = 0
        with archive.open(entry) as part:
            while piece := part.read(_PIECE):
                length += len(piece)
                try:
                    self._parser.Parse(piece)
                except expat.ExpatError:
                    return
                if length - self._since > (_STRETCH_LIMIT if self._unit else _PART_LIMIT):
                    raise UnreadableForm(self._source, *_TOO_LONG)

    def _take(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(" ")[2]
        if not self._root:
            if element == "workbook" and name.startswith(_STRICT_NAMES):
                raise UnreadableForm(self._source, *_STRICT)
            self._root, self._unit = element, _PIECEWISE.get(element, "")
        elif element == self._unit:
            self._since = self._parser.CurrentByteIndex

    def _refuse_entities(self, *_: object) -> None:
        raise UnreadableForm(self._source, *_ENTITIES)
