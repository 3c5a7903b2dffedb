"""The cases a person may know of, as a query condition: the counterpart of `may_see` for one case (R19, R21).

What lists of cases are narrowed by and searched for stands here too: state, number, handler, objections.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, false, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.cases.states import OPEN_STATES, Actor, Role, State
from app.domain.objections.arrival import CHANNEL_NAMES, REGISTERED_CHANNELS, Channel
from app.models import Case, Objection, Period, Recusal, Registration, Unit, User
from app.models.arrivals import shown_to
from app.models.expressions import DayWritten
from app.models.objections import CATEGORY_NAMES
from app.services.shared.stored_rows import StoredRows


def cases_visible_to(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Case that leaves out what this person may not see.

    Every count and every reason that a page shows to a unit uses this condition. It leaves out complaints against the
    unit itself, which the office handles, and a new case until its day is over (R19).
    """
    if actor.role is Role.OFFICE:
        return not_recused(actor)
    if actor.role is Role.AUDITOR:
        return exists().where(Case.id != Case.id)
    below = select(Unit.id).where(Unit.parent_id == actor.unit_id)
    theirs = or_(Case.handler_unit_id == actor.unit_id, Case.handler_unit_id.in_(below))
    return and_(not_recused(actor), theirs, shown_to(actor, now))


def not_recused(actor: Actor, case_id: InstrumentedAttribute[int] = Case.id) -> ColumnElement[bool]:
    """Return the condition that this person is not recused from a case, which a column names (R21)."""
    return case_id.not_in(select(Recusal.case_id).where(Recusal.user_id == actor.user_id))


def is_open(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Case, joined with Period, that it is open. From the deadline on none is (R26)."""
    return and_(Case.state.in_(OPEN_STATES), Period.conclude_by > now)


def state_at(now: dt.datetime) -> ColumnElement[str]:
    """Return the state that every page shows, of Case joined with Period: the counterpart of `Case.state_at` (R26)."""
    lapsed = and_(Case.state.in_(OPEN_STATES), Period.conclude_by <= now)
    return case((lapsed, State.LAPSED.value), else_=cast(Case.state, String))


# --- what lists are searched for ---------------------------------------------------------------------------------


def number_written() -> ColumnElement[str]:
    """Return the number of a case as pages write it; see `Case.number`."""
    zeros = case((Case.id < 10, "000"), (Case.id < 100, "00"), (Case.id < 1000, "0"), else_="")
    return func.substr(DayWritten(Case.received_at), 1, 4) + literal("-") + zeros + cast(Case.id, String)


def assignee_name() -> ColumnElement[str]:
    return select(User.name).where(User.id == Case.assignee_id).correlate(Case).scalar_subquery()


def came_by(channel: Channel) -> ColumnElement[bool]:
    """Return the condition that an objection of the case came in this way (R33)."""
    registered = exists().where(Registration.objection_id == Objection.id)
    if channel is Channel.WEB:
        return _of_the_case(~registered)
    return _of_the_case(registered.where(Registration.channel == channel))


def channels_of(rows: StoredRows[Any]) -> set[Channel]:
    """Return the ways in which the objections of these cases came: one look for each way that anybody came."""
    objections = rows.source.join(Objection, Objection.case_id == Case.id)
    registered = objections.join(Registration, Registration.objection_id == Objection.id)
    ever = select(*(exists().where(Registration.channel == channel) for channel in REGISTERED_CHANNELS))
    used = zip(REGISTERED_CHANNELS, rows.session.execute(ever).one(), strict=True)
    looks: dict[Channel, Select[Any]] = {
        channel: registered.where(Registration.channel == channel) for channel, is_used in used if is_used
    }
    looks[Channel.WEB] = objections.where(~exists().where(Registration.objection_id == Objection.id))
    return {
        channel
        for channel, look in looks.items()
        if rows.session.scalar(look.with_only_columns(literal(1)).limit(1)) is not None
    }


def has_facts(word: str) -> ColumnElement[bool]:
    return _of_the_case(func.lower(Objection.facts).contains(word, autoescape=True))


def has_category(word: str) -> ColumnElement[bool]:
    named = _named(CATEGORY_NAMES, word)
    return _of_the_case(Objection.category.in_(named)) if named else false()


def has_channel(word: str) -> ColumnElement[bool]:
    named = [came_by(channel) for channel in _named(CHANNEL_NAMES, word)]
    return or_(false(), *named)


def _named(names: Mapping[Any, str], word: str) -> list[Any]:
    return [value for value, name in names.items() if word in name]


def _of_the_case(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(Objection.id).where(Objection.case_id == Case.id, condition).correlate(Case).exists()
