"""What the authorities answered about nominees (annex 6), with the day and the scan; a correction is another row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor
from app.domain.nominees.opinions import find_needed, list_always_asked
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import BadValue, FileRefused, WrongState
from app.evidence.kinds import FileKind
from app.models import Document, Nominee, Opinion, OpinionOutcome, Purpose, User
from app.sealing import Keyring
from app.services.nominees import dossiers, marks
from app.services.nominees.access import find_chosen, lock_chosen
from app.services.nominees.changes import require_all_ready, require_standing
from app.services.shared import documents, leavers
from app.services.shared.documents import Upload
from app.services.shared.files import Vault
from app.services.shared.work import Work, use_case

OUTCOME_NAMES = {
    OpinionOutcome.FAVOURABLE: "无不同意见",
    OpinionOutcome.NEGATIVE: "有不同意见",
    OpinionOutcome.NOT_ASKED: "按管理权限不需征求",
}
LONGEST_TEXT = 1000
_SCANS = frozenset({FileKind.PDF, FileKind.JPEG, FileKind.PNG})
_EARLIEST = dt.timedelta(days=366)

Latest = dict[str, Opinion]  # by the key of the authority


@dataclass(frozen=True, slots=True)
class OpinionAnswer:
    """What one authority of the notice answered, as it is filled in; `authority` is its key."""

    authority: str
    outcome: OpinionOutcome
    text: str
    dated: dt.date


@dataclass(frozen=True, slots=True)
class RecordedOpinion:
    """One row as it is shown: what was answered, who wrote it down, and whether a later row has taken its place."""

    opinion: Opinion
    who: str
    counts: bool


def find_needed_authorities(
    session: Session, keyring: Keyring, nominees: Iterable[Nominee]
) -> dict[int, frozenset[str]]:
    """Return the authorities whose opinion each of these nominees needs, by id. Raises SealBroken."""
    these = list(nominees)
    fields = dossiers.fields_of(session, keyring, [nominee.id for nominee in these])
    return {
        nominee.id: find_needed(nominee.kind, nominee.category, fields[nominee.id], nominee.programme.rules)
        for nominee in these
    }


def find_latest(session: Session, nominee_ids: Sequence[int]) -> dict[int, Latest]:
    """Return the opinion that counts, by nominee and authority: the last one recorded."""
    found: dict[int, Latest] = {}
    for row in session.scalars(select(Opinion).where(Opinion.nominee_id.in_(nominee_ids)).order_by(Opinion.id)):
        found.setdefault(row.nominee_id, {})[row.authority] = row
    return found


def list_opinions(session: Session, nominee_id: int) -> list[RecordedOpinion]:
    """List every opinion on a nominee, the latest first."""
    rows = session.execute(
        select(Opinion, User.name)
        .join(User, Opinion.recorded_by == User.id)
        .where(Opinion.nominee_id == nominee_id)
        .order_by(Opinion.id.desc())
    )
    seen: set[str] = set()
    found = []
    for opinion, who in rows:
        found.append(RecordedOpinion(opinion, who, counts=opinion.authority not in seen))
        seen.add(opinion.authority)
    return found


def record_opinion(
    work: Work, vault: Vault, nominee_ids: Collection[int], answer: OpinionAnswer, scan: Upload | None
) -> None:
    """Write down what an authority answered about these nominees of one unit: one letter, one scan for all of them.

    Without a scan the one that stands is kept, if each of them has one: a day or a word may be put right alone.
    Raises NothingChosen, NotYourCase, WrongState, StoreDown, NoLongerStands, NotReady with who has left or has no
    scan, and BadValue with the field it is about.
    """
    nominees = find_chosen(work.session, nominee_ids, work.actor)
    if len({nominee.recommender_id for nominee in nominees}) != 1:
        raise WrongState("所选对象不是同一个推荐单位的。请按推荐单位筛选后，一个单位一个单位地录入。")
    _check(answer, nominees[0].programme.rules, work.now)
    _require_standing(work, nominees)
    programme_id, about = nominees[0].programme_id, nominees[0].id if len(nominees) == 1 else None
    work.session.rollback()  # no transaction stays open while a file is inspected
    document = _stored(vault, programme_id, about, scan, work.actor, work.now) if scan else None
    try:
        _write(work, nominee_ids, answer, document)
    except BaseException:
        documents.discard(vault, document)
        raise


def _check(answer: OpinionAnswer, notice: AwardNotice, now: dt.datetime) -> None:
    today = local_date(now)
    if answer.dated > today:
        raise BadValue("dated", f"落款日期不能晚于今天（{today:%Y-%m-%d}）。")
    if answer.dated < today - _EARLIEST:
        raise BadValue("dated", "落款日期早于一年以前，请核对年份；意见须是为这次评选征求的。")
    if answer.authority not in notice.authority_names:
        raise BadValue("authority", "请选择征求意见的机关。")
    if answer.outcome is OpinionOutcome.NOT_ASKED and answer.authority in list_always_asked(notice):
        raise BadValue("outcome", _always_asked(notice))
    if answer.outcome is not OpinionOutcome.FAVOURABLE and not answer.text.strip():
        raise BadValue("text", "请写明意见的内容，或者不需征求的理由。")
    if len(answer.text) > LONGEST_TEXT:
        raise BadValue("text", f"意见内容最多{LONGEST_TEXT}个字，现在是{len(answer.text)}个字。")


def _always_asked(notice: AwardNotice) -> str:
    """Return 甲、乙和丙的意见都要征求……."""
    *others, last = (each.name for each in notice.authorities if each.key in list_always_asked(notice))
    clause = notice.clauses.opinions
    if not others:
        return f"{last}的意见要征求（{clause}），不能填不需征求。"
    return f"{'、'.join(others)}和{last}的意见都要征求（{clause}），不能填不需征求。"


def _stored(
    vault: Vault, programme_id: int, nominee_id: int | None, scan: Upload, actor: Actor, now: dt.datetime
) -> Document:
    try:
        document = documents.store_document(
            vault, Purpose.OPINION, programme_id, scan, actor, now, nominee_id=nominee_id
        )
    except FileRefused as refusal:
        raise BadValue("scan", str(refusal)) from refusal
    if document.kind not in _SCANS:
        documents.discard(vault, document)
        raise BadValue("scan", "请上传盖章原件的扫描件或者照片：PDF、JPG、PNG 文件。")
    return document


@use_case
def _write(work: Work, nominee_ids: Collection[int], answer: OpinionAnswer, document: Document | None) -> None:
    nominees = lock_chosen(work.session, nominee_ids, work.actor)
    _require_standing(work, nominees)
    if document is not None:
        work.session.add(document)
        work.session.flush()
    standing = find_latest(work.session, [nominee.id for nominee in nominees])
    asked = answer.outcome is not OpinionOutcome.NOT_ASKED
    scans: dict[int, int | None] = {}
    for nominee in nominees:
        before = standing.get(nominee.id, {}).get(answer.authority)
        scans[nominee.id] = document.id if document else before.document_id if before and asked else None
    if asked:
        _require_scans(nominees, scans)
    for nominee in nominees:
        work.session.add(
            Opinion(
                nominee_id=nominee.id,
                authority=answer.authority,
                outcome=answer.outcome,
                text=answer.text.strip(),
                dated=answer.dated,
                document_id=scans[nominee.id],
                recorded_by=work.actor.user_id,
                recorded_at=work.now,
            )
        )
    marks.renew(work.session, work.keyring, [nominee.id for nominee in nominees])
    names = nominees[0].programme.rules.authority_names
    details = {"authority": names[answer.authority], "outcome": OUTCOME_NAMES[answer.outcome]}
    for nominee in nominees:
        work.did("opinion.recorded", nominee, **details)


def _require_standing(work: Work, nominees: Sequence[Nominee]) -> None:
    """Raise NoLongerStands for one nominee who has left, NotReady for those among many."""
    if len(nominees) == 1:
        require_standing(work.session, nominees[0], work.now)
    left = leavers.describe_left(work.session, nominees, work.now)
    require_all_ready("录入意见", nominees, {id_: [how] for id_, how in left.items()})


def _require_scans(nominees: Sequence[Nominee], scans: Mapping[int, int | None]) -> None:
    """Raise BadValue where nobody has a scan, NotReady with those who have none where others have one."""
    without = [nominee for nominee in nominees if scans[nominee.id] is None]
    if len(without) == len(nominees):
        raise BadValue("scan", "请选择盖章原件的扫描件（PDF、JPG、PNG）。")
    require_all_ready("录入意见", nominees, {nominee.id: ["还没有扫描件，请选择文件"] for nominee in without})
