"""A list as a sheet: whatever somebody wrote is a text there, and never breaks the file (SECURITY 37)."""

from __future__ import annotations

import io
import zipfile

from openpyxl import load_workbook

from app.sheets import sheet


def test_security_37_a_text_is_a_text_whatever_it_begins_with_or_holds() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "=HYPERLINK('http://evil.test')"]
    broken = ["\x00甲", "乙\x01\x0b\x1f", "丙\ud800\udfff", "丁\ufffe\uffff"]
    content = sheet("名单/[x]:*?", [("名称", 9)], [[text] for text in texts + broken])
    cells = [row[0] for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert [cell.value.strip() for cell in cells[len(texts) :]] == ["甲", "乙", "丙", "丁"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f" not in parts.read("xl/worksheets/sheet1.xml").replace(b"<fo", b"")
