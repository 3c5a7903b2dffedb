"""The papers of a period: 公示公告, 异议处理情况报告, 办结报告."""

from __future__ import annotations

from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING
from docx.shared import Pt

from tools.papers.kit import (
    ANNEX,
    BARE,
    DATED,
    DRAFT,
    HEAD_1,
    HEAD_2,
    NOTE,
    SIGNED,
    TITLE,
    add_row,
    add_rows,
    break_page_before,
    each,
    empty_table,
    fill,
    line,
    new_paper,
    table,
)


def notice() -> Paper:
    """公示公告: the text on one page, the names and deeds in its annex."""
    paper = new_paper("公示公告")
    each(paper, "if warning", "{{ warning }}", DRAFT)
    line(paper, "{{ title }}", TITLE)
    line(paper, "{{ opening }}")
    line(paper, "一、公示时间", HEAD_1)
    line(paper, "{{ window }}")
    line(paper, "二、公示对象", HEAD_1)
    line(paper, "{%p for group in groups %}")
    line(paper, "（{{ group.ordinal }}）{{ group.head }}", HEAD_2)
    line(paper, "{{ group.names }}")
    line(paper, "{%p endfor %}")
    line(paper, "三、异议的提出", HEAD_1)
    each(paper, "for text in objecting", "{{ text }}")
    line(paper, "四、办理单位", HEAD_1)
    each(paper, "for text in contacts", "{{ text }}")
    line(paper, "五、异议的处理", HEAD_1)
    each(paper, "for text in handling", "{{ text }}")
    line(paper, "附件：公示对象简要事迹")
    _signature_beside_picture(paper)
    break_page_before(line(paper, "附件", ANNEX))
    line(paper, "公示对象简要事迹", TITLE)
    line(paper, "{%p for group in groups %}")
    line(paper, "{{ group.ordinal }}、{{ group.head }}", HEAD_1)
    line(paper, "{%p for one in group.entries %}")
    line(paper, "{{ one.number }}．{{ one.name }}", HEAD_2)
    each(paper, "for text in one.facts", "{{ text }}")
    each(paper, "for text in one.deeds", "{{ text }}")
    each(paper, "for text in one.corrections", "{{ text }}")
    line(paper, "{%p endfor %}")
    line(paper, "{%p endfor %}")
    return paper


def cases() -> Paper:
    """异议处理情况报告. Nothing in it says who filed (R19)."""
    paper = new_paper("异议处理情况报告")
    line(paper, "{{ title }}", TITLE)
    line(paper, "一、公示情况", HEAD_1)
    line(paper, "{{ about }}")
    line(paper, "二、收到异议情况", HEAD_1)
    line(paper, "{{ filed }}")
    line(paper, "{%p if by_category %}")
    made = table(paper, ("异议类别", "件数"), (90, 40))
    add_rows(made, "row in by_category", ("{{ row.name }}", "{{ row.count }}"), centred=(1,))
    line(paper, "{%p endif %}")
    line(paper, "三、办理情况", HEAD_1)
    line(paper, "{{ handled }}")
    line(paper, "{%p if by_outcome %}")
    made = table(paper, ("办理结果", "案件数"), (90, 40))
    add_rows(made, "row in by_outcome", ("{{ row.name }}", "{{ row.count }}"), centred=(1,))
    line(paper, "{%p endif %}")
    line(paper, "四、逐件办理情况", HEAD_1)
    each(paper, "if not cases", "没有需要列出的案件。")
    line(paper, "{%p for case in cases %}")
    line(paper, "（{{ loop.index }}）案件{{ case.number }}", HEAD_2)
    each(paper, "for text in case.lines", "{{ text }}")
    line(paper, "{%p endfor %}")
    each(paper, "if hidden", "{{ hidden }}")
    line(paper, "五、取消参评资格情况", HEAD_1)
    each(paper, "if not out", "没有推荐对象因本次公示被取消参评资格。")
    _who_is_out(paper, "下列推荐对象因本次公示被取消参评资格：")
    each(paper, "for text in restored", "{{ text }}")
    line(paper)
    _signature(paper)
    return paper


def closing() -> Paper:
    """办结报告, as it was stored at closing (R30)."""
    paper = new_paper("办结报告")
    line(paper, "{{ title }}", TITLE)
    line(paper, "一、公示时间和办结期限", HEAD_1)
    each(paper, "for text in times", "{{ text }}")
    line(paper, "二、异议办理情况", HEAD_1)
    made = table(paper, ("项目", "数量", "项目", "数量"), (54, 24, 54, 24))
    add_rows(
        made,
        "row in figures",
        ("{{ row.left }}", "{{ row.left_count }}", "{{ row.right }}", "{{ row.right_count }}"),
        centred=(1, 3),
    )
    line(paper, "三、取消参评资格（{{ out|length }}）", HEAD_1)
    each(paper, "if not out", "没有推荐对象被取消参评资格。")
    _who_is_out(paper, "下列推荐对象被取消参评资格：")
    each(paper, "for text in restored", "{{ text }}")
    line(paper, "四、继续参评（{{ goes_on|length }}）", HEAD_1)
    line(paper, "{{ goes_on_names }}")
    each(paper, "if withdrawn", "退出推荐：{{ withdrawn }}。")
    line(paper, "五、逐日说明", HEAD_1)
    made = table(paper, ("日期", "星期", "说明"), (50, 30, 76))
    add_rows(made, "row in days", ("{{ row.date }}", "{{ row.weekday }}", "{{ row.label }}"), centred=(0, 1))
    line(paper)
    line(paper, "经办人：　　　　　　　　负责人：", BARE)
    line(paper)
    _signature(paper)
    return paper


def _who_is_out(paper: Paper, text: str) -> None:
    line(paper, "{%p if out %}")
    line(paper, text)
    made = table(paper, ("推荐对象", "类别", "原因", "依据", "案件"), (36, 22, 26, 46, 26))
    add_rows(
        made,
        "row in out",
        ("{{ row.name }}", "{{ row.kind }}", "{{ row.grounds }}", "{{ row.clauses }}", "{{ row.cases }}"),
        centred=(1, 2, 4),
    )
    line(paper, "{%p endif %}")


def _signature_beside_picture(paper: Paper) -> None:
    """Draw the QR code at the left, who signs at the right of it: on one page whatever the text above takes."""
    picture, signature = add_row(empty_table(paper, (66, 90), ruled=False)).cells
    shown = fill(picture, "{{ qr }}", NOTE).paragraph_format
    shown.line_spacing_rule, shown.space_before = WD_LINE_SPACING.SINGLE, Pt(10)
    fill(picture, "{{ qr_says }}", NOTE)
    signature.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    fill(signature, "{{ signatory }}", SIGNED)
    fill(signature, "{{ dated }}", DATED)


def _signature(paper: Paper) -> None:
    line(paper, "{{ signatory }}", SIGNED)
    line(paper, "{{ dated }}", DATED)
