"""行政级别, as 职务职级 or 集体级别 tells it (R10): only what is plainly stated, a person decides the rest."""

from __future__ import annotations

import re
import unicodedata

from app.domain.nominees.annexes import Rank

# The levels by name, and the 职级 of civil servants and police that stand for one. Highest first: whoever is
# 科长（享受副处级待遇） is counted by the higher.
_WORDS = (
    (
        Rank.ABOVE,
        r"[正副]?(?:厅|司|部|省|国家)级|省部级|省军级|厅局级|司局级|地厅级|地市级|地师级|[正副]师级|巡视员|警务专员",
    ),
    (Rank.COUNTY, r"县处级?|[正副]?(?:县|处|团)级|[正副]处|调研员|高级警长|高级主管"),
    (Rank.BELOW, r"乡科级?|乡镇级|[正副]?(?:乡|科|股|所|营|连|村)级|股所级|[正副]科|科员|办事员|警长|警员"),
)
_PATTERNS = tuple((rank, re.compile(words)) for rank, words in _WORDS)
_NONE = re.compile(r"无|没有|[/\\—–\-]+|无(?:行政)?级别|没有行政级别|不适用|无职务职级|无职务")


def rank_of(text: str) -> Rank:
    """Return the rank that a text plainly names: the highest, if several. UNKNOWN where it names none."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _NONE.fullmatch(plain):
        return Rank.NONE
    return next((rank for rank, pattern in _PATTERNS if pattern.search(plain)), Rank.UNKNOWN)
