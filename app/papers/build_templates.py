"""Builds the templates that the portal brings along: `python -m app.papers.build_templates`.

What is committed is what this writes. Whoever wants other looks restyles a copy in Word or WPS instead (see
`app/papers/templates.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docx.document import Document

from app.papers.drafts import DRAFTS
from app.papers.form_templates import annex_4, annex_5

FOLDER = Path(__file__).with_name("templates")
BUILDERS: dict[str, Callable[[], Document]] = {"annex-4.docx": annex_4, "annex-5.docx": annex_5, **DRAFTS}


def build(folder: Path = FOLDER) -> None:
    """Write every template into a folder."""
    folder.mkdir(exist_ok=True)
    for name, builder in BUILDERS.items():
        builder().save(str(folder / name))


if __name__ == "__main__":
    build()
