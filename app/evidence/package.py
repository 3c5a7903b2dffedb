"""The lists inside an Office file: the kinds of its parts, and what they refer to (Open Packaging Conventions).

Only the two lists are parsed, never a document's text, and never with a document type: no entity is expanded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote
from xml.parsers import expat

from app.domain.refusals import FileRefused
from app.evidence.fields import check_fields
from app.evidence.kinds import OR_AS_PDF, FileKind

_TYPES, _RELATIONS, _ROOT = "[content_types].xml", ".rels", "_rels/.rels"
_WITH_FIELDS = ("word/", "xl/worksheets/", "xl/workbook")
_XML_LIMIT = 4 * 1024 * 1024

_MAIN = "application/vnd.openxmlformats-officedocument"
_KINDS = {
    f"{_MAIN}.wordprocessingml.document.main+xml": FileKind.DOCX,
    f"{_MAIN}.spreadsheetml.sheet.main+xml": FileKind.XLSX,
}

_MACROS = f"这个文件里带有宏或控件。请去掉它，{OR_AS_PDF}"
_LINKS = f"这个文件里有指向其他文件或数据的链接{{}}（如链接的图片、模板、工作簿、数据库）。请去掉它，{OR_AS_PDF}"
_BOOKS = f"这个表格的公式引用了另一个工作簿或数据库。请点“数据—编辑链接—断开链接”，{OR_AS_PDF}"
_TEMPLATE = (
    "这个文件套用了另一个文件里的模板{}。请在 Word 里点“文件—选项—加载项”，下面“管理”选“模板”再点“转到”"
    f"（WPS 里点“开发工具—文档模板”），把模板删掉，{OR_AS_PDF}"
)
_LINK = f"这个文件里有一处超链接，指向{{}}。请找到它，右击，选“取消超链接”，{OR_AS_PDF}"
_TOLD = {"attachedtemplate": _TEMPLATE, "hyperlink": _LINK, "externallinkpath": _BOOKS}
_UNWANTED = [(re.compile("macro|vba|activex"), _MACROS), (re.compile(r"externallink|connections\+xml"), _BOOKS)]
_SWALLOWED = {"vbaproject", "afchunk"}  # a whole file of another kind, taken in as if it were text

# A reference without a scheme is to a part of the file itself. Of references to the outside only links to click on are
# allowed, to the web, a mailbox or a telephone: a file loaded from another machine would tell it who opened this one.
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", re.IGNORECASE)
_FOLDERS = re.compile(r"[/\\]")
_PLAIN_LINK = re.compile(r"https?:|mailto:|tel:", re.IGNORECASE)


class BadXml(Exception):
    """A list that is not well formed, far too long, or has a document type."""


class FileParts:
    """The parts of one file, collected while it is unpacked."""

    def __init__(self) -> None:
        self._parts: set[str] = set()
        self._types: dict[str, str] = {}
        self._main: str | None = None

    def add(self, name: str, content: Iterable[bytes]) -> None:
        """Read a part. Raises FileRefused for what it may not carry or refer to, BadXml."""
        name = name.casefold()
        self._parts.add(name)
        if name == _TYPES:
            each_element(content, self._take_type)
        elif name == _ROOT:
            each_element(content, self._take_root_relation)
        elif name.endswith(_RELATIONS):
            each_element(content, _check_relation)
        elif name.endswith(".xml") and name.startswith(_WITH_FIELDS):
            check_fields(content)

    def kind(self) -> FileKind | None:
        """Return what the file is, by the part that its root points to."""
        if self._main not in self._parts:
            return None
        return _KINDS.get(self._types.get(self._main, ""))

    def _take_type(self, element: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").casefold()
        for unwanted, why in _UNWANTED:
            if unwanted.search(kind):
                raise FileRefused(why)
        if element == "Override":
            self._types[attributes.get("PartName", "").lstrip("/").casefold()] = kind

    def _take_root_relation(self, element: str, attributes: dict[str, str]) -> None:
        _check_relation(element, attributes)
        if _relation(attributes) == "officedocument":
            if self._main is not None:
                raise BadXml  # two main parts: which one opens depends on the program
            self._main = posixpath.normpath(attributes.get("Target", "")).lstrip("/").casefold()


def _relation(attributes: dict[str, str]) -> str:
    """Return the last word of a relation's type: the two editions of the standard differ in what stands before it."""
    return attributes.get("Type", "").rpartition("/")[2].casefold()


def _check_relation(element: str, attributes: dict[str, str]) -> None:
    if element != "Relationship":
        return
    relation, target = _relation(attributes), attributes.get("Target", "").strip()
    if relation in _SWALLOWED:
        raise FileRefused(_MACROS)
    outside = _OUTSIDE.match(target) is not None
    if relation == "hyperlink":
        refused = outside and not _PLAIN_LINK.match(target)
    else:
        refused = outside or attributes.get("TargetMode", "").casefold() == "external"
    if refused:
        shown = f"“{_FOLDERS.split(unquote(target))[-1][:60]}”"
        raise FileRefused(_TOLD.get(relation, _LINKS).format(shown))


def each_element(content: Iterable[bytes], take: Callable[[str, dict[str, str]], None]) -> None:
    """Call `take` with each element's local name and attributes."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.StartElementHandler = lambda name, attributes: take(name.rpartition(" ")[2], attributes)
    length = 0
    try:
        for piece in content:
            length += len(piece)
            if length > _XML_LIMIT:
                raise BadXml
            parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise BadXml from None


def _no_document_type(*_: object) -> None:
    raise BadXml
