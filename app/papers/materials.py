"""事迹材料 as a Word file: any layout will do, only its length is asked for."""

from __future__ import annotations

from typing import BinaryIO

import docx

from app.domain.imports.materials import characters_in
from app.domain.refusals import UnreadableForm
from app.evidence.kinds import FileKind
from app.papers.cells import clean
from app.papers.form_reading import text_of
from app.papers.screening import screened

_NOT_WORD = ("这不是 Word 文件。", "请另存为 .docx 后再上传。")
_BROKEN = ("这个文件的内容不完整或已损坏，数不了字数。", "请在 Word 或 WPS 里打开它，另存为 .docx 后再上传。")


def length_of(file: BinaryIO, source: str) -> int:
    """Count the characters of its body, tables and text boxes, without white space. Raises UnreadableForm."""
    if screened(file, source) is not FileKind.DOCX:
        raise UnreadableForm(source, *_NOT_WORD)
    try:
        return characters_in(clean(text_of(docx.Document(file).element.body)))
    except Exception:  # the library may raise anything for a broken file, and none of it is a fault of the portal
        raise UnreadableForm(source, *_BROKEN) from None
