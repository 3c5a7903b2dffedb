"""The papers of a period: 公示公告, 异议处理情况报告, 办结报告."""

from __future__ import annotations

from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING

from tools.papers.kit import (
    ANNEX,
    BARE,
    DRAFT,
    FIRST,
    HEAD_1,
    HEAD_2,
    KEPT,
    LAST,
    NOTE,
    TITLE,
    add_row,
    add_rows,
    break_page_before,
    each,
    empty_table,
    fill,
    line,
    new_paper,
    sign,
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
    _online_beside_picture(paper)
    line(paper, "四、办理单位", HEAD_1)
    each(paper, "for text in contacts", "{{ text }}")
    line(paper, "五、异议的处理", HEAD_1)
    each(paper, "for text in handling", "{{ text }}", last=True)
    line(paper, "附件：公示对象简要事迹", LAST)
    sign(paper)
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
    line(paper, "{{ to }}：", BARE)
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
    each(paper, "if not out", "没有推荐对象因本次公示被取消参评资格。", LAST)
    _who_is_out(paper, "下列推荐对象因本次公示被取消参评资格：", last=True)
    each(paper, "for text in restored", "{{ text }}", last=True)
    line(paper, "特此报告。", LAST)
    sign(paper)
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
    line(paper, "{%p if withdrawn %}")
    line(paper, "退出推荐：")
    line(paper, "{{ withdrawn }}")
    line(paper, "{%p endif %}")
    line(paper, "五、逐日说明", HEAD_1)
    made = table(paper, ("日期", "星期", "说明"), (50, 30, 76))
    cells = ("{{ row.date }}", "{{ row.weekday }}", "{{ row.label }}")
    add_rows(made, "row in days", cells, centred=(0, 1), last=True)
    line(paper, "经核对，以上情况与办理记录一致，本次公示予以办结。", LAST)
    line(paper, "经办人：　　　　　　　　负责人：", KEPT)
    sign(paper)
    return paper


def _who_is_out(paper: Paper, text: str, *, last: bool = False) -> None:
    line(paper, "{%p if out %}")
    line(paper, text, LAST)
    made = table(paper, ("推荐对象", "类别", "原因", "依据", "案件"), (40, 21, 26, 33, 36))
    add_rows(
        made,
        "row in out",
        ("{{ row.name }}", "{{ row.kind }}", "{{ row.grounds }}", "{{ row.clauses }}", "{{ row.cases }}"),
        centred=(1, 2, 4),
        prose=(3, 4),
        last=last,
    )
    line(paper, "{%p endif %}")


def _online_beside_picture(paper: Paper) -> None:
    """Draw how to object on the web, and the QR code at the right of it: on one page whatever stands above."""
    text, picture = add_row(empty_table(paper, (106, 50), ruled=False)).cells
    text.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    fill(text, "{{ online }}", FIRST)
    shown = fill(picture, "{{ qr }}", NOTE).paragraph_format
    shown.line_spacing_rule = WD_LINE_SPACING.SINGLE
    fill(picture, "{{ qr_says }}", NOTE)
    line(paper, "{{ address }}")
