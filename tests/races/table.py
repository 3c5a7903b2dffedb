"""The races: pairs of acts started at one moment, and how many of the two may succeed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app.domain.accounts.deputies import DeputyDays
from app.domain.accounts.rosters import HEAD, SHEET
from app.domain.award.decision import RevocationGround
from app.domain.cases.letters import LetterKind
from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import Conclusion, DeclineGround, Role, State
from app.models import AuditRow, Case, Deputy, Letter, Period, PhraseUse
from app.services.accounts import making, rosters, second_factor, staffing, standing_in, two_people, units
from app.services.award import revocation
from app.services.calendar.calendars import calendar_of, load_notices
from app.services.cases import bulk, investigation, letters, phrases, second_looks, settlement, urging
from app.services.cases.flood import Likeness
from app.services.objections import following
from app.services.periods import bursts, closing, corrections, replanning, scheduling
from tests import awards
from tests.data import STATE_COUNCIL
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
BEFORE, AFTER = "2026-09-17 Thu 11:00", "2026-09-24 Thu 09:00"
TEXT = "经走访和调阅档案核实。"
JUNK = "编号{0}：该对象申报的事迹与实际情况不符，第{0}项目并非其完成，请予核查处理！"
REACHED = dt.date(2026, 9, 30)
Job = Callable[[], object]
Meeting = Callable[[World, Path], tuple[Job, Job]]


@dataclass(frozen=True)
class Race:
    """One race: the use case as `module.function`, and `meet`, which builds the world and the two jobs."""

    of: tuple[str, ...]
    passes: Collection[int]  # how many of the two
    meet: Meeting
    after: Callable[[World], None] = lambda world: None  # what must hold then


# --- cases ---------------------------------------------------------------------------------------


def _case(world: World, state: State = State.RECEIVED) -> int:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    if state is State.AWAITING_SUPPLEMENT:
        world.bring(case, State.ACCEPTED, FILED)
        world.act(investigation.ask_supplement, case, "handler", TEXT, now=FILED)
    elif state is not State.RECEIVED:
        world.bring(case, state, FILED)
    return case


def _acts(world: World, case: int, *acts: tuple[Callable[..., None], str, tuple[object, ...]]) -> tuple[Job, Job]:
    first, second = (lambda a=act: world.act(a[0], case, a[1], *a[2], now=DAY) for act in acts)  # type: ignore[misc]
    return first, second


def _two_declines(world: World, _: Path) -> tuple[Job, Job]:
    said = (DeclineGround.NO_FACTS, TEXT)
    act = investigation.decline
    return _acts(world, _case(world), (act, "handler", said), (act, "head", said))


def _resume_and_supplement(world: World, _: Path) -> tuple[Job, Job]:
    case = _case(world, State.AWAITING_SUPPLEMENT)
    resume, _unused = _acts(world, case, *[(investigation.resume, "handler", ())] * 2)
    return resume, lambda: world.run(following.supplement, 1, TEXT, now=at(DAY))


def _two_resumes(world: World, _: Path) -> tuple[Job, Job]:
    case, resume = _case(world, State.AWAITING_SUPPLEMENT), investigation.resume
    return _acts(world, case, (resume, "handler", ()), (resume, "head", ()))


def _words_and_confirm(use_case: Callable[..., None]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        case = _case(world, State.PROPOSED)
        return _acts(world, case, (use_case, "handler", (TEXT,)), (investigation.confirm, "head", (1,)))

    return meet


def _assign_and_recuse(world: World, _: Path) -> tuple[Job, Job]:
    who = world.people["handler2"]
    assign, recuse = investigation.assign, investigation.recuse
    return _acts(world, _case(world), (assign, "head", (who,)), (recuse, "handler2", (who, TEXT)))


def _join_and_decline_of_the_lead(world: World, _: Path) -> tuple[Job, Job]:
    period = world.round_two()
    case, lead = (world.file(period, world.nominees[0], FILED)[0] for _ in range(2))
    return (
        lambda: world.act(investigation.join, case, "handler", lead, now=DAY),
        lambda: world.act(investigation.decline, lead, "head", DeclineGround.NO_FACTS, TEXT, now=DAY),
    )


def _begin_and_decline(world: World, _: Path) -> tuple[Job, Job]:
    case, moment = _case(world), at(DAY)
    return (
        lambda: world.run(investigation.accept, case, begin=True, by=world.actor("handler"), now=moment),
        lambda: world.run(
            investigation.decline, case, DeclineGround.NO_FACTS, TEXT, by=world.actor("head"), now=moment
        ),
    )


def _two_begin(world: World, _: Path) -> tuple[Job, Job]:
    case, moment = _case(world), at(DAY)
    first, second = (
        lambda who=who: world.run(investigation.accept, case, begin=True, by=world.actor(who), now=moment)  # type: ignore[misc]
        for who in ("handler", "head")
    )
    return first, second


def _propose_chosen(world: World, case: int, who: str) -> object:
    texts = (TEXT, TEXT, TEXT)
    return world.run(bulk.propose_chosen, case, Conclusion.DISMISSED, texts, by=world.actor(who), now=at(DAY))


def _two_propose_chosen(world: World, _: Path) -> tuple[Job, Job]:
    case = _case(world)
    return lambda: _propose_chosen(world, case, "handler"), lambda: _propose_chosen(world, case, "head")


def _propose_chosen_and_decline(world: World, _: Path) -> tuple[Job, Job]:
    case, said = _case(world), (DeclineGround.NO_FACTS, TEXT)
    return (
        lambda: _propose_chosen(world, case, "handler"),
        lambda: world.act(investigation.decline, case, "head", *said, now=DAY),
    )


def _two_confirm_chosen(world: World, _: Path) -> tuple[Job, Job]:
    return _acts(
        world,
        _case(world, State.PROPOSED),
        (bulk.confirm_chosen, "head", (1,)),
        (bulk.confirm_chosen, "handler2", (1,)),
    )


def _confirm_chosen_and_return(world: World, _: Path) -> tuple[Job, Job]:
    case = _case(world, State.PROPOSED)
    return _acts(world, case, (bulk.confirm_chosen, "head", (1,)), (investigation.return_proposal, "handler2", (TEXT,)))


def _keep(world: World, who: str) -> int:
    return world.run(phrases.add, PhraseKind.REPLY, TEXT, by=world.actor(who), now=at(DAY))


def _two_keep(world: World, _: Path) -> tuple[Job, Job]:
    return lambda: _keep(world, "handler"), lambda: _keep(world, "head")


def _change_and_remove(world: World, _: Path) -> tuple[Job, Job]:
    phrase = _keep(world, "handler")
    return (
        lambda: world.run(phrases.change, phrase, "另一段话", by=world.actor("head"), now=at(DAY)),
        lambda: world.run(phrases.remove, phrase, by=world.actor("handler2"), now=at(DAY)),
    )


def _two_use(world: World, _: Path) -> tuple[Job, Job]:
    _keep(world, "handler")
    period = world.round_two()
    cases = [world.file(period, world.nominees[each], FILED)[0] for each in range(2)]
    first, second = (
        lambda case=case, who=who: world.act(investigation.reply, case, who, TEXT, now=DAY)  # type: ignore[misc]
        for case, who in zip(cases, ("handler", "head"), strict=True)
    )
    return first, second


def _counted_twice(world: World) -> None:
    with world.database.reader() as session:
        assert session.scalars(select(PhraseUse.uses)).all() == [2]


def _group(world: World) -> list[int]:
    period = world.round_two()
    return [
        world.file(period, world.nominees[0], FILED, facts=JUNK.format(each), contact=f"130{each:08d}")[0]
        for each in range(4)
    ]


def _join(world: World, group: list[int], who: str) -> object:
    return world.run(bulk.join_group, Likeness.TEXT, group[0], group, by=world.actor(who), now=at(DAY))


def _decline(world: World, group: list[int], who: str) -> int:
    args = (Likeness.TEXT, group[0], group, DeclineGround.NO_FACTS, TEXT)
    return world.run(bulk.propose_decline, *args, by=world.actor(who), now=at(DAY))


def _conclude(world: World, group: list[int], who: str) -> object:
    args = (Likeness.TEXT, group[0], group, Conclusion.DISMISSED, (TEXT, TEXT, TEXT))
    return world.run(bulk.propose_conclusion, *args, by=world.actor(who), now=at(DAY))


def _two_groups(one: Callable[..., object], other: Callable[..., object]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        group = _group(world)
        return lambda: one(world, group, "head"), lambda: other(world, group, "handler")

    return meet


def _confirm_and_return_of_a_group(world: World, _: Path) -> tuple[Job, Job]:
    act, moment = _decline(world, _group(world), "head"), at(DAY)
    return (
        lambda: world.run(bulk.confirm_group, act, by=world.actor("handler"), now=moment),
        lambda: world.run(bulk.return_group, act, TEXT, by=world.actor("handler2"), now=moment),
    )


# --- a second look, letters, urging -------------------------------------------------------------

LOOKED = "2026-09-22 Tue 10:00"
LAST_MOMENT, DEADLINE = "2026-09-29 Tue 23:59:59", "2026-09-30 Wed 00:00"
LAST_TO_ASK, DAY_OF_DEADLINE = "2026-09-28 Mon 23:59:59", "2026-09-29 Tue 00:00"


def _declined(world: World) -> int:
    """A case of two objectors, joined and declined."""
    period = world.round_two()
    lead, case = (world.file(period, world.nominees[0], FILED, contact=f"1300000000{one}")[0] for one in (1, 2))
    world.act(investigation.join, case, "handler", lead, now=DAY)
    world.decline(lead, DeclineGround.NO_FACTS, TEXT, DAY)
    return lead


def _asked(world: World) -> int:
    """A declined case of which the first objector asks for a second look."""
    case = _declined(world)
    world.run(second_looks.ask, 1, TEXT, now=at(DAY))
    return case


def _last_period(world: World) -> int:
    """The period of round 2."""
    with world.database.reader() as session:
        return session.scalars(select(func.max(Period.id))).one()


def _ask(world: World, objection: int, now: str = LOOKED) -> Job:
    return lambda: world.run(second_looks.ask, objection, TEXT, now=at(now))


def _look(world: World, case: int, use_case: Callable[..., None], who: str, now: str = LOOKED) -> Job:
    actor = world.actor(who)
    return lambda: world.run(use_case, case, TEXT, by=actor, now=at(now))


def _two_ask(objections: tuple[int, int]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        _declined(world)
        return _ask(world, objections[0]), _ask(world, objections[1])

    return meet


def _ask_and_answer(use_case: Callable[..., None]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        case = _asked(world)
        return _ask(world, 2), _look(world, case, use_case, "office")

    return meet


def _two_answers(one: Callable[..., None], other: Callable[..., None]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        case = _asked(world)
        return _look(world, case, one, "office"), _look(world, case, other, "office2")

    return meet


def _answer_and_settlement(use_case: Callable[..., None]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        case = _asked(world)
        settle: Job = lambda: world.run(settlement.settle_due, now=at(DEADLINE))  # noqa: E731
        return _look(world, case, use_case, "office", LAST_MOMENT), settle

    return meet


def _answer_and_closing(use_case: Callable[..., None]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        case = _asked(world)
        close = _of_period(world, _last_period(world), "office2", closing.close_period, DEADLINE)
        return _look(world, case, use_case, "office", LAST_MOMENT), close

    return meet


def _ask_and_closing(world: World, _: Path) -> tuple[Job, Job]:
    _declined(world)
    close = _of_period(world, _last_period(world), "office", closing.close_period, DAY_OF_DEADLINE)
    return _ask(world, 1, LAST_TO_ASK), close


def _ask_and_confirm_of_the_decline(world: World, _: Path) -> tuple[Job, Job]:
    case = _case(world)
    world.act(investigation.decline, case, "handler", DeclineGround.NO_FACTS, TEXT, now=FILED)
    confirm: Job = lambda: world.act(investigation.confirm_decline, case, "head", 1, now=DAY)  # noqa: E731
    return _ask(world, 1), confirm


def _urge(world: World, case: int, who: str) -> Job:
    return lambda: world.act(urging.urge, case, who, TEXT, now=DAY)


def _two_urge(world: World, _: Path) -> tuple[Job, Job]:
    case = _case(world)
    return _urge(world, case, "office"), _urge(world, case, "office2")


def _urge_and(use_case: Callable[..., None], who: str, *texts: object, state: State = State.RECEIVED) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        case = _case(world, state)
        return _urge(world, case, "office"), lambda: world.act(use_case, case, who, *texts, now=DAY)

    return meet


def _issue(world: World, ids: list[int], who: str) -> Job:
    actor = world.actor(who)
    return lambda: world.run(letters.issue, ids, by=actor, now=at(DAY))


def _three_letters(world: World) -> list[int]:
    """Three times urged: three letters of the office."""
    case = _case(world)
    for _ in range(3):
        world.act(urging.urge, case, "office", TEXT, now=FILED)
    with world.database.reader() as session:
        query = select(Letter.id).where(Letter.kind == LetterKind.SUPERVISION).order_by(Letter.number)
        return list(session.scalars(query))


def _two_issue(one: slice, other: slice) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        ids = _three_letters(world)
        return _issue(world, ids[one], "office"), _issue(world, ids[other][::-1], "office2")

    return meet


def _issued(letters_of_it: int) -> Callable[[World], None]:
    """Each letter went out once, by one person."""

    def held(world: World) -> None:
        with world.database.reader() as session:
            rows = session.scalars(select(AuditRow.id).where(AuditRow.action == "letter.issued")).all()
            assert len(rows) == letters_of_it

    return held


def _issue_and_urge(world: World, _: Path) -> tuple[Job, Job]:
    ids = _three_letters(world)
    return _issue(world, ids, "office"), _urge(world, 1, "office2")


# --- periods -------------------------------------------------------------------------------------


def _of_period(world: World, period: int, who: str, use_case: Callable[..., object], now: str, *more: object) -> Job:
    actor = world.actor(who)
    return lambda: world.run(use_case, period, *more, by=actor, now=at(now))


def _extension(world: World, period: int, who: str, now: str, day: dt.date = REACHED) -> Job:
    return _of_period(world, period, who, scheduling.extend_deadline, now, day, TEXT, world.do(calendar_of))


def _two_cancel(world: World, _: Path) -> tuple[Job, Job]:
    period = world.round_two()
    first, second = (_of_period(world, period, who, scheduling.cancel, BEFORE, TEXT) for who in ("office", "office2"))
    return first, second


def _cancel_and_extend(world: World, _: Path) -> tuple[Job, Job]:
    period = world.round_two()
    return _of_period(world, period, "office", scheduling.cancel, BEFORE, TEXT), _extension(
        world, period, "office2", BEFORE
    )


def _two_extend(world: World, _: Path) -> tuple[Job, Job]:
    period = world.round_two()
    return _extension(world, period, "office", DAY), _extension(world, period, "office2", DAY)


def _two_close(world: World, _: Path) -> tuple[Job, Job]:
    period = world.round_two()
    first, second = (_of_period(world, period, who, closing.close_period, AFTER) for who in ("office", "office2"))
    return first, second


def _shortened(world: World) -> int:
    """Load a notice that makes a working day of the window a day off."""
    period = world.round_two()
    body = json.loads(STATE_COUNCIL.read_text("utf-8"))["2026"]
    body |= {"notice": "国办发明电〔2026〕特1号", "off": sorted({*body["off"], "2026-09-22"})}
    world.run(load_notices, json.dumps({"2026": body}), by=world.actor("office"), now=at(DAY))
    return period


def _two_replan(world: World, _: Path) -> tuple[Job, Job]:
    ids = [_shortened(world)]
    first, second = (
        lambda who=who: world.run(replanning.replan, ids, TEXT, by=world.actor(who), now=at(DAY))  # type: ignore[misc]
        for who in ("office", "office2")
    )
    return first, second


def _replan_and_extend(world: World, _: Path) -> tuple[Job, Job]:
    period = _shortened(world)
    return (
        lambda: world.run(replanning.replan, [period], TEXT, by=world.actor("office"), now=at(DAY)),
        _extension(world, period, "office2", DAY),
    )


def _two_correct(world: World, _: Path) -> tuple[Job, Job]:
    world.round_two()
    with world.database.reader() as session:
        name = f"{corrections.read_current_text(session, world.nominees[2], 'name', at(DAY))}。"
    one = world.nominees[2]
    first, second = (
        _of_period(world, one, who, corrections.correct, DAY, "name", name, TEXT) for who in ("office", "office2")
    )
    return first, second


def _two_extend_a_burst(world: World, _: Path) -> tuple[Job, Job]:
    period = world.round_two()
    for each in range(bursts.FROM):
        world.file(period, world.nominees[0], "2026-09-23 Wed 23:00", contact=f"130{each:08d}")
    calendar = world.do(calendar_of)
    first, second = (
        _of_periods(world, who, bursts.extend_all, AFTER, [period], 2 + place, TEXT, calendar)
        for place, who in enumerate(("office", "office2"))
    )
    return first, second


def _of_periods(world: World, who: str, use_case: Callable[..., object], now: str, *arguments: object) -> Job:
    actor = world.actor(who)
    return lambda: world.run(use_case, *arguments, by=actor, now=at(now))


# --- accounts and units --------------------------------------------------------------------------


def _both(*jobs: tuple[Callable[..., object], str, tuple[object, ...]]) -> Meeting:
    """Two acts of the office, each with its arguments; "{qilin}" and the like stand for ids."""

    def meet(world: World, _: Path) -> tuple[Job, Job]:
        ids = {"qilin": world.qilin, "luoping": world.luoping, "office": world.office} | {
            f"@{login}": user_id for login, user_id in world.people.items()
        }

        def job(use_case: Callable[..., object], who: str, given: tuple[object, ...]) -> Job:
            filled = [ids.get(each, each) if isinstance(each, str) else each for each in given]
            filled = [[ids[item] for item in each] if isinstance(each, list) else each for each in filled]
            actor = world.actor(who) if who else None
            return lambda: world.run(use_case, *filled, by=actor, now=at(DAY))

        first, second = (job(*each) for each in jobs)
        return first, second

    return meet


def _empty_unit(world: World) -> int:
    """A recommending unit with nobody in it and no nominee."""
    return world.run(units.add, world.office, "沾益区", by=world.actor("office"), now=at(FILED)).id


def _retire_and(other: Callable[[World, int], Job]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        unit = _empty_unit(world)
        return _of_period(world, unit, "office", units.retire, DAY), other(world, unit)

    return meet


def _restored_below(world: World, parent: int) -> Job:
    own = world.run(units.add, parent, "沾益区养护站", by=world.actor("office"), now=at(FILED)).id
    world.run(units.retire, own, by=world.actor("office"), now=at(FILED))
    return _of_period(world, own, "office2", units.restore, DAY)


def _enabled_there(world: World, unit: int) -> Job:
    office = world.actor("office")
    slip = world.run(staffing.invite, "zhang", "张经办", Role.HANDLER, unit, by=office, now=at(FILED))
    world.run(making.disable, slip.login, now=at(FILED))
    return lambda: world.run(making.enable, slip.login, now=at(DAY))


def _pressed_twice(world: World, _: Path) -> tuple[Job, Job]:
    unit = _empty_unit(world)
    return (
        _of_periods(world, "office", rosters.open_for_units, DAY, [unit]),
        _of_periods(world, "office2", rosters.open_for_units, DAY, [unit]),
    )


def _sheet_twice(world: World, _: Path) -> tuple[Job, Job]:
    sheets = {SHEET: [(1, list(HEAD)), (2, ["麒麟区", "", "赵新来", "单位经办人", ""])]}
    return (
        _of_periods(world, "office", rosters.load, DAY, sheets),
        _of_periods(world, "office2", rosters.load, DAY, sheets),
    )


def _given_out(world: World, _: Path) -> tuple[Job, Job]:
    world.run(staffing.invite_again, [world.people["handler"]], by=world.actor("head"), now=at(FILED))
    who = world.people["handler"]
    first, second = (_of_period(world, who, by, two_people.agree, DAY) for by in ("office", "office2"))
    return first, second


def _own_factor(use_case: Callable[..., object]) -> Meeting:
    def meet(world: World, _: Path) -> tuple[Job, Job]:
        who = world.people["office" if use_case is second_factor.renew_recovery_codes else "head"]
        job: Job = lambda: world.run(use_case, who, now=at(DAY))  # noqa: E731
        return job, job

    return meet


def _drop_and_confirm(world: World, folder: Path) -> tuple[Job, Job]:
    awards.ready(world, folder)
    awards.decided(world, folder)
    later, version = "2027-03-01 Mon 10:00", int(at("2027-03-01 Mon 10:00").timestamp() * 1_000_000)
    text = "经查，申报材料弄虚作假，决定撤销所获表彰。"
    paper = revocation.RevocationText(RevocationGround.DECEIT, "曲字〔2027〕3号", dt.date(2027, 2, 26), text)
    scan = awards.scan(world, folder, "revocation")
    world.run(revocation.propose_revocation, 1, paper, scan, by=world.actor("office"), now=at(later))
    return (
        _of_period(world, 1, "office2", revocation.confirm_revocation, later, version),
        _of_period(world, 1, "office", revocation.drop_revocation, later, TEXT),
    )


# --- deputies, and accounts that end -------------------------------------------------------------

_AWAY = DeputyDays(dt.date(2026, 9, 21), dt.date(2026, 9, 25))


def _nobody_stands_in_who_is_gone(world: World) -> None:
    with world.database.reader() as session:
        rows = session.scalars(select(Deputy).where(Deputy.ended_at.is_(None))).all()
        assert all(row.deputy.disabled_at is None for row in rows)


def _two_end_a_deputy(world: World, _: Path) -> tuple[Job, Job]:
    ids = world.people["handler"], world.people["handler2"]
    world.run(standing_in.name_deputy, *ids, _AWAY, "出差", by=world.actor("office"), now=at(DAY))
    first, second = (_of_period(world, 1, by, standing_in.end_deputy, DAY) for by in ("office", "head"))
    return first, second


def _assigned_and_shut_out(world: World, _: Path) -> tuple[Job, Job]:
    case, who = _case(world), world.people["handler"]
    return (
        lambda: world.act(investigation.assign, case, "head", who, now=DAY),
        lambda: world.run(staffing.disable, [who], by=world.actor("office"), now=at(DAY)),
    )


def _no_case_is_with_the_gone(world: World) -> None:
    with world.database.reader() as session:
        assert all(case.assignee is None or case.assignee.disabled_at is None for case in session.scalars(select(Case)))


RACES: dict[str, Race] = {
    "two declines": Race(("investigation.decline",), {2}, _two_declines),
    "resume, supplement": Race(("investigation.resume",), {1, 2}, _resume_and_supplement),
    "two resumes": Race(("investigation.resume",), {1}, _two_resumes),
    "note, confirm": Race(("investigation.note",), {1, 2}, _words_and_confirm(investigation.note)),
    "hear, confirm": Race(("investigation.hear",), {1, 2}, _words_and_confirm(investigation.hear)),
    "reply, confirm": Race(("investigation.reply",), {1, 2}, _words_and_confirm(investigation.reply)),
    "assign, recuse": Race(("investigation.assign", "investigation.recuse"), {1, 2}, _assign_and_recuse),
    "join, decline of the lead": Race(("investigation.join",), {1, 2}, _join_and_decline_of_the_lead),
    # Accepting drops a decline that waits; the other way round the decline is refused.
    "accept and begin, decline": Race(("investigation.accept",), {1, 2}, _begin_and_decline),
    "two accept and begin": Race(("investigation.accept",), {1}, _two_begin),
    "two propose a chosen case": Race(("bulk.propose_chosen",), {1}, _two_propose_chosen),
    "propose a chosen case, decline": Race(("bulk.propose_chosen",), {1}, _propose_chosen_and_decline),
    "two confirm a chosen case": Race(("bulk.confirm_chosen",), {1}, _two_confirm_chosen),
    "confirm a chosen case, return": Race(("bulk.confirm_chosen",), {1}, _confirm_chosen_and_return),
    "two keep one phrase": Race(("phrases.add",), {1}, _two_keep),
    "change, remove a phrase": Race(("phrases.change", "phrases.remove"), {1, 2}, _change_and_remove),
    "two use one phrase": Race(("investigation.reply",), {2}, _two_use, _counted_twice),
    "two joins of a group": Race(("bulk.join_group",), {1}, _two_groups(_join, _join)),
    "join, decline of a group": Race(("bulk.propose_decline",), {1, 2}, _two_groups(_join, _decline)),
    "two conclusions of a group": Race(("bulk.propose_conclusion",), {1}, _two_groups(_conclude, _conclude)),
    "confirm, return of a group": Race(
        ("bulk.confirm_group", "bulk.return_group"), {1}, _confirm_and_return_of_a_group
    ),
    "one objector asks twice": Race(("second_looks.ask",), {1}, _two_ask((1, 1))),
    "two objectors ask": Race(("second_looks.ask",), {2}, _two_ask((1, 2))),
    "ask, confirm of the decline": Race(("second_looks.ask",), {1, 2}, _ask_and_confirm_of_the_decline),
    "ask, close": Race(("second_looks.ask",), {1}, _ask_and_closing),
    "ask, confirm the look": Race(("second_looks.ask",), {2}, _ask_and_answer(second_looks.confirm_look)),
    "ask, reopen": Race(("second_looks.ask",), {1, 2}, _ask_and_answer(second_looks.reopen)),
    "confirm the look, reopen": Race(
        ("second_looks.confirm_look", "second_looks.reopen"),
        {1},
        _two_answers(second_looks.confirm_look, second_looks.reopen),
    ),
    "two confirm the look": Race(
        ("second_looks.confirm_look",), {1}, _two_answers(second_looks.confirm_look, second_looks.confirm_look)
    ),
    "two reopen": Race(("second_looks.reopen",), {1}, _two_answers(second_looks.reopen, second_looks.reopen)),
    "confirm the look, settle": Race(
        ("second_looks.confirm_look",), {1, 2}, _answer_and_settlement(second_looks.confirm_look)
    ),
    "reopen, settle": Race(("second_looks.reopen",), {1, 2}, _answer_and_settlement(second_looks.reopen)),
    "confirm the look, close": Race(
        ("second_looks.confirm_look",), {1, 2}, _answer_and_closing(second_looks.confirm_look)
    ),
    "reopen, close": Race(("second_looks.reopen",), {1, 2}, _answer_and_closing(second_looks.reopen)),
    "two urge": Race(("urging.urge",), {2}, _two_urge),
    "urge, take over": Race(("urging.urge",), {1, 2}, _urge_and(investigation.take_over, "office2", TEXT)),
    "urge, confirm": Race(("urging.urge",), {1, 2}, _urge_and(investigation.confirm, "head", 1, state=State.PROPOSED)),
    "one letter issued twice": Race(("letters.issue",), {2}, _two_issue(slice(1), slice(1)), _issued(1)),
    "letters issued from both ends": Race(("letters.issue",), {2}, _two_issue(slice(2), slice(1, 3)), _issued(3)),
    "issue, urge": Race(("letters.issue", "urging.urge"), {2}, _issue_and_urge, _issued(3)),
    "two cancel": Race(("scheduling.cancel",), {1}, _two_cancel),
    "cancel, extend": Race(("scheduling.cancel", "scheduling.extend_deadline"), {1, 2}, _cancel_and_extend),
    "two extend": Race(("scheduling.extend_deadline",), {1}, _two_extend),
    "two close": Race(("closing.close_period",), {1}, _two_close),
    "two replan": Race(("replanning.replan",), {1}, _two_replan),
    "replan, extend": Race(("replanning.replan",), {1, 2}, _replan_and_extend),
    "two correct": Race(("corrections.correct",), {1}, _two_correct),
    "two extend a burst": Race(("bursts.extend_all",), {1}, _two_extend_a_burst),
    "two shut": Race(
        ("making.disable",), {1}, _both((making.disable, "", ("handler",)), (making.disable, "", ("handler",)))
    ),
    "shut on the page, by the command line": Race(
        ("staffing.disable",),
        {1},
        _both((staffing.disable, "office", (["@handler"],)), (making.disable, "", ("handler",))),
    ),
    "two of one login": Race(
        ("staffing.invite", "making.add_user"),
        {1},
        _both(
            (staffing.invite, "office", ("zhang", "张经办", Role.HANDLER, "qilin")),
            (staffing.invite, "office2", ("zhang", "张经办", Role.HANDLER, "luoping")),
        ),
    ),
    "invited again, shut": Race(
        ("staffing.invite_again",),
        {1, 2},
        _both((staffing.invite_again, "office", (["@handler"],)), (staffing.disable, "office2", (["@handler"],))),
    ),
    "two place": Race(
        ("staffing.place",),
        {1},
        _both(*[(staffing.place, who, ("@handler", Role.HANDLER, "luoping")) for who in ("office", "office2")]),
    ),
    "two deputies for one": Race(
        ("standing_in.name_deputy",),
        {1},
        _both(
            *[
                (standing_in.name_deputy, who, ("@handler", deputy, _AWAY, "出差"))
                for who, deputy in (("office", "@handler2"), ("head", "@head"))
            ]
        ),
    ),
    "each the other's deputy": Race(
        ("standing_in.name_deputy",),
        {1},
        _both(
            (standing_in.name_deputy, "office", ("@handler", "@handler2", _AWAY, "出差")),
            (standing_in.name_deputy, "office2", ("@handler2", "@handler", _AWAY, "出差")),
        ),
    ),
    "a deputy who is shut out": Race(
        ("standing_in.name_deputy", "staffing.disable"),
        {1, 2},
        _both(
            (standing_in.name_deputy, "office", ("@handler", "@handler2", _AWAY, "出差")),
            (staffing.disable, "office2", (["@handler2"],)),
        ),
        _nobody_stands_in_who_is_gone,
    ),
    "two end a deputy": Race(("standing_in.end_deputy",), {1}, _two_end_a_deputy),
    "assigned, shut out": Race(
        ("investigation.assign", "staffing.disable"), {1, 2}, _assigned_and_shut_out, _no_case_is_with_the_gone
    ),
    "two rename to one name": Race(
        ("units.rename",),
        {1},
        _both((units.rename, "office", ("qilin", "沾益区")), (units.rename, "office2", ("luoping", "沾益区"))),
    ),
    "retire, add below": Race(
        ("units.retire", "units.add"),
        {1},
        _retire_and(lambda world, unit: _of_period(world, unit, "office2", units.add, DAY, "沾益区养护站")),
    ),
    "retire, invite": Race(
        ("units.retire", "staffing.invite"),
        {1},
        _retire_and(
            lambda world, unit: _of_periods(
                world, "office2", staffing.invite, DAY, "zhang", "张经办", Role.HANDLER, unit
            )
        ),
    ),
    "retire, restore below": Race(("units.restore",), {1}, _retire_and(_restored_below)),
    "retire, enable there": Race(("making.enable", "staffing.enable"), {1}, _retire_and(_enabled_there)),
    "one press for all units, twice": Race(("rosters.open_for_units",), {1}, _pressed_twice),
    "one sheet of people, twice": Race(("rosters.load",), {1}, _sheet_twice),
    "two agree": Race(("two_people.agree",), {1}, _given_out),
    "second factor proposed twice": Race(("second_factor.propose",), {2}, _own_factor(second_factor.propose)),
    "codes renewed twice": Race(
        ("second_factor.renew_recovery_codes",), {2}, _own_factor(second_factor.renew_recovery_codes)
    ),
    "confirm, drop a revocation": Race(("revocation.drop_revocation",), {1}, _drop_and_confirm),
}

# Raced where its subject is tested.
_SERVICES = "tests/services"
ELSEWHERE = {
    "settlement.settle_period": f"{_SERVICES}/cases/test_settlement.py::"
    "test_security_08_many_at_once_change_no_more_than_one",
    **dict.fromkeys(
        [
            f"investigation.{act}"
            for act in (
                *("accept", "confirm_decline", "return_decline", "take_over", "hand_up", "investigate"),
                *("ask_supplement", "propose", "confirm", "return_proposal"),
            )
        ],
        f"{_SERVICES}/shared/test_locks.py::test_security_52_one_of_those_who_act_at_once_wins",
    ),
    "interruption.extend_window": f"{_SERVICES}/periods/test_interruption.py::"
    "test_two_people_extending_at_once_extend_once",
    "scheduling.schedule": f"{_SERVICES}/periods/test_scheduling.py::test_two_people_scheduling_at_once_take_turns",
    "bulk_scheduling.schedule_many": f"{_SERVICES}/periods/test_bulk_scheduling.py::"
    "test_two_people_at_once_make_none_twice",
    "listings.state": f"{_SERVICES}/periods/test_listings.py::test_of_two_ticks_at_once_one_states_a_list",
    "units.found_office": f"{_SERVICES}/accounts/test_units.py::test_two_who_make_the_office_at_once_make_one",
    "deciding.decide": f"{_SERVICES}/award/test_deciding.py::test_two_decisions_at_once_are_one",
    **dict.fromkeys(
        ["revocation.propose_revocation", "revocation.confirm_revocation"],
        f"{_SERVICES}/award/test_revocation.py::test_two_who_confirm_at_once_have_confirmed_once",
    ),
    **dict.fromkeys(
        ["logins._count_as_failed", "logins.let_in"],
        f"{_SERVICES}/accounts/test_logins.py::test_security_22_two_at_once_with_the_same_code_one_gets_in",
    ),
}

# Not raced, and why.
ALONE = {
    "evidence_reading.open_for_handler": "it changes nothing but the record, which takes turns by itself",
    "enclosing.open_file": "it changes nothing but the record, which takes turns by itself",
    "deciding.record_paper": "a paper recorded twice is two rows by design: the last of an issuer counts",
    "making.reset": "two resets are two passwords: the last one counts, as one after the other",
    "units.reach_at": "the last contact block counts, as one after the other",
    "staffing.rename": "it locks as `place` does, which is raced; the last name counts",
    "units.move": "it locks both units as `retire` does, which is raced",
    "second_factor.confirm": "it locks as `propose` and `renew_recovery_codes` do, which are raced",
    "resets.note_told": "it writes a moment under a lock, the same for both",
    "resets.note_seen": "two who look at once have both looked: each is on the record, the later stands",
    "two_people.agree_to_each": "it agrees by `agree`, which is raced, in the order of the ids",
    "sessions.note_seen": "it writes a moment that only grows",
    "sessions.log_out": "a session ended twice is ended",
    "sessions.log_out_elsewhere": "sessions ended twice are ended",
    "logins.note_failure": "it adds a row to the record and nothing else",
}
