"""Login slips as one file: each whole on its page, five on a page, with what its owner must do."""

from __future__ import annotations

import io
from pathlib import Path

import docx

from app.domain.cases.states import Role
from app.papers import slips
from app.services.accounts.staffing import Slip
from tests.papers.printing import print_all, require_printer
from tests.world import at

PASSWORD = "abcd-efgh-jkmn-pqrs-tuvw"
EXPIRES = at("2026-09-25 Fri 09:00")
MADE = [
    Slip(
        f"qlqyhz{number:02}",
        f"第{number}养护站负责人",
        f"麒麟区第{number}养护站",
        role,
        "abcd-efgh-jkmn-pqrs-tuvw",
        EXPIRES,
    )
    for number, role in enumerate([Role.HEAD, Role.HANDLER, Role.OFFICE, Role.AUDITOR, Role.HEAD, Role.HEAD, Role.HEAD])
]
AT = "https://gongshi.example.org/login"


def test_each_slip_says_who_where_and_until_when() -> None:
    paper = docx.Document(io.BytesIO(slips.written(MADE, AT)))
    cells = [{row.cells[0].text: row.cells[1].text for row in table.rows} for table in paper.tables]
    assert cells[0] == {
        "登录单": "第0养护站负责人（单位负责人）",
        "单位": "麒麟区第0养护站",
        "网址": AT,
        "登录名": "qlqyhz00",
        "密码": PASSWORD,
        "有效期": "2026年9月25日 09:00前登录，过期作废",
    }
    sentences = [paragraph.text for paragraph in paper.paragraphs if paragraph.text]
    # All but the auditor must set up a second factor (R22).
    assert ["二次验证" in sentence for sentence in sentences] == [each.role is not Role.AUDITOR for each in MADE]


def test_the_printer_puts_five_on_a_page_and_breaks_none(tmp_path: Path) -> None:
    require_printer()
    printed = print_all({"slips.docx": slips.written(MADE, AT)}, tmp_path)["slips.docx"]
    assert printed.sizes == ["A4"] * 2
