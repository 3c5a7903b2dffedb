"""What a paper says, read back from the file."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement


def text_of(content: bytes) -> str:
    """Everything a .docx says, a paragraph a line, those of tables and of loops not yet run too.

    By the runs' own texts: lxml's `itertext` counts them again for every element python-docx gave a `text`.
    """
    paper = docx.Document(io.BytesIO(content))
    return "\n".join("".join(map(_said, one.iter(qn("w:t"), _HYPHEN))) for one in paper.element.iter(qn("w:p")))


_HYPHEN = qn("w:noBreakHyphen")  # within a number


def _said(run: BaseOxmlElement) -> str:
    return "-" if run.tag == _HYPHEN else run.text or ""


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}
