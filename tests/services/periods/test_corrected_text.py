"""An entry reads as its last correction says, and a long text shows the passage that changed (R9)."""

from __future__ import annotations

import pytest

from app.models import Correction, Entry
from app.services.periods.corrected_text import text_of, view_misprint
from tests.world import at


def correction(field: str, before: str, after: str) -> Correction:
    now = at("2026-09-21 Mon 10:00")
    return Correction(field=field, before=before, after=after, reason="录入时写错", corrected_at=now)


@pytest.mark.parametrize(
    ("corrections", "expected"),
    [
        ([], "麒小三"),
        ([correction("deeds", "甲", "乙")], "麒小三"),  # of another field
        ([correction("name", "麒小三", "麒晓三")], "麒晓三"),
        ([correction("name", "麒小三", "麒晓三"), correction("name", "麒晓三", "麒小山")], "麒小山"),
    ],
)
def test_the_last_correction_of_a_field_is_what_it_reads(corrections: list[Correction], expected: str) -> None:
    assert text_of(Entry(name="麒小三", deeds="事迹。"), "name", corrections) == expected


def test_a_field_that_the_round_does_not_show_stays_hidden() -> None:
    assert text_of(Entry(name="麒小三"), "post", []) is None


def test_a_long_text_is_cut_to_where_the_two_differ_and_a_name_is_not() -> None:
    deeds = "三年来办成实事十二件，" * 20 + "群众满意。" + "按期完成全部任务，" * 20
    cut = view_misprint(correction("deeds", deeds, deeds.replace("群众", "群眾")))
    assert cut.is_cut
    assert "群众" in cut.wrong
    assert "群眾" in cut.right
    assert len(cut.wrong) < len(deeds)
    assert (cut.before, cut.what) == (deeds, "简要事迹")
    whole = view_misprint(correction("name", "麒小三", "麒晓三"))
    assert (whole.is_cut, whole.wrong, whole.right) == (False, "麒小三", "麒晓三")
