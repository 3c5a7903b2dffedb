"""Names as every door takes them: list, form, entry by hand, correction (R9)."""

from __future__ import annotations

import re
import unicodedata

# People type many marks for the dot between the parts of a name; it is written U+00B7 (民委发〔2016〕33号).
_MARKS = "\u2022\u2024\u2027\u2219\u22c5\u25cf\u30fb\uff0e\uff65\u0387\u16eb"
_HAN = "\u3400-\U0003ffff"
_DOTS = re.compile(rf"[{_MARKS}]|(?<=[{_HAN}])\.(?=[{_HAN}])")
_GAPS = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")  # NFKC of the whole name would change characters that are meant


def clean_name(typed: str) -> str:
    """Return a name as it is published: 张 三 → 张三, 阿依古丽．买买提 → 阿依古丽·买买提, １ → 1."""
    narrow = _FULL_WIDTH.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), _DOTS.sub("·", typed))
    return _GAPS.sub("", narrow.replace("\n", " ")).strip().strip("·")
