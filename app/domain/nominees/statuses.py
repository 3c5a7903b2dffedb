"""Where a nominee stands in a programme, in one word that stays true after the end: while it runs, decided, revoked.

Lists, filters, sheets, the nominee's page and papers all take the word from here (R26, R29, R31).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from app.domain.cases.verdict import LEFT_NAMES, Departure, Left


class Status(StrEnum):
    """What has become of a nominee by now. Exactly one holds at every moment."""

    RUNNING = "running"  # neither left nor decided
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"
    HONOURED = "honoured"  # the decision names it
    REVOKED = "revoked"  # the decision named it, and two people took the award back
    NOT_CHOSEN = "not_chosen"  # still in when the decision came, which does not name it
    ENDED = "ended"  # the programme was archived without a decision


STATUS_NAMES = {
    Status.RUNNING: "参评",
    Status.DISQUALIFIED: LEFT_NAMES[Left.DISQUALIFIED],
    Status.WITHDRAWN: LEFT_NAMES[Left.WITHDRAWN],
    Status.HONOURED: "受表彰",
    Status.REVOKED: "已撤销",
    Status.NOT_CHOSEN: "未入选",
    Status.ENDED: "评选已结束",
}
_OF_DEPARTURES = {Left.DISQUALIFIED: Status.DISQUALIFIED, Left.WITHDRAWN: Status.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """The facts that a status rests on. `left` is as it stands at the moment that is asked about.

    `decided_at`: when the programme's award decision was recorded. `honoured`: the decision names this nominee.
    `revoked_at`: when the second person confirmed that the award is taken back. `archived_at`: of the programme.
    """

    left: Departure | None = None
    decided_at: dt.datetime | None = None
    honoured: bool = False
    revoked_at: dt.datetime | None = None
    archived_at: dt.datetime | None = None


def status_of(facts: StatusFacts, now: dt.datetime) -> Status:
    """Return the status at `now`. What the decision says of a nominee outlasts everything before it."""
    decided = _is_past(facts.decided_at, now)
    if decided and facts.honoured:
        return Status.REVOKED if _is_past(facts.revoked_at, now) else Status.HONOURED
    if facts.left is not None:
        return _OF_DEPARTURES[facts.left.how]
    if decided:
        return Status.NOT_CHOSEN
    return Status.ENDED if _is_past(facts.archived_at, now) else Status.RUNNING


def _is_past(moment: dt.datetime | None, now: dt.datetime) -> bool:
    return moment is not None and moment <= now


assert STATUS_NAMES.keys() == set(Status)  # noqa: S101 - a status without a word would fail on a page
