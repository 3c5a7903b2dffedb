"""Changes of a nominee, a page each: correction of a misprint, revision of the deeds, withdrawal (R9)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from app.domain.cases.states import Role
from app.domain.nominees.misprints import CORRECTABLE, WORD_LISTS, count_changeable_characters
from app.models import Nominee
from app.services.nominees import access, changes, revisions, withdrawals
from app.services.periods import corrections
from app.web.nominees.blueprint import blueprint
from app.web.nominees.change_forms import (
    CorrectionForm,
    RevisionForm,
    WithdrawalForm,
    correction_form,
    revision_form,
)
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.portal import now, session

_SEEN_SOON = "公示页面一分钟内更新。"


# --- 更正 ------------------------------------------------------------------------------------------


@blueprint.get("/<int:nominee_id>/correction")
@allow(Role.OFFICE)
def correction(nominee_id: int) -> ResponseReturnValue:
    found = _changeable(nominee_id)
    fields = corrections.correctable_fields(session(), nominee_id, now())
    if not fields:
        raise corrections.nothing_in_sight("内容", corrections.find_last_end(session(), nominee_id))
    field = request.args.get("field", "")
    field = field if field in fields else fields[0]
    return _correction_page(found, field, _correction_form(found, field))


@blueprint.post("/<int:nominee_id>/correction")
@allow(Role.OFFICE)
def correct(nominee_id: int) -> ResponseReturnValue:
    found, field = _changeable(nominee_id), request.form.get("field", "")
    known = field in CORRECTABLE
    field = field if known else "name"
    form = _correction_form(found, field)
    if not known:
        return _correction_page(found, field, form, Attempt(422))
    tried = attempt(
        lambda: corrections.correct(work(), nominee_id, field, form.text.data or "", form.reason.data or ""), form
    )
    if tried.refused:
        return _correction_page(found, field, form, tried)
    flash(f"{CORRECTABLE[field]}已经更正，原文和更正后的文字都留在公示页面上。{_SEEN_SOON}")
    return _back(nominee_id)


def _correction_form(found: Nominee, field: str) -> CorrectionForm:
    current = corrections.read_current_text(session(), found.id, field, now()) or ""
    return correction_form(field, current, found.kind, found.programme.rules)


def _correction_page(
    found: Nominee, field: str, form: CorrectionForm, tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    current = corrections.read_current_text(session(), found.id, field, now()) or ""
    return _page(
        found,
        form,
        title="更正错字",
        lead=[
            "只更正错字、漏字、别字。公示页面上原文和更正后的文字、时间、理由都看得到，公示时间不变。",
            "换成所列的另一项，须是填表时选错。"
            if field in WORD_LISTS
            else f"与最初公示的文字相比，最多改{count_changeable_characters(field, current)}个字。"
            + ("内容有变化的，请等公示结束后办理“事迹变更”。" if field == "deeds" else ""),
            *(["这个单位名称的同样错字，在其他对象的公示里一并更正。"] if field in ("unit", "recommender") else []),
        ],
        tabs=[
            (url_for("nominees.correction", nominee_id=found.id, field=each), CORRECTABLE[each], each == field)
            for each in corrections.correctable_fields(session(), found.id, now())
        ],
        standing=current,
        button="更正",
        confirm="更正后马上写在公示页面上，不能撤回，确定吗？",
        tried=tried,
    )


# --- 事迹变更 --------------------------------------------------------------------------------------


@blueprint.get("/<int:nominee_id>/revision")
@allow(*OFFICE_AND_UNITS)
def revision(nominee_id: int) -> ResponseReturnValue:
    found = _changeable(nominee_id)
    changes.require_standing(session(), found, now())
    revisions.require_not_shown(session(), found, now())
    return _revision_page(found, revision_form(found.programme.rules, found.deeds))


@blueprint.post("/<int:nominee_id>/revision")
@allow(*OFFICE_AND_UNITS)
def revise(nominee_id: int) -> ResponseReturnValue:
    found = _changeable(nominee_id)
    form = revision_form(found.programme.rules)
    tried = attempt(lambda: revisions.revise(work(), nominee_id, form.deeds.data or "", form.reason.data or ""), form)
    if tried.refused:
        return _revision_page(found, form, tried)
    flash("事迹已经变更。已经公示过的，最近一轮须重新公示5个工作日。")
    return _back(nominee_id)


def _revision_page(found: Nominee, form: RevisionForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    return _page(
        found,
        form,
        title="事迹变更",
        lead=[
            "事迹的内容有变化时办理。变更后的事迹没有公示过：已经公示过的，最近一轮须重新公示5个工作日，再往下走。",
            "变更前后的全文和理由都保留在记录里。",
        ],
        standing=found.deeds,
        button="变更事迹",
        confirm="变更后须重新公示，不能收回，确定吗？",
        tried=tried,
    )


# --- 退出 ------------------------------------------------------------------------------------------


@blueprint.get("/<int:nominee_id>/withdrawal")
@allow(*withdrawals.BY)
def withdrawal(nominee_id: int) -> ResponseReturnValue:
    found = _changeable(nominee_id)
    changes.require_standing(session(), found, now())
    return _withdrawal_page(found, WithdrawalForm(formdata=None))


@blueprint.post("/<int:nominee_id>/withdrawal")
@allow(*withdrawals.BY)
def withdraw(nominee_id: int) -> ResponseReturnValue:
    found, form = _changeable(nominee_id), WithdrawalForm()
    tried = attempt(lambda: withdrawals.withdraw(work(), nominee_id, form.reason.data or ""), form)
    if tried.refused:
        return _withdrawal_page(found, form, tried)
    flash(f"{found.name}已经退出推荐，名额空出，可以递补。")
    return _back(nominee_id)


def _withdrawal_page(found: Nominee, form: WithdrawalForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    return _page(
        found,
        form,
        title="退出推荐",
        lead=[
            f"{found.name}退出后不再参评，不能恢复，名额空出，可以由新的对象递补，从第一轮重新公示。",
            "正在进行的公示里，名单上标明“已退出推荐”；还没有开始的公示，从名单上移出。",
            "已经受理的异议继续办理，给异议人答复。",
        ],
        button="确认退出",
        danger=True,
        confirm=f"{found.name}退出推荐，不能恢复，确定吗？",
        tried=tried,
    )


def _changeable(nominee_id: int) -> Nominee:
    """Return a nominee that this person may change. Answers 404 to anybody else."""
    return access.find_recommended(session(), nominee_id, actor())


def _page(found: Nominee, form: PlainForm, tried: Attempt[Any], **context: object) -> ResponseReturnValue:
    html = render_template("nominees/change.html", nominee=found, form=form, refusal=tried.on_top, **context)
    return html, tried.status


def _back(nominee_id: int) -> Response:
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)
