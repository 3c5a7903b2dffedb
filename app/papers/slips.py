"""Login slips as one file (.docx), five on a page, to be printed and cut apart."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Protocol

import docx
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.domain.accounts.logins import must_have_second_factor
from app.domain.cases.states import ROLE_NAMES, Role
from app.domain.shared.instants import SHANGHAI

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WIDTHS = (Mm(26), Mm(140))
_STEPS = "登录后先换成自己的密码（至少15个字）{second}。密码里的横线也要输入。换好以后请把这张单子撕碎。"
_SECOND = "，再按提示设置二次验证，需要一部装有身份验证器的手机"


class SlipFacts(Protocol):
    """What a slip says."""

    @property
    def login(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def password(self) -> str: ...
    @property
    def expires_at(self) -> Any: ...


def written(slips: Sequence[SlipFacts], login_at: str) -> bytes:
    """Return the document. No slip is broken across two pages."""
    paper = docx.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(22)
    page.top_margin = page.bottom_margin = Mm(15)
    style: Any = paper.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    style.paragraph_format.space_after = Pt(2)
    for slip in slips:
        _slip(paper, slip, login_at)
    content = BytesIO()
    paper.save(content)
    return content.getvalue()


def _slip(paper: Any, slip: SlipFacts, login_at: str) -> None:
    expires = slip.expires_at.astimezone(SHANGHAI)
    rows = [
        ("登录单", f"{slip.name}（{ROLE_NAMES[slip.role]}）"),
        ("单位", slip.unit),
        ("网址", login_at),
        ("登录名", slip.login),
        ("密码", slip.password),
        ("有效期", f"{expires:%Y年%-m月%-d日 %H:%M}前登录，过期作废"),
    ]
    table = paper.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    for label, text in rows:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = _WIDTHS
        cells[0].text = label
        run = cells[1].paragraphs[0].add_run(text)
        if label in ("登录名", "密码"):
            run.font.name, run.font.size, run.bold = "Consolas", Pt(14), True
    for row in table.rows:  # each row keeps to the next, and the last to the sentence below the table
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    second = _SECOND if must_have_second_factor(slip.role, demonstration=False) else ""
    below = paper.add_paragraph(_STEPS.format(second=second))
    below.paragraph_format.space_after = Pt(28)
