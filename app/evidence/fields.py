"""Fields of Word and formulas of Excel that reach out of their file: refused (SECURITY 37, 58).

They need no relation to another file, so the lists of `package` do not show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from xml.parsers import expat

from app.domain.refusals import FileRefused
from app.evidence.kinds import OR_AS_PDF

_FIELD = (
    "这个文件里有一个会打开别的文件或启动程序的域（{}）。请在 Word 里按 Alt+F9 找到并删掉它，再按 Alt+F9，"
    f"{OR_AS_PDF}"
)
_FORMULA = f"这个表格里有会联网或启动程序的公式（{{}}）。请把它改成数值，{OR_AS_PDF}"
_REACH_OUT = re.compile(r"\s*(DDEAUTO|DDE|LINK|IMPORT|INCLUDETEXT|DATABASE|RD)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r'\s*(INCLUDEPICTURE|HYPERLINK)\s+"?\s*(?:[\\/]{2}|file:)', re.IGNORECASE)
_FORMULAS = re.compile(r"(?<![\w.])(?:_xlfn\.)?(WEBSERVICE|RTD|IMAGE|CALL|REGISTER(?:\.ID)?)\s*\(", re.IGNORECASE)
_LINKED = re.compile(r'(HYPERLINK)\s*\(\s*"\s*(?:[\\/]{2}|file:)', re.IGNORECASE)
_DDE = re.compile(r"^[^\"]*?(\w+\|)'?[^\"]*!")
_LONGEST = 20_000  # characters of one instruction or formula that are looked at


def check_fields(content: Iterable[bytes]) -> None:
    """Raise FileRefused for a part with a field or a formula that reaches out."""
    reader = _Reader()
    with suppress(expat.ExpatError):  # a part that no program opens; where it is copied, it is refused
        for piece in content:
            reader.parser.Parse(piece)
        reader.parser.Parse(b"", True)


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._text = ""
        self._fields: list[str] = [""]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in ("instrText", "f", "definedName", "formula1", "formula2"):
            self._text = ""
            self.parser.CharacterDataHandler = self._take
        elif local == "fldSimple":
            for key, value in attributes.items():
                if key.rpartition(":")[2] == "instr":
                    _check_field(value)
        elif local == "fldChar":
            self._turn(next((value for key, value in attributes.items() if key.endswith("fldCharType")), ""))

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "instrText":
            self._fields[-1] = (self._fields[-1] + self._text)[:_LONGEST]
            _check_field(self._fields[-1])
        elif local in ("f", "definedName", "formula1", "formula2"):
            _check_formula(self._text)
        else:
            return
        self.parser.CharacterDataHandler = None

    def _take(self, text: str) -> None:
        self._text = (self._text + text)[:_LONGEST]

    def _turn(self, kind: str) -> None:
        """Follow where a field begins and ends: one may stand in another's instruction."""
        if kind == "begin":
            self._fields.append("")
        elif kind == "end" and len(self._fields) > 1:
            self._fields.pop()


def _check_field(instruction: str) -> None:
    for pattern in (_REACH_OUT, _ELSEWHERE):
        if found := pattern.match(instruction):
            raise FileRefused(_FIELD.format(found[1].upper()))


def _check_formula(formula: str) -> None:
    for pattern in (_FORMULAS, _LINKED):
        if found := pattern.search(formula):
            raise FileRefused(_FORMULA.format(found[1].upper()))
    if found := _DDE.match(formula):
        raise FileRefused(_FORMULA.format(found[1]))
