"""This year's programme: round 2 in the fourteen units. Some units are ahead of the others, one is behind.

Three units are ahead: their nominees are in round 3. Of these nominees one has an adverse opinion, one changed its
deeds and is in round 2 again, one withdrew, and its replacement is in round 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.demo import annexes, people, programmes
from app.demo.cases import Script
from app.demo.staging import Staging
from app.demo.timetable import LOOK_AHEAD, QUICK_UNITS, SEED, Shape, city_opening, shapes
from app.domain.calendar.workdays import local_date
from app.domain.periods.rounds import Kind
from app.domain.programmes.plan import StageDays
from app.models import Nominee, OpinionOutcome
from app.services.nominees import replacements, revisions, withdrawals
from app.services.nominees.nominating import Particulars
from app.services.nominees.opinions import OpinionAnswer
from app.services.periods import corrections
from app.services.shared.work import Work

_TITLE = "提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰（演示）"
_NEGATIVE = "收到反映该对象的问题线索一件，正在核查，暂不宜推荐。"
_NOT_ASKED = "该对象由县级以下单位管理，按管理权限不需征求。"
_ADDED_DEEDS = "\n\n今年新增的做法已在全县推广，相关数据截至上月底。"
# A misprint of one character: the right text and the printed one.
_SLIPS = (("服务", "服物"), ("群众", "群从"), ("工作", "工做"), ("，", "，，"))


def begin(session: Session, staging: Staging, script: Script, until: dt.datetime, now: dt.datetime) -> None:
    """Set up the programme and note down its steps up to `until`, the moment at which the demonstration starts."""
    first_day = local_date(now)
    stages = _stages(first_day, local_date(until))
    programme_id = programmes.set_up(session, staging.cast, _TITLE, programmes.number(first_day, 239), stages, now)
    by_unit = programmes.recommend(session, staging.keyring, staging.cast, programme_id, SEED)
    units = list(staging.cast.units.values())
    quick = [by_unit[units[place]] for place in QUICK_UNITS]
    city = _City(staging, programme_id, city_opening(until, staging.calendar), quick)
    city.misprint(session)
    for unit_id, shape in zip(units, shapes(until, staging.calendar, len(units)), strict=True):
        nominees = by_unit[unit_id]
        staging.round_one(programme_id, nominees, staging.before_round_2(shape.opening))
        hands, all_of_them = staging.cast.hands[unit_id], shape.closes
        staging.clearing.look_through(
            staging.diary, staging.calendar, nominees, hands.handler, shape.opening, all_of_them=all_of_them
        )
        staging.show(programme_id, 2, unit_id, nominees, shape, script)
    city.note()


def _stages(first_day: dt.date, today: dt.date) -> list[StageDays]:
    """Return the stages: the first is over, the units are in the second. The three quick units are ahead of them."""
    day = dt.timedelta(days=1)
    second, third = today + LOOK_AHEAD, today + LOOK_AHEAD + 16 * day
    return [
        StageDays(1, first_day, today - day),
        StageDays(2, today, second),
        StageDays(3, second + day, third),
        StageDays(4, third + day, third + 31 * day),
    ]


@dataclass
class _City:
    """What happens between rounds 2 and 3 in the three quick units, and round 3 itself, opened on `opening`."""

    staging: Staging
    programme_id: int
    opening: dt.date
    quick: Sequence[list[Nominee]]
    right: str = ""  # the deeds without the misprint

    @property
    def _opposed(self) -> Nominee:
        return self.quick[0][-1]

    @property
    def _misprinted(self) -> Nominee:
        return self.quick[0][0]

    @property
    def _changed(self) -> Nominee:
        return self.quick[1][0]

    @property
    def _withdrawn(self) -> Nominee:
        return self.quick[2][-1]

    def misprint(self, session: Session) -> None:
        """Return the deeds with the misprint, which is found only in round 3."""
        nominee = self._misprinted
        self.right = nominee.deeds
        right, wrong = next(slip for slip in _SLIPS if slip[0] in nominee.deeds)
        nominee.deeds = nominee.deeds.replace(right, wrong, 1)
        session.commit()

    def note(self) -> None:
        staging, diary = self.staging, self.staging.diary
        at = staging.morning(self.opening, 6, 15)
        steps = (self._oppose, self._not_asked, self._revise, self._withdraw, self._replace)
        for place, step in enumerate(steps):
            diary.note(at + dt.timedelta(minutes=12 * place), step)
        staging.show(self.programme_id, 2, self._changed.recommender_id, [self._changed], Shape(self.opening, 3))
        stay_behind = {self._opposed.id, self._changed.id, self._withdrawn.id}
        going_on = [nominee for nominees in self.quick for nominee in nominees if nominee.id not in stay_behind]
        staging.clearing.look_once_more(diary, staging.calendar, going_on, self.opening)
        staging.show(self.programme_id, 3, staging.cast.office, going_on, Shape(self.opening, 3))
        diary.note(staging.after(self.opening, 0), self._correct)

    def _oppose(self, session: Session, now: dt.datetime) -> None:
        self._answer(session, self._opposed, "discipline", OpinionOutcome.NEGATIVE, _NEGATIVE, now)

    def _not_asked(self, session: Session, now: dt.datetime) -> None:
        self._answer(session, self._misprinted, "audit", OpinionOutcome.NOT_ASKED, _NOT_ASKED, now)

    def _answer(
        self,
        session: Session,
        nominee: Nominee,
        authority: str,
        outcome: OpinionOutcome,
        text: str,
        now: dt.datetime,
    ) -> None:
        handler = self.staging.cast.hands[nominee.recommender_id].handler
        answer = OpinionAnswer(authority, outcome, text, local_date(now))
        self.staging.clearing.write_down(session, [nominee.id], answer, handler, now)

    def _revise(self, session: Session, now: dt.datetime) -> None:
        nominee = self._changed
        handler = self.staging.cast.hands[nominee.recommender_id].handler
        reason = "考察中发现新的做法没有写进事迹，补充后重新公示。"
        revisions.revise(Work(session, now, handler), nominee.id, nominee.deeds + _ADDED_DEEDS, reason)

    def _withdraw(self, session: Session, now: dt.datetime) -> None:
        head = self.staging.cast.hands[self._withdrawn.recommender_id].head
        withdrawals.withdraw(Work(session, now, head), self._withdrawn.id, "本人因工作调动，申请退出推荐。")

    def _replace(self, session: Session, now: dt.datetime) -> None:
        """Name a replacement, taken from another year's made-up list. It begins with round 1."""
        withdrawn, staging = self._withdrawn, self.staging
        quota = people.quotas()[QUICK_UNITS[2]]
        numbered = enumerate(people.nominees(quota, SEED + 2), start=1)
        number, person = next(each for each in numbered if each[1].kind == Kind.INDIVIDUAL)
        given = Particulars(
            name=person.name,
            unit=person.workplace,
            deeds=person.deeds,
            post=person.post,
            category=person.category,
            trade=person.trade,
            rank=programmes.rank_of(person),
            sealed=annexes.fields_of(person, quota, number),
        )
        handler = staging.cast.hands[withdrawn.recommender_id].handler
        named = replacements.replace(Work(session, now, handler, keyring=staging.keyring), withdrawn.id, given)
        staging.round_one(self.programme_id, [named], Shape(self.opening, 3))

    def _correct(self, session: Session, now: dt.datetime) -> None:
        reason = "公示文稿录入时有错别字，据原件更正。"
        corrections.correct(Work(session, now, self.staging.office), self._misprinted.id, "deeds", self.right, reason)
