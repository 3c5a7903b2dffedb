"""Reads filled-in annexes 4 and 5. A value stands to the right of its label, however the form was changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import docx
from docx.document import Document
from docx.oxml.ns import qn

from app.domain.imports.fields import FIELD_NAMES, Problem
from app.domain.imports.nominations import Nomination, column_name
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import UnreadableForm
from app.evidence.kinds import FileKind
from app.papers.cells import clean
from app.papers.screening import screened
from app.papers.summary_columns import plain_head

FORM_FIELDS = {
    Kind.COLLECTIVE: (
        *("name", "unit_type", "level", "trade", "leader", "credit_code", "phone"),
        *("awards", "penalties", "deeds"),
    ),
    Kind.INDIVIDUAL: (
        *("name", "sex", "ethnicity", "birth", "political", "status", "post", "trade", "phone", "id_number"),
        *("unit", "unit_type", "resume", "awards", "penalties", "deeds"),
    ),
}
_OTHER_LABELS = {
    "出生日期": "birth",
    "身份证号": "id_number",
    "居民身份证号码": "id_number",
    "公民身份号码": "id_number",
    "统一社会信用代码": "credit_code",
    "单位联系电话": "phone",
    "简历": "resume",
    "单位负责人": "leader",
}
_LABELS = {name: key for key, name in FIELD_NAMES.items()} | {"集体名称": "name"} | _OTHER_LABELS
_ENOUGH = 5  # labels in tables: fewer, and it is some other document

_NOT_THE_FORM = "里面没有找到推荐表的栏目。"
_BROKEN = ("这个文件的内容不完整或已损坏，无法读取。", "请在 Word 或 WPS 里打开它，另存为 .docx 后再上传。")
_NUMBERS_LOST = (
    "表里有段落用了 Word 的自动编号，编号没有读进来",
    "要保留编号的，请把这几段剪切，再“选择性粘贴—无格式文本”；不需要的，请在下面确认",
)
_OTHER_PICTURE = ("插入的照片不是 JPG 或 PNG 格式", "请换成 JPG 格式的照片")
_COVER_LINE = re.compile(r"(?P<label>[^:]{2,12}):(?P<value>.*)", re.DOTALL)
# A title at the end, in brackets after the post: 局长（高级工程师）; a rank there, as in 局长（正处级）, is none.
_TITLE_BEHIND = re.compile(
    r"^(?P<post>.*?)\s*[(（]\s*(?P<title>[^()（）]*(?:师|教授|研究员|馆员|编辑|记者|教练|教员|编审|译审|技术员))\s*[)）]$",
    re.DOTALL,
)
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(slots=True)
class _Read:
    """The fields found so far, in the tables and on the cover. A field of the tables wins."""

    fields: dict[str, str] = field(default_factory=dict)
    cover: dict[str, str] = field(default_factory=dict)
    collective: bool = False
    numbered: bool = False  # some field has automatic numbers


def read_form(file: BinaryIO, source: str, number: int, notice: AwardNotice) -> tuple[Nomination, bytes | None]:
    """Read a filled annex 4 or 5 of a notice, and the photo in annex 5 (JPEG or PNG as it was inserted), if any.

    Raises UnreadableForm for any other document, and for forbidden content.
    """
    forms = "或".join(f"{notice.forms[kind].label}（{notice.form_name(kind)}）" for kind in Kind)
    ask_for_form = f"请使用{forms}的 Word 文件，栏目名称照原样保留。"
    if screened(file, source) is not FileKind.DOCX:
        raise UnreadableForm(source, "这不是 Word 文件。", ask_for_form)
    try:
        paper = docx.Document(file)
        read = _read(paper)
        picture = _first_picture(paper)
    except Exception:  # the library may raise anything for a broken file, and none of it is a fault of the portal
        raise UnreadableForm(source, *_BROKEN) from None
    kind = Kind.COLLECTIVE if read.collective else Kind.INDIVIDUAL
    if len(read.fields) < _ENOUGH or "name" not in read.fields:
        raise UnreadableForm(source, _NOT_THE_FORM, ask_for_form)
    missing = [column_name(key, kind) for key in FORM_FIELDS[kind] if key not in read.fields]
    if missing:
        raise UnreadableForm(source, f"表里缺少：{'、'.join(missing)}。", "请照附件的样子补上这些栏目，再上传。")
    problems = [Problem("自动编号", *_NUMBERS_LOST, asks=True)] if read.numbered else []
    if kind is Kind.COLLECTIVE or picture is None:
        picture = None
    elif not picture.startswith(_PICTURES):
        picture = None
        problems.append(Problem("照片", *_OTHER_PICTURE))
    return Nomination(kind, number, source, _fields(kind, read), tuple(problems)), picture


def _fields(kind: Kind, read: _Read) -> dict[str, str]:
    fields = {key: read.fields[key] or read.cover.get(key, "") for key in FORM_FIELDS[kind]}
    fields["recommender"] = read.cover.get("recommender") or read.fields.get("recommender", "")
    if kind is Kind.INDIVIDUAL:
        fields["title"] = read.fields.get("title", "")
        if not fields["title"] and (parts := _TITLE_BEHIND.match(fields["post"])):
            fields["post"], fields["title"] = parts["post"], parts["title"]
    return fields


def _read(paper: Document) -> _Read:
    read = _Read()
    for paragraph in paper.element.body.iterchildren(qn("w:p")):
        _take_cover_line(text_of(paragraph), read)
    for table in paper.element.body.iter(qn("w:tbl")):
        _take_table(table, read)
    return read


def _take_cover_line(text: str, read: _Read) -> None:
    """推荐单位：麒麟区, as the cover has it; what stands there may be underlined with strokes."""
    match = _COVER_LINE.fullmatch(unicodedata.normalize("NFKC", text))
    key = _LABELS.get(plain_head(match["label"])) if match else None
    if match and key:
        value = clean(match["value"].strip(" _\u3000"))
        read.cover[key] = read.cover.get(key) or value
        read.collective = read.collective or plain_head(match["label"]) == "集体名称"


def _take_table(table: Any, read: _Read) -> None:
    read.numbered = read.numbered or _numbered(table)
    rows = [[text_of(cell) for cell in _own(row, "w:tc")] for row in _own(table, "w:tr")]
    is_cover = not any(len(row) > 2 for row in rows)  # a cover may be laid out as a table of two columns
    for place, texts in enumerate(rows):
        for position, text in enumerate(texts):
            key = _LABELS.get(plain_head(text))
            if key:
                right = texts[position + 1] if position + 1 < len(texts) else ""
                value = "" if plain_head(right) in _LABELS else right
                read.collective = read.collective or plain_head(text) == "集体名称"
                found = read.cover if is_cover and ":" in unicodedata.normalize("NFKC", text) else read.fields
                found[key] = found.get(key) or clean(value)
            elif len(texts) == 1:
                _take_whole_row(text, read)
        if len(texts) == 1 and (key := _LABELS.get(plain_head(texts[0]))) and place + 1 < len(rows):
            _take_row_below(key, rows[place + 1], read)


def _take_whole_row(text: str, read: _Read) -> None:
    """Read a row of one cell with its label in the first line and the text under it."""
    first, _, rest = text.partition("\n")
    if key := _LABELS.get(plain_head(first)):
        read.fields[key] = read.fields.get(key) or clean(rest)


def _take_row_below(key: str, texts: list[str], read: _Read) -> None:
    """Read a label that takes a whole row: its value takes the next."""
    if len(texts) == 1 and plain_head(texts[0].partition("\n")[0]) not in _LABELS:
        read.fields[key] = read.fields.get(key) or clean(texts[0])


def _own(parent: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, also inside content controls, none of a table within it."""
    holder = "w:tbl" if name == "w:tr" else "w:tr"
    for element in parent.iter(qn(name)):
        if next(element.iterancestors(qn(holder))) is parent:
            yield element


