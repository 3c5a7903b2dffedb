"""From when on a unit is shown a case that came in: the end of that day, with all others of the day (R19).

Somebody who reloads the queue every minute must not learn at which minute an objection was filed. Several batches a
day would reveal the hours between them, and a batch at another hour than midnight would split a day whose date the
pages show. So there is one batch a day, at 24:00. No working hour is lost by it. The two working days of a unit are
counted from the day after the arrival (R21), so it loses none of them. The office sees every case at once. A unit
that registered a case itself (R33) knows of it, and sees it at once too.
"""

from __future__ import annotations

import datetime as dt

from app.domain.calendar.workdays import end_of, local_date
from app.domain.cases.states import State


def shown_to_units_from(received_at: dt.datetime, conclude_by: dt.datetime) -> dt.datetime:
    """Return when units are shown a case: 24:00 of the day on which it came in.

    On the day of the deadline itself that would be too late, so it is shown at once: no case may lapse unseen (R21).
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
    """Tell whether units are shown a case at `now`. A case that was worked on, or registered, is shown already."""
    if state is not State.RECEIVED or registered_by_handler:
        return True
    return now >= shown_to_units_from(received_at, conclude_by)
