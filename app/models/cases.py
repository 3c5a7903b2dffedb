"""A case: the investigation of one or more objections to one entry (R20-R24)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.calendar.workdays import DayTable
from app.domain.cases.arrivals import shown_to_units
from app.domain.cases.hands import find_escalation
from app.domain.cases.second_look import LookOutcome
from app.domain.cases.states import OPEN_STATES, CaseFacts, Conclusion, DeclineGround, State
from app.domain.cases.verdict import CaseOutcome, effective_state
from app.domain.shared.instants import SHANGHAI
from app.models.accounts import Unit, UnitKind, User
from app.models.base import Base, checked_column, is_set
from app.models.drawing import draw_id
from app.models.objections import Objection
from app.models.periods import Entry
from app.models.stored_file import StoredFile


class Case(Base):
    """One investigation. The CHECKs repeat what each state implies."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, default=draw_id)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    state: Mapped[State] = mapped_column(checked_column(State, "state"))
    handler_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    received_at: Mapped[dt.datetime]
    escalates_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]  # accepted or declined
    decline_ground: Mapped[DeclineGround | None] = mapped_column(checked_column(DeclineGround, "decline_ground"))
    decline_reason: Mapped[str | None] = mapped_column(Text)
    # A decline that waits to be confirmed by a second person (R22); `proposed_by` and `proposed_at` are its writer.
    decline_proposed_ground: Mapped[DeclineGround | None] = mapped_column(
        checked_column(DeclineGround, "decline_proposed_ground")
    )
    decline_proposed_reason: Mapped[str | None] = mapped_column(Text)
    decline_confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # Counts what was proposed, conclusions and declines: a confirmation names the one that was read (R22).
    proposal_version: Mapped[int | None]
    # When somebody last worked on the case. None: before this was kept.
    touched_at: Mapped[dt.datetime | None]
    supplement_asked_at: Mapped[dt.datetime | None]
    # Until when the objectors are asked to answer. None: before this was kept.
    supplement_by: Mapped[dt.datetime | None]
    resume_state: Mapped[State | None] = mapped_column(checked_column(State, "resume_state"))
    proposed_conclusion: Mapped[Conclusion | None] = mapped_column(checked_column(Conclusion, "proposed_conclusion"))
    findings: Mapped[str | None] = mapped_column(Text)
    grounds: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime | None]
    conclusion: Mapped[Conclusion | None] = mapped_column(checked_column(Conclusion, "conclusion"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime | None]
    lapsed_at: Mapped[dt.datetime | None]
    joined_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    # It had ended before there were letters (R34): its end has none.
    before_letters: Mapped[bool] = mapped_column(default=False, server_default=false())

    entry: Mapped[Entry] = relationship()
    handler_unit: Mapped[Unit] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    objections: Mapped[list[Objection]] = relationship(order_by=Objection.id)
    notes: Mapped[list[CaseNote]] = relationship(order_by="CaseNote.id")
    recusals: Mapped[list[Recusal]] = relationship(order_by="Recusal.id")
    looks: Mapped[list[SecondLook]] = relationship(order_by="SecondLook.id", back_populates="case")

    __table_args__ = (
        CheckConstraint("(state = 'concluded') = (conclusion IS NOT NULL)", name="concluded_has_conclusion"),
        CheckConstraint("(state = 'concluded') = (confirmed_by IS NOT NULL)", name="concluded_is_confirmed"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_and_at"),
        CheckConstraint("(state = 'lapsed') = (lapsed_at IS NOT NULL)", name="lapsed_is_dated"),
        CheckConstraint(
            "(state = 'declined') = (decline_ground IS NOT NULL AND decline_reason IS NOT NULL)",
            name="declined_has_ground",
        ),
        CheckConstraint("(state = 'joined') = (joined_into_id IS NOT NULL)", name="joined_has_lead"),
        CheckConstraint(
            "state NOT IN ('proposed', 'concluded') OR "
            "(proposed_by IS NOT NULL AND findings IS NOT NULL AND grounds IS NOT NULL)",
            name="proposal_is_complete",
        ),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("joined_into_id IS NULL OR joined_into_id <> id", name="not_into_itself"),
        Index("ix_cases_queue", "handler_unit_id", "state"),
        # What lists count and order by, so that they need not read the cases themselves.
        Index("ix_cases_listed", "entry_id", "state", "received_at", "handler_unit_id", "assignee_id", "conclusion"),
        # The open ones are few of all.
        Index(
            "ix_cases_state",
            "state",
            "entry_id",
            "received_at",
            "decline_proposed_ground",
            "handler_unit_id",
            "assignee_id",
        ),
    )

    @property
    def number(self) -> str:
        """Return the case's number: the year of arrival and a random number. The first cases have sequential ones."""
        return f"{self.received_at.astimezone(SHANGHAI):%Y}-{self.id:04d}"

    def state_at(self, now: dt.datetime) -> State:
        """Return the state every page shows: lapsed from the deadline on, settled or not (R26)."""
        return effective_state(self.state, self.entry.period.conclude_by, now)

    @property
    def outcome(self) -> CaseOutcome:
        return CaseOutcome(self.id, self.entry.nominee_id, self.state, self.conclusion)

    def escalates_on(self, days: DayTable) -> dt.datetime:
        """Return when the case falls to the office if nothing more is done to it (R21)."""
        return find_escalation(self._untouched_since, self.entry.period.conclude_by, days)

    @property
    def _untouched_since(self) -> dt.datetime:
        if self.state is State.RECEIVED:
            return self.received_at  # only accepting or declining it counts
        if self.touched_at is not None:
            return self.touched_at
        known = self.received_at, self.decided_at, self.supplement_asked_at, self.proposed_at
        return max(moment for moment in known if moment is not None)

    def facts(self, now: dt.datetime, days: DayTable | None = None) -> CaseFacts:
        """Return the facts that the rules of access need. `days` are the period's, if already loaded."""
        state = self.state_at(now)
        by_office = self.handler_unit.kind is UnitKind.OFFICE
        waiting = self.looks_waiting if state in (State.CONCLUDED, State.DECLINED) else []
        watched = state in OPEN_STATES and not by_office
        return CaseFacts(
            state=state,
            handler_unit_id=self.handler_unit_id,
            handled_by_office=by_office,
            superior_unit_id=self.handler_unit.parent_id,
            escalates_at=(
                self.escalates_on(days or self.entry.period.day_table) if watched else self.entry.period.conclude_by
            ),
            hands=self.handler_unit.hands(now),
            office_hands=self.handler_unit.office.hands(now),
            behind=_behind(self.handler_unit, self.handler_unit.office),
            recused=frozenset(recusal.user_id for recusal in self.recusals),
            proposed_by=self.proposed_by,
            decline_proposed=self.decline_proposed_ground is not None,
            supplement_asked=self.supplement_asked_at is not None,
            all_withdrawn=all(objection.withdrawn_at is not None for objection in self.objections),
            shown_to_units=shown_to_units(
                self.state,
                self.received_at,
                self.entry.period.conclude_by,
                now,
                registered_by_handler=self.state is State.RECEIVED and self.is_registered_by_handler,
            ),
            look_asked=bool(waiting) and now < self.entry.period.conclude_by,
            acted=frozenset(user_id for look in waiting for user_id in look.acted),
        )

    @property
    def is_registered_by_handler(self) -> bool:
        """Whether somebody of the handling unit registered an objection of it (R33)."""
        registered = [each.registration for each in self.objections if each.registration is not None]
        return any(row.registrar.unit_id == self.handler_unit_id for row in registered)

    @property
    def looks_waiting(self) -> list[SecondLook]:
        """Return the unanswered requests for a second look (R35)."""
        return [look for look in self.looks if look.outcome is None]


def _behind(*units: Unit) -> dict[int, frozenset[int]]:
    """Return who may be acting with the accounts that somebody gave out, by account (R22)."""
    return {user.id: user.persons for unit in units for user in unit.people if user.is_given_out}


class NoteKind(StrEnum):
    NOTE = "note"  # 核查记录
    STATEMENT = "statement"  # 当事人陈述


NOTE_KIND_NAMES = {NoteKind.NOTE: "核查记录", NoteKind.STATEMENT: "当事人陈述"}


class CaseNote(Base):
    """What the handlers write down: a step of the investigation, or what the nominee said (R24)."""

    __tablename__ = "case_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[NoteKind] = mapped_column(checked_column(NoteKind, "kind"))
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime]


_UNCLAIMED = text("note_id IS NULL AND proposal_version IS NULL")
_WAITING = text("scan = 'waiting'")


class CaseFile(StoredFile, Base):
    """One file of the handlers, kept like evidence.

    Until its form is accepted it belongs to that form (`form_hash`) and to whoever sent it. Then it belongs to a note,
    or to the version of a proposal.
    """

    __tablename__ = "case_files"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, default=draw_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    form_hash: Mapped[str] = mapped_column(String(64))
    received_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("case_notes.id"))
    proposal_version: Mapped[int | None]

    @property
    def belongs(self) -> bool:
        """Tell whether it is part of the case: its form was accepted."""
        return self.note_id is not None or self.proposal_version is not None

    __table_args__ = (
        CheckConstraint("size > 0 AND stored_size > 0", name="not_empty"),
        CheckConstraint("(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="verdict_is_dated"),
        CheckConstraint("note_id IS NULL OR proposal_version IS NULL", name="of_one_thing"),
        UniqueConstraint("form_hash", "sha256"),
        Index("ix_case_files_unclaimed", "received_at", sqlite_where=_UNCLAIMED, postgresql_where=_UNCLAIMED),
        Index("ix_case_files_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        {"sqlite_autoincrement": True},  # the record names files by id, so the id of a deleted file is never used again
    )


class Recusal(Base):
    """Someone tied to the nominee may not handle, nor open, the case (R21)."""

    __tablename__ = "recusals"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    recused_at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("case_id", "user_id"),)


class ProposalEnd(StrEnum):
    """How a proposal ended. One that waits, or lapsed with its case, has no end."""

    CONFIRMED = "confirmed"  # 已确认
    RETURNED = "returned"  # 已退回
    REPLACED = "replaced"  # 已被新的意见替换
    DROPPED = "dropped"  # 案件已受理，不再有效


PROPOSAL_END_NAMES = {
    ProposalEnd.CONFIRMED: "已确认",
    ProposalEnd.RETURNED: "已退回",
    ProposalEnd.REPLACED: "已被新的意见替换",
    ProposalEnd.DROPPED: "案件已经受理，不再有效",
}


# The verb after the name of whoever ended it and the moment.
PROPOSAL_END_ACTS = {
    ProposalEnd.CONFIRMED: "确认",
    ProposalEnd.RETURNED: "退回",
    ProposalEnd.REPLACED: "换成新的意见",
    ProposalEnd.DROPPED: "受理了案件",
}


class Proposal(Base):
    """One version: a conclusion with findings, grounds and answer, or a ground and a reason to decline.

    Its text is never changed. `Case.proposal_version` names the one that a confirmation is about.
    """

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    version: Mapped[int]
    conclusion: Mapped[Conclusion | None] = mapped_column(checked_column(Conclusion, "conclusion"))
    findings: Mapped[str | None] = mapped_column(Text)
    grounds: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    decline_ground: Mapped[DeclineGround | None] = mapped_column(checked_column(DeclineGround, "decline_ground"))
    decline_reason: Mapped[str | None] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    ended: Mapped[ProposalEnd | None] = mapped_column(checked_column(ProposalEnd, "ended"))
    # None beside an end: from before this was kept.
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[dt.datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)

    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by])
    ender: Mapped[User | None] = relationship(foreign_keys=[ended_by])

    __table_args__ = (
        UniqueConstraint("case_id", "version"),
        CheckConstraint("(conclusion IS NULL) <> (decline_ground IS NULL)", name="one_of_two_kinds"),
        CheckConstraint("conclusion IS NULL OR (findings IS NOT NULL AND grounds IS NOT NULL)", name="is_complete"),
        CheckConstraint("(decline_ground IS NULL) = (decline_reason IS NULL)", name="decline_has_reason"),
        CheckConstraint("ended IS NOT NULL OR (ended_by IS NULL AND ended_at IS NULL)", name="end_is_complete"),
    )

    @property
    def waits(self) -> bool:
        return self.ended is None


