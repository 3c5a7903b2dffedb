"""征求意见函: a unit's letter to one authority, with its own list of those whom that authority is asked about."""

from __future__ import annotations

from docx.document import Document as Paper

from tools.papers.kit import (
    ANNEX,
    BARE,
    CELL,
    RIGHT,
    TITLE,
    add_rows,
    break_page_before,
    line,
    new_paper,
    sign,
    table,
)
from tools.papers.letters import NUMBERED


def asking() -> Paper:
    """Draw the letter on one sheet; its list begins a new one, with a column for the answer, a place for the seal."""
    paper = new_paper("征求意见函")
    line(paper, "{{ title }}", TITLE)
    line(paper, "（请填写发文字号）", NUMBERED)
    line(paper, "{{ to }}：", BARE)
    line(paper, "{{ opening }}")
    line(paper, "{{ asked }}")
    line(paper, "{{ answer }}")
    line(paper, "附件：{{ list_title }}")
    line(paper)
    sign(paper)
    line(paper, "联系人：{{ contact }}", BARE)
    break_page_before(line(paper, "附件", ANNEX))
    line(paper, "{{ list_title }}", TITLE)
    made = table(paper, ("序号", "名称（姓名）", "类别", "所在单位", "职务", "意见"), (13, 33, 22, 40, 22, 26))
    add_rows(
        made,
        "row in nominees",
        ("{{ loop.index }}", "{{ row.name }}", "{{ row.kind }}", "{{ row.unit }}", "{{ row.post }}", ""),
        centred=(0, 2),
    )
    line(paper, "共{{ nominees|length }}个。没有不同意见的，在“意见”栏写“无不同意见”；有不同意见的，写明情况。", CELL)
    for text in ("{{ to }}（盖　章）", "年　　月　　日"):
        line(paper, text, CELL).paragraph_format.alignment = RIGHT
    return paper
