"""The papers of a recommending unit: 推荐工作报告, 征求意见表 (annex 6), 领导班子信息表 (annex 7)."""

from __future__ import annotations

from docx.document import Document as Paper
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.shared import Mm, Pt
from docx.table import _Cell

from tools.papers.kit import (
    ACROSS,
    ANNEX,
    BARE,
    CELL,
    CELL_HEAD,
    GAP,
    HEAD_1,
    LAST,
    RIGHT,
    TITLE,
    add_control_row,
    add_filled_row,
    add_head_row,
    add_row,
    add_rows,
    break_page_before,
    each,
    empty_table,
    fill,
    keep_if,
    line,
    new_paper,
    sign,
    table,
)


def report() -> Paper:
    """推荐工作报告 as a skeleton: the figures stand, what only people know is marked 请填写."""
    paper = new_paper("推荐工作报告")
    line(paper, "{{ title }}", TITLE)
    line(paper, "{{ to }}：", BARE)
    line(paper, "{{ opening }}")
    line(paper, "一、推荐工作组织情况", HEAD_1)
    line(paper, "{{ organisation }}")
    line(paper, "二、推荐过程", HEAD_1)
    each(paper, "for text in process", "{{ text }}")
    line(paper, "三、公示情况", HEAD_1)
    line(paper, "{{ shown }}")
    line(paper, "{%p if periods %}")
    made = table(paper, ("公示", "公示时间", "对象", "异议", "结果"), (50, 42, 13, 13, 38))
    add_rows(
        made,
        "row in periods",
        ("{{ row.title }}", "{{ row.window }}", "{{ row.entries }}", "{{ row.filed }}", "{{ row.outcome }}"),
        centred=(2, 3, 4),
    )
    line(paper, "{%p endif %}")
    line(paper, "{%p if formal %}")
    line(paper, "四、征求意见情况", HEAD_1)
    line(paper, "{{ asked }}")
    made = table(paper, ("部门", "无不同意见", "有不同意见", "不需征求", "尚未取得"), (44, 28, 28, 28, 28))
    add_rows(
        made,
        "row in opinions",
        ("{{ row.name }}", "{{ row.favourable }}", "{{ row.negative }}", "{{ row.not_asked }}", "{{ row.missing }}"),
        centred=(1, 2, 3, 4),
    )
    line(paper, "五、考察情况", HEAD_1)
    line(paper, "{{ inspected }}")
    line(paper, "{%p endif %}")
    line(paper, "{% if formal %}六{% else %}四{% endif %}、推荐意见", HEAD_1)
    line(paper, "{{ recommended }}")
    made = table(paper, ("序号", "名称（姓名）", "所在单位", "类别"), (16, 54, 60, 26))
    add_rows(
        made,
        "row in nominees",
        ("{{ loop.index }}", "{{ row.name }}", "{{ row.unit }}", "{{ row.kind }}"),
        centred=(0, 3),
        last=True,
    )
    line(paper, "特此报告。", LAST)
    sign(paper)
    return paper


def opinions() -> Paper:
    """附件6, one page a nominee."""
    paper = new_paper("推荐对象征求意见表")
    line(paper, "{%p for one in nominees %}")
    break_page_before(line(paper, "{{ annex }}", ANNEX))
    line(paper, "{{ heading }}\n{{ form }}", TITLE)
    line(paper, "推荐对象为（请勾选并填写相应信息）：", BARE)
    _ask_about(paper)
    line(paper, "", GAP)
    made = empty_table(paper, (78, 78))
    add_control_row(made, "for pair in authorities")  # two side by side
    row = add_row(made)
    row.height, row.height_rule = Mm(50), WD_ROW_HEIGHT_RULE.AT_LEAST
    for number, cell in enumerate(row.cells):
        _opinion(cell, number)
    add_control_row(made, "endfor")
    each(paper, "for note in notes", "{{ note }}", CELL)
    line(paper, "{%p endfor %}")
    return paper


def _ask_about(paper: Paper) -> None:
    """Draw whom it is about, each name in a line of its own behind its box: none is broken."""
    rows = (
        ("{{ one.is_collective }}集体", "集体名称：{{ one.collective|lines(18) }}"),
        ("", "集体所属单位：{{ one.collective_unit|lines(16) }}"),
        ("{{ one.is_individual }}个人", "姓名：{{ one.person|lines(12) }}"),
        ("", "单位：{{ one.person_unit|lines(20) }}"),
        ("", "职务：{{ one.post|lines(20) }}"),
    )
    made = empty_table(paper, (24, 132), ruled=False)
    for texts in rows:
        for cell, text in zip(add_row(made).cells, texts, strict=True):
            fill(cell, text, BARE)


def leaders() -> Paper:
    """附件7: filled in by hand. The portal has no ID number of a leader and asks for none."""
    paper = new_paper("申报市级先进集体单位有关信息情况表", ACROSS)
    line(paper, "{{ annex }}", ANNEX)
    line(paper, "{{ heading }}", TITLE)
    line(paper, "申报单位（盖章）：{{ unit }}　　　　　填报人：　　　　　　　　联系电话：", CELL)
    made = empty_table(paper, (46, 48, 25, 38, 46, 38, 16))
    above, below = add_head_row(made), add_head_row(made)
    for number, head in ((0, "单位名称"), (1, "社会信用代码\n（18位）"), (6, "备注")):
        fill(above.cells[number].merge(below.cells[number]), head, CELL_HEAD)
    fill(above.cells[2].merge(above.cells[5]), "领导班子成员基本信息（{{ span }}期间）", CELL_HEAD)
    for number, head in enumerate(("姓　名", "职　务", "身份证号码", "在本单位任职时间"), start=2):
        fill(below.cells[number], head, CELL_HEAD)
    add_filled_row(made, ("", "", "例：张三", "党组书记、局长", "", "2024.02-2025.08\n任党组书记、局长", ""))
    add_control_row(made, "for each in units")
    add_control_row(made, "for blank in each.blanks")
    row = add_filled_row(
        made, ("{% vm %}{{ each.name|lines(9) }}", "{% vm %}{{ each.credit_code }}", "", "", "", "", "")
    )
    row.height = Mm(8)
    for cell in row.cells:
        keep_if(cell.paragraphs[0], "not loop.last")  # one unit on one page
    add_control_row(made, "endfor")
    add_control_row(made, "endfor")
    line(
        paper,
        "说明：{{ span }}期间，现任、曾任单位领导班子的成员均需填报，在本单位挂职领导除外。",
        CELL,
    )
    return paper


def _opinion(cell: _Cell, number: int) -> None:
    """Draw what is written, then the place of the seal; nothing beside the last of an odd number of authorities."""
    fill(cell, f"{{%p if pair[{number}] %}}")
    for text in (f"{{{{ pair[{number}] }}}}意见：", "", "", "", ""):
        fill(cell, text)
    for text in ("（盖　章）", "年　　月　　日"):
        form = fill(cell, text).paragraph_format
        form.alignment, form.right_indent = RIGHT, Pt(24)
    fill(cell, "{%p else %}")
    fill(cell, "")  # a cell has at least one paragraph
    fill(cell, "{%p endif %}")
