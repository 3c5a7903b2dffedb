"""The cases of the demonstration. Each plot is a few steps through the services, each at its own moment."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.gateways import Gateways
from app.demo import objections, pictures
from app.demo.addresses import confirm_contact
from app.demo.diary import Diary, Step
from app.domain.calendar.workdays import local_date
from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import Actor, Conclusion, DeclineGround, Role
from app.domain.objections.arrival import Arrival, Channel
from app.domain.objections.receipt import keyed_hash, new_form_token
from app.models import Case, Category, Entry, Objection, ObjectorKind, Period
from app.sealing import Keyring
from app.services.cases import choices, investigation, phrases, second_looks, urging
from app.services.messages.followers import MessageChoice
from app.services.objections import evidence, following, intake, registering
from app.services.shared.files import Vault
from app.services.shared.work import Work


@dataclass(frozen=True, slots=True)
class Hands:
    """The two people of a unit who handle a case."""

    handler: Actor
    head: Actor


Move = Callable[[Session, int, Hands, dt.datetime], None]


def keep_phrases(session: Session, office: Actor, now: dt.datetime) -> None:
    """Keep the office's texts for all units to use again."""
    for kind, texts in objections.PHRASES.items():
        for text in texts:
            phrases.add(Work(session, now, office), PhraseKind(kind), text)


def _text(texts: tuple[str, ...], case_id: int) -> str:
    """Choose one of the made-up texts. The same case always gets the same text."""
    return texts[case_id % len(texts)]


