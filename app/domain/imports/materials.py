"""事迹材料: no longer than the notice allows a collective's and an individual's to be."""

from __future__ import annotations

from app.domain.imports.fields import Problem
from app.domain.periods.rounds import SHORT_KIND_NAMES, Kind
from app.domain.programmes.notice import AwardNotice

_COLUMN = "事迹材料"


def characters_in(text: str) -> int:
    """Count characters as Word does, without white space but with punctuation."""
    return len("".join(text.split()))


def material_problem(length: int, kind: Kind, notice: AwardNotice) -> Problem | None:
    """Return what is wrong with a material of so many characters."""
    longest = notice.material_limits[kind]
    if length == 0:
        return Problem(_COLUMN, "里面没有文字", "应是文字材料；是扫描件的，请存为 PDF 再上传")
    if length > longest:
        return Problem(
            _COLUMN,
            f"有{length}字",
            f"{SHORT_KIND_NAMES[kind]}不超过{longest}字（标点也算，空格不算），请删去{length - longest}字",
        )
    return None
