"""Annexes 4 and 5 as .docx: filled in, or blank to be filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from app.domain.imports.nominations import FIELD_NAMES
from app.domain.papers.lines import break_lines
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.papers.templates import Picture, render

_PHOTO_WIDTH, _PHOTO_HEIGHT = 30, 40  # millimetres: two inches, as photographers call it, in the shape of 768 × 1024
_TEMPLATES = {Kind.COLLECTIVE: "annex-4.docx", Kind.INDIVIDUAL: "annex-5.docx"}
_TITLE_WIDTH = 20  # characters of 二号 on a line of the cover
_BLANK_DAY = "    年    月    日"


def write_form(
    kind: Kind,
    fields: Mapping[str, str],
    title: str,
    photo: bytes | None,
    *,
    notice: AwardNotice,
    folder: Path | None = None,
) -> bytes:
    """Annex 4 or 5 of one nominee, by the keys of FIELD_NAMES; without fields, a blank to fill in.

    `title` is the whole title of the form, ending in the heading of its annex. `dated` among the fields is 填报时间,
    as a text. `photo` (JPEG or PNG) stands in its cell. `folder`: where restyled templates lie. Raises TemplateBroken.
    """
    annex = notice.forms[kind]
    post, rank_title = fields.get("post", ""), fields.get("title", "")
    context = {
        **{key: fields.get(key, "") for key in FIELD_NAMES},
        "annex": annex.label,
        "title": "\n".join(break_lines(title, _TITLE_WIDTH)),
        "honour": re.sub(r"\s", "", title).removesuffix(annex.heading),
        "notes": notice.printed_notes(annex),
        "foot": annex.foot,
        "deeds_limit": notice.deeds_limit,
        "reviewers": notice.reviewers,
        "approvers": " ".join(notice.approvers),
        "dated": fields.get("dated") or _BLANK_DAY,
        "post_and_title": f"{post}\n（{rank_title}）" if rank_title else post,
        "photo": Picture(photo, _PHOTO_WIDTH, _PHOTO_HEIGHT) if photo else None,
    }
    return render(_TEMPLATES[kind], context, folder)
