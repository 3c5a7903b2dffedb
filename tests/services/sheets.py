"""Office files that carry what they may not, made of sound ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_macro(document: bytes) -> bytes:
    """With what holds a macro, as Word and Excel put it there."""
    return _with(document, {"xl/vbaProject.bin": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600})


def with_external_link(document: bytes) -> bytes:
    """With a cell that asks another workbook on some machine."""
    link = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" TargetMode="External" Target="file:///C:/a.xlsx" Type="http://schemas.openxmlformats'
        '.org/officeDocument/2006/relationships/externalLinkPath"/></Relationships>'
    )
    return _with(document, {"xl/externalLinks/_rels/externalLink1.xml.rels": link.encode()})


def bomb(document: bytes) -> bytes:
    """Small as it comes, and 300 MB of nothing when unpacked."""
    return _with(document, {"xl/media/image1.xml": bytes(300 * 1024 * 1024)})


def _with(document: bytes, parts: Mapping[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        there = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**there, **parts})
