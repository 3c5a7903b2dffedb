"""The state in the database after an act, and that of the reference, as whole sets under the same names."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES
from app.models import Case, Disqualification, Entry, Message, Nominee, Period, Registration, SecondLook, Unit
from tests.histories.reference import SIDES, Out, Reference
from tests.world import World

TEXT = "经走访和调阅档案核实。"
# The answer to every objector, by the act and by what was proposed.
_ANSWERS = {f"confirm {each.value}": f"{name}。{TEXT}" for each, name in CONCLUSION_NAMES.items()} | {
    f"confirm_decline {each.value}": f"不予受理。依据：{name}。理由：{TEXT}"
    for each, name in DECLINE_GROUND_NAMES.items()
}
_ANSWERS |= {
    "lapsed": "办结期限届满，没有作出结论。该推荐对象的参评资格已经取消。",
    "lapsed withdrawn": "办结期限届满，没有作出结论。该推荐对象此前已退出推荐。",
    "lapsed out": "办结期限届满，没有作出结论。该推荐对象此前已取消参评资格。",
    "reversed": f"取消该推荐对象参评资格的决定已经撤销，参评资格恢复。撤销决定：{TEXT}",
    "confirmed": f"经复核，维持原决定。理由：{TEXT}",
    "reopened": f"经复核，原来的决定不再适用，由市级专班重新办理。理由：{TEXT}",
}
_READ_WITH = (
    selectinload(Case.objections),
    selectinload(Case.recusals),
    selectinload(Case.looks),
    selectinload(Case.handler_unit).selectinload(Unit.people),
    selectinload(Case.entry).selectinload(Entry.period),
)


def stored(world: World, period_id: int, now: dt.datetime) -> dict[str, object]:
    """Return cases, disqualifications, answers to objectors, dates and withdrawals from the database."""
    with world.database.reader() as session:
        cases = {
            case.id: (
                case.state.value,
                "office" if case.handler_unit_id == world.office else "unit",
                case.conclusion,
                {objection.id for objection in case.objections},
                (facts := case.facts(now)).escalated(now),
                facts.has_hands,
                {who for who in SIDES if world.people[who] in facts.recused},
            )
            for case in session.scalars(select(Case).options(*_READ_WITH))
        }
        period = session.get_one(Period, period_id)
        return {
            "cases": cases,
            "out": [_out(world, row) for row in outs(world)],
            "told": {(row.objection_id, row.kind.value, row.text) for row in session.scalars(select(Message))},
            "dates": (
                period.closes_at,
                period.conclude_by,
                period.settled_at is not None,
                period.closed_at is not None,
            ),
            "looks": {look.objection_id: look.outcome or "" for look in session.scalars(select(SecondLook))},
            "registered": {
                row.objection_id: next(who for who in SIDES if world.people[who] == row.registered_by)
                for row in session.scalars(select(Registration))
            },
            "withdrawn": set(session.scalars(select(Nominee.id).where(Nominee.withdrawn_at.is_not(None)))),
        }


def expected(mine: Reference, now: dt.datetime) -> dict[str, object]:
    """Return the same by the reference."""
    cases = {
        number: (
            one.state,
            one.side,
            one.conclusion,
            one.objections,
            now < mine.deadline and mine.fallen(one, now),
            mine.two(one.side, one.recused),
            one.recused,
        )
        for number, one in mine.cases.items()
    }
    return {
        "cases": cases,
        "out": mine.outs,
        "told": {(each, kind, _ANSWERS.get(text, text)) for each, kind, text in mine.messages},
        "dates": (mine.closes, mine.deadline, mine.settled, mine.closed),
        "looks": mine.looks,
        "registered": mine.registrars,
        "withdrawn": mine.withdrawn,
    }


def outs(world: World) -> list[Disqualification]:
    """Return every disqualification with its reversal, oldest first."""
    query = select(Disqualification).order_by(Disqualification.id).options(selectinload(Disqualification.reversal))
    with world.database.reader() as session:
        return list(session.scalars(query))


def _out(world: World, row: Disqualification) -> Out:
    proposer = row.reversal.proposed_by if row.reversal else None
    return Out(
        row.nominee_id,
        row.case_id,
        row.ground.value,
        row.effective_at,
        row.carried_out_at,
        next((who for who in SIDES if world.people[who] == proposer), ""),
        row.reversal is not None and row.reversal.confirmed_at is not None,
    )
