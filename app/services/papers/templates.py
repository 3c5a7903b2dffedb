"""The templates that staff can restyle in WPS: what there is, and which copy is in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.papers.templates import FOLDER, find_template

_NAMES = {
    "notice.docx": "公示公告",
    "cases.docx": "异议处理情况报告",
    "closing.docx": "办结报告",
    "letters.docx": "告知书、通知书、督办单",
    "report.docx": "推荐工作报告",
    "asking.docx": "征求意见函",
}


FILES = frozenset({*_NAMES, "annex-4.docx", "annex-5.docx", "opinions.docx", "leaders.docx"})


@dataclass(frozen=True, slots=True)
class Template:
    file_name: str
    name: str
    restyled: bool


def names_of(notice: AwardNotice) -> dict[str, str]:
    """Return every template by its file, the annexes under the names that the notice gives them."""
    team, person = notice.forms[Kind.COLLECTIVE], notice.forms[Kind.INDIVIDUAL]
    return _NAMES | {
        "annex-4.docx": f"{team.label} {notice.form_name(Kind.COLLECTIVE)}",
        "annex-5.docx": f"{person.label} {notice.form_name(Kind.INDIVIDUAL)}",
        "opinions.docx": f"{notice.opinion_form.label} {notice.opinion_form.heading}",
        "leaders.docx": f"{notice.leaders_form.label} {notice.leaders_form.heading}",
    }


def all_templates(notice: AwardNotice, folder: Path | None) -> list[Template]:
    """List every template, with whether a restyled copy lies in the folder of the installation."""
    return [
        Template(file, name, find_template(file, folder).parent != FOLDER) for file, name in names_of(notice).items()
    ]


def content_of(name: str, folder: Path | None) -> bytes | None:
    """Return the copy of a template that is in use; None for what is no template."""
    return find_template(name, folder).read_bytes() if name in FILES else None
