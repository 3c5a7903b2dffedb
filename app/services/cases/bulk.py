"""Many cases ended by two people (R22, R23): a flood as one act, or cases that were chosen one by one.

Every act calls one function for each case: each has its own rows of the record, and each objector an answer. The cases
of a flood are proposed and confirmed in one transaction, all or none. Those chosen have a transaction each: what is
refused for one is named, and the others go on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Action, Actor, Conclusion, DeclineGround, State, check_action
from app.domain.refusals import BadValue, ChangedMeanwhile, NotAllowed, NothingChosen, NotYourCase, Refusal, SamePerson
from app.models import Case, Entry, GroupAct, GroupActKind
from app.models.drawing import BEYOND
from app.services.cases import flood, investigation, proposals
from app.services.cases.flood import Likeness
from app.services.cases.lettering import is_against_unit
from app.services.shared.bulk import BulkOutcome, do_each
from app.services.shared.locks import lock_row_if_any
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

# Cases that are empty or repeat each other are ended together. An objection that is right is upheld in its own case.
CONCLUSIONS = (Conclusion.DISMISSED, Conclusion.PARTLY_UPHELD)
# Those that whoever chose the cases may propose for all: that all objectors withdrew is asked of each case.
CHOSEN_CONCLUSIONS = (*CONCLUSIONS, Conclusion.WITHDRAWN)
_UPHELD_ALONE = "异议成立的，请在案件页面单独办理。"
_CHANGED = "这一组刚才有了变化，选中的案件里有的已经受理或者办完。一件都没有办理，请核对后再提交。"
_DECIDED = "这份意见已经有人确认或者退回，请核对。"


@use_case
def join_group(work: Work, likeness: Likeness, case_id: int, chosen: Collection[int]) -> int:
    """Join the chosen cases into the first case of the group against the same nominee (并案). Returns how many.

    Complaints against the unit are joined among themselves (R19). That first one need not be chosen; of one day a
    unit's first case is any of them (`flood.place`). Raises NothingChosen, ChangedMeanwhile, and what joining one case
    raises.
    """
    group = _read(work.session, work.actor, _chosen(work, likeness, case_id, chosen, also_unchosen=True))
    leads: dict[tuple[int, int, bool], int] = {}
    joined = 0
    for case in group:
        lead = leads.setdefault((case.entry_id, case.handler_unit_id, is_against_unit(case)), case.id)
        if case.id in chosen and case.id != lead:
            investigation.join(work, case.id, lead)
            joined += 1
    if not joined:
        raise NothingChosen("选中的案件里没有可以合并的：每个推荐对象排在最前的一件留下，别的并入它。")
    return joined


@use_case
def propose_decline(
    work: Work, likeness: Likeness, case_id: int, chosen: Collection[int], ground: DeclineGround, reason: str
) -> int:
    """Propose to decline the chosen cases (不予受理), all or none. Returns the proposal's id.

    Raises NothingChosen, ChangedMeanwhile, MissingText, and what declining one case raises.
    """
    ids = _chosen(work, likeness, case_id, chosen)
    reason = checked_text(reason, "不予受理的理由", investigation.REASON)
    for each in ids:
        investigation.decline(work, each, ground, reason)
    return _proposed(work, GroupAct(kind=GroupActKind.DECLINE, case_ids=ids, ground=ground, reason=reason))


@use_case
def propose_conclusion(
    work: Work,
    likeness: Likeness,
    case_id: int,
    chosen: Collection[int],
    conclusion: Conclusion,
    texts: tuple[str, str, str],
) -> int:
    """Accept, investigate and propose one conclusion for the chosen cases, all or none. Returns the proposal's id.

    `texts` are findings, grounds and answer. Raises as `propose_decline`, and BadValue for a conclusion that is for a
    case of its own.
    """
    if conclusion not in CONCLUSIONS:
        raise BadValue("conclusion", _UPHELD_ALONE)
    ids = _chosen(work, likeness, case_id, chosen)
    for each in ids:
        investigation.accept(work, each)
        investigation.investigate(work, each)
        investigation.propose(work, each, conclusion, *texts)
    return _proposed(work, GroupAct(kind=GroupActKind.CONCLUDE, case_ids=ids, conclusion=conclusion, reason=texts[2]))


@use_case
def confirm_group(work: Work, act_id: int) -> int:
    """Confirm a proposal for all of its cases, as a second person. Returns how many.

    Raises SamePerson, ChangedMeanwhile (somebody decided it, or one of its cases went another way), NotYourCase.
    """
    act = _lock(work, act_id)
    if act.proposed_by == work.actor.user_id:
        raise SamePerson
    _lock_cases(work, act.case_ids)
    cases = _read(work.session, work.actor, act.case_ids)
    theirs = all(_is_of(act, case) for case in cases)
    if len(cases) != len(act.case_ids) or not theirs:
        raise ChangedMeanwhile("这份意见提出以后，其中有的案件另外办理了。一件都没有确认，请退回后重新提出。")
    for case in cases:
        _confirm_one(work, act, case)
    _decide(work, act, confirmed=True)
    return len(cases)


@use_case
def return_group(work: Work, act_id: int, reason: str) -> None:
    """Return a proposal (退回), by a second person or by whoever proposed it. Its cases wait or are investigated on."""
    act = _lock(work, act_id)
    reason = checked_text(reason, "退回的理由", investigation.REASON)
    _lock_cases(work, act.case_ids)
    for case in _read(work.session, work.actor, act.case_ids):
        if _is_of(act, case):
            back = investigation.return_decline if act.kind is GroupActKind.DECLINE else investigation.return_proposal
            back(work, case.id, reason)
    _decide(work, act, confirmed=False)


@use_case
def propose_chosen(work: Work, case_id: int, conclusion: Conclusion, texts: tuple[str, str, str]) -> None:
    """Propose a conclusion for one of the chosen cases. It is accepted and its investigation begins before, if needed.

    `texts` are findings, grounds and answer. Raises BadValue for 异议成立, NotAllowed where a decline waits to be
    confirmed, and what the single steps raise.
    """
    if conclusion not in CHOSEN_CONCLUSIONS:
        raise BadValue("conclusion", _UPHELD_ALONE)
    case = _locked(work, case_id)
    if case.decline_proposed_ground is not None:
        raise NotAllowed("有一份不予受理的意见正等待确认，请在案件页面办理。")
    if case.state is State.RECEIVED:
        investigation.accept(work, case_id, begin=True)
    elif case.state is State.ACCEPTED:
        investigation.investigate(work, case_id)
    investigation.propose(work, case_id, conclusion, *texts)


def propose_each(
    work: Work, case_ids: Iterable[int], conclusion: Conclusion, texts: tuple[str, str, str]
) -> BulkOutcome:
    """Propose one conclusion for each of these cases (`propose_chosen`), each in a transaction of its own.

    Raises NothingChosen, and NotYourCase before anything is done.
    """
    ids = investigation.visible_ids(work, case_ids)
    return do_each(ids, "一个案件", lambda each: propose_chosen(work, each, conclusion, texts))


@use_case
def confirm_chosen(work: Work, case_id: int, version: int) -> None:
    """Confirm what waits in one of the chosen cases, a conclusion or a decline, as the second person (R22).

    Raises NotAllowed for 异议成立, which is confirmed on its own page, and what the single steps raise:
    ProposalReplaced unless `version` is what waits.
    """
    case = _locked(work, case_id)
    if case.state is State.RECEIVED:
        investigation.confirm_decline(work, case_id, version)
        return
    if case.state is State.PROPOSED and case.proposed_conclusion is Conclusion.UPHELD:
        raise NotAllowed(_UPHELD_ALONE)
    investigation.confirm(work, case_id, version)


def confirm_each(work: Work, read: Mapping[int, int]) -> BulkOutcome:
    """Confirm what was read in each of these cases (`confirm_chosen`), each in a transaction of its own.

    `read` is the version that was read, by case. Raises NothingChosen, and NotYourCase before anything is done.
    """
    ids = investigation.visible_ids(work, read)
    return do_each(ids, "一个案件", lambda each: confirm_chosen(work, each, read[each]))


def why_not_propose(case: Case, actor: Actor, now: dt.datetime) -> str:
    """Return why this person can't propose a conclusion for a case together with others; "" where nothing forbids it.

    A case that is not accepted yet is asked whether it can be.
    """
    facts = case.facts(now)
    if facts.decline_proposed:
        return "有一份不予受理的意见正等待确认。"
    first = {State.RECEIVED: Action.ACCEPT, State.ACCEPTED: Action.INVESTIGATE}.get(facts.state, Action.PROPOSE)
    try:
        check_action(actor, first, facts, now)
    except Refusal as refusal:
        return str(refusal)
    return ""


def why_not_confirm(work: Work, case: Case) -> str:
    """Return why this person can't confirm what waits in a case together with others; "" where nothing forbids it."""
    facts = case.facts(work.now)
    try:
        check_action(
            work.actor,
            Action.CONFIRM_DECLINE if facts.state is State.RECEIVED else Action.CONFIRM,
            facts,
            work.now,
        )
        proposals.require_second_person(work, case, case.proposal_version or 0)
    except Refusal as refusal:
        return str(refusal)
    return _UPHELD_ALONE if case.proposed_conclusion is Conclusion.UPHELD else ""


