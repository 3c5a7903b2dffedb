"""一案一卷: everything of one case in order as one .zip, and never who filed (R19, R22).

What a unit reads in it is what the case's page shows it: of an objector's acts the day, of sealed files that they are
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy.orm import Session

from app.domain.cases.second_look import LOOK_OUTCOME_NAMES
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, STATE_NAMES, State
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.refusals import CopyMissing, Refusal
from app.domain.shared.wording import coarse, end_moment, full_day, moment
from app.evidence.kinds import FileKind
from app.evidence.names import StoreDown
from app.models import Case, CaseFile, Evidence, Objection, Proposal, ScanState
from app.models.cases import NOTE_KIND_NAMES, PROPOSAL_END_NAMES
from app.models.objections import CATEGORY_NAMES, OBJECTOR_KIND_NAMES
from app.papers.bundle import LeftOut, Member, bundled
from app.services.cases import enclosures, evidence_reading, history, letters, proposals
from app.services.cases.enclosures import Enclosed
from app.services.cases.evidence_reading import Exhibit
from app.services.cases.investigation import visible_case
from app.services.papers.letters import paper_of
from app.services.papers.packages import ZipPackage
from app.services.papers.paper import Clerk, Paper, file_named
from app.services.record.act_names import user_names
from app.services.shared import files
from app.services.shared.files import Stored, Vault

_SAYS = (
    "一案一卷，按办理的顺序排列。异议人的身份和封存的材料不在卷内，由市级专班另行保管。SHA-256用来核对文件有没有变动。"
)


def of_case(session: Session, case_id: int, clerk: Clerk) -> ZipPackage:
    """Bundle a case for whoever may see it. Raises NotYourCase."""
    case = visible_case(session, case_id, clerk.actor, clerk.now)
    title = f"案件{case.number}案卷"
    return ZipPackage(file_named(f"{title}.zip"), bundled(title, members_of(session, case, clerk), clerk.now, _SAYS))


def members_of(session: Session, case: Case, clerk: Clerk) -> list[Member]:
    """List the files of a case's volume. The session is not needed any more when they are read."""
    enclosed = enclosures.list_enclosures(session, clerk.vault.keyring, case.id)
    return [
        written_text("01-基本情况.txt", _cover(case, clerk)),
        *_objections(session, case, clerk.vault),
        *_notes(session, case, enclosed.of_notes, clerk.vault),
        *_outcome(session, case, enclosed.of_proposals, clerk.vault),
        *_second_looks(case),
        *_letters(session, case, clerk),
        written_text("06-办理经过.txt", _past(session, case)),
    ]


def _cover(case: Case, clerk: Clerk) -> list[str]:
    period = case.entry.period
    return [
        f"案件编号：{case.number}",
        f"推荐对象：{case.entry.name}（{period.programme.rules.kind_names[case.entry.kind]}）",
        f"公示：{period.title}",
        f"收到日期：{coarse(case.received_at)}",
        f"办理单位：{case.handler_unit.name}",
        f"办结期限：{end_moment(period.conclude_by)}",
        f"状态：{STATE_NAMES[case.state_at(clerk.now)]}",
    ]


def _objections(session: Session, case: Case, vault: Vault) -> Iterable[Member]:
    exhibits = evidence_reading.list_exhibits(session, case.id)
    sealed = evidence_reading.find_sealed(session, case.id)
    for number, objection in enumerate(case.objections, start=1):
        folder = f"02-异议/异议{number}"
        yield written_text(f"{folder}.txt", _objection(objection, hidden=objection.id in sealed))
        for exhibit in exhibits.get(objection.id, []):
            row = session.get_one(Evidence, exhibit.id)
            yield Member(f"{folder}-{exhibit.file_name}", _reading_copy(vault, row, exhibit))


def _objection(objection: Objection, *, hidden: bool) -> list[str]:
    registered = objection.registration
    lines = [
        f"类别：{CATEGORY_NAMES[objection.category]}",
        f"提出人：{OBJECTOR_KIND_NAMES[objection.objector_kind]}（身份另行保管）",
        f"来源渠道：{CHANNEL_NAMES[objection.channel]}",
        f"收到日期：{coarse(objection.filed_at)}",
    ]
    if registered is not None and registered.postmark is not None:
        lines.append(f"邮戳日期：{full_day(registered.postmark)}")
    if registered is not None and registered.late_reason:
        lines.append(f"补登原因：{registered.late_reason}")
    if hidden:
        lines.append("另有封存的材料，不在卷内。")
    if objection.withdrawn_at is not None:
        lines.append(f"异议人已撤回（{coarse(objection.withdrawn_at)}）：{objection.withdraw_reason}")
    return [*lines, "", "事实和依据：", objection.facts]


def _notes(session: Session, case: Case, of_notes: dict[int, list[Enclosed]], vault: Vault) -> Iterable[Member]:
    names = user_names(session)
    for number, note in enumerate(case.notes, start=1):
        title = f"03-核查/{number:02d}-{NOTE_KIND_NAMES[note.kind]}"
        said = [f"{moment(note.written_at)}　{names.get(note.written_by, '')}", "", note.text]
        yield written_text(f"{title}.txt", said)
        yield from _enclosed(session, title, of_notes.get(note.id, []), vault)


