"""Every act that needs two people, as one table: what is proposed, who confirms, and what comes before both (R22).

`STEPS` names the use cases of app/services that ask for a second person or for an account of one's own; a test compares
it with the code, so that a new one must be added.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.domain.award.decision import RevocationGround
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.models import Case, GroupAct, Honour, IdentityRequest, Objection, Reversal, Revocation
from app.services.award import deciding, revocation
from app.services.cases import bulk, flood, investigation, second_looks, settlement
from app.services.nominees import reversal
from app.services.objections import identities
from tests import awards
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
DEADLINE = "2026-09-30 Wed 00:00"
YEAR_AFTER = "2027-03-01 Mon 10:00"
TEXT = "经走访和调阅档案核实，原决定所据事实有误。"
PROPOSAL = (Conclusion.DISMISSED, "走访核实", "评选通知第三部分", "已核实")
JUNK = "编号{0}：该对象申报的事迹与实际情况不符，第{0}项目并非其完成，请予核查处理！"


@dataclass(frozen=True)
class Step:
    """One act of two people. `of` names the use cases it goes through, as `module.function`.

    `begin` brings the world to where the first person proposes. `propose` and `confirm` take the login of who does it;
    `confirm` takes what waits now, or the version that it is given.
    """

    of: tuple[str, ...]
    first: str
    second: str
    begin: Callable[[World, Path], None]
    propose: Callable[[World, str, str], None]
    confirm: Callable[[World, str, str, int | None], None]
    now: str = DAY
    case: bool = True  # about case 1, from which people are recused
    deadline: bool = False  # not after the case's deadline
    versions: bool = True  # a confirmation names what was read


# --- cases -----------------------------------------------------------------------------------------


def _investigating(world: World, _: Path) -> None:
    case, _code = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.INVESTIGATING, FILED)


def _received(world: World, _: Path) -> None:
    world.file(world.round_two(), world.nominees[0], FILED)


def _conclude(world: World, who: str, now: str) -> None:
    world.act(investigation.propose, 1, who, *PROPOSAL, now=now)


def _decline(world: World, who: str, now: str) -> None:
    world.act(investigation.decline, 1, who, DeclineGround.NO_FACTS, TEXT, now=now)


def _confirmed_by(use_case: Callable[..., None]) -> Callable[[World, str, str, int | None], None]:
    def confirm(world: World, who: str, now: str, version: int | None) -> None:
        world.act(use_case, 1, who, world.version(1) if version is None else version, now=now)

    return confirm


# --- groups ----------------------------------------------------------------------------------------


def _flood(world: World, _: Path) -> None:
    period = world.round_two()
    for number in range(6):
        world.file(period, world.nominees[0], FILED, facts=JUNK.format(number), contact=f"1380000000{number}")


def _all(world: World) -> list[int]:
    with world.database.reader() as session:
        return list(session.scalars(select(Case.id).order_by(Case.id)))


def _decline_group(world: World, who: str, now: str) -> None:
    chosen = flood.Likeness.TEXT, 1, _all(world)
    world.run(bulk.propose_decline, *chosen, DeclineGround.NO_FACTS, TEXT, by=world.actor(who), now=at(now))


def _conclude_group(world: World, who: str, now: str) -> None:
    chosen = flood.Likeness.TEXT, 1, _all(world)
    world.run(bulk.propose_conclusion, *chosen, PROPOSAL[0], PROPOSAL[1:], by=world.actor(who), now=at(now))


def _confirm_group(world: World, who: str, now: str, _version: int | None) -> None:
    with world.database.reader() as session:
        act = session.scalars(select(GroupAct.id).order_by(GroupAct.id.desc()).limit(1)).one()
    world.run(bulk.confirm_group, act, by=world.actor(who), now=at(now))


# --- a second look ---------------------------------------------------------------------------------


def _dismissed(world: World, who: str, now: str) -> None:
    """The first person concluded the case, and the objector asks the superior."""
    world.act(investigation.propose, 1, "handler", *PROPOSAL, now=now)
    world.act(investigation.confirm, 1, who, 1, now=now)
    with world.database.reader() as session:
        objection = session.scalars(select(Objection.id)).one()
    world.run(second_looks.ask, objection, TEXT, now=at(now))


def _answered_by(use_case: Callable[..., None]) -> Callable[[World, str, str, int | None], None]:
    def answer(world: World, who: str, now: str, version: int | None) -> None:
        world.act(use_case, 1, who, TEXT, 1 if version is None else version, now=now)

    return answer


# --- the office's ----------------------------------------------------------------------------------


def _ask_identity(world: World, who: str, now: str) -> None:
    world.act(identities.ask, 1, who, "核实是否本人提出", now=now)


def _grant_identity(world: World, who: str, now: str, _version: int | None) -> None:
    with world.database.reader() as session:
        request = session.scalars(select(IdentityRequest.id).order_by(IdentityRequest.id.desc()).limit(1)).one()
    world.run(identities.decide, request, True, by=world.actor(who), now=at(now))


def _lapsed(world: World, _: Path) -> None:
    world.file(world.round_two(), world.nominees[0], FILED)
    world.run(settlement.settle_due, now=at(DEADLINE))


def _propose_reversal(world: World, who: str, now: str) -> None:
    world.act(reversal.propose_reversal, 1, who, TEXT, now=now)


def _confirm_reversal(world: World, who: str, now: str, version: int | None) -> None:
    with world.database.reader() as session:
        waiting = session.scalars(select(Reversal.id)).one()
    world.act(reversal.confirm_reversal, 1, who, waiting if version is None else version, now=now)


def _awarded(world: World, folder: Path) -> None:
    awards.ready(world, folder)
    awards.decided(world, folder)


def _propose_revocation(world: World, who: str, now: str) -> None:
    paper = revocation.RevocationText(RevocationGround.DECEIT, "曲字〔2027〕3号", dt.date(2027, 2, 26), TEXT)
    folder = Path(str(world.database.engine.url.database)).parent / "scans"
    scan = awards.scan(world, folder, "revocation")
    world.run(revocation.propose_revocation, _honour(world), paper, scan, by=world.actor(who), now=at(now))


def _honour(world: World) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Honour.id).order_by(Honour.id).limit(1)).one()


def _confirm_revocation(world: World, who: str, now: str, version: int | None) -> None:
    with world.database.reader() as session:
        waiting = session.scalars(select(Revocation)).one().version
    version = waiting if version is None else version
    world.act(revocation.confirm_revocation, _honour(world), who, version, now=now)


_PROPOSED = ("investigation.propose",)
STEPS: dict[str, Step] = {
    "a conclusion": Step(
        (*_PROPOSED, "investigation.confirm"),
        "head",
        "handler",
        _investigating,
        _conclude,
        _confirmed_by(investigation.confirm),
        deadline=True,
    ),
    "a decline": Step(
        ("investigation.decline", "investigation.confirm_decline"),
        "head",
        "handler",
        _received,
        _decline,
        _confirmed_by(investigation.confirm_decline),
        deadline=True,
    ),
    "a conclusion chosen among others": Step(
        ("bulk.confirm_chosen",),
        "head",
        "handler",
        _investigating,
        _conclude,
        _confirmed_by(bulk.confirm_chosen),
        deadline=True,
    ),
    "a unit's conclusion confirmed by the office": Step(
        ("investigation.confirm",),
        "office",
        "office2",
        lambda world, folder: (
            _investigating(world, folder),
            world.act(investigation.take_over, 1, "office", TEXT, now=DAY),
        )[0],
        _conclude,
        _confirmed_by(investigation.confirm),
        deadline=True,
    ),
    "a group declined": Step(
        ("bulk.propose_decline", "bulk.confirm_group"),
        "head",
        "handler",
        _flood,
        _decline_group,
        _confirm_group,
        deadline=True,
        versions=False,
    ),
    "a group concluded": Step(
        ("bulk.propose_conclusion", "bulk.confirm_group"),
        "head",
        "handler",
        _flood,
        _conclude_group,
        _confirm_group,
        deadline=True,
        versions=False,
    ),
    "a decision confirmed at the second look": Step(
        ("second_looks.confirm_look",),
        "office",
        "office2",
        _investigating,
        _dismissed,
        _answered_by(second_looks.confirm_look),
        deadline=True,
    ),
    "a case reopened at the second look": Step(
        ("second_looks.reopen",),
        "office",
        "office2",
        _investigating,
        _dismissed,
        _answered_by(second_looks.reopen),
        deadline=True,
    ),
    "a look at who filed": Step(
        ("identities.ask", "identities.decide"),
        "office",
        "office2",
        _received,
        _ask_identity,
        _grant_identity,
        versions=False,
    ),
    "a reversal": Step(
        ("reversal.propose_reversal", "reversal.confirm_reversal"),
        "office",
        "office2",
        _lapsed,
        _propose_reversal,
        _confirm_reversal,
        now="2026-10-08 Thu 09:00",
    ),
    "a revocation": Step(
        ("revocation.propose_revocation", "revocation.confirm_revocation"),
        "office",
        "office2",
        _awarded,
        _propose_revocation,
        _confirm_revocation,
        now=YEAR_AFTER,
        case=False,
    ),
}
# One person does these, with an account of their own: what they rest on was decided by two.
BY_ONE = {
    "deciding.decide": "the award rests on three rounds and on approvals on paper; it takes an account of one's own",
    "identities._granted_request": "whoever was granted a look reads alone, with the account that was granted it",
    "second_looks._require_reviewer": "a step of confirm_look and reopen",
    "bulk.why_not_confirm": "it only says what would be refused",
}
assert deciding.decide  # named above
