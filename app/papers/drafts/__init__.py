"""How the templates of the office's own papers are drawn, after GB/T 9704 (see build_templates.py).

Once one was restyled in WPS, the copy in the folder of the installation counts, and not what stands here.
"""

from __future__ import annotations

from collections.abc import Callable

from docx.document import Document as Paper

from app.papers.drafts.periods import cases, closing, notice
from app.papers.drafts.units import leaders, opinions, report

DRAFTS: dict[str, Callable[[], Paper]] = {
    "notice.docx": notice,
    "cases.docx": cases,
    "closing.docx": closing,
    "report.docx": report,
    "opinions.docx": opinions,
    "leaders.docx": leaders,
}
