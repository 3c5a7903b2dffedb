"""一案一卷: everything of one case in order as one .zip, and never who filed (R19, R22).

What a unit reads in it is what the case's page shows it: of an objector's acts the day, of sealed files that they are
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy.orm import Session

from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, STATE_NAMES, State
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.refusals import Refusal
from app.domain.shared.wording import coarse, end_moment, full_day, moment
from app.evidence.kinds import FileKind
from app.evidence.names import StoreDown
from app.models import Case, CaseFile, Evidence, Objection, ScanState
from app.models.cases import NOTE_KIND_NAMES
from app.models.objections import CATEGORY_NAMES, OBJECTOR_KIND_NAMES
from app.papers.bundle import LeftOut, Member, bundled
from app.services.cases import enclosures, evidence_reading, history
from app.services.cases.enclosures import Enclosed
from app.services.cases.investigation import visible_case
from app.services.papers.packages import ZipPackage
from app.services.papers.paper import Clerk, file_named
from app.services.shared import files
from app.services.shared.files import Stored, Vault

_SAYS = (
    "一案一卷，按办理的顺序排列。异议人的身份和封存的材料不在卷内，由市工作专班另行保管。"
    "SHA-256用来核对文件有没有变动。"
)


def of_case(session: Session, case_id: int, clerk: Clerk) -> ZipPackage:
    """Bundle a case for whoever may see it. Raises NotYourCase."""
    case = visible_case(session, case_id, clerk.actor, clerk.now)
    enclosed = enclosures.enclosures(session, clerk.vault.keyring, case_id)
    members = [
        _written("01-基本情况.txt", _cover(case, clerk)),
        *_objections(session, case, clerk.vault),
        *_notes(session, case, enclosed.of_notes, clerk.vault),
        *_outcome(session, case, enclosed.of_proposals, clerk.vault),
        _written("05-办理经过.txt", _past(session, case)),
    ]
    title = f"案件{case.number}案卷"
    return ZipPackage(file_named(f"{title}.zip"), bundled(title, members, clerk.now, _SAYS))


def _cover(case: Case, clerk: Clerk) -> list[str]:
    period = case.entry.period
    return [
        f"案件编号：{case.number}",
        f"推荐对象：{case.entry.name}（{period.programme.rules.kind_names[case.entry.kind]}）",
        f"公示：{period.title}",
        f"收到日期：{coarse(case.received_at)}",
        f"办理单位：{case.handler_unit.name}",
        f"规定时间：{end_moment(period.conclude_by)}",
        f"状态：{STATE_NAMES[case.state_at(clerk.now)]}",
    ]


def _objections(session: Session, case: Case, vault: Vault) -> Iterable[Member]:
    exhibits = evidence_reading.exhibits(session, case.id)
    sealed = evidence_reading.sealed(session, case.id)
    for number, objection in enumerate(case.objections, start=1):
        folder = f"02-异议/异议{number}"
        yield _written(f"{folder}.txt", _objection(objection, hidden=objection.id in sealed))
        for exhibit in exhibits.get(objection.id, []):
            row = session.get_one(Evidence, exhibit.id)
            yield Member(f"{folder}-{exhibit.file_name}", _reading(vault, row, exhibit.scan))


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
    names = history.user_names(session)
    for number, note in enumerate(case.notes, start=1):
        title = f"03-核查/{number:02d}-{NOTE_KIND_NAMES[note.kind]}"
        said = [f"{moment(note.written_at)}　{names.get(note.written_by, '')}", "", note.text]
        yield _written(f"{title}.txt", said)
        yield from _enclosed(session, title, of_notes.get(note.id, []), vault)


def _outcome(session: Session, case: Case, of_proposals: dict[int, list[Enclosed]], vault: Vault) -> Iterable[Member]:
    if case.state is State.DECLINED and case.decline_ground is not None:
        said = ["不予受理。", f"依据：{DECLINE_GROUND_NAMES[case.decline_ground]}", f"理由：{case.decline_reason}"]
        yield _written("04-处理意见/不予受理.txt", said)
    if case.proposed_conclusion is not None:
        state = "已确认" if case.state is State.CONCLUDED else "没有确认"
        said = [
            f"结论：{CONCLUSION_NAMES[case.proposed_conclusion]}（{state}）",
            f"核查情况：{case.findings}",
            f"依据：{case.grounds}",
            f"给异议人的答复：{case.answer}",
        ]
        yield _written("04-处理意见/处理意见.txt", said)
    for version, enclosed in sorted(of_proposals.items()):
        yield from _enclosed(session, f"04-处理意见/第{version}稿", enclosed, vault)


def _past(session: Session, case: Case) -> list[str]:
    lines = []
    for each in history.of_case(session, case):
        at = coarse(each.at) if each.coarse else moment(each.at)
        lines.append(f"{at}　{each.who}　{each.what}{f'：{each.text}' if each.text else ''}")
    return lines


def _enclosed(session: Session, title: str, enclosed: list[Enclosed], vault: Vault) -> Iterable[Member]:
    for number, each in enumerate(enclosed, start=1):
        row = session.get_one(CaseFile, each.id)
        yield Member(f"{title}-附件{number}-{file_named(each.title)}", _reading(vault, row, each.scan))


def _written(path: str, lines: list[str]) -> Member:
    """Return a text for Notepad and WPS: with a mark of order, lines ended as Windows ends them."""
    text = "\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n")
    return Member(path, lambda: [("\ufeff" + text + "\r\n").encode()])


def _reading(vault: Vault, row: CaseFile | Evidence, scan: ScanState) -> Callable[[], Iterable[bytes]]:
    return partial(_read, vault, Stored.of(row), scan, row.kind)


def _read(vault: Vault, stored: Stored, scan: ScanState, kind: FileKind) -> Iterable[bytes]:
    try:
        return files.opened(vault, stored, scan, kind, stored.name).content
    except Refusal as refusal:
        raise LeftOut(str(refusal)) from refusal
    except StoreDown as fault:
        raise LeftOut("文件存储暂时读不到，请稍后重新下载。") from fault
