"""Papers on the way to the award, and the award decision: recorded by the office, never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.domain.award.decision import ANSWERS, Facts, ProceedingKind, find_approvals
from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor, require_office
from app.domain.refusals import (
    BadValue,
    ChangedMeanwhile,
    DecisionNotReady,
)
from app.domain.shared.privacy import require_publishable
from app.models import Document, Honour, Proceeding, Programme
from app.services.accounts.two_people import require_own_account
from app.services.award.award_list import AwardStanding, standing_of
from app.services.programmes.locking import lock_programme_before_award
from app.services.record.chain import on_programme
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

ISSUER, NUMBER, TITLE = (2, 120), (1, 80), (2, 200)
TEXT = (0, 2000)
DECISION_TEXT = (10, 10_000)
_EARLIEST = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class PaperText:
    """What is written down of one paper.

    `agreed` is for papers that answer. `text` is a note; for a decision it is the wording.
    """

    issuer: str
    number: str
    title: str
    dated: dt.date
    agreed: bool | None = None
    text: str = ""


def fingerprint(named: Iterable[Facts]) -> str:
    """Return a fingerprint of the names on a list.

    It shows whether the list changed between the page that showed it and the decision.
    """
    lines = "\n".join(f"{facts.nominee_id} {facts.name}" for facts in named)
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


@use_case
def record_paper(work: Work, programme_id: int, kind: ProceedingKind, paper: PaperText, scan: Document) -> int:
    """Record a consultation, submission or approval with its scan. Returns the row's id.

    A mistake is corrected by recording the paper once more: the last of an issuer counts (domain/award/decision.py).
    Raises MissingText, BadValue, Awarded, Archived.
    """
    require_office(work.actor)
    programme = lock_programme_before_award(work.session, programme_id)
    answers = kind in ANSWERS
    if answers and paper.agreed is None:
        raise BadValue("agreed", "请选择同意还是不同意。")
    check_day(paper.dated, None, work.now)
    row = _row(programme, kind, paper, scan, TEXT, work.actor, work.now)
    row.agreed = paper.agreed if answers else None
    work.session.add_all([scan, row])
    work.session.flush()
    row.document_id = scan.id
    details: dict[str, Any] = {"kind": kind.value, "issuer": row.issuer, "number": row.number, "document": scan.id}
    details |= {"agreed": row.agreed} if answers else {}
    work.did("proceeding.recorded", on_programme(programme_id), **details)
    return row.id


@use_case
def decide(work: Work, programme_id: int, paper: PaperText, scan: Document, *, seen: str | None = None) -> int:
    """Record the award decision, freeze its names and make them public, once a programme. Returns the decision's id.

    `seen` is the fingerprint of the list that was looked at. Raises DecisionNotReady, ChangedMeanwhile, Awarded,
    BadValue, MissingText, PrivateData, Archived.
    """
    require_office(work.actor)
    require_own_account(work)
    # Two who decide at once come one after another, and whatever changes a nominee waits.
    programme = lock_programme_before_award(work.session, programme_id)
    standing = standing_of(work.session, programme, work.now)
    if standing.obstacles:
        raise DecisionNotReady(standing.obstacles)
    named = standing.award.named
    if seen is not None and seen != fingerprint(named):
        raise ChangedMeanwhile("您核对以后名单有变化，没有登记。请重新核对下面的名单，再登记一次。")
    check_day(paper.dated, _approved_on(standing), work.now)
    row = _row(programme, ProceedingKind.DECISION, paper, scan, DECISION_TEXT, work.actor, work.now)
    honours = [_honour(standing, place, facts) for place, facts in enumerate(named, start=1)]
    _check_privacy(row, honours)
    work.session.add_all([scan, row])
    work.session.flush()
    row.document_id = scan.id
    for honour in honours:
        honour.decision_id = row.id
    work.session.add_all(honours)
    details = {
        "number": row.number,
        "document": scan.id,
        "nominees": [facts.nominee_id for facts in named],
        "left_out": [each.facts.nominee_id for each in standing.award.left_out],
    }
    work.did("award.decided", on_programme(programme_id), **details)
    return row.id


def check_day(dated: dt.date, earliest: dt.date | None, now: dt.datetime) -> None:
    """Raise BadValue for a day in the future, a day before `earliest`, or one that is plainly a slip."""
    latest = local_date(now)
    if not (earliest or _EARLIEST) <= dated <= latest:
        between = f"{earliest:%Y-%m-%d}到{latest:%Y-%m-%d}之间" if earliest else f"{latest:%Y-%m-%d}或者更早"
        raise BadValue("dated", f"日期应是{between}的一天，现在填的是{dated:%Y-%m-%d}。")


def _approved_on(standing: AwardStanding) -> dt.date:
    """Return the day of the last answer on which the decision rests."""
    return max(paper.dated for paper in find_approvals(standing.papers, standing.award.shown_until))


def _row(
    programme: Programme,
    kind: ProceedingKind,
    paper: PaperText,
    scan: Document,
    length: tuple[int, int],
    actor: Actor,
    now: dt.datetime,
) -> Proceeding:
    assert scan.programme_id == programme.id  # noqa: S101 - it was stored for this programme
    return Proceeding(
        programme_id=programme.id,
        kind=kind,
        issuer=checked_text(paper.issuer, "发文机关", ISSUER, "issuer"),
        number=checked_text(paper.number, "文号", NUMBER, "number"),
        title=checked_text(paper.title, "标题", TITLE, "title"),
        dated=paper.dated,
        text=checked_text(paper.text, "内容", length),
        recorded_by=actor.user_id,
        recorded_at=now,
    )


def _honour(standing: AwardStanding, position: int, facts: Facts) -> Honour:
    nominee = standing.nominees[facts.nominee_id]
    return Honour(
        nominee_id=nominee.id,
        position=position,
        kind=nominee.kind,
        name=nominee.name,
        unit=nominee.unit.name,
        recommender=nominee.recommender.name,
    )


def _check_privacy(row: Proceeding, honours: Iterable[Honour]) -> None:
    """Raise PrivateData if what is about to be published holds a private number (R12)."""
    names = [f"{each.name}\n{each.unit}" for each in honours]
    require_publishable("表彰决定", "text", row.issuer, row.number, row.title, row.text, *names)
