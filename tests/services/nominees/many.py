"""Many nominees in every state that the tables can hold, made at random behind the services.

Most of them are alike in most things, so that what makes two of them differ is often one fact alone.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from sqlalchemy.orm import Session

from app.domain.cases.states import Conclusion, State
from app.domain.cases.verdict import Ground
from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import conditions_of
from app.domain.periods.rounds import Kind
from app.models import (
    Case,
    Confirmation,
    Disqualification,
    Entry,
    Nominee,
    Opinion,
    OpinionOutcome,
    Period,
    Programme,
    Reversal,
    Review,
    ReviewStage,
    Unit,
)
from app.services.nominees import marks
from app.services.nominees.dossiers import make_dossier
from tests.world import World, at

NOW = at("2026-09-22 Tue 10:00")
_DAY = dt.timedelta(days=1)
_NAMES = ("麒麟区第一中学", "中共麒麟区委员会", "曲靖经开区党工委", "罗平县人民政府", "罗平县公安局刑侦大队")
_PENALTIES = ("", "无", "2019年受过记过处分", "没有。")
_CATEGORIES = {
    Kind.COLLECTIVE: ("", "机关", "事业单位", "企业", "社会组织"),
    Kind.INDIVIDUAL: ("", "公务员", "事业单位人员", "农民"),
}
# (opens, closes, concluded by) in days from now.
_WINDOWS = ((1, 8, 14), (-2, 3, 9), (-8, -1, 5), (-20, -13, -7))


class Crowd:
    """Writes `size` nominees of the world's programme; the same seed writes the same ones."""

    def __init__(self, world: World, session: Session, seed: object) -> None:
        self.world, self.session, self.dice = world, session, random.Random(str(seed))
        self.programme = session.get_one(Programme, world.programme)
        self.office, self.head = world.people["office"], world.people["head"]
        self.owns = {
            unit.id: [own.id for own in session.query(Unit).filter(Unit.parent_id == unit.id)] + [unit.id]
            for unit in session.query(Unit).filter(Unit.id.in_((world.qilin, world.luoping)))
        }

    def _rarely(self) -> bool:
        return self.dice.random() < 0.12

    def write(self, size: int) -> None:
        periods = self._periods()
        made = [self._nominee(number) for number in range(size)]
        self.session.add_all(made)
        self.session.flush()
        for nominee in made:
            self._said(nominee)
            if self.dice.random() < 0.8:
                self._shown(nominee, periods)
        self._replaced(made)
        marks.renew(self.session, self.world.keyring, [each.id for each in made if self.dice.random() < 0.95])
        self.session.commit()

    def _periods(self) -> list[Period]:
        """Some of each round and each kind of window: closed, settled, taken back, or none of it."""
        made = []
        for number in (1, 2, 3):
            organiser = {1: self.owns[self.world.qilin][0], 2: self.world.qilin, 3: self.world.office}[number]
            for opens, closes, by in _WINDOWS:
                for end in ("open", "closed", "settled", "cancelled"):
                    made.append(self._period(number, organiser, (opens, closes, by), end))
        self.session.add_all(made)
        self.session.flush()
        return made

    def _period(self, number: int, organiser: int, days: tuple[int, int, int], end: str) -> Period:
        opens, closes, by = (NOW + each * _DAY for each in days)
        return Period(
            programme_id=self.programme.id,
            round_number=number,
            organiser_id=organiser,
            opens_at=opens,
            closes_at=closes,
            conclude_by=by,
            conclude_workdays=5,
            days=[],
            calendar_version="-",
            provisional=False,
            estimated=False,
            collectives=0,
            individuals=0,
            recommenders=[],
            scheduled_by=self.office,
            scheduled_at=opens - _DAY,
            closed_at=closes if end == "closed" else None,
            settled_at=by if end == "settled" else None,
            cancelled_at=opens - _DAY if end == "cancelled" else None,
        )

    def _nominee(self, number: int) -> Nominee:
        dice = self.dice
        kind = Kind.COLLECTIVE if self._rarely() else Kind.INDIVIDUAL
        recommender = self.world.luoping if self._rarely() else self.world.qilin
        withdrawn = dice.random() < 0.05
        return Nominee(
            programme_id=self.programme.id,
            kind=kind,
            name=dice.choice(_NAMES) if dice.random() < 0.3 else f"对象{number}",
            unit_id=dice.choice(self.owns[recommender][:2]),
            recommender_id=recommender,
            position=number + 10,
            category=dice.choice(_CATEGORIES[kind]) if self._rarely() else "",
            deeds="事迹" * 20,
            rank=dice.choice(list(Rank)) if self._rarely() else Rank.NONE,
            edition=2 if dice.random() < 0.2 else 1,
            withdrawn_at=NOW - _DAY if withdrawn else None,
            withdrawn_by=self.head if withdrawn else None,
            withdraw_reason="本人申请" if withdrawn else None,
        )

    def _said(self, nominee: Nominee) -> None:
        dice, add = self.dice, self.session.add
        fields = {"penalties": "无", "unit_type": "机关"}
        if self._rarely():
            fields = {"penalties": dice.choice(_PENALTIES), "unit_type": dice.choice(("", "企业", "别的"))}
            fields |= {"status": dice.choice(("", "公务员", "农民"))}
        add(make_dossier(self.world.keyring, nominee.id, fields))
        by = {"nominee_id": nominee.id}
        for key in conditions_of(nominee.kind, self.programme.rules):
            says = [dice.random() < 0.5 for _ in range(dice.choice((0, 1, 2)))] if dice.random() < 0.02 else [True]
            for met in says:
                note = "" if met else "说明"
                add(Confirmation(**by, condition=key, met=met, note=note, confirmed_by=self.office, confirmed_at=NOW))
        for authority in self.programme.rules.authority_names:
            if not self.dice.random() < 0.03:
                add(self._opinion(nominee, authority))
        for stage in ReviewStage:
            passed = [dice.random() < 0.5 for _ in range(dice.choice((0, 1, 2)))] if self._rarely() else [True]
            for each in passed:
                same: dict[str, Any] = by | {"stage": stage, "reviewed_by": self.office, "reviewed_at": NOW}
                add(Review(**same, passed=each, reason="理由"))

    def _opinion(self, nominee: Nominee, authority: str) -> Opinion:
        return Opinion(
            nominee_id=nominee.id,
            authority=authority,
            outcome=OpinionOutcome.NOT_ASKED,
            text="按管理权限不需征求",
            dated=NOW.date(),
            recorded_by=self.office,
            recorded_at=NOW,
        )

    def _shown(self, nominee: Nominee, periods: list[Period]) -> None:
        """Show it in a few rounds, in ever later periods, with cases of any state."""
        dice = self.dice
        last = dice.choice((1, 2, 3))
        for number in range(1, last + 1):
            there = [each for each in periods if each.round_number == number]
            likely = [each for each in there if each.closed_at] if number < last else there
            for period in dice.sample(likely, 2 if self._rarely() else 1):
                self._entry(nominee, period, 1 if dice.random() < 0.5 else nominee.edition)

    def _entry(self, nominee: Nominee, period: Period, edition: int) -> None:
        entry = Entry(
            period_id=period.id,
            nominee_id=nominee.id,
            edition=edition,
            position=nominee.position,
            kind=nominee.kind,
            name=nominee.name,
            deeds=nominee.deeds,
        )
        self.session.add(entry)
        self.session.flush()
        if self.dice.random() < 0.2:
            self._case(nominee, period, entry)

    def _case(self, nominee: Nominee, period: Period, entry: Entry) -> None:
        state = self.dice.choice((State.RECEIVED, State.ACCEPTED, State.CONCLUDED, State.LAPSED))
        ended, lapsed = state is State.CONCLUDED, state is State.LAPSED
        upheld = ended and self.dice.random() < 0.5
        case = Case(
            entry_id=entry.id,
            state=state,
            handler_unit_id=self.dice.choice((period.organiser_id, self.world.office)),
            received_at=period.opens_at,
            escalates_at=period.conclude_by,
            proposed_by=self.head if ended else None,
            findings="查明" if ended else None,
            grounds="依据" if ended else None,
            conclusion=(Conclusion.UPHELD if upheld else Conclusion.DISMISSED) if ended else None,
            confirmed_by=self.office if ended else None,
            confirmed_at=NOW if ended else None,
            lapsed_at=NOW if lapsed else None,
        )
        self.session.add(case)
        self.session.flush()
        if upheld or lapsed:
            self._out(nominee, period, case, Ground.UPHELD if upheld else Ground.LAPSED)

    def _out(self, nominee: Nominee, period: Period, case: Case, ground: Ground) -> None:
        out = Disqualification(
            nominee_id=nominee.id,
            period_id=period.id,
            case_id=case.id,
            ground=ground,
            clause="第七部分（二）",
            effective_at=NOW - _DAY,
            carried_out_at=NOW - _DAY,
        )
        self.session.add(out)
        self.session.flush()
        if self.dice.random() < 0.5:
            confirmed = self.dice.random() < 0.7
            self.session.add(
                Reversal(
                    disqualification_id=out.id,
                    decision="撤销决定",
                    proposed_by=self.office,
                    proposed_at=NOW,
                    confirmed_by=self.world.people["office2"] if confirmed else None,
                    confirmed_at=NOW if confirmed else None,
                )
            )

    def _replaced(self, made: list[Nominee]) -> None:
        for left, later in zip(made[::7], made[3::7], strict=False):
            if (left.kind, left.recommender_id) == (later.kind, later.recommender_id):
                later.replaces_id = left.id
        self.session.flush()
