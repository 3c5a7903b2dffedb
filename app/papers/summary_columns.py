"""The columns of annexes 2 and 3, and how people name them in the files they really send."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.domain.periods.rounds import SHORT_KIND_NAMES, Kind

ORDER = "order"  # 序号: no field of a nominee


@dataclass(frozen=True, slots=True)
class SummaryColumn:
    """One column as it is written: the width in characters of half width, whether the form has words to choose from."""

    key: str
    head: str
    width: int
    offers_words: bool = False
    centred: bool = True
    typed_as_text: bool = False  # a spreadsheet would turn it into a number or a date


_REMARK = SummaryColumn("remark", "备注", 16, centred=False)
_ORDER = SummaryColumn(ORDER, "序号", 6)
_TRADE = SummaryColumn("trade", "所属\n行业", 16, offers_words=True)
COLUMNS = {
    Kind.COLLECTIVE: (
        _ORDER,
        SummaryColumn("name", "集体名称", 44, centred=False),
        SummaryColumn("unit_type", "单位类型", 18, offers_words=True),
        SummaryColumn("trade", "所属行业", 30, offers_words=True),
        SummaryColumn("level", "集体级别", 14),
        _REMARK,
    ),
    Kind.INDIVIDUAL: (
        _ORDER,
        SummaryColumn("name", "姓名", 10),
        SummaryColumn("sex", "性别", 6, offers_words=True),
        SummaryColumn("ethnicity", "民族", 8),
        SummaryColumn("birth", "出生年月", 12, typed_as_text=True),
        SummaryColumn("political", "政治面貌", 14, offers_words=True),
        SummaryColumn("unit", "工作单位", 26, centred=False),
        SummaryColumn("post", "职务\n职级", 18, centred=False),
        SummaryColumn("title", "职称", 12),
        SummaryColumn("work", "从事工作", 16, centred=False),
        _TRADE,
        _REMARK,
    ),
}
_NUMBERS = (
    SummaryColumn("id_number", "身份证号码", 22, typed_as_text=True),
    SummaryColumn("credit_code", "社会信用代码", 22, typed_as_text=True),
    SummaryColumn("phone", "联系电话", 16, typed_as_text=True),
)
_HISTORY = (
    SummaryColumn("awards", "何时何地受过何种奖励", 30, centred=False),
    SummaryColumn("penalties", "何时何地受过何种处分", 20, centred=False),
)
_DEEDS = SummaryColumn("deeds", "主要事迹", 70, centred=False)
# Not in the notice: what a publicity period needs of a nominee, for whoever sends no annex 4 or 5.
EXTRA_COLUMNS = {
    Kind.COLLECTIVE: (
        _NUMBERS[1],
        _NUMBERS[2],
        SummaryColumn("unit", "所在单位（集体）", 26, centred=False),
        *_HISTORY,
        _DEEDS,
    ),
    Kind.INDIVIDUAL: (_NUMBERS[0], _NUMBERS[2], *_HISTORY, _DEEDS),
}
# A list may come without these columns.
OPTIONAL = frozenset({ORDER, "remark"})

_OTHER_HEADS = {
    "编号": ORDER,
    "单位名称": "name",
    "出生日期": "birth",
    "出生年月日": "birth",
    "行业": "trade",
    "职务": "post",
    "职务及职级": "post",
    "现从事工作": "work",
    "从事的工作": "work",
    "级别": "level",
    "身份证号": "id_number",
    "居民身份证号码": "id_number",
    "公民身份号码": "id_number",
    "统一社会信用代码": "credit_code",
    "电话": "phone",
    "手机": "phone",
    "手机号码": "phone",
    "联系方式": "phone",
    "单位联系电话": "phone",
    "所在单位": "unit",
    "奖励": "awards",
    "受过何种奖励": "awards",
    "处分": "penalties",
    "受过何种处分": "penalties",
    "事迹": "deeds",
    "简要事迹": "deeds",
    "先进事迹": "deeds",
    "照片": "",
}


def plain_head(text: str) -> str:
    """Return a head or label without what people put into it: spaces, line breaks, marks, and remarks in brackets."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\([^()]*(?:\)|$)", "", plain)
    return re.sub(r"[\s、,/:*.·]", "", plain)


def name_heads(kind: Kind, kind_name: str) -> tuple[str, str]:
    """集体名称 and 先进集体名称, or 姓名 and 先进个人姓名: the heads of the name, which tell the kind of a list."""
    head = plain_head(next(column.head for column in COLUMNS[kind] if column.key == "name"))
    return head, kind_name + head.removeprefix(SHORT_KIND_NAMES[kind])


def heads_of(kind: Kind, kind_name: str) -> dict[str, str]:
    """Return the key of every head that a file of this kind may have, by its plain form.

    `kind_name` is what the notice calls the kind: units write it before 名称 and 姓名.
    """
    columns = (*COLUMNS[kind], *EXTRA_COLUMNS[kind])
    keys = {column.key for column in columns}
    heads = {head: key for head, key in _OTHER_HEADS.items() if key in keys}
    heads |= dict.fromkeys(name_heads(kind, kind_name), "name")
    return heads | {plain_head(column.head): column.key for column in columns}
