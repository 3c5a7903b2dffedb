"""The templates that staff can restyle in WPS: what there is, and which copy is in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.papers.templates import FOLDER, find_template

NAMES = {
    "notice.docx": "公示公告",
    "cases.docx": "异议处理情况报告",
    "closing.docx": "办结报告",
    "report.docx": "推荐工作报告",
    "annex-4.docx": "附件4 先进集体推荐表",
    "annex-5.docx": "附件5 先进个人推荐表",
    "opinions.docx": "附件6 推荐对象征求意见表",
    "leaders.docx": "附件7 申报市级先进集体单位有关信息情况表",
}


@dataclass(frozen=True, slots=True)
class Template:
    file_name: str
    name: str
    restyled: bool


def all_templates(folder: Path | None) -> list[Template]:
    """Every template, with whether a restyled copy lies in the folder of the installation."""
    return [Template(file, name, find_template(file, folder).parent != FOLDER) for file, name in NAMES.items()]


def content_of(name: str, folder: Path | None) -> bytes | None:
    """Return the copy of a template that is in use; None for what is no template."""
    return find_template(name, folder).read_bytes() if name in NAMES else None