def _outcome(session: Session, case: Case, of_proposals: dict[int, list[Enclosed]], vault: Vault) -> Iterable[Member]:
    if case.state is State.DECLINED and case.decline_ground is not None:
        said = ["不予受理。", f"依据：{DECLINE_GROUND_NAMES[case.decline_ground]}", f"理由：{case.decline_reason}"]
        yield written_text("04-处理意见/不予受理.txt", said)
    for proposal in reversed(proposals.list_versions(session, case)):
        title = f"04-处理意见/第{proposal.version}稿"
        yield written_text(f"{title}.txt", _proposal(proposal))
        yield from _enclosed(session, title, of_proposals.get(proposal.version, []), vault)


def _proposal(proposal: Proposal) -> list[str]:
    """Return one version with its end: every version is kept, a returned one too (R22)."""
    said = [f"{moment(proposal.proposed_at)}　{proposal.proposer.name}提出"]
    if proposal.conclusion is not None:
        said += [
            f"结论：{CONCLUSION_NAMES[proposal.conclusion]}",
            f"核查情况：{proposal.findings}",
            f"依据：{proposal.grounds}",
            f"给异议人的答复：{proposal.answer or ''}",
        ]
    if proposal.decline_ground is not None:
        said += [f"不予受理：{DECLINE_GROUND_NAMES[proposal.decline_ground]}", f"理由：{proposal.decline_reason}"]
    if proposal.ended is not None and proposal.ended_at is not None:
        by = proposal.ender.name if proposal.ender else ""
        said.append(f"{moment(proposal.ended_at)}　{by}　{PROPOSAL_END_NAMES[proposal.ended]}")
    if proposal.end_reason:
        said.append(f"退回的理由：{proposal.end_reason}")
    return said


def _second_looks(case: Case) -> Iterable[Member]:
    for number, look in enumerate(case.looks, start=1):
        said = [f"{coarse(look.asked_at)}　异议人申请复核", "", f"申请的理由：{look.reason}"]
        if look.outcome is not None and look.decided_at is not None:
            said += [f"{coarse(look.decided_at)}　{LOOK_OUTCOME_NAMES[look.outcome]}", f"复核的理由：{look.decision}"]
        yield written_text(f"04-处理意见/复核{number}.txt", said)


def _letters(session: Session, case: Case, clerk: Clerk) -> Iterable[Member]:
    """Return the letters of the case that this person may read, in the order in which they were written (R34)."""
    found = letters.list_of_case(session, case.id, clerk.actor, clerk.now)
    for number, letter in enumerate(sorted(found, key=lambda each: (each.made_at, each.series, each.number)), start=1):
        paper = paper_of([letter], clerk.stationery)
        yield Member(f"05-文书/{number:02d}-{paper.file_name}", partial(_made, paper))


def _made(paper: Paper) -> Iterable[bytes]:
    return [paper.write()]


def _past(session: Session, case: Case) -> list[str]:
    lines = []
    for each in history.list_history(session, case):
        at = coarse(each.at) if each.coarse else moment(each.at)
        lines.append(f"{at}　{each.who}　{each.what}{f'：{each.text}' if each.text else ''}")
    return lines


def _enclosed(session: Session, title: str, enclosed: list[Enclosed], vault: Vault) -> Iterable[Member]:
    for number, each in enumerate(enclosed, start=1):
        row = session.get_one(CaseFile, each.id)
        yield Member(f"{title}-附件{number}-{file_named(each.title)}", _reading(vault, row, each.scan))


def written_text(path: str, lines: list[str]) -> Member:
    """Return a text for Notepad and WPS: with a mark of order, lines ended as Windows ends them."""
    text = "\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n")
    return Member(path, lambda: [("\ufeff" + text + "\r\n").encode()])


def _reading_copy(vault: Vault, row: Evidence, exhibit: Exhibit) -> Callable[[], Iterable[bytes]]:
    """Read what handlers read of evidence (R19), never the file as it was sent."""
    if (stored := Stored.copy_of(row)) is None:
        return partial(_left_out, CopyMissing(exhibit.refused))
    return partial(_read, vault, stored, exhibit.scan, row.kind)


def _left_out(refusal: Refusal) -> Iterable[bytes]:
    raise LeftOut(str(refusal))


def _reading(vault: Vault, row: CaseFile, scan: ScanState) -> Callable[[], Iterable[bytes]]:
    return partial(_read, vault, Stored.of(row), scan, row.kind)


def _read(vault: Vault, stored: Stored, scan: ScanState, kind: FileKind) -> Iterable[bytes]:
    try:
        return files.open_stored_file(vault, stored, scan, kind, stored.name).content
    except Refusal as refusal:
        raise LeftOut(str(refusal)) from refusal
    except StoreDown as fault:
        raise LeftOut("文件存储暂时读不到，请稍后重新下载。") from fault
