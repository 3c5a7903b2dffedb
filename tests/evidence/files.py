"""Ordinary and hostile files, each as its bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

TYPES = "[Content_Types].xml"
ROOT = "_rels/.rels"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX_MAIN = f"{_OFFICE}.wordprocessingml.document.main+xml"
XLSX_MAIN = f"{_OFFICE}.spreadsheetml.sheet.main+xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def pdf(body: bytes = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n") -> bytes:
    return b"%PDF-1.7\n" + body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def image(width: int = 60, height: int = 40) -> Image.Image:
    """White with a red corner at the upper left, so that its turns can be told."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste((200, 0, 0), (0, 0, width // 3, height // 3))
    return picture


def jpeg(picture: Image.Image | None = None, **options: object) -> bytes:
    return _saved(picture or image(), "JPEG", **options)


def png(picture: Image.Image | None = None, **options: object) -> bytes:
    return _saved(picture or image(), "PNG", **options)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def archive(entries: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return file.getvalue()


def types(*overrides: tuple[str, str], default: str = "application/xml") -> str:
    """The list of content types: (part, type) for each override."""
    parts = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in overrides)
    return f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="{default}"/>{parts}</Types>'


def relations(*rows: tuple[str, str, str]) -> str:
    """A list of relations: (kind, target, "" or "External") for each."""
    modes = {"": "", "External": ' TargetMode="External"'}
    parts = "".join(
        f'<Relationship Id="r{number}" Type="{_RELATION}/{kind}" Target="{target}"{modes[mode]}/>'
        for number, (kind, target, mode) in enumerate(rows)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{parts}</Relationships>'


def docx_entries(**more: bytes | str) -> dict[str, bytes | str]:
    return {
        TYPES: types(("word/document.xml", DOCX_MAIN)),
        ROOT: relations(("officeDocument", "word/document.xml", "")),
        "word/document.xml": "<w:document xmlns:w='w'><w:body><w:p>情况属实。</w:p></w:body></w:document>",
        "word/_rels/document.xml.rels": relations(("hyperlink", "https://example.org/%E5%85%AC%E7%A4%BA", "External")),
    } | more


def docx(entries: Mapping[str, bytes | str] | None = None) -> bytes:
    """A Word file; `entries` are added to it or replace what it has."""
    return archive(docx_entries() | dict(entries or {}))


def xlsx(entries: Mapping[str, bytes | str] | None = None) -> bytes:
    return archive(
        {
            TYPES: types(("xl/workbook.xml", XLSX_MAIN)),
            ROOT: relations(("officeDocument", "/xl/workbook.xml", "")),
            "xl/workbook.xml": "<workbook/>",
            "xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>",
        }
        | dict(entries or {})
    )
