"""How long identities and evidence are kept: whole years after the programme's end (个人信息保护法 19, 47)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from app.domain.calendar.workdays import end_of, local_date
from app.domain.periods.window import Phase, PhaseDates


def programme_end(
    timetables: Collection[PhaseDates],
    now: dt.datetime,
    decided_at: dt.datetime | None = None,
    archived_at: dt.datetime | None = None,
) -> dt.datetime | None:
    """When a programme ended: the last closing of its periods, the last deadline or the award, whichever came last.

    None while a period is neither closed nor taken back. Where nothing was ever closed, it ended when it was put away:
    what its nominees' forms said is not kept for ever because it came to nothing.
    """
    if any(timetable.phase(now) not in (Phase.CLOSED, Phase.CANCELLED) for timetable in timetables):
        return None
    ends = [
        max(timetable.closed_at, timetable.conclude_by)
        for timetable in timetables
        if timetable.closed_at is not None and timetable.cancelled_at is None
    ]
    return max([*ends, decided_at] if ends and decided_at else ends, default=archived_at)


def kept_until(end: dt.datetime, years: int) -> dt.datetime:
    """24:00 of the day of that date so many years on; of the month's last day where it has none (民法典 202)."""
    date = local_date(end)
    try:
        return end_of(date.replace(year=date.year + years))
    except ValueError:  # 29 February
        return end_of(dt.date(date.year + years, 2, 28))
