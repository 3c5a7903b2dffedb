"""The copy of a Word or Excel file that handlers read: what it shows, and nothing that says who made it (SECURITY 45).

Only parts that are reached from the main part by relations of the list below are written. Properties, notes in the
margin, lists of people, versions, templates, thumbnails, printers, signatures and custom data are reached by others.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from app.domain.refusals import FileRefused
from app.evidence.kinds import OR_AS_PDF
from app.evidence.office_text import PartUnclear, Writers, rewritten
from app.evidence.package import BadXml, each_element
from app.evidence.picture_marks import PictureUnclear, without_marks

BROKEN = f"这个文件写法特殊，无法去掉里面的作者等信息。请在 Word、Excel 或 WPS 里打开它，另存一份，{OR_AS_PDF}"
_PICTURE = f"这个文件里有一张图片无法读取，不能去掉图片里的拍摄信息。请删掉或者重新插入它，{OR_AS_PDF}"

_TYPES, _ROOT = "[content_types].xml", "_rels/.rels"
_FOLLOWED = frozenset({
    "officedocument", "styles", "settings", "numbering", "fonttable", "theme", "header", "footer", "footnotes",
    "endnotes", "image", "chart", "chartstyle", "chartcolorstyle", "chartusershapes", "diagramdata", "diagramlayout",
    "diagramquickstyle", "diagramcolors", "diagramdrawing",
    "worksheet", "chartsheet", "sharedstrings", "drawing", "table", "calcchain", "pivottable", "pivotcachedefinition",
    "pivotcacherecords",
})  # fmt: skip
_IMAGE = "image"
_XML = ".xml"
_MOST_OF_A_PICTURE = 60 * 1024 * 1024
_PIECE = 64 * 1024
_TIME = (1980, 1, 1, 0, 0, 0)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PICTURE_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "emf": "image/x-emf", "wmf": "image/x-wmf"}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class _Relation:
    id: str
    kind: str
    word: str  # the last of its kind, in small letters
    target: str  # the part's name, in small letters


def copy_of_office(content: bytes) -> bytes:
    """Return the copy. Raises FileRefused for a file that cannot be written anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _Copy(archive).written()
    except (zipfile.BadZipFile, PartUnclear, BadXml, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError):
        raise FileRefused(BROKEN) from None
    except PictureUnclear:
        raise FileRefused(_PICTURE) from None


class _Copy:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {entry.filename.casefold(): entry for entry in archive.infolist() if not entry.is_dir()}
        self._types: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        self._writers = Writers()
        self._names: dict[str, str] = {}  # of parts that are written: before and after
        self._written_types: dict[str, str] = {}

    def written(self) -> bytes:
        each_element(self._pieces(_TYPES), self._take_type)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
            waiting = [""]  # the package itself
            seen = {""}
            while waiting:
                part = waiting.pop()
                relations = self._relations_of(part)
                kept = [each for each in relations if self._is_kept(each)]
                if part:
                    self._write_part(copy, part, {each.id for each in relations} - {each.id for each in kept})
                for each in kept:
                    if each.word == _IMAGE:
                        self._write_picture(copy, each.target)
                    elif each.target not in seen:
                        seen.add(each.target)
                        self._names[each.target] = self._entries[each.target].filename
                        waiting.append(each.target)
                if kept:
                    self._write_relations(copy, part, kept)
            self._write_types(copy)
        return out.getvalue()

    def _take_type(self, element: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "")
        if element == "Override":
            self._types[attributes.get("PartName", "").lstrip("/").casefold()] = kind
        elif element == "Default":
            self._defaults[attributes.get("Extension", "").casefold()] = kind

    def _type_of(self, part: str) -> str:
        return self._types.get(part) or self._defaults.get(part.rpartition(".")[2], "")

    def _relations_of(self, part: str) -> list[_Relation]:
        place = _list_of(part)
        found: list[_Relation] = []

        def take(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship":
                kind, target = attributes.get("Type", ""), unquote(attributes.get("Target", "").strip())
                outside = attributes.get("TargetMode", "").casefold() == "external"
                name = "" if outside else _resolved(part, target)
                found.append(_Relation(attributes.get("Id", ""), kind, kind.rpartition("/")[2].casefold(), name))

        if place in self._entries:
            each_element(self._pieces(place), take)
        return found

    def _is_kept(self, relation: _Relation) -> bool:
        if relation.word not in _FOLLOWED or relation.target not in self._entries:
            return False
        return relation.word != _IMAGE or not relation.target.endswith((".svg", ".wdp"))

    def _write_part(self, copy: zipfile.ZipFile, part: str, gone: set[str]) -> None:
        if not part.endswith(_XML):
            raise PartUnclear
        with copy.open(_entry(self._names[part]), "w") as file:
            for piece in rewritten(self._pieces(part), gone, self._writers):
                file.write(piece)
        self._written_types[self._names[part]] = self._type_of(part)

    def _write_picture(self, copy: zipfile.ZipFile, part: str) -> None:
        """Write a picture once, under a number: its name may be that of its owner's file."""
        if part in self._names:
            return
        if self._entries[part].file_size > _MOST_OF_A_PICTURE:
            raise PictureUnclear
        content, extension = without_marks(b"".join(self._pieces(part)))
        number = sum(name.startswith("media/") for name in self._names.values()) + 1
        name = f"media/picture{number}.{extension}"
        self._names[part] = name
        self._written_types[name] = _PICTURE_TYPES[extension]
        copy.writestr(_entry(name), content)

    def _write_relations(self, copy: zipfile.ZipFile, part: str, kept: list[_Relation]) -> None:
        lines = "".join(
            f"<Relationship Id={quoteattr(each.id)} Type={quoteattr(each.kind)} "
            f"Target={quoteattr('/' + self._names[each.target])}/>"
            for each in kept
        )
        text = f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
        copy.writestr(_entry(_list_of(self._names.get(part, ""))), text)

    def _write_types(self, copy: zipfile.ZipFile) -> None:
        lines = "".join(
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
            for name, kind in self._written_types.items()
        )
        relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        text = f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{relations}{lines}</Types>'
        copy.writestr(_entry("[Content_Types].xml"), text)

    def _pieces(self, part: str) -> Iterator[bytes]:
        with self._archive.open(self._entries[part]) as file:
            while piece := file.read(_PIECE):
                yield piece


def _list_of(part: str) -> str:
    """Return the name of the list of a part's relations."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def _resolved(part: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/").casefold()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
