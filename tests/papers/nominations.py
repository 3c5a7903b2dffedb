"""What the forms of tests are filled in with."""

from __future__ import annotations

import io

from docx.document import Document

from app.domain.imports.nominations import Nomination
from tests.papers.making import saved
from tests.qujing import read_form

TITLE = "曲靖市提升人民群众获得感幸福感安全感\n先进个人推荐表"


COLLECTIVE = {
    "name": "麒麟区公安局",
    "unit_type": "行政机关",
    "level": "正科级",
    "trade": "其他",
    "leader": "李四",
    "credit_code": "91350100M000100Y43",
    "phone": "0874-3120000",
    "awards": "无",
    "penalties": "无",
    "deeds": "第一段。\n第二段。",
    "recommender": "麒麟区",
}


def read(paper: Document | bytes) -> tuple[Nomination, bytes | None]:
    file = io.BytesIO(paper) if isinstance(paper, bytes) else saved(paper)
    return read_form(file, "表.docx", 3)
