"""A random history of one period: people, objectors, the office, notices and the clock act in any order, at any moment.

Each act is tried on the portal and on the reference. Both must accept it, or both refuse it. After each the database
must equal the reference: states, disqualifications with their grounds, answers to objectors, dates.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.domain.cases.states import Conclusion, DeclineGround
from app.domain.objections.arrival import Arrival, Channel
from app.domain.refusals import Refusal
from app.models import Objection
from app.services.accounts import making
from app.services.calendar.calendars import calendar_of, load_notices
from app.services.cases import investigation, second_looks, settlement
from app.services.nominees import reversal, withdrawals
from app.services.objections import following, registering
from app.services.periods import closing, replanning, scheduling
from tests.data import STATE_COUNCIL
from tests.histories.reference import ACTS, DAY, MOMENT, OPEN, SIDES, One, Reference, date_of, nth, start_of
from tests.histories.stored import TEXT, expected, outs, stored
from tests.histories.verdict import Act, outs_by
from tests.world import World, at

FIRST, AFTERWARDS = 3, 8  # objections before anything else happens; moves past the deadline
NOTICE = json.loads(STATE_COUNCIL.read_text("utf-8"))["2026"]
EVERYBODY = [*SIDES, "stranger"]
Move = tuple[bool, Callable[[], object]] | None
_HOUR = dt.timedelta(hours=1)


class History:
    """One world, one reference of it, and dice."""

    def __init__(self, world: World, seed: str) -> None:
        self.world, self.dice, self.log = world, random.Random(seed), [seed]
        self.period = world.round_two()
        self.now = at("2026-09-18 Fri 00:00")
        world.run(settlement.settle_due, now=self.now)  # round 1 is over
        self.reference, self.notices = Reference(), 0
        self.acts: list[Act] = []  # what was accepted, in order
        self._tried: tuple[str, int, str] | None = None

    def run(self, moves: int) -> dict[str, int]:
        """Make so many moves, then settle the deadline. Returns how often each kind of move was accepted."""
        passed: dict[str, int] = {}
        kinds = [self.file, self.objector, self.leave, self.account, self.reverse, self.tick, self.extend]
        kinds += [self.notice, self.replan, self.close, self.recuse, self.register, self.ask, self.answer]
        weights = [6, 4, 1.5, 2, 3, 2, 1, 1.5, 2, 1, 4, 4, 5, 5]
        late = 0
        for _ in range(moves):
            self.now = self._later()
            late += self.now >= self.reference.deadline
            if late > AFTERWARDS:
                break
            move = self.on_a_case if self.dice.random() < 0.6 else self.dice.choices(kinds, weights)[0]
            move = self.file if len(self.reference.cases) < FIRST else move
            done = self._move(move)
            passed[move.__name__] = passed.get(move.__name__, 0) + done
        self.now = max(self.now, self.reference.deadline + self.dice.choice([0, 1, 500]) * _HOUR)
        self._move(self.tick)
        return passed

    # --- moves: each returns what the reference says, and what to try on the portal --------------

    def file(self) -> Move:
        nominee, against = self.dice.choice(self.world.nominees), self.dice.random() < 0.15
        expected = at("2026-09-18 00:00") <= self.now < self.reference.closes and not self.reference.gone(nominee)
        short = len(self.reference.hands("unit", set())) < 2

        def file() -> None:
            case, _ = self.world.file(self.period, nominee, _clock(self.now), against_handler=against)
            side = "office" if against or short else "unit"
            self.reference.cases[case] = One(nominee, side, self.now, {self._newest(Objection)}, against)
            self._tried = ("file", case, str(nominee))

        return expected, file

    def register(self) -> Move:
        """Somebody enters what came by a visit, now or some hours ago (R33)."""
        nominee, against = self.dice.choice(self.world.nominees), self.dice.random() < 0.15
        who, mine = self._who(), self.reference
        arrived = self.now - self.dice.choice([0, 1, 20, 60]) * _HOUR
        side = mine.may_register(who, nominee, arrived, self.now, against)
        entry = self.world.entry(self.period, nominee)

        def register() -> None:
            filing, arrival = (
                self.world.filing(against_handler=against),
                Arrival(Channel.VISIT, arrived, late_reason=TEXT),
            )
            filed = self._do(registering.register, entry, filing, arrival, by=who)
            with self.world.database.reader() as session:
                case = session.get_one(Objection, filed.objection_id).case_id
            mine.cases[case] = One(nominee, side, self.now, {filed.objection_id}, against, recused={who})
            mine.registrars[filed.objection_id] = who
            self._tried = ("file", case, str(nominee))

        self.log.append(f"    {side} by {who}, arrived {_clock(arrived)}")
        return bool(side), register

    def ask(self) -> Move:
        """An objector asks for a second look (R35): most often one who may."""
        mine = self.reference
        filed = [(each, one) for one in mine.cases.values() for each in sorted(one.objections)]
        may = [(each, one) for each, one in filed if mine.may_ask(each, one)]
        if not filed:
            return None
        objection, one = self.dice.choice(may if may and self.dice.random() < 0.8 else filed)
        expected = mine.ask(objection, one, self.now)
        return expected, lambda: self._do(second_looks.ask, objection, TEXT)

    def answer(self) -> Move:
        """Somebody answers the wishes of a case (R35): most often of one that has any."""
        mine = self.reference
        waits = [number for number, one in mine.cases.items() if mine.waiting(one)]
        if not mine.cases:
            return None
        number = self.dice.choice(waits if waits and self.dice.random() < 0.9 else [*mine.cases])
        who, answer = self._who(), self.dice.choice(["confirmed", "reopened"])
        who = who if self.dice.random() < 0.4 else self.dice.choice(sorted(mine.hands("office", set())))
        expected = mine.answer(who, mine.cases[number], answer, self.now)
        use_case = second_looks.confirm_look if answer == "confirmed" else second_looks.reopen
        self.log.append(f"    {answer} {number} by {who}")
        self._tried = (answer, number, "")
        return expected, lambda: self._do(use_case, number, TEXT, by=who)

    def on_a_case(self) -> Move:
        if not self.reference.cases:
            return None
        number, one = self._some_case()
        fitting = [act for act in ACTS if act != "recuse" and one.state in ACTS[act][0].split()]
        people = [who for who in EVERYBODY if who not in self.reference.shut]
        allowed = [(who, act) for who in people for act in fitting if self.reference.may(who, act, one, self.now)]
        any_of = [(who, act) for who in people for act in ACTS if act != "recuse"]
        who, act = self.dice.choice(allowed if allowed and self.dice.random() < 0.7 else any_of)
        version = one.version - (self.dice.random() < 0.1)
        what = {
            "propose": self.dice.choice([*Conclusion]),
            "decline": self.dice.choice([*DeclineGround]),
            "join": str(self.dice.choice([*self.reference.cases])),
        }.get(act, TEXT)
        arguments: dict[str, tuple[object, ...]] = {
            "decline": (what, TEXT),
            "propose": (what, TEXT, TEXT, TEXT),
            "confirm": (version,),
            "confirm_decline": (version,),
            "join": (int(what) if act == "join" else 0,),
        }
        given = arguments.get(act, () if act in ("accept", "investigate", "resume") else (TEXT,))
        expected = self.reference.act(who, act, number, self.now, str(what), version)
        self.log.append(f"    {act} {number} by {who}, {what} {version}")
        self._tried = (act, number, one.proposal)
        use_case = getattr(investigation, act)
        return expected, lambda: self._do(use_case, number, *given, by=who)

    def recuse(self) -> Move:
        if not self.reference.cases:
            return None
        number, one = self._some_case()
        who = self.dice.choice([*self.reference.hands("unit", set()), *self.reference.hands("office", set())])
        other = who if self.dice.random() < 0.6 else self.dice.choice([*SIDES])
        expected = self.reference.may_recuse(who, other, one, self.now)
        if expected:
            one.recused.add(other)
            one.acted.add(who)
            one.touched = self.now
        self.log.append(f"    recuse {other} from {number} by {who}")
        return expected, lambda: self._do(investigation.recuse, number, self.world.people[other], TEXT, by=who)

    def objector(self) -> Move:
        filed = [(each, one) for one in self.reference.cases.values() for each in sorted(one.objections)]
        if not filed:
            return None
        objection, one = self.dice.choice(filed)
        expected = one.state in OPEN and self.now < self.reference.deadline
        if self.dice.random() < 0.5:
            expected = expected and objection not in self.reference.unsaid
            self.reference.unsaid |= {objection} if expected else set()
            return expected, lambda: self._do(following.withdraw, objection, TEXT)
        if expected:
            self.reference.messages.add((objection, "supplement", TEXT))
            if one.state == "awaiting_supplement":
                one.state, one.touched = one.back, self.now
        return expected, lambda: self._do(following.supplement, objection, TEXT)

    def leave(self) -> Move:
        nominee, who = self.dice.choice(self.world.nominees), self._who()
        lapsed = self.now >= self.reference.deadline and not self.reference.settled
        held = lapsed and any(one.nominee == nominee and one.state in OPEN for one in self.reference.cases.values())
        expected = who in ("head", "office", "office2") and not self.reference.gone(nominee) and not held
        self.reference.withdrawn |= {nominee} if expected else set()
        self._tried = ("leave", nominee, "")
        return expected, lambda: self._do(withdrawals.withdraw, nominee, TEXT, by=who)

    def account(self) -> Move:
        who = self.dice.choice(["head", "handler", "handler2"])
        shut = who in self.reference.shut
        self.reference.shut ^= {who}
        return True, lambda: self._do(making.enable if shut else making.disable, who)

    def reverse(self) -> Move:
        if not self.reference.outs:
            return None
        place, who = self.dice.randrange(len(self.reference.outs)), self._who()
        out, by_office = self.reference.outs[place], SIDES.get(who) == "office"
        row = outs(self.world)[place]
        if self.dice.random() < 0.5:
            expected = by_office and not out.reversal_by
            out.reversal_by = who if expected else out.reversal_by
            return expected, lambda: self._do(reversal.propose_reversal, row.id, TEXT, by=who)
        expected = by_office and out.reversal_by not in ("", who) and not out.reversed
        if expected:
            self.reference.reverse(out)
        version = row.reversal.id if row.reversal else 0
        self._tried = ("reverse", out.nominee, "")
        return expected, lambda: self._do(reversal.confirm_reversal, row.id, version, by=who)

    def tick(self) -> Move:
        expected = self.reference.settle(self.now)
        self._tried = ("settle", 0, "") if expected else None

        def tick() -> None:
            assert bool(self._do(settlement.settle_due)) is expected

        return True, tick

    def extend(self) -> Move:
        now, mine = self.now, self.reference
        day = nth(mine.set_day, 1, set()) + self.dice.randrange(4) * DAY
        if day > dt.date(2026, 10, 15):
            return None
        works = nth(day, 1, mine.off) == day
        expected = now < mine.deadline and not mine.closed and not mine.settled and works
        expected = expected and start_of(day) >= mine.deadline
        if expected:
            mine.counted_off |= {each for each in mine.off if each > f"{mine.set_day:%m-%d}"}
            mine.set_day = day

        def extend() -> None:
            calendar = self.world.do(calendar_of)
            self._do(scheduling.extend_deadline, self.period, day, TEXT, calendar, by="office")

        return expected, extend

    def notice(self) -> Move:
        """A notice that takes a working day of the window, or of the time to conclude; at most two of them."""
        mine, self.notices = self.reference, self.notices + 1
        over = mine.settled or mine.closed or self.now >= mine.deadline
        coming = [day for day in ("09-21", "09-22", "09-28", "09-29", "10-08") if day > f"{date_of(self.now):%m-%d}"]
        if over or not coming or self.notices > 2:
            return None
        mine.off = mine.off | {self.dice.choice(coming)}
        off = sorted({*NOTICE["off"], *(f"2026-{day}" for day in mine.off)})
        body = NOTICE | {"notice": f"国办发明电〔2026〕特{self.notices}号", "off": off}
        return True, lambda: self._do(load_notices, json.dumps({"2026": body}), looked_twice=True, by="office")

    def replan(self) -> Move:
        expected = self.reference.replan(self.now)
        return expected, lambda: self._do(replanning.replan, [self.period], TEXT, by="office")

    def close(self) -> Move:
        mine = self.reference
        left_open = any(one.state in OPEN for one in mine.cases.values())
        late = self.now >= mine.deadline
        expected = not mine.closed and self.now >= mine.closes and (late or not left_open)
        expected = expected and not mine.held_up(self.now)
        if expected:
            self._tried = ("settle", 0, "") if mine.settle(self.now) else None
            mine.closed = True
        return expected, lambda: self._do(closing.close_period, self.period, by="office")

    # --- trying and comparing --------------------------------------------------------------------

    def _move(self, move: Callable[[], Move]) -> bool:
        self.log.append(f"{_clock(self.now)} {move.__name__}")
        self._tried = None
        planned = move()
        if planned is None:
            return False
        expected, attempt = planned
        try:
            attempt()
            passed = True
        except Refusal as refusal:
            passed = False
            self.log.append(f"    refused: {refusal}")
        except Exception as error:
            error.add_note("\n".join(self.log))
            raise
        assert passed is expected, "\n".join([*self.log, f"passed: {passed}, by the reference: {expected}"])
        if passed and self._tried:
            self.acts.append((self.now, *self._tried))
        self._compare()
        return passed

    def _compare(self) -> None:
        stands, must = stored(self.world, self.period, self.now), expected(self.reference, self.now)
        for what, there in stands.items():
            assert there == must[what], "\n".join([*self.log, f"{what}: {there}", f"by the reference: {must[what]}"])
        there = [(row.nominee_id, row.case_id, row.ground.value, row.effective_at) for row in outs(self.world)]
        assert there == outs_by(self.acts, self.reference.deadline), "\n".join(self.log)

    def _do(self, use_case: Callable[..., Any], *arguments: object, by: str = "", **options: object) -> Any:
        actor = self.world.actor(by) if by else None
        return self.world.run(use_case, *arguments, by=actor, now=self.now, **options)

    def _newest(self, model: type[Objection]) -> int:
        with self.world.database.reader() as session:
            return session.scalars(select(model.id).order_by(model.id.desc()).limit(1)).one()

    def _who(self) -> str:
        return self.dice.choice([who for who in EVERYBODY if who not in self.reference.shut])

    def _some_case(self) -> tuple[int, One]:
        cases = [*self.reference.cases.items()]
        live = [each for each in cases if each[1].state in OPEN]
        return self.dice.choice(live if live and self.dice.random() < 0.9 else cases)

    def _later(self) -> dt.datetime:
        """Move the clock at random, or to an instant of change: a close, a deadline, a case that falls to the
        office."""
        mine = self.reference
        corners = [mine.closes, mine.deadline, *(mine.falls(one) for one in mine.cases.values() if one.state in OPEN)]
        coming = sorted({each - before for each in corners for before in (MOMENT, MOMENT * 0)} - {self.now})
        coming = [each for each in coming if each > self.now]
        roll = self.dice.random()
        if roll < 0.06 and coming and len(mine.cases) >= FIRST:
            return coming[0]
        return self.now + self.dice.random() * (_HOUR / 2 if roll < 0.9 else 12 * _HOUR)


def _clock(moment: dt.datetime) -> str:
    return moment.astimezone(dt.timezone(8 * _HOUR)).replace(tzinfo=None).isoformat(" ")
