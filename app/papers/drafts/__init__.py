"""How the templates of the office's papers were drawn: `python -m app.papers.drafts` draws them anew.

A template that was restyled in WPS is no longer drawn here: it lies in a folder of the office's own
(GONGSHI_TEMPLATES_DIR) and is taken from there.
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
