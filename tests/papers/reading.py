"""What a paper says, read back from the file."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml.ns import qn


def text_of(content: bytes) -> str:
    """Everything a .docx says, a paragraph a line, those of tables and of loops not yet run too.

    By the runs' own texts: lxml's `itertext` counts them again for every element python-docx gave a `text`.
    """
    paper = docx.Document(io.BytesIO(content))
    return "\n".join("".join(run.text or "" for run in one.iter(qn("w:t"))) for one in paper.element.iter(qn("w:p")))


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}