def list_chosen(session: Session, actor: Actor, case_ids: Collection[int], now: dt.datetime) -> Sequence[Case]:
    """Return the chosen cases in the order of their deadlines. Raises NotYourCase unless all may be seen (R21)."""
    known = [investigation.visible_case(session, each, actor, now) for each in sorted(set(case_ids))]
    return sorted(known, key=lambda case: (case.entry.period.conclude_by, local_date(case.received_at), case.id))


def waiting_acts(session: Session, actor: Actor, now: dt.datetime) -> list[GroupAct]:
    """List the proposals that wait for a second person, of this person's unit; the office sees all it may confirm.

    From the deadline on nothing waits: no conclusion is taken any more (R26).
    """
    acts = session.scalars(
        select(GroupAct)
        .where(GroupAct.confirmed.is_(None))
        .order_by(GroupAct.id)
        .options(joinedload(GroupAct.proposer))
    )
    seen = (act for act in acts if _sees(session, actor, act))
    return [act for act in seen if not too_late(_read(session, actor, act.case_ids), now)]


def too_late(cases: Sequence[Case], now: dt.datetime) -> bool:
    """Return whether the deadline of one of these cases has come (R26)."""
    return any(now >= case.entry.period.conclude_by for case in cases)


def one_act(session: Session, actor: Actor, act_id: int) -> tuple[GroupAct, Sequence[Case]]:
    """Return a proposal with its cases. Raises NotYourCase for whoever does not handle them."""
    act = session.get(GroupAct, act_id)
    if act is None or not _sees(session, actor, act):
        raise NotYourCase
    return act, _read(session, actor, act.case_ids)


