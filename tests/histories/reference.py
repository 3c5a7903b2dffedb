"""A second, independent implementation of R3 and R20-R29: the required outcome of every act.

It models one open period of round 2, its days as sets of dates, and the accounts of the small world. `Reference.act`
tells whether an act is accepted, and keeps the state that the database must have afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

DAY, MOMENT = dt.timedelta(days=1), dt.timedelta(microseconds=1)
WORKS = {"09-18", "09-20", "09-21", "09-22", "09-23", "09-24", "09-28", "09-29", "09-30", "10-08", "10-09", "10-10"}
WORKS |= {f"10-{day}" for day in (*range(12, 17), *range(19, 24))}
SIDES = dict.fromkeys(("head", "handler", "handler2"), "unit") | dict.fromkeys(("office", "office2"), "office")
OPEN = frozenset(["received", "accepted", "investigating", "awaiting_supplement", "proposed"])
# Each act on a case: its states, the state after it ("": unchanged, "back": that before the wait), and who may do it.
ACTS = {
    "accept": ("received", "accepted", "unit rescuer"),
    "decline": ("received", "", "unit rescuer"),
    "confirm_decline": ("received", "declined", "unit office rescuer"),
    "return_decline": ("received", "", "unit office rescuer"),
    "investigate": ("accepted", "investigating", "unit"),
    "ask_supplement": ("accepted investigating", "awaiting_supplement", "unit"),
    "resume": ("awaiting_supplement", "back", "unit"),
    "propose": ("investigating", "proposed", "unit"),
    "confirm": ("proposed", "concluded", "unit office rescuer"),
    "return_proposal": ("proposed", "investigating", "unit office rescuer"),
    "take_over": (" ".join(OPEN), "", "office rescuer"),
    "hand_up": (" ".join(OPEN - {"proposed"}), "", "head"),
    "reply": (" ".join(OPEN), "", "unit"),
    "join": ("received accepted investigating", "joined", "unit"),
    "recuse": (" ".join(OPEN), "", "unit office rescuer"),
}

SAID = {"reply": "reply", "ask_supplement": "question", "confirm": "answer", "confirm_decline": "answer"}


def date_of(moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).date()


def start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo("Asia/Shanghai")).astimezone(dt.UTC)


def workdays(first: dt.date, off: set[str], step: int = 1) -> Iterator[dt.date]:
    """The working days from a day on, that day included; backwards with `step` -1."""
    while True:
        if f"{first:%m-%d}" in WORKS - off:
            yield first
        first += step * DAY


def nth(first: dt.date, n: int, off: set[str], step: int = 1) -> dt.date:
    days = workdays(first, off, step)
    return [next(days) for _ in range(n)][-1]


@dataclass
class One:
    """A case, with the facts that the rules use."""

    nominee: int
    side: str
    received: dt.datetime
    objections: set[int]
    against: bool  # a complaint against the unit
    state: str = "received"
    touched: dt.datetime | None = None
    proposer: str = ""
    proposal: str = ""  # what is proposed: a conclusion or, for a decline, its ground
    to_decline: bool = False
    version: int = 0
    asked: bool = False
    back: str = ""
    conclusion: str | None = None
    recused: set[str] = field(default_factory=set)
    acted: set[str] = field(default_factory=set)


@dataclass
class Out:
    """A disqualification: its case, ground, effective time and time of writing, and who proposed to reverse it."""

    nominee: int
    case: int
    ground: str
    since: dt.datetime
    written: dt.datetime
    reversal_by: str = ""
    reversed: bool = False


@dataclass
class Reference:
    """The state that the database must have."""

    opening: dt.date = dt.date(2026, 9, 18)
    last_day: dt.date = dt.date(2026, 9, 23)
    set_day: dt.date = dt.date(2026, 9, 29)
    off: set[str] = field(default_factory=set)  # working days that notices loaded meanwhile made days off
    counted_off: set[str] = field(default_factory=set)  # those of them that the current dates account for
    settled: bool = False
    closed: bool = False
    shut: set[str] = field(default_factory=set)
    withdrawn: set[int] = field(default_factory=set)
    unsaid: set[int] = field(default_factory=set)  # objections withdrawn
    cases: dict[int, One] = field(default_factory=dict)
    outs: list[Out] = field(default_factory=list)
    messages: set[tuple[int, str, str]] = field(default_factory=set)
    # By objection: the answer to the second look that was asked for, or ""; who had acted by then; who registered it.
    looks: dict[int, str] = field(default_factory=dict)
    had_acted: dict[int, set[str]] = field(default_factory=dict)
    registrars: dict[int, str] = field(default_factory=dict)

    # --- days (R3, R21, R25) ---------------------------------------------------------------------

    @property
    def closes(self) -> dt.datetime:
        return start_of(self.last_day + DAY)

    @property
    def deadline(self) -> dt.datetime:
        """Return 24:00 of the day that was set or, where a notice made it a day off, of the next working day."""
        return start_of(nth(self.set_day, 1, self.off) + DAY)

    def falls(self, one: One) -> dt.datetime:
        """Return when a case falls to the office."""
        since = one.received if one.state == "received" else one.touched or one.received
        idle = start_of(nth(date_of(since) + DAY, 2, self.off) + DAY)
        return min(idle, start_of(nth(date_of(self.deadline - MOMENT), 2, self.off, -1)))

    # --- who may (R20-R22) -----------------------------------------------------------------------

    def hands(self, side: str, recused: set[str]) -> set[str]:
        return {who for who, of in SIDES.items() if of == side} - self.shut - recused

    def two(self, side: str, recused: set[str]) -> bool:
        """Tell whether two people can together bring a case to a conclusion."""
        unit, office = self.hands("unit", recused), self.hands("office", recused)
        return len(office) >= 2 or (side == "unit" and bool(unit) and len(unit | office) >= 2)

    def fallen(self, one: One, now: dt.datetime) -> bool:
        late = now >= self.falls(one) or not self.hands("unit", one.recused)
        return one.side == "unit" and one.state in OPEN and late

    def may(self, who: str, act: str, one: One, now: dt.datetime) -> bool:
        states, _, seats = ACTS[act]
        side = SIDES.get(who, "nobody")
        mine, office = side == one.side, side == "office"
        seat = {"unit"} if mine else {"rescuer" if self.fallen(one, now) else "office"} if office else set()
        seat |= {"head"} if mine and (office or who == "head") else set()
        takes = one.side == "unit" and (act in ("take_over", "hand_up") or (office and act in ("accept", "decline")))
        return (
            who not in one.recused
            and one.state in states.split()
            and now < self.deadline
            and bool(seat & set(seats.split()))
            and (act not in ("take_over", "hand_up") or one.side == "unit")
            and (act not in ("confirm_decline", "return_decline") or one.to_decline)
            and (act not in ("confirm", "confirm_decline") or who != one.proposer)
            and (act != "ask_supplement" or not one.asked)
            and (not takes or not self.two("unit", one.recused) or self.two("office", one.recused))
        )

    def may_recuse(self, who: str, other: str, one: One, now: dt.datetime) -> bool:
        leads = SIDES[who] == "office" or (who == "head" and one.side == "unit")
        goes = self.two(one.side, one.recused) and not self.two(one.side, one.recused | {other})
        fits = who == other or (leads and SIDES[other] == one.side)
        return self.may(who, "recuse", one, now) and fits and not goes and other not in one.recused

    # --- outcomes (R20-R23, R26, R27) ----------------------------------------------------

    def act(self, who: str, act: str, number: int, now: dt.datetime, what: str = "", version: int = 0) -> bool:
        """Apply an act to a case, and tell whether it is permitted. `what`: a conclusion, a ground, a lead's id."""
        one = self.cases[number]
        alone = "withdrawn" in what and act in ("propose", "decline") and not one.objections <= self.unsaid
        stale = act in ("confirm", "confirm_decline") and version != one.version
        joins_wrongly = act == "join" and not self.may_join(number, int(what))
        if act == "join":
            lead = self.cases[int(what)]
            joins_wrongly = joins_wrongly or self.left_alone(one, lead) or not self.seen(who, lead, now)
        if not self.may(who, act, one, now) or alone or stale or joins_wrongly:
            return False
        if act in ("take_over", "hand_up") or (SIDES[who] == "office" and act in ("accept", "decline")):
            one.side = "office"
        if act in ("propose", "decline"):
            one.proposer, one.proposal, one.version = who, what, one.version + 1
        if act in ("accept", "decline", "confirm_decline", "return_decline"):
            one.to_decline = act == "decline"
        if act == "ask_supplement":
            one.asked, one.back = True, one.state
        one.acted.add(who)
        if act == "join":
            lead = self.cases[int(what)]
            lead.recused |= one.recused  # its objections are read there
            lead.objections |= one.objections
            lead.acted |= one.acted
            one.objections = set()
        target = ACTS[act][1]
        one.state = one.back if target == "back" else target or one.state
        one.touched = now
        if act in SAID:
            text = f"{act} {one.proposal}" if SAID[act] == "answer" else what
            self.messages |= {(each, SAID[act], text) for each in one.objections}
        if act == "confirm":
            one.conclusion = one.proposal
            if one.conclusion == "upheld" and not self.gone(one.nominee):
                self.outs.append(Out(one.nominee, number, "upheld", now, now))
        return True

    def may_join(self, number: int, lead: int) -> bool:
        one, other = self.cases[number], self.cases[lead]
        alike = (one.nominee, one.side, one.against) == (other.nominee, other.side, other.against) and number != lead
        return alike and other.state in OPEN - {"proposed"} and not other.to_decline

    def seen(self, who: str, one: One, now: dt.datetime) -> bool:
        """Whether a person may know of a case: a unit not on the day on which it came, but on the last of all (R19).

        Whoever is recused from it may not (R21).
        """
        due_today = self.deadline <= start_of(date_of(now) + DAY)
        came_before = date_of(one.received) < date_of(now)
        shown = SIDES.get(who) == "office" or one.state != "received" or came_before or due_today
        return shown and who not in one.recused

    # --- registered objections (R33) and second looks (R35) ---------------------------------------

    def left_alone(self, one: One, lead: One) -> bool:
        """Whether a lead would lose its two people to those recused from what comes into it."""
        return self.two(lead.side, lead.recused) and not self.two(lead.side, lead.recused | one.recused)

    def may_register(self, who: str, nominee: int, arrived: dt.datetime, now: dt.datetime, against: bool) -> str:
        """The side that gets what this person registers; empty where it is refused."""
        inside = start_of(self.opening) <= arrived < self.closes and arrived <= now < self.deadline
        side = "office" if against or len(self.hands("unit", {who})) < 2 else "unit"
        passes = who in SIDES and inside and not self.closed and not self.gone(nominee) and self.two(side, {who})
        return side if passes else ""

    @property
    def asked_until(self) -> dt.datetime:
        """24:00 of the working day before the deadline's own."""
        return start_of(nth(date_of(self.deadline - MOMENT) - DAY, 1, self.off, -1) + DAY)

    def may_ask(self, objection: int, one: One) -> bool:
        looked_at = one.state == "declined" or one.conclusion == "dismissed"
        return looked_at and objection not in self.unsaid and objection not in self.looks

    def waiting(self, one: One) -> set[int]:
        return {each for each in one.objections if self.looks.get(each) == ""}

    def ask(self, objection: int, one: One, now: dt.datetime) -> bool:
        passes = self.may_ask(objection, one) and not self.closed and now < self.asked_until
        if passes:
            self.looks[objection], self.had_acted[objection] = "", set(one.acted)
        return passes

    def answer(self, who: str, one: One, answer: str, now: dt.datetime) -> bool:
        """What one of the office who did nothing in the case makes of the wishes that wait. The deadline stays."""
        waiting = self.waiting(one) if one.state in ("concluded", "declined") else set()
        acted = {each for objection in waiting for each in self.had_acted[objection]}
        passes = bool(waiting) and SIDES.get(who) == "office" and who not in acted | one.recused and now < self.deadline
        if not passes or (answer == "reopened" and not self.two("office", one.recused)):
            return False
        self.looks |= dict.fromkeys(waiting, answer)
        one.acted.add(who)
        one.touched = now
        told, kind = (waiting, "answer") if answer == "confirmed" else (one.objections, "reply")
        self.messages |= {(each, kind, answer) for each in told}
        if answer == "reopened":
            one.state = "accepted" if one.state == "declined" else "investigating"
            one.side, one.conclusion = "office", None
        return True

    def held_up(self, now: dt.datetime) -> bool:
        """Whether a second look that waits, or may still be asked for, keeps the period from being closed."""
        if now >= self.deadline:
            return False
        cases = self.cases.values()
        ended = [one for one in cases if one.state == "declined" or one.conclusion == "dismissed"]
        may_still = any(self.may_ask(each, one) for one in ended for each in one.objections)
        return any(self.waiting(one) for one in ended) or (now < self.asked_until and may_still)

    def gone(self, nominee: int) -> bool:
        """Tell whether a nominee has left by the rows: disqualified and not reversed, or withdrawn."""
        return nominee in self.withdrawn or any(out.nominee == nominee and not out.reversed for out in self.outs)

    def settle(self, now: dt.datetime) -> bool:
        """Settle the deadline, at whatever time: effective at the deadline, each nominee once."""
        if self.settled or now < self.deadline:
            return False
        self.settled = True
        left = [(one.nominee, number, one) for number, one in self.cases.items() if one.state in OPEN]
        before = {nominee for nominee in {nominee for nominee, *_ in left} if self.gone(nominee)}
        for nominee, number, one in sorted(left, key=lambda each: each[:2]):
            one.state = "lapsed"
            went = "withdrawn" if nominee in self.withdrawn else "out"
            text = f"lapsed {went}" if nominee in before else "lapsed"
            self.messages |= {(each, "answer", text) for each in one.objections}
            if not self.gone(one.nominee):
                self.outs.append(Out(one.nominee, number, "lapsed", self.deadline, now))
        return True

    def reverse(self, out: Out) -> None:
        """The nominee is in again, and whoever objected is told: by the case that was upheld, or by all that lapsed."""
        out.reversed = True
        for number, one in self.cases.items():
            lapsed = out.ground == "lapsed" and one.nominee == out.nominee and one.state == "lapsed"
            if lapsed or number == out.case:
                self.messages |= {(each, "answer", "reversed") for each in one.objections}

    def replan(self, now: dt.datetime) -> bool:
        """Re-plan after a notice: five working days again in an open window, a deadline on a working day (R3)."""
        before = self.last_day, self.set_day
        counted = len(workdays_between(self.opening, self.last_day, self.off))
        new_last, new_day = self.last_day, nth(self.set_day, 1, self.off)
        if now < self.closes and counted < 5:
            new_last = nth(self.opening, 5, self.off)
            to_conclude = len(workdays_between(self.last_day + DAY, self.set_day, self.counted_off))
            new_day = max(new_day, nth(new_last + DAY, to_conclude, self.off))
        if self.settled or self.closed or now >= self.deadline or before == (new_last, new_day):
            return False
        self.last_day, self.set_day, self.counted_off = new_last, new_day, set(self.off)
        return True


def workdays_between(first: dt.date, last: dt.date, off: set[str]) -> list[dt.date]:
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in days if f"{day:%m-%d}" in WORKS - off]
