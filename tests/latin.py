"""Finds what only a program would write: identifiers in latin letters on a page or in a sheet for people."""

from __future__ import annotations

import re

_HASHES = re.compile(r"(?<![A-Za-z_])[0-9a-f]{64}(?![A-Za-z_])")
_FORMATS = re.compile(r"(?<![A-Za-z_])(SHA-256|PDF|JPEG|PNG|DOCX|XLSX|KB|MB)(?![A-Za-z_])")
_IDENTIFIER = re.compile(r"[A-Za-z_]{2,}")


def find_identifiers(text: str, *allowed: str) -> list[str]:
    """Return the latin words of a text, hashes and the names of file formats left out."""
    for word in allowed:
        text = text.replace(word, "")
    return _IDENTIFIER.findall(_FORMATS.sub("", _HASHES.sub("", text)))
