"""The papers themselves, one address each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.models import Programme
from app.services.papers import asking, cases, nominees, packages, periods, reports, templates
from app.services.papers.certificates import merge_list
from app.services.papers.paper import DOCX, Paper
from app.services.papers.reports import HANDING_NAMES, HandInStage
from app.services.record.chain import on_nominee, on_period, on_programme
from app.web.papers.blueprint import blueprint
from app.web.papers.sending import send_package, send_paper, stationery
from app.web.shared.access import OFFICE_AND_UNITS, allow
from app.web.shared.downloads import send_download
from app.web.shared.portal import number, session

_OF_PERIODS = {
    "notice": ("公示公告", periods.notice),
    "cases": ("异议处理情况报告", cases.case_report),
    "closing": ("办结报告", periods.closing_paper),
}
# Under the names that the programme's notice gives its annexes.
_OF_UNITS: dict[str, tuple[Callable[[AwardNotice], str], Callable[..., Paper]]] = {
    "report-preliminary": (lambda _: "初步推荐工作报告", partial(reports.work_report, handing=HandInStage.PRELIMINARY)),
    "report-formal": (lambda _: "正式推荐工作报告", partial(reports.work_report, handing=HandInStage.FORMAL)),
    "annex-2": (lambda n: n.summaries[Kind.COLLECTIVE].label, partial(nominees.summary, kind=Kind.COLLECTIVE)),
    "annex-3": (lambda n: n.summaries[Kind.INDIVIDUAL].label, partial(nominees.summary, kind=Kind.INDIVIDUAL)),
    "annex-6": (lambda n: n.opinion_form.label, nominees.opinion_forms_of_unit),
    "annex-7": (lambda n: n.leaders_form.label, nominees.leaders_form_of_unit),
}
_KEYS_OF_UNITS = ",".join(f'"{key}"' for key in _OF_UNITS)
_OF_NOMINEES = {
    "form": ("推荐表", nominees.form_of_nominee),
    "opinions": ("征求意见表", nominees.opinion_form_of_nominee),
}
_OF_CHOSEN: dict[str, tuple[str, Callable[..., Any], Callable[..., Response]]] = {
    "opinions": ("征求意见表", nominees.opinion_forms_of, send_paper),
    "forms": ("推荐表", packages.of_forms, send_package),
}


@blueprint.get("/papers/periods/<int:period_id>/<any(notice,cases,closing):paper>")
@allow(*OFFICE_AND_UNITS)
def of_period(period_id: int, paper: str) -> ResponseReturnValue:
    name, gather = _OF_PERIODS[paper]
    return send_paper(lambda reading, clerk: gather(reading, period_id, clerk), name, on_period(period_id))


@blueprint.get(f"/programmes/<int:programme_id>/papers/units/<int:unit_id>/<any({_KEYS_OF_UNITS}):paper>")
@allow(*OFFICE_AND_UNITS)
def of_unit(programme_id: int, unit_id: int, paper: str) -> ResponseReturnValue:
    programme = session().get(Programme, programme_id) or abort(404)
    name, gather = _OF_UNITS[paper]
    return send_paper(
        lambda reading, clerk: gather(reading, programme_id, unit_id, clerk=clerk),
        name(programme.rules),
        on_programme(programme_id),
        unit=unit_id,
    )


@blueprint.get("/papers/nominees/<int:nominee_id>/<any(form,opinions):paper>")
@allow(*OFFICE_AND_UNITS)
def of_nominee(nominee_id: int, paper: str) -> ResponseReturnValue:
    name, gather = _OF_NOMINEES[paper]
    return send_paper(lambda reading, clerk: gather(reading, nominee_id, clerk), name, on_nominee(nominee_id))


@blueprint.post(
    "/programmes/<int:programme_id>/papers/nominees/opinions",
    endpoint="opinions_of_chosen",
    defaults={"paper": "opinions"},
)
@blueprint.post(
    "/programmes/<int:programme_id>/papers/nominees/forms", endpoint="forms_of_chosen", defaults={"paper": "forms"}
)
@allow(*OFFICE_AND_UNITS)
def of_chosen(programme_id: int, paper: str) -> ResponseReturnValue:
    """Papers of the ticked nominees: annex 6 in one file, annexes 4 and 5 as a .zip."""
    ids = _ticked()
    if not ids:
        flash("还没有勾选推荐对象：请先在名单左边勾选，再点下面的按钮。")
        return redirect(url_for("papers.nominees", programme_id=programme_id), 303)
    name, gather, send = _OF_CHOSEN[paper]
    return send(
        lambda reading, clerk: gather(reading, programme_id, ids, clerk),
        name,
        on_programme(programme_id),
        nominees=ids,
    )


@blueprint.get("/programmes/<int:programme_id>/papers/units/<int:unit_id>/<any(preliminary,formal):handing>.zip")
@allow(*OFFICE_AND_UNITS)
def package_of_unit(programme_id: int, unit_id: int, handing: str) -> ResponseReturnValue:
    which = HandInStage(handing)
    return send_package(
        lambda reading, clerk: packages.of_unit(reading, programme_id, unit_id, which, clerk),
        f"{HANDING_NAMES[which]}材料",
        on_programme(programme_id),
        unit=unit_id,
    )


@blueprint.get("/programmes/<int:programme_id>/papers/<any(preliminary,formal):handing>.zip")
@allow(Role.OFFICE)
def package_of_programme(programme_id: int, handing: str) -> ResponseReturnValue:
    which = HandInStage(handing)
    return send_package(
        lambda reading, clerk: packages.of_programme(reading, programme_id, which, clerk),
        f"全部{HANDING_NAMES[which]}材料",
        on_programme(programme_id),
    )


@blueprint.get("/programmes/<int:programme_id>/papers/units/<int:unit_id>/asking/<authority>/<any(all,missing):which>")
@allow(*OFFICE_AND_UNITS)
def letter_to_authority(programme_id: int, unit_id: int, authority: str, which: str) -> ResponseReturnValue:
    _ = session().get(Programme, programme_id) or abort(404)
    return send_paper(
        lambda reading, clerk: asking.letter(reading, programme_id, unit_id, authority, asking.Which(which), clerk),
        "征求意见函",
        on_programme(programme_id),
        unit=unit_id,
        authority=authority,
    )


@blueprint.get("/programmes/<int:programme_id>/papers/certificates/<any(all,collective,individual):which>")
@allow(Role.OFFICE)
def certificates(programme_id: int, which: str) -> ResponseReturnValue:
    """Send the list that certificates are merged from: of both kinds, or of one."""
    _ = session().get(Programme, programme_id) or abort(404)
    kind = None if which == "all" else Kind(which)
    return send_paper(
        lambda reading, clerk: merge_list(reading, programme_id, kind, clerk), "证书名单", on_programme(programme_id)
    )


@blueprint.get("/papers/templates/<name>")
@allow(Role.OFFICE)
def template(name: str) -> ResponseReturnValue:
    """Send a template to restyle: the copy that is in use."""
    content = templates.content_of(name, stationery().templates)
    if content is None:
        abort(404)
    return send_download(content, name, DOCX)


def _ticked() -> list[int]:
    return sorted({number(value) for value in request.form.getlist("chosen") if value.isdecimal() and len(value) < 10})
