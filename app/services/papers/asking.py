"""征求意见函: for each authority a letter of the recommending unit, with exactly those whom it is asked about.

Notice, 四（二）2: whoever passed 初审 is asked about, each authority about those that annex 6 names it for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor
from app.domain.papers.issuing import Named, PaperKind, PaperParty, issue
from app.domain.periods.rounds import Kind
from app.domain.refusals import NotYourCase, WrongState
from app.models import Nominee, OpinionOutcome, Programme, ReviewStage, Unit
from app.sealing import Keyring
from app.services.nominees import opinions, reviews
from app.services.papers.nominees import leave_out_refused, list_remaining
from app.services.papers.paper import (
    Clerk,
    Paper,
    cite_basis,
    mark_if_empty,
    recommender_for,
    recommenders,
    signed,
    title_lines,
)


class Which(StrEnum):
    """Whom a letter is about."""

    ALL = "all"
    MISSING = "missing"  # those about whom the authority has not answered yet


@dataclass(frozen=True, slots=True)
class Asked:
    """One authority of one unit: whom it is asked about, and who of them it has answered about."""

    unit: Unit
    authority: str
    name: str
    nominees: Sequence[Nominee]
    answered: frozenset[int]

    @property
    def missing(self) -> list[Nominee]:
        return [one for one in self.nominees if one.id not in self.answered]


def asked_of_units(session: Session, keyring: Keyring, programme_id: int, clerk: Clerk) -> list[Asked]:
    """List what every authority is asked by every unit whose papers this person may have, in the order of annex 6.

    An authority that is asked about nobody is left out. Raises SealBroken.
    """
    programme = session.get_one(Programme, programme_id)
    return [
        each
        for unit in recommenders(session, programme_id, clerk.actor)
        for each in asked_by(session, keyring, programme, unit, clerk.now)
        if each.nominees
    ]


def asked_by(session: Session, keyring: Keyring, programme: Programme, unit: Unit, now: dt.datetime) -> list[Asked]:
    """Return what a unit asks each authority of the notice. Raises SealBroken.

    Asked about is who passed 初审 and is still in, unless it is on record that this authority needs not be asked.
    """
    found = leave_out_refused(session, list_remaining(session, programme.id, unit.id, now))
    words = reviews.find_latest(session, [one.id for one in found])
    found = [one for one in found if reviews.has_passed(words.get(one.id, {}), ReviewStage.PRELIMINARY)]
    needed = opinions.find_needed_authorities(session, keyring, found)
    latest = opinions.find_latest(session, [one.id for one in found])
    asked = []
    for authority, name in programme.rules.authority_names.items():
        said = {id_: by[authority].outcome for id_, by in latest.items() if authority in by}
        about = [
            one
            for one in found
            if said.get(one.id) is not OpinionOutcome.NOT_ASKED and (authority in needed[one.id] or one.id in said)
        ]
        asked.append(Asked(unit, authority, name, about, frozenset(one.id for one in about if one.id in said)))
    return asked


def find_asked(
    session: Session, keyring: Keyring, programme_id: int, unit_id: int, authority: str, actor: Actor, now: dt.datetime
) -> Asked:
    """Return what a unit asks one authority, for the office and for that unit. Raises NotYourCase, SealBroken."""
    programme, unit = recommender_for(session, programme_id, unit_id, actor)
    by_key = {each.authority: each for each in asked_by(session, keyring, programme, unit, now)}
    if authority not in by_key:
        raise NotYourCase
    return by_key[authority]


def letter(session: Session, programme_id: int, unit_id: int, authority: str, which: Which, clerk: Clerk) -> Paper:
    """Write the letter to one authority. Raises NotYourCase, and WrongState where it is asked about nobody."""
    keyring, actor, now = clerk.vault.keyring, clerk.actor, clerk.now
    asked = find_asked(session, keyring, programme_id, unit_id, authority, actor, now)
    programme, unit = session.get_one(Programme, programme_id), asked.unit
    about = asked.missing if which is Which.MISSING else asked.nominees
    if not about:
        raise WrongState(f"没有要征求{asked.name}意见的推荐对象：征求的是通过初审、仍然参评的对象。")
    kinds = programme.rules.kind_names
    teams = any(one.kind is Kind.COLLECTIVE for one in about)
    parties = {PaperParty.RECOMMENDER: Named(unit.name, unit.signed_as), PaperParty.AUTHORITY: Named(asked.name)}
    context = {
        "title": title_lines(unit.name, "关于征求推荐对象意见的函"),
        "opening": f"{cite_basis(programme)}，我单位对通过初审的推荐对象进行考察，现就附件所列{len(about)}个推荐对象"
        "征求你单位意见。",
        "asked": "请按照管理权限，对推荐对象有无违纪违法问题、是否影响推荐提出意见"
        + (f"；{kinds[Kind.COLLECTIVE]}的，请同时对其领导班子提出意见。" if teams else "。"),
        "answer": "请于（请填写日期）前在附件上逐一填写意见，加盖公章后函复。",
        "list_title": f"征求{asked.name}意见的推荐对象名单",
        "nominees": [
            {
                "name": one.name,
                "kind": kinds[one.kind],
                "unit": one.unit.name,
                "post": "" if one.kind is Kind.COLLECTIVE else one.post,
            }
            for one in about
        ],
        "contact": f"（请填写）；电话：{mark_if_empty(unit.phone, '办公电话')}",
        **signed(issue(PaperKind.ASKING, 0, parties), local_date(clerk.now)),
    }
    return clerk.stationery.written("asking.docx", f"{unit.name}征求{asked.name}意见的函", context)
