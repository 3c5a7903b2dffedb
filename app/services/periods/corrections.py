"""A misprint corrected in sight (更正): the entry keeps what was printed, the page shows both texts (R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import require_office
from app.domain.nominees.misprints import (
    CORRECTABLE,
    WORD_LISTS,
    count_changeable_characters,
    find_longest_length,
    is_misprint,
)
from app.domain.nominees.names import clean_name
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import BadValue, NothingChanged, WrongState
from app.domain.refusals.base import end
from app.domain.shared.privacy import require_publishable
from app.models import Correction, Entry, Nominee, Period
from app.services.nominees import changes, marks
from app.services.periods import corrected_text, listings
from app.services.record.chain import on_nominee
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 500)
_NAMES = frozenset({"name", "unit", "recommender"})
# Names of units stand in the entries of everybody who belongs to one.
_SHARED = {"unit": Nominee.unit_id, "recommender": Nominee.recommender_id}


@use_case
def correct(work: Work, nominee_id: int, field: str, text: str, reason: str) -> Sequence[Correction]:
    """Mend a misprint of a field while the public sees it, or before: one row for each entry that had it.

    The name of a unit is mended wherever the same misprint of it is in sight. Later rounds show the mended text too.
    Raises WrongState, NothingChanged, BadValue, PrivateData, MissingText.
    """
    require_office(work.actor)
    nominee = changes.lock_nominee(work.session, nominee_id, work.actor)
    what = CORRECTABLE[field]
    text = checked_text(
        clean_name(text) if field in _NAMES else text, what, (1, find_longest_length(field, nominee.programme.rules))
    )
    reason = checked_text(reason, "更正的理由", REASON, "reason")
    require_publishable(f"{nominee.name}更正后的{what}", "text", text, reason)
    wrong = read_current_text(work.session, nominee_id, field, work.now)
    if wrong is None:
        raise nothing_in_sight(what, find_last_end(work.session, nominee_id, field))
    if text == wrong:
        raise NothingChanged(what, "text")
    rows, misprinted = [], _misprinted(work, nominee, field, wrong)
    listings.before_correction(work, (entry.period_id for entry, _ in misprinted))
    for entry, before in misprinted:
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
    listings.after_correction(work, (entry.period_id for entry, _ in misprinted))
    _mend(nominee, field, wrong, text)
    if field in marks.FOLLOW_FROM:
        marks.renew(work.session, work.keyring, [nominee.id])
    for row in rows:
        work.did("nominee.corrected", on_nominee(row.nominee_id), field=field, reason=reason)
    return rows


def read_current_text(session: Session, nominee_id: int, field: str, now: dt.datetime) -> str | None:
    """Return the text of a field as the public reads it now or will read it first.

    Returns None where no period shows it.
    """
    entries = [
        entry for entry in changes.current_entries(session, nominee_id, now) if getattr(entry, field) is not None
    ]
    if not entries:
        return None
    return corrected_text.text_of(
        entries[0], field, corrected_text.of_entries(session, [entries[0].id]).get(entries[0].id, [])
    )


def correctable_fields(session: Session, nominee_id: int, now: dt.datetime) -> list[str]:
    """List the fields that could be corrected now: those that a period of this nominee shows or will show."""
    entries = changes.current_entries(session, nominee_id, now)
    return [field for field in CORRECTABLE if any(getattr(entry, field) is not None for entry in entries)]


def _misprinted(work: Work, nominee: Nominee, field: str, wrong: str) -> list[tuple[Entry, str]]:
    """List every entry in sight that has this misprint, with the text it shows."""
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
    """Raise BadValue unless the change only corrects a misprint, compared with what was first published.

    So many small corrections do not add up to another text.
    """
    if not is_misprint(field, published, corrected, notice):
        raise BadValue(
            "text", _not_a_misprint(field, 0 if field in WORD_LISTS else count_changeable_characters(field, published))
        )


def _not_a_misprint(field: str, most: int) -> str:
    """Say what is to be done where a correction would change what the text says.

    `most` is how many characters may change, 0 for a choice.
    """
    what = CORRECTABLE[field]
    if field == "deeds":
        todo = "事迹有变化的，请等公示结束后办理“事迹变更”，重新公示5个工作日。"
    else:
        todo = "换了人或者单位的，请按“退出”和“递补”办理，从第一轮重新公示。"
    limit = f"{what}最多改{most}个字" if most else f"{what}只能改成表格所列的另一项"
    return f"这不只是错字，不能更正：{limit}（与最初公示的文字相比）。{todo}"


def nothing_in_sight(what: str, closed_at: dt.datetime | None) -> WrongState:
    """Return the refusal for a text that is neither public nor about to be: only such a text is corrected in sight.

    `closed_at` is when it was last public.
    """
    if closed_at is None:
        return WrongState(f"现在没有公示或者待公示的{what}，不用更正：没有公示过的内容请直接修改。")
    return WrongState(f"公示已于{end(closed_at)}结束，{what}已经不再公开，不能更正。")


def _mend(nominee: Nominee, field: str, wrong: str, text: str) -> None:
    """Correct the nominee's own field, unless it reads otherwise already."""
    if field in ("unit", "recommender"):
        unit = nominee.unit if field == "unit" else nominee.recommender
        if unit.name == wrong:
            unit.name = text
    elif getattr(nominee, field) == wrong:
        setattr(nominee, field, text)


def find_last_end(session: Session, nominee_id: int, field: str = "name") -> dt.datetime | None:
    """Return when the public last saw this field; None if it never did."""
    ends = [entry.period.closes_at for entry in changes.entries_of(session, nominee_id) if getattr(entry, field)]
    return max(ends, default=None)
