"""The papers on the way to the award: a list, and one form for every kind of paper."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.domain.award.decision import PROCEEDING_NAMES, ProceedingKind
from app.domain.cases.states import Role
from app.models import Proceeding
from app.services.award import deciding
from app.services.award.award_list import AwardStanding, standing_of
from app.web.award.blueprint import blueprint, programme_or_404
from app.web.award.forms import PaperForm, attempt_with_scan
from app.web.shared.access import allow, work
from app.web.shared.attempts import Attempt
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, session
from app.web.shared.uploads import FORM, takes_files

_KINDS = {kind.value: name for kind, name in PROCEEDING_NAMES.items()}


@blueprint.get("/<int:programme_id>/award/papers")
@allow(Role.OFFICE)
def papers(programme_id: int) -> ResponseReturnValue:
    standing = standing_of(session(), programme_or_404(programme_id), now(), whole=False)
    return _listing(standing).answer("award/papers.html", standing=standing, form=PaperForm(formdata=None), tried=False)


@blueprint.post("/<int:programme_id>/award/papers")
@allow(Role.OFFICE)
@takes_files(FORM)
def record_paper(programme_id: int) -> ResponseReturnValue:
    programme_or_404(programme_id)
    form = PaperForm()
    tried = attempt_with_scan(
        lambda scan: deciding.record_paper(work(), programme_id, ProceedingKind(form.kind.data), form.paper, scan),
        form,
        programme_id,
    )
    if tried.refused:
        return _refused(programme_id, form, tried)
    flash(f"{PROCEEDING_NAMES[form.kind.data]}已经登记。")
    return redirect(url_for("award.papers", programme_id=programme_id), 303)


def _refused(programme_id: int, form: PaperForm, tried: Attempt[int]) -> ResponseReturnValue:
    standing = standing_of(session(), programme_or_404(programme_id), now(), whole=False)
    page = _listing(standing).answer(
        "award/papers.html", standing=standing, form=form, tried=True, refusal=tried.on_top
    )
    return page, tried.status


def _listing(standing: AwardStanding) -> Listing[Proceeding]:
    def answer(row: Proceeding) -> str:
        return "" if row.agreed is None else "同意" if row.agreed else "不同意"

    def counts(row: Proceeding) -> str:
        return "有效" if row.id in standing.in_force else "已由后来的一份代替"

    return Listing(
        title="审批文件",
        columns=[
            Column("number", "文号", lambda p: p.number, 22, note=lambda p: p.title),
            Column("kind", "种类", lambda p: PROCEEDING_NAMES[p.kind], 12),
            Column("issuer", "发文机关", lambda p: p.issuer, 20),
            Column("dated", "日期", lambda p: p.dated, 14),
            Column("agreed", "答复", answer, 10, badge=lambda p: "" if p.agreed else "lapsed"),
            Column("counts", "效力", counts, 18),
            Column("title", "标题", lambda p: p.title, 40, sheet_only=True),
            Column("text", "要点", lambda p: p.text if p.kind is not ProceedingKind.DECISION else "", 40),
            Column("scan", "扫描件", lambda p: "查看扫描件" if p.document_id else "", 12, href=_scan_of),
        ],
        rows=standing.proceedings,
        empty="还没有登记文件。征求意见的复函、请示、批复收到一份登记一份。",
        filters=[
            Filter("kind", "种类", _KINDS, lambda p, kind: p.kind == kind),
            Filter("old", "效力", {"0": "只看有效的"}, lambda p, _: p.id in standing.in_force),
        ],
    )


def _scan_of(row: Proceeding) -> str:
    return url_for("documents.document", document_id=row.document_id) if row.document_id else ""
