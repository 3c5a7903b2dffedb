"""One part of an Office file, written anew without what says who wrote it (SECURITY 45).

A part is read and written element by element, so its length costs no memory. Elements and attributes are known by their
local names, whatever prefix a program gives them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_OFFICE = "urn:schemas-microsoft-com:office:office"  # whose `relid` is a relation too

# Left out with everything inside. Word: notes in the margin, ids of writing sessions, where template and data lie.
_LEFT_OUT = frozenset({
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef", "rsids", "rsid", "attachedTemplate",
    "mailMerge", "docVars", "docId", "writeProtection", "dataBinding", "permStart", "permEnd", "saveThroughXslt",
    "smartTagPr", "customXmlPr", "placeholder", "proofErr",
    # Excel: who has it open and from where, each person's own views, notes.
    "fileSharing", "absPath", "revisionPtr", "webPublishing", "webPublishItems", "legacyDrawing", "legacyDrawingHF",
    "oleObjects", "controls", "customProperties", "customSheetViews", "customWorkbookViews", "scenarios", "hyperlinks",
    "smartTags", "fileRecoveryPr", "externalReferences",
    # Drawings: links to click, and what each program adds for itself.
    "hlinkClick", "hlinkHover", "hlinkMouseOver", "extLst", "externalData",
})  # fmt: skip
_ATTRIBUTES_OUT = frozenset({
    "paraId", "textId", "editId", "anchorId", "uid", "documentId", "userName", "refreshedBy", "refreshedDate",
    "refreshedDateIso", "descr", "alt", "initials", "ed", "vm", "cm", "href",
})  # fmt: skip
_SESSION = "rsid"  # begins the names of six attributes
# Whose title, and of some whose name, is that of a file.
_PICTURES = frozenset({"docPr", "cNvPr", "imagedata", "shape", "rect", "oval", "group"})
_KEPT_WITHOUT = frozenset({"hyperlink", "pageSetup", "blip"})  # may stay when what they refer to is gone

# Fields of Word that show what stands in the file: kept as they are. Of others only what they show is kept.
_FIELDS = frozenset({
    "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "TOC", "REF", "PAGEREF", "NOTEREF", "SEQ", "STYLEREF", "FORMTEXT",
    "FORMCHECKBOX", "FORMDROPDOWN", "EQ", "SYMBOL", "ADVANCE", "INDEX", "XE", "TC", "IF", "QUOTE", "DATE", "TIME",
})  # fmt: skip
# And these show who wrote it, where and from what: nothing of them is kept.
_TELLING = frozenset({
    "AUTHOR", "LASTSAVEDBY", "USERNAME", "USERINITIALS", "USERADDRESS", "FILENAME", "TEMPLATE", "DOCPROPERTY",
    "COMMENTS", "INFO", "SUBJECT", "KEYWORDS", "DOCVARIABLE",
})  # fmt: skip
_NO_FIELD = " ADDIN "  # does nothing
_PROPERTY = re.compile(
    "creator|company|manager|lastmodifiedby|coreproperties|extended-properties|custom", re.IGNORECASE
)
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FLUSH = 64 * 1024
_OF_CELLS = frozenset({"r", "s", "t", "spans", "ht", "customHeight", "val", "style"})


class PartUnclear(Exception):
    """A part that is not well formed, or has a document type."""


@dataclass(slots=True)
class Writers:
    """The names of those who changed a document, each replaced by a number, the same in all its parts."""

    numbers: dict[str, int] = field(default_factory=dict)

    def stand_in(self, name: str) -> str:
        return f"作者{self.numbers.setdefault(name, len(self.numbers) + 1)}"


@dataclass(slots=True)
class _Field:
    """A field of Word: begun, then its instruction, then what it shows."""

    instruction: str = ""
    shows: bool = False

    @property
    def word(self) -> str:
        return (self.instruction.split() or [""])[0].upper()


def rewritten(content: Iterable[bytes], gone: Collection[str], writers: Writers) -> Iterator[bytes]:
    """Yield a part without its marks. `gone` are the ids of relations that are not kept. Raises PartUnclear."""
    part = _Part(gone, writers)
    yield _HEAD
    try:
        for piece in content:
            part.parser.Parse(piece)
            if part.length > _FLUSH:
                yield part.taken()
        part.parser.Parse(b"", True)
    except expat.ExpatError:
        raise PartUnclear from None
    yield part.taken()


@lru_cache(maxsize=2000)
def _split(name: str) -> tuple[str, str]:
    """Return the prefix of a name and its local part."""
    prefix, _, local = name.rpartition(":")
    return prefix, local


class _Part:
    def __init__(self, gone: Collection[str], writers: Writers) -> None:
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.length = 0
        self._out: list[str] = []
        self._gone, self._writers = frozenset(gone), writers
        self._reference_prefixes: set[str] = set()
        self._skipped = 0  # how deep inside something left out
        self._path: list[str] = []
        self._fields: list[_Field] = []
        self._blank: list[int] = []  # depths of elements that show a property of the file

    def taken(self) -> bytes:
        text, self._out, self.length = "".join(self._out), [], 0
        return text.encode()

    def _write(self, text: str) -> None:
        self._out.append(text)
        self.length += len(text)

    def _start(self, name: str, listed: list[str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        local = _split(name)[1]
        if local in _LEFT_OUT:
            self._leave_out(local, listed)
            return
        attributes = self._plainly_kept(listed) if listed else ""
        if attributes is None:
            given = dict(zip(listed[::2], listed[1::2], strict=True))
            self._learn_prefixes(given)
            kept = self._kept(local, given)
            if kept is None:
                self._skipped = 1
                return
            if local == "fldChar":
                self._turn(kept)
            elif local == "fldSimple":
                self._simple(kept)
            attributes = "".join(f" {key}={quoteattr(value)}" for key, value in kept.items())
        self._path.append(local)
        self._write(f"<{name}{attributes}>")

    def _leave_out(self, local: str, listed: list[str]) -> None:
        self._skipped = 1
        if local == "dataBinding" and _PROPERTY.search(" ".join(listed)) and "sdt" in self._path:
            self._blank.append(len(self._path) - self._path[::-1].index("sdt"))

    def _plainly_kept(self, listed: list[str]) -> str | None:
        """Return the attributes as they are written, where all are short ones that every cell of a sheet has.

        Of a sheet there are millions, and none of them names anybody. None for any others: they are looked at.
        """
        out = ""
        for key, value in zip(listed[::2], listed[1::2], strict=True):
            if key not in _OF_CELLS or not value.isalnum():
                return None
            out += f' {key}="{value}"'
        return out

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._write(f"</{name}>")
        self._path.pop()
        if self._blank and len(self._path) < self._blank[-1]:
            self._blank.pop()

    def _text(self, text: str) -> None:
        if self._skipped:
            return
        local = self._path[-1] if self._path else ""
        if local == "instrText" or local == "delInstrText":
            text = self._instruction(text)
        elif self._path and (self._blank or any(each.shows and each.word in _TELLING for each in self._fields)):
            text = "" if local in ("t", "delText") else text
        self._write(escape(text))

    def _learn_prefixes(self, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key.startswith("xmlns:") and (value in _RELATIONS or value == _OFFICE):
                self._reference_prefixes.add(key[6:])

    def _kept(self, local: str, attributes: dict[str, str]) -> dict[str, str] | None:
        """Return the attributes that stay; None where the element goes, since what it refers to is gone."""
        kept = {}
        changed = any(key.rpartition(":")[2] == "author" for key in attributes)
        for key, value in attributes.items():
            prefix, own = _split(key)
            if prefix == "xmlns" or key == "xmlns":
                kept[key] = value
            elif prefix in self._reference_prefixes and value in self._gone:
                if local not in _KEPT_WITHOUT:
                    return None
            elif own == "author":
                kept[key] = self._writers.stand_in(value)
            elif self._tells(local, own, changed):
                continue
            elif local in ("docPr", "cNvPr") and own == "name":
                kept[key] = ""
            else:
                kept[key] = value
        return kept

    def _tells(self, local: str, own: str, changed: bool) -> bool:
        """Tell whether an attribute goes: it names a person, a session, a file, or when somebody changed something."""
        session = own in _ATTRIBUTES_OUT or own.startswith(_SESSION)
        return session or (changed and own in ("date", "dateUtc")) or (local in _PICTURES and own == "title")

    def _turn(self, attributes: dict[str, str]) -> None:
        """Follow the three marks of a field: where it begins, where its instruction ends, where it ends."""
        kind = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "fldCharType"), "")
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].shows = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _instruction(self, text: str) -> str:
        """Return what is written of a piece of a field's instruction: of one that reaches out nothing."""
        if not self._fields:
            return ""
        current = self._fields[-1]
        first, current.instruction = not current.instruction.strip(), current.instruction + text
        if is_plain(current.instruction):
            return text
        return _NO_FIELD if first and text.strip() else ""

    def _simple(self, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key.rpartition(":")[2] == "instr":
                current = _Field(value)
                if current.word in _TELLING:
                    self._blank.append(len(self._path) + 1)
                attributes[key] = value if is_plain(value) else _NO_FIELD


def is_plain(instruction: str) -> bool:
    """Tell whether a field shows what stands in the file itself."""
    word = _Field(instruction).word
    return word in _FIELDS or word.startswith("=")


def _refuse(*_: object) -> None:
    raise PartUnclear
