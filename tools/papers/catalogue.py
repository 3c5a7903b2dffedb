"""Every template of a paper, by its file name.

What is committed under templates/papers/ is what `write_papers` writes. Whoever wants another look restyles a copy in
Word or WPS instead (see app/papers/templates.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docx.document import Document as Paper

from app.papers.templates import FOLDER
from tools.papers.asking import asking
from tools.papers.forms import annex_4, annex_5
from tools.papers.letters import letters
from tools.papers.periods import cases, closing, notice
from tools.papers.units import leaders, opinions, report

# Laid out after GB/T 9704; the two forms are laid out after the notice's own annexes.
OFFICIAL: dict[str, Callable[[], Paper]] = {
    "notice.docx": notice,
    "cases.docx": cases,
    "closing.docx": closing,
    "letters.docx": letters,
    "report.docx": report,
    "asking.docx": asking,
    "opinions.docx": opinions,
    "leaders.docx": leaders,
}
PAPERS: dict[str, Callable[[], Paper]] = {**OFFICIAL, "annex-4.docx": annex_4, "annex-5.docx": annex_5}


def write_papers(folder: Path = FOLDER) -> None:
    """Write every template into a folder that is there."""
    for name, draw in PAPERS.items():
        draw().save(str(folder / name))
