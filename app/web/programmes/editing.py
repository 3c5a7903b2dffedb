"""Creating, changing, archiving and reopening a programme."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Role
from app.models import Programme
from app.services.papers import archive as archiving
from app.services.programmes import setting_up
from app.web.papers.sending import ZIP, clerk
from app.web.programmes.blueprint import blueprint
from app.web.programmes.forms import ArchiveForm, ProgrammeForm, ReopenForm
from app.web.programmes.pages import found, programme_page
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.downloads import send_download
from app.web.shared.notices import notice_options, notice_or_404
from app.web.shared.portal import now, portal


@blueprint.get("/new")
@allow(Role.OFFICE)
def new() -> ResponseReturnValue:
    notice = notice_or_404(request.args.get("notice", ""))
    return _form_page(ProgrammeForm.blank(local_date(now()), notice), None)


@blueprint.post("/new")
@allow(Role.OFFICE)
def create() -> ResponseReturnValue:
    form = ProgrammeForm()
    notice_or_404(form.notice.data or "")
    tried = attempt(lambda: setting_up.create(work(), form.plan()), form)
    if tried.refused:
        return _form_page(form, None, tried)
    flash("活动已经建好。下一步给各推荐单位分配名额。")
    return redirect(url_for("programmes.places", programme_id=tried.result.id), 303)


@blueprint.get("/<int:programme_id>/edit")
@allow(Role.OFFICE)
def edit(programme_id: int) -> ResponseReturnValue:
    shown = found(programme_id)
    return _form_page(ProgrammeForm.of(shown, local_date(now())), shown)


@blueprint.post("/<int:programme_id>/edit")
@allow(Role.OFFICE)
def change(programme_id: int) -> ResponseReturnValue:
    form = ProgrammeForm()
    tried = attempt(lambda: setting_up.change(work(), programme_id, form.plan()), form)
    if tried.refused:
        return _form_page(form, found(programme_id), tried)
    flash("修改已经保存。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


@blueprint.post("/<int:programme_id>/archive")
@allow(Role.OFFICE)
def archive(programme_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: setting_up.archive(work(), programme_id))
    if tried.refused:
        return programme_page(found(programme_id), tried)
    flash("活动已经归档，只能查看。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


@blueprint.post("/<int:programme_id>/archive.zip")
@allow(Role.OFFICE)
def archive_package(programme_id: int) -> ResponseReturnValue:
    """Answer with the archive, written while it is sent. That it was asked for is on record before."""
    found(programme_id)
    form = ArchiveForm()
    tried = attempt(lambda: archiving.ask(work(), programme_id, form.use.data or ""), form)
    if tried.refused:
        return programme_page(found(programme_id), tried, archive_form=form)
    package = archiving.of_programme(portal().database, programme_id, clerk())
    return send_download(package.content, package.file_name, ZIP)


@blueprint.post("/<int:programme_id>/reopen")
@allow(Role.OFFICE)
def reopen(programme_id: int) -> ResponseReturnValue:
    form = ReopenForm()
    tried = attempt(lambda: setting_up.reopen(work(), programme_id, form.text.data or ""), form)
    if tried.refused:
        return programme_page(found(programme_id), tried, reopen_form=form)
    flash("归档已经取消，可以继续办理。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


def _form_page(form: ProgrammeForm, shown: Programme | None, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    notice = shown.rules if shown else notice_or_404(form.notice.data or "")
    form.follow(notice)
    html = render_template(
        "programmes/form.html",
        form=form,
        programme=shown,
        notice=notice,
        notices={} if shown else notice_options(),
        refusal=tried.on_top,
    )
    return html, tried.status
