"""The list of nominees after the award: the status of each, as a filter, in the sheet and on its page."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl

from tests import awards
from tests.web.browsing import Browser, MovingClock
from tests.world import World


def test_after_the_award_nobody_is_still_running_on_any_page_of_the_list(
    world: World, staff: Callable[[str], Browser], clock: MovingClock, tmp_path: Path
) -> None:
    clock.to(awards.CLOSED)
    office, listed = staff("office"), "/nominees/?programme=1"
    awards.ready(world, tmp_path / "evidence")

    def saved(query: str = "") -> Counter[str]:
        sheet = openpyxl.load_workbook(io.BytesIO(office.open(f"{listed}{query}&format=xlsx").data)).active
        head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        return Counter(str(row[head.index("状态")]) for row in rows)

    assert saved() == {"参评": 8}
    clock.to(awards.DECIDED)
    awards.decided(world, tmp_path / "evidence")
    assert (saved(), saved("&status=honoured")) == ({"受表彰": 8}, {"受表彰": 8})
    page = office.get(listed)
    assert ("评选已经结束" in page.text, "可以进入" in page.text.replace("可以进入下一轮", "")) == (True, False)
    person = office.get(f"/nominees/{world.nominees[2]}").text
    assert ("麒小3 受表彰" in person, "可以安排" in person) == (True, False)
    assert "参评" not in saved()
