"""The cases of the demonstration: each plot a few steps through the services, at moments of its own."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import objections
from app.demo.diary import Diary
from app.domain.cases import Actor, Conclusion, DeclineGround
from app.domain.receipt import new_form_token
from app.models import Case, Category, Entry, Nominee, Objection, ObjectorKind, Period, User
from app.services import following, intake, investigation

Move = Callable[[Session, int, dt.datetime], object]


@dataclass
class Script:
    """Plays plots on periods: files the objection, then moves the case step by step."""

    diary: Diary
    actors: dict[int, tuple[User, User]]
    key: bytes
    _dice: random.Random = field(default_factory=lambda: random.Random(1016))  # noqa: S311 - the same every time
    _used: int = 0

    def play(self, period: Period, nominees: list[Nominee], plot: tuple[str, ...]) -> None:
        """One case a plot, each against another nominee, from the second on; filed early in the window."""
        for place, name in enumerate(plot):
            self._case(period, nominees[(place + 1) % len(nominees)], name, place)

    def _case(self, period: Period, nominee: Nominee, name: str, place: int) -> None:
        end = min(self.diary.until, period.conclude_by - dt.timedelta(minutes=1))
        filed_at = _between(period.opens_at, min(end, period.closes_at - dt.timedelta(minutes=1)), 0.08 * (place + 1))
        case_ids: list[int] = []

        def file(session: Session, now: dt.datetime) -> None:
            case_ids.append(self._file(session, period.id, nominee.id, now, against_handler=name == "to the office"))

        self.diary.note(filed_at, file)
        if name == "joined":
            self.diary.note(filed_at + dt.timedelta(seconds=30), file)
        steps = self._steps(name, period.organiser_id)
        start = max(filed_at, period.closes_at) if len(steps) > 1 and end > period.closes_at else filed_at
        for number, step in enumerate(steps, start=1):
            at = _between(start, end, number / (len(steps) + 1))
            self.diary.note(at, _moving(step, case_ids))

    def _file(
        self, session: Session, period_id: int, nominee_id: int, now: dt.datetime, *, against_handler: bool
    ) -> int:
        every = objections.complaints()
        complaint = every[self._used % len(every)]
        self._used += 1
        entry_id = session.scalars(
            select(Entry.id).where(Entry.period_id == period_id, Entry.nominee_id == nominee_id)
        ).one()
        filing = intake.Filing(
            form_token=new_form_token(),
            objector_kind=ObjectorKind.PERSON,
            name=complaint.name,
            contact_person="",
            contact=complaint.contact,
            category=Category(complaint.category),
            facts=complaint.facts,
            against_handler=against_handler,
        )
        filed = intake.file_objection(session, self.key, entry_id, filing, now)
        return session.get_one(Objection, filed.objection_id).case_id

    def _steps(self, name: str, unit_id: int) -> list[Move]:
        """The moves of a plot, by the unit's handler and whoever confirms there."""
        handler, head = (user.actor for user in self.actors[unit_id])
        user = self.actors[unit_id][0]
        say = self._dice.choice

        def propose(conclusion: Conclusion) -> Move:
            findings, grounds = say(objections.FINDINGS), say(objections.GROUNDS)
            answer = say(objections.ANSWERS)
            return lambda s, case, now: investigation.propose(
                s, case, handler, conclusion, findings, grounds, answer, now
            )

        accept: Move = lambda s, case, now: investigation.accept(s, case, handler, now)  # noqa: E731 - a table of moves
        assign: Move = lambda s, case, now: investigation.assign(s, case, head, user.id, now)  # noqa: E731 - as above
        begin: Move = lambda s, case, now: investigation.investigate(s, case, handler, now)  # noqa: E731 - as above
        note: Move = lambda s, case, now: investigation.note(s, case, handler, say(objections.NOTES), now)  # noqa: E731 - as above
        confirm: Move = lambda s, case, now: investigation.confirm(s, case, head, now)  # noqa: E731 - as above
        ask: Move = lambda s, case, now: investigation.ask_supplement(  # noqa: E731 - as above
            s, case, handler, say(objections.SUPPLEMENT_QUESTIONS), now
        )
        decline: Move = lambda s, case, now: investigation.decline(  # noqa: E731 - as above
            s, case, handler, DeclineGround.OUT_OF_SCOPE, say(objections.DECLINE_REASONS), now
        )
        hear: Move = lambda s, case, now: investigation.hear(  # noqa: E731 - as above
            s, case, handler, "当事人说明了有关情况，提交了台账复印件，表示接受核查。", now
        )
        under_way = [accept, assign, begin]
        return {
            "received": [],
            "to the office": [],
            "sat on": [],
            "accepted": [accept, assign],
            "investigating": [*under_way, note],
            "with a statement": [*under_way, hear],
            "awaiting": [*under_way, ask],
            "proposed": [*under_way, propose(Conclusion.DISMISSED)],
            "dismissed": [*under_way, note, propose(Conclusion.DISMISSED), confirm],
            "partly upheld": [*under_way, propose(Conclusion.PARTLY_UPHELD), confirm],
            "upheld": [*under_way, hear, propose(Conclusion.UPHELD), confirm],
            "let lapse": [*under_way, note],
            "declined": [decline],
            "withdrawn": [accept, _withdraw],
            "joined": [accept, _join(handler)],
        }[name]


def _moving(step: Move, case_ids: list[int]) -> Callable[[Session, dt.datetime], None]:
    def move(session: Session, now: dt.datetime) -> None:
        step(session, case_ids[0], now)

    return move


def _withdraw(session: Session, case_id: int, now: dt.datetime) -> None:
    objection = session.scalars(select(Objection.id).where(Objection.case_id == case_id)).first()
    if objection is not None:
        following.withdraw(session, objection, "经了解，情况与我原来听说的不同。", now)


def _join(handler: Actor) -> Move:
    def join(session: Session, case_id: int, now: dt.datetime) -> None:
        case = session.get_one(Case, case_id)
        for lead in investigation.joinable_leads(session, case):
            investigation.join(session, lead.id, handler, case_id, now)

    return join


def _between(start: dt.datetime, end: dt.datetime, share: float) -> dt.datetime:
    """The moment that lies `share` of the way from `start` to `end`."""
    return start + max(end - start, dt.timedelta()) * min(share, 1.0)