def _confirm_one(work: Work, act: GroupAct, case: Case) -> None:
    """Confirm what this proposal wrote into a case, as the second person."""
    confirm = investigation.confirm_decline if act.kind is GroupActKind.DECLINE else investigation.confirm
    confirm(work, case.id, case.proposal_version or 0)


def _chosen(
    work: Work, likeness: Likeness, case_id: int, chosen: Collection[int], *, also_unchosen: bool = False
) -> list[int]:
    """Lock the cases chosen of a group and return their ids, in order; with `also_unchosen` those of the whole group.

    Whether they are free is asked after the lock: of two people who propose at once one comes first (SECURITY 52).
    """
    if not chosen:
        raise NothingChosen
    _lock_cases(work, chosen)
    group = flood.alike(work.session, likeness, case_id, work.actor, work.now)
    if not set(chosen) <= set(group) or set(chosen) & _waiting_ids(work.session):
        raise ChangedMeanwhile(_CHANGED, "chosen")
    return sorted(group if also_unchosen else set(chosen))


def _lock_cases(work: Work, ids: Collection[int]) -> None:
    """Lock these cases in the order of their ids, whoever locks them: two acts at once do not wait for each other."""
    wanted = [each for each in ids if 0 < each < BEYOND]
    work.session.execute(select(Case.id).where(Case.id.in_(wanted)).order_by(Case.id).with_for_update())


def _locked(work: Work, case_id: int) -> Case:
    """Lock a case and return it as it is now. Raises NotYourCase."""
    case = lock_row_if_any(work.session, Case, case_id)
    if case is None:
        raise NotYourCase
    return case


def _waiting_ids(session: Session) -> set[int]:
    """Return the cases that stand in a proposal to decline which waits already."""
    lists: Iterable[list[int]] = session.scalars(select(GroupAct.case_ids).where(GroupAct.confirmed.is_(None)))
    return {each for ids in lists for each in ids}


def _proposed(work: Work, act: GroupAct) -> int:
    act.proposed_by, act.proposed_at = work.actor.user_id, work.now
    work.session.add(act)
    work.session.flush()
    work.did("group.proposed", f"group:{act.id}", kind=act.kind, cases=act.case_ids)
    return act.id


def _lock(work: Work, act_id: int) -> GroupAct:
    act = lock_row_if_any(work.session, GroupAct, act_id)
    if act is None or not _sees(work.session, work.actor, act):
        raise NotYourCase
    if act.confirmed is not None:
        raise ChangedMeanwhile(_DECIDED)
    return act


def _decide(work: Work, act: GroupAct, *, confirmed: bool) -> None:
    act.decided_by, act.decided_at, act.confirmed = work.actor.user_id, work.now, confirmed
    work.did("group.confirmed" if confirmed else "group.returned", f"group:{act.id}", kind=act.kind)


def _is_of(act: GroupAct, case: Case) -> bool:
    """Whether what the case holds is what this proposal wrote: nobody replaced it since."""
    if act.kind is GroupActKind.DECLINE:
        expected, text = State.RECEIVED, case.decline_proposed_reason
    else:
        expected, text = State.PROPOSED, case.answer
    mine = (case.proposed_at, case.proposed_by) == (act.proposed_at, act.proposed_by)
    return case.state is expected and mine and text == act.reason


def _sees(session: Session, actor: Actor, act: GroupAct) -> bool:
    return all(
        (actor.is_office or case.handler_unit_id == actor.unit_id)
        and actor.user_id not in {recusal.user_id for recusal in case.recusals}
        for case in _read(session, actor, act.case_ids)
    )


def _read(session: Session, actor: Actor, ids: Collection[int]) -> Sequence[Case]:
    """Return these cases in the order in which this person's pages list a group."""
    options = (
        joinedload(Case.entry).joinedload(Entry.period),
        joinedload(Case.handler_unit),
        selectinload(Case.objections),
        selectinload(Case.recusals),
    )
    query = select(Case).where(Case.id.in_(ids)).options(*options).execution_options(populate_existing=True)
    return sorted(session.scalars(query), key=lambda case: flood.place(actor, case.received_at, case.id))
