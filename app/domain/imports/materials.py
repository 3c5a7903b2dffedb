"""事迹材料 (notice, 四（二）4): a collective's of 3,000 characters at most, an individual's of 1,000."""

from __future__ import annotations

from app.domain.imports.fields import Problem
from app.domain.periods.rounds import SHORT_KIND_NAMES, Kind

LONGEST = {Kind.COLLECTIVE: 3000, Kind.INDIVIDUAL: 1000}
_COLUMN = "事迹材料"


def characters_in(text: str) -> int:
    """As Word counts them without white space: punctuation counts."""
    return len("".join(text.split()))


def material_problem(length: int, kind: Kind) -> Problem | None:
    """What is wrong with a material of so many characters."""
    longest = LONGEST[kind]
    if length == 0:
        return Problem(_COLUMN, "里面没有文字", "应是文字材料；是扫描件的，请存为 PDF 再上传")
    if length > longest:
        return Problem(
            _COLUMN,
            f"有{length}字",
            f"{SHORT_KIND_NAMES[kind]}不超过{longest}字（标点也算，空格不算），请删去{length - longest}字",
        )
    return None
