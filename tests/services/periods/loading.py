"""A notice that is loaded later: that of 2026 once more, with other days of September off as well (R3)."""

from __future__ import annotations

import json

from app.services.calendar import calendars
from tests.data import STATE_COUNCIL
from tests.world import World, at

DATA = json.loads(STATE_COUNCIL.read_text(encoding="utf-8"))


def load(world: World, off: str, now: str, work: str = "") -> None:
    """Load it at `now`; `off` and `work` are days of September, "22 29"."""
    body = DATA["2026"] | {"notice": f"国办发明电〔2026〕特{off}号"}
    body["off"] = sorted({*body["off"], *(f"2026-09-{day}" for day in off.split())})
    body["work"] = sorted({*body["work"], *(f"2026-09-{day}" for day in work.split())} - set(body["off"]))
    text = json.dumps({"2026": body}, ensure_ascii=False)
    world.run(calendars.load_notices, text, by=world.actor("office"), now=at(now))
