"""A misprint corrected in sight (更正): the entry keeps what was printed, the page shows both texts (R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import require_office
from app.domain.nominees.misprints import CORRECTABLE, WORD_LISTS, is_misprint, longest, room
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NotAMisprint, NothingChanged, NothingInSight
from app.models import Correction, Entry, Nominee, Period
from app.services.nominees import changes
from app.services.periods import corrected_text
from app.services.record.chain import on_nominee
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 500)
# Names of units stand in the entries of everybody who belongs to one.
_SHARED = {"unit": Nominee.unit_id, "recommender": Nominee.recommender_id}


@use_case
def correct(work: Work, nominee_id: int, field: str, text: str, reason: str) -> Sequence[Correction]:
    """Mend a misprint of a field while the public sees it, or before: one row for each entry that had it.

    The name of a unit is mended wherever the same misprint of it is in sight. Later rounds show the mended text too.
    Raises NothingInSight, NothingChanged, NotAMisprint, PrivateData, MissingText.
    """
    require_office(work.actor)
    nominee = changes.held(work.session, nominee_id, work.actor)
    what = CORRECTABLE[field]
    text = checked_text(text, what, (1, longest(field, nominee.programme.rules)))
    reason = checked_text(reason, "更正的理由", REASON)
    changes.require_publishable(f"{nominee.name}更正后的{what}", text, reason)
    wrong = current(work.session, nominee_id, field, work.now)
    if wrong is None:
        raise NothingInSight(what, last_end(work.session, nominee_id, field))
    if text == wrong:
        raise NothingChanged(what)
    rows = []
    for entry, before in _misprinted(work, nominee, field, wrong):
        _require_misprint(field, getattr(entry, field), text, nominee.programme.rules)
        rows.append(
            Correction(
                nominee_id=entry.nominee_id,
                entry_id=entry.id,
                field=field,
                before=before,
                after=text,
                reason=reason,
                corrected_by=work.actor.user_id,
                corrected_at=work.now,
            )
        )
    work.session.add_all(rows)
    _mend(nominee, field, wrong, text)
    for row in rows:
        work.did("nominee.corrected", on_nominee(row.nominee_id), field=field, reason=reason)
    return rows


def current(session: Session, nominee_id: int, field: str, now: dt.datetime) -> str | None:
    """The text of a field as the public reads it now or will read it first; None where no period shows it."""
    entries = [entry for entry in changes.in_sight(session, nominee_id, now) if getattr(entry, field) is not None]
    if not entries:
        return None
    return corrected_text.text_of(
        entries[0], field, corrected_text.of_entries(session, [entries[0].id]).get(entries[0].id, [])
    )


def fields_in_sight(session: Session, nominee_id: int, now: dt.datetime) -> list[str]:
    """What could be corrected now: the fields that a period of this nominee shows or will show."""
    entries = changes.in_sight(session, nominee_id, now)
    return [field for field in CORRECTABLE if any(getattr(entry, field) is not None for entry in entries)]


def _misprinted(work: Work, nominee: Nominee, field: str, wrong: str) -> list[tuple[Entry, str]]:
    """Every entry in sight that reads so, with the text it shows."""
    if (column := _SHARED.get(field)) is None:
        concerned = Nominee.id == nominee.id
    else:
        concerned = column == (nominee.unit_id if field == "unit" else nominee.recommender_id)
    entries = work.session.scalars(
        select(Entry)
        .join(Nominee, Entry.nominee_id == Nominee.id)
        .join(Period, Entry.period_id == Period.id)
        .where(concerned, Nominee.programme_id == nominee.programme_id)
        .where(Period.cancelled_at.is_(None), Period.closes_at > work.now)
        .order_by(Entry.id)
        .options(joinedload(Entry.period))
    ).all()
    earlier = corrected_text.of_entries(work.session, [entry.id for entry in entries])
    shown = [(entry, corrected_text.text_of(entry, field, earlier.get(entry.id, []))) for entry in entries]
    return [(entry, text) for entry, text in shown if text == wrong]


def _require_misprint(field: str, published: str, corrected: str, notice: AwardNotice) -> None:
    """Against what was first published: many small corrections do not add up to another text."""
    if not is_misprint(field, published, corrected, notice):
        raise NotAMisprint(field, CORRECTABLE[field], 0 if field in WORD_LISTS else room(field, published))


def _mend(nominee: Nominee, field: str, wrong: str, text: str) -> None:
    """The nominee's own fact, unless it reads otherwise already."""
    if field in ("unit", "recommender"):
        unit = nominee.unit if field == "unit" else nominee.recommender
        if unit.name == wrong:
            unit.name = text
    elif getattr(nominee, field) == wrong:
        setattr(nominee, field, text)


def last_end(session: Session, nominee_id: int, field: str = "name") -> dt.datetime | None:
    """When the public last saw this field; None if it never did."""
    ends = [entry.period.closes_at for entry in changes.entries_of(session, nominee_id) if getattr(entry, field)]
    return max(ends, default=None)
