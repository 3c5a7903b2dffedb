"""`python -m app.papers.drafts`: draw every template anew into app/papers/templates/."""

from __future__ import annotations

from app.papers.drafts import DRAFTS
from app.papers.templates import FOLDER

for name, draw in DRAFTS.items():
    draw().save(str(FOLDER / name))
