"""Who is disqualified, and why (R25-R27). Pure: facts and `now` in, the verdict out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.cases.outcomes import OUTCOME_NAMES, CaseEnd
from app.domain.cases.states import OPEN_STATES, Conclusion, State
from app.domain.periods.window import too_late_to_conclude


class Ground(StrEnum):
    """The ground of a disqualification. Records and pages keep the two apart (R27)."""

    UPHELD = "upheld"  # 异议成立
    LAPSED = "lapsed"  # 逾期未结论


class Left(StrEnum):
    """How a nominee left a programme."""

    WITHDRAWN = "withdrawn"  # 退出推荐
    DISQUALIFIED = "disqualified"  # 取消参评资格


LEFT_NAMES = {Left.WITHDRAWN: "已退出推荐", Left.DISQUALIFIED: "已取消参评资格"}

GROUND_NAMES = {Ground.UPHELD: OUTCOME_NAMES[CaseEnd.UPHELD], Ground.LAPSED: OUTCOME_NAMES[CaseEnd.LAPSED]}


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """The facts of a case that a verdict needs."""

    case_id: int
    nominee_id: int
    state: State
    conclusion: Conclusion | None


@dataclass(frozen=True, slots=True)
class Lapse:
    """A nominee that is disqualified at a deadline, with its unconcluded cases, the lowest number first."""

    nominee_id: int
    case_ids: tuple[int, ...]

    @property
    def leading_case_id(self) -> int:
        return self.case_ids[0]


@dataclass(frozen=True, slots=True)
class Departure:
    """How, when and on what ground a nominee left. `settled` says whether the disqualification is stored already."""

    how: Left
    since: dt.datetime
    ground: Ground | None = None
    settled: bool = True


def departure(
    withdrawn_at: dt.datetime | None,
    standing: Iterable[tuple[dt.datetime, Ground]],
    passed_deadlines: Iterable[dt.datetime],
) -> Departure | None:
    """Return how a nominee left, None while it has not. This is the only function that decides it (R26, R29).

    `standing` are the disqualifications that were not reversed; `passed_deadlines` those of periods that nothing has
    settled yet and that the nominee has an open case in. A nominee who withdrew before such a deadline is not
    disqualified by it.
    """
    written = sorted(standing)
    if written:
        since, ground = written[0]
        return Departure(Left.DISQUALIFIED, since, ground)
    if withdrawn_at is not None:
        return Departure(Left.WITHDRAWN, withdrawn_at)
    deadline = min(passed_deadlines, default=None)
    return Departure(Left.DISQUALIFIED, deadline, Ground.LAPSED, settled=False) if deadline is not None else None


def effective_state(state: State, conclude_by: dt.datetime, now: dt.datetime) -> State:
    """Return what a case is at `now`: an open one has lapsed from the deadline on, settled or not (R26)."""
    if state in OPEN_STATES and too_late_to_conclude(conclude_by, now):
        return State.LAPSED
    return state


def lapses(
    cases: Iterable[CaseOutcome], conclude_by: dt.datetime, now: dt.datetime, left_before: Container[int] = ()
) -> tuple[Lapse, ...]:
    """List who is disqualified at the deadline, each once, in the order of the nominees (R26). Empty before it.

    A nominee in `left_before` has withdrawn or was disqualified before, and is not disqualified again.
    """
    open_cases: dict[int, list[int]] = {}
    for case in cases:
        if case.nominee_id in left_before:
            continue
        if case.state in OPEN_STATES and too_late_to_conclude(conclude_by, now):
            open_cases.setdefault(case.nominee_id, []).append(case.case_id)
    return tuple(Lapse(nominee_id, tuple(sorted(case_ids))) for nominee_id, case_ids in sorted(open_cases.items()))


def grounds_against(cases: Iterable[CaseOutcome], conclude_by: dt.datetime, now: dt.datetime) -> frozenset[Ground]:
    """Return every ground on which its cases disqualify a nominee at `now`, empty for none."""
    grounds = set()
    for case in cases:
        if effective_state(case.state, conclude_by, now) is State.LAPSED:
            grounds.add(Ground.LAPSED)
        elif case.conclusion is Conclusion.UPHELD and case.state is State.CONCLUDED:
            grounds.add(Ground.UPHELD)
    return frozenset(grounds)