def text_of(element: Any) -> str:
    """Return the text that a reader sees, a line for each paragraph.

    Without what tracked changes deleted or moved away, hidden text, and the letters of phonetic guides.
    """
    paragraphs = [element] if element.tag == qn("w:p") else list(element.iter(qn("w:p")))
    paragraphs = [paragraph for paragraph in paragraphs if not _moved_away(paragraph)]
    return "\n".join("".join(_runs_of(paragraph)) for paragraph in paragraphs).strip()


_MARKS: Mapping[str, str] = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
_TEXT, _PARAGRAPH = qn("w:t"), qn("w:p")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # repeats the same text


_VANISH = f"{qn('w:rPr')}/{qn('w:vanish')}"
_MOVED = f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:moveFrom')}"
_UNSEEN = (_FALLBACK, qn("w:moveFrom"), qn("w:rt"))


def _runs_of(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter(_TEXT, *_MARKS):
        if next(node.iterancestors(_PARAGRAPH)) is paragraph and next(node.iterancestors(*_UNSEEN), None) is None:
            run = node.getparent()
            in_run = run.tag == qn("w:r")  # a tab stop in a paragraph's properties is no tab
            if in_run and not _is_on(run.find(_VANISH)):
                yield (node.text or "") if node.tag == _TEXT else _MARKS[node.tag]


def _is_on(found: Any) -> bool:
    """Tell whether a property such as `w:vanish` is there and not switched off."""
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")


def _moved_away(paragraph: Any) -> bool:
    """Tell whether tracked changes moved a whole paragraph, its end included, to another place."""
    return paragraph.find(_MOVED) is not None and not any(text.strip() for text in _runs_of(paragraph))


def _numbered(table: Any) -> bool:
    """Tell whether a paragraph in a table has an automatic number, which is no text."""
    return any(node.get(qn("w:val")) != "0" for node in table.iter(qn("w:numId")))


def _first_picture(paper: Document) -> bytes | None:
    """Return the first picture in a table, as Word and WPS put it there (DrawingML or the older VML)."""
    for table in paper.element.body.iter(qn("w:tbl")):
        for node in table.iter(qn("a:blip"), "{urn:schemas-microsoft-com:vml}imagedata"):
            number = node.get(qn("r:embed")) or node.get(qn("r:id"))
            part = paper.part.related_parts.get(number)
            if part is not None:
                return bytes(part.blob)
    return None
