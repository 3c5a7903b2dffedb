"""Reading a nominee's dossier, and uploading its photo and 事迹材料."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField

from app.services.nominees import dossiers, handing_in
from app.services.nominees.handing_in import HandInKind
from app.web.nominees.blueprint import blueprint
from app.web.nominees.forms import MaterialForm, PhotoForm
from app.web.nominees.pages import nominee_page
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import attempt
from app.web.shared.forms import PlainForm
from app.web.shared.portal import portal, session
from app.web.shared.uploads import FORM, sent_file, takes_files


@blueprint.post("/<int:nominee_id>/dossier")
@allow(*OFFICE_AND_UNITS)
def read_dossier(nominee_id: int) -> ResponseReturnValue:
    """Show the dossier in the answer to the POST, without a redirect.

    Each look is recorded, so the page can't be loaded again without another look.
    """
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


def _received(nominee_id: int, sort: HandInKind, form: PlainForm, field: FileField, what: str) -> ResponseReturnValue:
    """Receive the one file of a form. `what` names the file in words."""
    handing_in.check_may_receive(session(), sort, nominee_id, actor())

    def receive() -> None:
        title, upload = sent_file(field.name, f"请选择{what}文件。")
        handing_in.receive(work(), portal().vault, sort, nominee_id, title, upload)

    tried = attempt(receive, form)
    if tried.refused:
        return nominee_page(nominee_id, tried, field.name, form)
    flash(f"{what}已经收到。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)
