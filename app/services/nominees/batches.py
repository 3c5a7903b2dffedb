"""Whom an act on many nominees reaches: who can't be part of it and why, before anything is typed.

The use cases check the same again, under the programme's lock.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.models import Nominee, ReviewStage
from app.sealing import Keyring
from app.services.nominees import eligibility, reviews
from app.services.shared import leavers

MOST = 300  # of one act: more than a page of the list holds
OTHER_UNIT = "不是{name}推荐的；一份意见只录同一个推荐单位的，录完接着录这些"


@dataclass(frozen=True, slots=True)
class BatchReach:
    """Why nominees are left out of an act on many, by id.

    `shut_out`: nothing that is filled in brings them in. `doubtful`: they are left out unless they are ticked.
    `later`: those that the same act reaches next, of another unit.
    """

    shut_out: dict[int, str]
    doubtful: dict[int, str] = field(default_factory=dict)
    later: Sequence[int] = ()

    @property
    def reasons(self) -> dict[int, str]:
        return self.doubtful | self.shut_out


def of_conditions(session: Session, keyring: Keyring, nominees: Sequence[Nominee], now: dt.datetime) -> BatchReach:
    """Return who is left out when conditions are confirmed for many (R10). Raises SealBroken."""
    more = eligibility.find_what_needs_more(session, keyring, nominees)
    nothing = {id_: why[0] for id_, why in more.items() if why == [eligibility.NOTHING_OPEN]}
    doubtful = {id_: "；".join(why) for id_, why in more.items() if why and id_ not in nothing}
    return BatchReach(nothing | leavers.describe_left(session, nominees, now), doubtful)


def of_review(
    session: Session, keyring: Keyring, nominees: Sequence[Nominee], stage: ReviewStage, now: dt.datetime
) -> BatchReach:
    """Return who is left out of a review: who can't pass may still be turned down (R8). Raises SealBroken."""
    held_up = reviews.find_held_up(session, keyring, nominees, stage, now)
    return BatchReach(
        leavers.describe_left(session, nominees, now), {id_: "；".join(why) for id_, why in held_up.items()}
    )


def of_opinions(session: Session, nominees: Sequence[Nominee], now: dt.datetime) -> BatchReach:
    """Return who is left out of an opinion: who has left, and who is not of the unit that most are of."""
    left = leavers.describe_left(session, nominees, now)
    standing = [nominee for nominee in nominees if nominee.id not in left]
    if not standing:
        return BatchReach(left)
    ((unit_id, _),) = Counter(nominee.recommender_id for nominee in standing).most_common(1)
    name = next(nominee.recommender.name for nominee in standing if nominee.recommender_id == unit_id)
    later = [nominee.id for nominee in standing if nominee.recommender_id != unit_id]
    return BatchReach(left | dict.fromkeys(later, OTHER_UNIT.format(name=name)), later=later)
