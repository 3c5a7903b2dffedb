"""From when on a unit is shown a case that came in: the end of that day, with all others of the day (R19).

Who loads the queue every minute must not learn at which minute somebody filed. Batches at fixed hours would tell the
hours between two of them, and a batch at any hour but midnight would split a day whose date the pages show. So there is
one batch a day, at 24:00: no working hour is lost by it. The two working days of a unit are counted from the day after
the arrival (R21), so it loses none of them. The office sees every case at once. A unit that registered a case itself
(R33) knows of it, and sees it at once too.
"""

from __future__ import annotations

import datetime as dt

from app.domain.calendar.workdays import end_of, local_date
from app.domain.cases.states import State


def shown_to_units_from(received_at: dt.datetime, conclude_by: dt.datetime) -> dt.datetime:
    """Return when units are shown a case: 24:00 of the day on which it came in.

    On the day of the deadline itself it would then be too late: so at once, for no case may lapse unseen (R21).
    """
    day_is_over = end_of(local_date(received_at))
    return day_is_over if day_is_over < conclude_by else received_at


def shown_to_units(
    state: State,
    received_at: dt.datetime,
    conclude_by: dt.datetime,
    now: dt.datetime,
    *,
    registered_by_handler: bool = False,
) -> bool:
    """Whether units are shown a case at `now`. What somebody worked on, or registered, is no news to its unit."""
    if state is not State.RECEIVED or registered_by_handler:
        return True
    return now >= shown_to_units_from(received_at, conclude_by)
