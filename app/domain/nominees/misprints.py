"""Tells a misprint from a change of substance: a public correction (更正) may only correct characters (R9)."""

from __future__ import annotations

from app.domain.programmes.notice import AwardNotice

# The fields that a correction may change. The kind is not one: it decides which quota a nominee counts against.
CORRECTABLE = {
    "name": "名称（姓名）",
    "unit": "所在单位",
    "recommender": "推荐单位",
    "post": "职务",
    "category": "单位类型（人员身份）",
    "trade": "所属行业",
    "deeds": "简要事迹",
}
# Ticked on the form, not written: another word of the same list was ticked by mistake.
WORD_LISTS = {"category": ("unit_type", "status"), "trade": ("trade",)}
# As long as the columns are; a notice may ask for shorter deeds.
LONGEST = {"name": 120, "unit": 120, "recommender": 120, "post": 120, "category": 60, "trade": 80, "deeds": 800}
_CONTEXT = 8


def count_changeable_characters(field: str, text: str) -> int:
    """Return how many characters of the text first published a correction may change.

    Of the deeds one in twenty, but no more than 20; of a name or a post one in three, but no more than two. Two in
    the shortest deeds and one in the shortest name: a wrong character is always mended.
    """
    if field == "deeds":
        return min(20, max(2, len(text) // 20))
    return min(2, max(1, len(text) // 3))


def find_longest_length(field: str, notice: AwardNotice) -> int:
    """Return the most characters a text may have."""
    return notice.deeds_limit if field == "deeds" else LONGEST[field]


def is_misprint(field: str, published: str, corrected: str, notice: AwardNotice) -> bool:
    """Tell whether a correction may replace one text by the other."""
    if field in WORD_LISTS:
        return any(corrected in notice.words(name) for name in WORD_LISTS[field])
    most = count_changeable_characters(field, published)
    return bool(published) and count_edits(published, corrected, most) <= most


def count_edits(before: str, after: str, most: int) -> int:
    """Return the Levenshtein distance of two texts, or `most` + 1 as soon as it is more than `most`."""
    before, after = _apart(before, after)
    if abs(len(before) - len(after)) > most:
        return most + 1
    row = list(range(len(after) + 1))
    for place, one in enumerate(before, start=1):
        above, row = row, [place]
        for column, other in enumerate(after, start=1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (one != other)))
        if min(row) > most:
            return most + 1
    return row[-1]


def cut_to_difference(before: str, after: str, context: int = _CONTEXT) -> tuple[str, str]:
    """Return the two texts cut down to where they differ, a few characters around it, for one line on a page."""
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    start = max(0, head - context)

    def cut(text: str) -> str:
        end = min(len(text), len(text) - tail + context)
        return f"{'……' if start else ''}{text[start:end]}{'……' if end < len(text) else ''}"

    return cut(before), cut(after)


def _apart(before: str, after: str) -> tuple[str, str]:
    """Return both texts without their common beginning and end."""
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    return before[head : len(before) - tail], after[head : len(after) - tail]


def _shared(one: str, other: str) -> int:
    """Return the length of the common beginning of two texts."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


assert LONGEST.keys() == CORRECTABLE.keys()  # noqa: S101 - one list, checked once at import
