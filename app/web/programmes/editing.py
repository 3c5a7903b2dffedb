"""Setting a programme up, changing it, putting it away."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Role
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NoticeMissing, Refusal
from app.models import Programme
from app.notices.offered import notice_of
from app.services.programmes import setting_up
from app.web.programmes.blueprint import blueprint
from app.web.programmes.forms import ProgrammeForm, ReopenForm
from app.web.programmes.pages import found, programme_page
from app.web.shared.access import allow, work
from app.web.shared.faults import beside_fields
from app.web.shared.notices import notice_options
from app.web.shared.portal import now, session


@blueprint.get("/new")
@allow(Role.OFFICE)
def new() -> ResponseReturnValue:
    notice = _notice_asked_for(request.args.get("notice", ""))
    return _form_page(ProgrammeForm.blank(local_date(now()), notice), None)


@blueprint.post("/new")
@allow(Role.OFFICE)
def create() -> ResponseReturnValue:
    form = ProgrammeForm()
    _notice_asked_for(form.notice.data or "")
    if not form.validate():
        return _form_page(form, None, status=422)
    try:
        made = setting_up.create(work(), form.plan())
    except Refusal as refusal:
        session().rollback()
        return _form_page(form, None, refusal=beside_fields(form, refusal), status=422)
    flash("活动已经建好。下一步给各推荐单位分配名额。")
    return redirect(url_for("programmes.places", programme_id=made.id), 303)


@blueprint.get("/<int:programme_id>/edit")
@allow(Role.OFFICE)
def edit(programme_id: int) -> ResponseReturnValue:
    shown = found(programme_id)
    return _form_page(ProgrammeForm.of(shown, local_date(now())), shown)


@blueprint.post("/<int:programme_id>/edit")
@allow(Role.OFFICE)
def change(programme_id: int) -> ResponseReturnValue:
    shown, form = found(programme_id), ProgrammeForm()
    if not form.validate():
        return _form_page(form, shown, status=422)
    try:
        setting_up.change(work(), programme_id, form.plan())
    except Refusal as refusal:
        session().rollback()
        return _form_page(form, found(programme_id), refusal=beside_fields(form, refusal), status=409)
    flash("修改已经保存。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


@blueprint.post("/<int:programme_id>/archive")
@allow(Role.OFFICE)
def archive(programme_id: int) -> ResponseReturnValue:
    try:
        setting_up.archive(work(), programme_id)
    except Refusal as refusal:
        session().rollback()
        return programme_page(found(programme_id), refusal=str(refusal), status=409)
    flash("活动已经归档，只能查看。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


@blueprint.post("/<int:programme_id>/reopen")
@allow(Role.OFFICE)
def reopen(programme_id: int) -> ResponseReturnValue:
    form = ReopenForm()
    if not form.validate():
        return programme_page(found(programme_id), reopen_form=form, status=422)
    try:
        setting_up.reopen(work(), programme_id, form.text.data or "")
    except Refusal as refusal:
        session().rollback()
        return programme_page(found(programme_id), reopen_form=form, refusal=str(refusal), status=409)
    flash("归档已经取消，可以继续办理。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


def _form_page(
    form: ProgrammeForm, shown: Programme | None, *, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    notice = shown.rules if shown else _notice_asked_for(form.notice.data or "")
    form.follow(notice)
    html = render_template(
        "programmes/form.html",
        form=form,
        programme=shown,
        notice=notice,
        notices={} if shown else notice_options(),
        refusal=refusal,
    )
    return html, status


def _notice_asked_for(key: str) -> AwardNotice:
    """The notice that a new programme is to follow; one that is not there is no page of ours."""
    try:
        return notice_of(key)
    except NoticeMissing:
        abort(404)
