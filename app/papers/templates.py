"""Papers made from templates that staff can restyle: Word files with {{ places }} to fill (docxtpl).

The portal's own lie in templates/papers/, drawn by tools/papers. A folder named by GONGSHI_TEMPLATES_DIR may hold
restyled copies under the same names; one that is there wins. A template is data of the installation, yet it is run in a
sandbox, and what is filled in is text, never template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from app.domain.papers.lines import break_lines
from app.domain.refusals import TemplateBroken, UnreadableForm
from app.evidence.kinds import FileKind
from app.papers.screening import screened

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "papers"


class _Box(SandboxedEnvironment):
    """Compiles each part of a template once: that takes a third of the time, and many forms have one template."""

    @lru_cache(maxsize=128)  # noqa: B019 - there is one box, and it lives as long as the process
    def from_string(self, *source: Any, **named: Any) -> Template:  # type: ignore[override] # the cache is no method
        return super().from_string(*source, **named)


def _in_lines(text: object, width: int) -> str:
    """Set a text in lines that end where words end: `{{ name|lines(12) }}` in a cell that holds 12 characters."""
    parts = str(text).split("\a")  # paragraphs, as `_prepared` marks them
    return "\a".join("\n".join(break_lines(part, width)) for part in parts)


_BOX = _Box(autoescape=True, undefined=StrictUndefined)  # a misspelt place is told, not left empty
_BOX.filters["lines"] = _in_lines
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG or PNG to stand in a line of text; `width` in millimetres, the height follows unless it is given."""

    content: bytes
    width: int
    height: int | None = None


def find_template(name: str, folder: Path | None) -> Path:
    """Return the template in use: the copy that staff restyled, if one lies in `folder`, else the portal's own."""
    restyled = folder / name if folder else None
    return restyled if restyled and restyled.is_file() else FOLDER / name


def render(name: str, context: Mapping[str, Any], folder: Path | None = None) -> bytes:
    """Fill in the template `name` ("annex-4.docx") and return it as .docx.

    `context` holds texts, numbers, Pictures, None, and lists and mappings of these; a line break in a text begins a
    paragraph of the same style. `folder`: where restyled copies may lie. Raises TemplateBroken.
    """
    path = find_template(name, folder)
    content = path.read_bytes()
    own = path.parent == FOLDER
    if not own:
        _require_sound(content, name)
    try:
        return _filled(content, context)
    except Exception as fault:
        if own:
            raise
        # A restyled template may contain any error, which its author can correct.
        raise TemplateBroken(name, f"其中的占位符有误（{fault}）。") from fault


def _filled(content: bytes, context: Mapping[str, Any]) -> bytes:
    template = DocxTemplate(BytesIO(content))
    template.render(_prepared(context, template), _BOX)
    for text in list(template.docx.element.body.iter(qn("w:t"))):
        _keep_numbers_whole(text)
    written = BytesIO()
    template.save(written)
    return undated(written)


_IN_A_NUMBER = re.compile(r"(?<=[0-9])-(?=[0-9])")


def _keep_numbers_whole(text: Any) -> None:
    """Write the hyphens of 2026-1163033324, 0874-1234567 and 8:30-12:00 as such that no line ends with."""
    first, *others = _IN_A_NUMBER.split(text.text or "")
    text.text = first
    after = text
    for part in others:
        hyphen, rest = OxmlElement("w:noBreakHyphen"), OxmlElement("w:t")
        rest.text = part
        rest.set(qn("xml:space"), "preserve")
        after.addnext(hyphen)
        hyphen.addnext(rest)
        after = rest


# The moment of writing, and the version of the library that wrote, in the properties of a file.
_WRITTEN_BY = re.compile(
    rb"<dcterms:modified.*?</dcterms:modified>|<(AppVersion|Application)>.*?</\1>|<dc:creator[^>]*>openpyxl</dc:creator>"
)
_PROPERTIES = "docProps/"


def undated(written: BytesIO) -> bytes:
    """Return an archive without the clock times of its entries: the same facts make the same bytes and hash."""
    plain = BytesIO()
    with ZipFile(written) as dated, ZipFile(plain, "w", ZIP_DEFLATED) as without:
        for entry in dated.infolist():
            content = dated.read(entry)
            if entry.filename.startswith(_PROPERTIES):
                content = _WRITTEN_BY.sub(b"", content)
            without.writestr(ZipInfo(entry.filename), content, ZIP_DEFLATED)
    return plain.getvalue()


def _require_sound(content: bytes, name: str) -> None:
    """Inspect a copy that staff restyled, like anything that comes in. Raises TemplateBroken."""
    try:
        if screened(BytesIO(content), name) is not FileKind.DOCX:
            raise TemplateBroken(name, "它不是 .docx 文件。")
    except UnreadableForm as refusal:
        raise TemplateBroken(name, refusal.why) from None


def _prepared(value: Any, template: DocxTemplate) -> Any:
    """Prepare values for docxtpl: texts without invalid XML characters, lines as paragraphs, pictures as its type."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value.replace("\r\n", "\n")).replace("\n", "\a")
    if isinstance(value, Picture):
        height = Mm(value.height) if value.height else None
        return InlineImage(template, BytesIO(value.content), width=Mm(value.width), height=height)
    if isinstance(value, Mapping):
        return {key: _prepared(part, template) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_prepared(part, template) for part in value]
    return value