def _accept(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    investigation.accept(Work(session, now, hands.handler), case_id)


def _assign(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    investigation.assign(Work(session, now, hands.head), case_id, hands.handler.user_id)


def _investigate(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    investigation.investigate(Work(session, now, hands.handler), case_id)


def _note(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    investigation.note(Work(session, now, hands.handler), case_id, _text(objections.NOTES, case_id))


def _hear(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    text = "当事人说明了有关情况，提交了台账复印件，表示接受核查。"
    investigation.hear(Work(session, now, hands.handler), case_id, text)


def _ask(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    question = _text(objections.SUPPLEMENT_QUESTIONS, case_id)
    investigation.ask_supplement(Work(session, now, hands.handler), case_id, question)


def _decline(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    reason = _text(objections.DECLINE_REASONS, case_id)
    investigation.decline(Work(session, now, hands.handler), case_id, DeclineGround.OUT_OF_SCOPE, reason)
    investigation.confirm_decline(Work(session, now, hands.head), case_id, _version(session, case_id))


# Findings, grounds and answer that belong together, by their indexes in the lists of texts.
_WORDING = {Conclusion.UPHELD: (5, 4, 0), Conclusion.PARTLY_UPHELD: (1, 6, 1), Conclusion.DISMISSED: (3, 5, 2)}


def _propose(conclusion: Conclusion) -> Move:
    findings, grounds, answer = (
        texts[place]
        for texts, place in zip(
            (objections.FINDINGS, objections.GROUNDS, objections.ANSWERS), _WORDING[conclusion], strict=True
        )
    )

    def propose(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
        investigation.propose(Work(session, now, hands.handler), case_id, conclusion, findings, grounds, answer)

    return propose


def _confirm(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    investigation.confirm(Work(session, now, hands.head), case_id, _version(session, case_id))


def _version(session: Session, case_id: int) -> int:
    return session.get_one(Case, case_id).proposal_version or 0


def _withdraw(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    for objection_id in session.scalars(select(Objection.id).where(Objection.case_id == case_id)).all():
        following.withdraw(Work(session, now), objection_id, "经了解，情况与我原来听说的不同。")


def _urge(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    demand = "案件收到后一直没有处理，请抓紧核查，最迟在办结期限作出结论。"
    urging.urge(Work(session, now, _of_the_office(session, case_id)), case_id, demand)


def _ask_again(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    for objection_id in session.scalars(select(Objection.id).where(Objection.case_id == case_id)).all():
        second_looks.ask(Work(session, now), objection_id, "没有向当时在场的人了解情况，请再核实一次。")


def _confirm_look(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    decision = "核查材料齐全，程序符合规定，所提事项与参评无关，维持不予受理。"
    second_looks.confirm_look(Work(session, now, _of_the_office(session, case_id)), case_id, decision)


def _of_the_office(session: Session, case_id: int) -> Actor:
    office = session.get_one(Case, case_id).handler_unit.office
    return next(user.actor for user in office.people if user.role is Role.OFFICE)


def _join_the_others(session: Session, case_id: int, hands: Hands, now: dt.datetime) -> None:
    case = session.get_one(Case, case_id)
    for other in choices.list_joinable_leads(session, case):
        investigation.join(Work(session, now, hands.handler), other.id, case_id)


_UNDER_WAY = (_accept, _assign, _investigate)
_PLOTS: dict[str, tuple[Move, ...]] = {
    "received": (),
    "to the office": (),
    "sat on": (),
    "accepted": (_accept, _assign),
    "investigating": (*_UNDER_WAY, _note),
    "with a statement": (*_UNDER_WAY, _hear),
    "awaiting": (*_UNDER_WAY, _ask),
    "proposed": (*_UNDER_WAY, _propose(Conclusion.DISMISSED)),
    "dismissed": (*_UNDER_WAY, _note, _propose(Conclusion.DISMISSED), _confirm),
    "partly upheld": (*_UNDER_WAY, _propose(Conclusion.PARTLY_UPHELD), _confirm),
    "upheld": (*_UNDER_WAY, _hear, _propose(Conclusion.UPHELD), _confirm),
    "let lapse": (*_UNDER_WAY, _note),
    "declined": (_decline,),
    "asked again": (*_UNDER_WAY, _propose(Conclusion.DISMISSED), _confirm, _ask_again),
    "looked at": (_decline, _ask_again, _confirm_look),
    "urged": (*_UNDER_WAY, _urge),
    "withdrawn": (_accept, _withdraw),
    "joined": (_accept, _join_the_others),
    "a visit": (_accept,),
    "a letter": (_accept,),
}
# Registered by staff instead of filed on the web (R33). The office registers a visit, and the unit handles the case.
# One of the unit's two people registers a letter, so the office handles the case.
_REGISTERED = {"a visit": Channel.VISIT, "a letter": Channel.LETTER}
_TOLD = ("awaiting", "dismissed")  # whose objectors ticked the box (R36)
_ON_THE_DESK = dt.timedelta(minutes=20)


# Evidence by the index of the objection among those filed. The texts of the second and the ninth describe a picture.
_ATTACHED = {1: ("门口护栏现状.png", pictures.road), 8: ("加盖的一层.png", pictures.house)}


@dataclass
class Script:
    """Plays plots on periods: files the objection, then moves the case step by step."""

    diary: Diary
    hands: dict[int, Hands]  # by unit
    keyring: Keyring
    vault: Vault | None = None  # the store of evidence; without one no evidence is sent
    gateways: Gateways | None = None  # without any nobody is told
    _filed: int = 0

    def play(self, period: Period, nominee_ids: list[int], plots: tuple[str, ...]) -> None:
        """File one case a plot, early in the window, each against another nominee, beginning with the second."""
        for place, name in enumerate(plots):
            nominee_id = nominee_ids[(place + 1) % len(nominee_ids)]
            self._case(period, nominee_id, name, 0.08 * (place + 1))

    def _case(self, period: Period, nominee_id: int, name: str, filed_after: float) -> None:
        end = min(self.diary.until, period.conclude_by - dt.timedelta(minutes=1))
        last_second = period.closes_at - dt.timedelta(seconds=1)
        filed_at = _between(period.opens_at, min(end, last_second), filed_after)
        case_ids: list[int] = []
        for copy in range(2 if name == "joined" else 1):
            self.diary.note(filed_at + dt.timedelta(seconds=copy), self._filing(period.id, nominee_id, name, case_ids))
        moves, hands = _PLOTS[name], self._office if name == "a letter" else self.hands[period.organiser_id]
        for number, move in enumerate(moves, start=1):
            at = _between(filed_at + dt.timedelta(seconds=2), end, number / (len(moves) + 1))
            self.diary.note(at, self._moving(move, case_ids, hands))

    def _moving(self, move: Move, case_ids: list[int], hands: Hands) -> Step:
        """Return a step that applies `move` to the case that `_filing` puts into `case_ids`."""
        return lambda session, now: move(session, case_ids[0], hands, now)

    def _filing(self, period_id: int, nominee_id: int, name: str, case_ids: list[int]) -> Step:
        def file(session: Session, now: dt.datetime) -> None:
            every = objections.complaints()
            complaint = every[self._filed % len(every)]
            attached = _ATTACHED.get(self._filed) if self.vault else None
            self._filed += 1
            entry_id = session.scalars(
                select(Entry.id).where(Entry.period_id == period_id, Entry.nominee_id == nominee_id)
            ).one()
            token = new_form_token()
            if self.vault and attached:
                form = keyed_hash(self.keyring.hash_key, "form", token)
                evidence.receive(Work(session, now), self.vault, form, attached[0], io.BytesIO(attached[1]()))
            filing = intake.Filing(
                form_token=token,
                objector_kind=ObjectorKind.PERSON,
                name=complaint.name,
                contact_person="",
                contact=complaint.contact,
                category=Category(complaint.category),
                facts=complaint.facts,
                against_handler=name == "to the office",
                files=1 if attached else 0,
            )
            told = self.gateways is not None and name in _TOLD
            if self.gateways and told:
                filing = dataclasses.replace(filing, telling=MessageChoice(self.gateways.available, wants_news=True))
            if name in _REGISTERED:
                filed = self._register(session, entry_id, filing, name, now)
            else:
                filed = intake.file_objection(session, self.keyring, entry_id, filing, now)
            if told:
                confirm_contact(session, self.keyring, filed.objection_id, now)
            case_ids.append(session.get_one(Objection, filed.objection_id).case_id)

        return file

    def _register(
        self, session: Session, entry_id: int, filing: intake.Filing, name: str, now: dt.datetime
    ) -> intake.Filed:
        period = session.get_one(Entry, entry_id).period
        registrar = (self._office if name == "a visit" else self.hands[period.organiser_id]).handler
        arrived = max(period.opens_at, now - _ON_THE_DESK)
        channel = _REGISTERED[name]
        postmark = local_date(arrived) if channel is Channel.LETTER else None
        work = Work(session, now, registrar, self.keyring)
        return registering.register(work, entry_id, filing, Arrival(channel, arrived, postmark))

    @property
    def _office(self) -> Hands:
        return next(hands for hands in self.hands.values() if hands.handler.is_office)


def _between(start: dt.datetime, end: dt.datetime, share: float) -> dt.datetime:
    """Return the moment that lies `share` of the way from `start` to `end`."""
    return start + max(end - start, dt.timedelta()) * share