class SecondLook(Base):
    """An objector asks the superior to look again at a decline or a dismissal, once (R35).

    `acted` are the people who had done anything in the case by then: none of them decides. While `outcome` is empty the
    decision of two people stands.
    """

    __tablename__ = "second_looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[dt.datetime]
    acted: Mapped[list[Any]]
    outcome: Mapped[LookOutcome | None] = mapped_column(checked_column(LookOutcome, "outcome"))
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]

    objection: Mapped[Objection] = relationship()
    case: Mapped[Case] = relationship(back_populates="looks")

    __table_args__ = (
        CheckConstraint(
            f"{is_set('outcome')} = {is_set('decided_at')} AND {is_set('outcome')} = {is_set('decided_by')} "
            f"AND {is_set('outcome')} = {is_set('decision')}",
            name="decision_is_complete",
        ),
        CheckConstraint("decided_at IS NULL OR decided_at >= asked_at", name="decided_after_it_was_asked"),
    )


class GroupActKind(StrEnum):
    """What is done to every case of the group."""

    DECLINE = "decline"  # 不予受理
    CONCLUDE = "conclude"  # 处理意见


GROUP_ACT_NAMES = {GroupActKind.DECLINE: "不予受理", GroupActKind.CONCLUDE: "处理意见"}


class GroupAct(Base):
    """A proposal for the cases it names; `confirmed` says how it ended, NULL while it waits.

    Each case keeps its own state, texts, answer and rows of the record: this row only holds what one press confirms.
    """

    __tablename__ = "group_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[GroupActKind] = mapped_column(checked_column(GroupActKind, "kind"))
    case_ids: Mapped[list[Any]]
    ground: Mapped[DeclineGround | None] = mapped_column(checked_column(DeclineGround, "ground"))
    conclusion: Mapped[Conclusion | None] = mapped_column(checked_column(Conclusion, "conclusion"))
    reason: Mapped[str] = mapped_column(Text)  # of a decline; the answer of a conclusion
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    confirmed: Mapped[bool | None]

    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by])

    __table_args__ = (
        CheckConstraint("(kind = 'decline') = (ground IS NOT NULL)", name="decline_has_ground"),
        CheckConstraint("(kind = 'conclude') = (conclusion IS NOT NULL)", name="conclusion_is_named"),
        CheckConstraint("confirmed IS NULL OR NOT confirmed OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (confirmed IS NULL)",
            name="decision_is_complete",
        ),
    )
