"""The dossier of a nominee read whole, and its photo and 事迹材料 handed in."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField

from app.domain.refusals import FileRefused
from app.services.nominees import dossiers, handing_in
from app.services.nominees.handing_in import Sort
from app.web.nominees.blueprint import blueprint
from app.web.nominees.forms import MaterialForm, PhotoForm
from app.web.nominees.pages import nominee_page
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.forms import PlainForm
from app.web.shared.portal import portal, session
from app.web.shared.uploads import FORM, check_spooled, sent_files, takes_files


@blueprint.post("/<int:nominee_id>/dossier")
@allow(*OFFICE_AND_UNITS)
def read_dossier(nominee_id: int) -> ResponseReturnValue:
    """A POST and no redirect: a look is an act, and the page can't be had again without another one."""
    dossier = dossiers.read(work(), nominee_id)
    return nominee_page(nominee_id, dossier=dossier)


@blueprint.post("/<int:nominee_id>/photo")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def receive_photo(nominee_id: int) -> ResponseReturnValue:
    form = PhotoForm()
    return _received(nominee_id, handing_in.PHOTO, form, form.photo, "照片")


@blueprint.post("/<int:nominee_id>/material")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def receive_material(nominee_id: int) -> ResponseReturnValue:
    form = MaterialForm()
    return _received(nominee_id, handing_in.MATERIAL, form, form.material, "事迹材料")


def _received(nominee_id: int, sort: Sort, form: PlainForm, field: FileField, what: str) -> ResponseReturnValue:
    """The one file of a form, handed in; `what` it is in words."""
    sent = sent_files(field.name)
    if not form.validate() or not sent:
        handing_in.check_may_receive(session(), sort, nominee_id, actor())
        field.errors = [f"请选择{what}文件。"]
        return nominee_page(nominee_id, tried=field.name, form=form, status=422)
    title, upload = sent[0]
    try:
        check_spooled(upload)
        handing_in.receive(work(), portal().vault, sort, nominee_id, title, upload)
    except FileRefused as refused:
        field.errors = [refused.why]
        session().rollback()
        return nominee_page(nominee_id, tried=field.name, form=form, status=409)
    flash(f"{what}已经收到。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)
