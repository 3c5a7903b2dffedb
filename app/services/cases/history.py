"""The whole history of a case on one line of time: acts of the record, notes, and what was said (R20, R32)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.domain.calendar.workdays import end_of, local_date, midnight
from app.domain.cases.states import CONCLUSION_NAMES, Action
from app.domain.objections.arrival import CHANNEL_NAMES, Channel
from app.models import AuditRow, Case, MessageKind
from app.models.cases import NOTE_KIND_NAMES
from app.models.objections import MESSAGE_KIND_NAMES
from app.services.record.act_names import ACT_NAMES, name_act, name_actor, user_names
from app.services.record.chain import OBJECTOR, on_case, rows_about


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a history: when, who, what, and the text that goes with it.

    `coarse` marks what an objector did: a unit is told the day, not the minute (R19).
    """

    at: dt.datetime
    who: str
    what: str
    text: str = ""
    coarse: bool = False
    note_id: int | None = None


# Acts whose text is a note or a message of its own: these are shown instead of the bare act. Looks at an identity
# are the office's business: its part of the page lists them, the unit's history does not.
_TOLD_ELSEWHERE = {f"case.{action}" for action in (Action.NOTE, Action.HEAR, Action.REPLY, Action.ASK)} | {
    "identity.asked",
    "identity.granted",
    "identity.refused",
    "identity.read",
    "letter.opened",
    "original.opened",
    "letter.sorted",
    "casefile.received",
    "casefile.removed",
    "paper.made",  # saving a case as a file is no act in it
    # How an objector can be reached is for the office alone, and a confirmation would tell the minute (R19).
    "contact.code_asked",
    "contact.confirmed",
    "contact.news_wanted",
    "contact.news_ended",
    "contact.stopped",
}
# The scanner's verdict follows the upload by minutes, and staff register while the objector is present.
_TELLS_OF_ARRIVAL = {"objection.filed", "evidence.clean", "evidence.infected"}


def list_history(session: Session, case: Case) -> list[Moment]:
    """List everything that happened to a case, oldest first, without any name of an objector."""
    names = user_names(session)
    acts = [
        Moment(
            at=row.at,
            who=name_actor(row.actor, names),
            what=name_act(row.action),
            text=_text_of(row, names),
            coarse=row.actor == OBJECTOR or row.action in _TELLS_OF_ARRIVAL,
        )
        for row in rows_about(session, on_case(case.id))
        if row.action not in _TOLD_ELSEWHERE
    ]
    notes = [
        Moment(note.written_at, names.get(note.written_by, ""), NOTE_KIND_NAMES[note.kind], note.text, note_id=note.id)
        for note in case.notes
    ]
    said = {
        (message.sent_at, message.kind, message.text): Moment(
            at=message.sent_at,
            who="异议人" if message.kind is MessageKind.SUPPLEMENT else case.handler_unit.name,
            what=MESSAGE_KIND_NAMES[message.kind],
            text=message.text,
            coarse=message.kind is MessageKind.SUPPLEMENT,
        )
        for objection in case.objections
        for message in objection.messages
    }
    return sorted([*acts, *notes, *said.values()], key=_place)


def _place(moment: Moment) -> dt.datetime:
    """Return the sort key of a history. A moment shown by its day only stands at an end of that day.

    Its place between two acts of the unit would reveal the hour (R19).
    """
    if not moment.coarse:
        return moment.at
    day = local_date(moment.at)
    return midnight(day) if moment.what == ACT_NAMES["objection.filed"] else end_of(day)


def _text_of(row: AuditRow, names: dict[int, str]) -> str:
    details: dict[str, Any] = json.loads(row.details)
    parts = []
    if "channel" in details:
        parts.append(CHANNEL_NAMES[Channel(details["channel"])])
    if "conclusion" in details:
        parts.append(CONCLUSION_NAMES[details["conclusion"]])
    for key in ("assignee", "recused"):
        if details.get(key) in names:
            parts.append(names[details[key]])
    if "letter" in details:
        parts.append(details["letter"])
    if "reason" in details:
        parts.append(details["reason"])
    return "；".join(parts)
