"""Annexes as people make them, written with openpyxl and python-docx and not by the portal's own writers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import docx
from docx.document import Document
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

INDIVIDUAL_HEAD = (
    *("序号", "姓名", "性别", "民族", "出生年月", "政治面貌", "工作单位", "职务\n职级"),
    *("职称", "从事工作", "所属\n行业", "备注"),
)
COLLECTIVE_HEAD = ("序号", "集体名称", "单位类型", "所属行业", "集体级别", "备注")
A_PERSON = (1, "张三", "男", "汉族", "1980年1月", "群众", "麒麟区公安局", "民警", "", "治安", "其他", "")


def workbook(*rows: Sequence[Any], more: Callable[[Worksheet], object] | None = None) -> io.BytesIO:
    """Make a workbook of one sheet with these rows. `more` edits the sheet as people do."""
    book = Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(list(row))
    if more:
        more(page)
    return saved(book)


def saved(book: Workbook | Document) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def with_shared_texts(file: io.BytesIO) -> io.BytesIO:
    """The same workbook as Excel and WPS write it: texts in a table of their own, cells that point into it."""
    table: dict[str, int] = {}
    made = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name).decode() if name.endswith(".xml") else source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = re.sub(
                    r'<c([^>]*?) t="inlineStr"([^>]*)><is>(.*?)</is></c>',
                    lambda m: f'<c{m[1]} t="s"{m[2]}><v>{table.setdefault(m[3], len(table))}</v></c>',
                    content,
                    flags=re.DOTALL,
                )
            if name == "[Content_Types].xml" and "sharedStrings" not in content:
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
                content = content.replace("</Types>", part)
            if name != "xl/sharedStrings.xml":
                target.writestr(name, content)
        texts = "".join(f"<si>{text}</si>" for text in table)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        target.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{texts}</sst>')
    made.seek(0)
    return made


def with_entries(file: io.BytesIO, changed: dict[str, Callable[[bytes], bytes]]) -> io.BytesIO:
    """The same package with some of its parts rewritten."""
    made = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, changed.get(name, bytes)(source.read(name)))
    made.seek(0)
    return made


def form(*tables: Sequence[Sequence[str]], cover: Sequence[str] = ()) -> Document:
    """A Word file of cover lines and tables; a row may be shorter than the table: its last cell takes the rest."""
    paper = docx.Document()
    for text in cover:
        paper.add_paragraph(text)
    for rows in tables:
        width = max(len(row) for row in rows)
        table = paper.add_table(0, width)
        for row in rows:
            cells = table.add_row().cells
            for cell, text in zip(cells, row, strict=False):
                cell.text = text
            if len(row) < width:
                cells[len(row) - 1].merge(cells[-1])
        paper.add_paragraph()
    return paper
