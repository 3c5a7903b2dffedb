"""Wherever the portal sends people to the telephone or the post, it says that what comes that way is recorded (R33)."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = re.compile(r"电话或者信件|打电话时念|寄来、送来|打下面的电话")
_NEAR = 150  # characters after it


def places() -> dict[str, list[str]]:
    """Every place that sends people elsewhere, with what stands after it."""
    found: dict[str, list[str]] = {}
    for folder, kind in (
        ("templates", "*.html"),
        ("app/domain", "*.py"),
        ("app/services", "*.py"),
        ("app/web", "*.py"),
    ):
        for path in sorted((ROOT / folder).rglob(kind)):
            text = path.read_text("utf-8")
            for match in ELSEWHERE.finditer(text):
                found.setdefault(str(path.relative_to(ROOT)), []).append(text[match.start() : match.end() + _NEAR])
    return found


def test_every_text_that_sends_people_elsewhere_says_that_it_is_recorded() -> None:
    assert {path: texts for path, texts in places().items() if not all("登记" in text for text in texts)} == {}


def test_these_are_the_texts_there_are() -> None:
    assert sorted(places()) == [
        "app/domain/objections/real_names.py",
        "app/domain/refusals/objections.py",
        "app/services/papers/periods.py",
        "app/web/objections/upload_challenge.py",
        "app/web/shared/uploads.py",
        "templates/calendar/_parts.html",
        "templates/objections/receipt_find.html",
        "templates/objections/step.html",
        "templates/objections/too_late.html",
        "templates/periods/public_privacy.html",
    ]
