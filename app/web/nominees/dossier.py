"""The dossier of a nominee read whole, and its photo handed in."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.domain.errors import FileRefused
from app.services import dossiers, photos
from app.web.access import actor, allow
from app.web.nominees.blueprint import STAFF, blueprint
from app.web.nominees.forms import PhotoForm
from app.web.nominees.pages import nominee_page
from app.web.portal import now, portal, session
from app.web.uploads import FORM, check_spooled, sent_files, takes_files


@blueprint.post("/<int:nominee_id>/dossier")
@allow(*STAFF)
def read_dossier(nominee_id: int) -> ResponseReturnValue:
    """A POST and no redirect: a look is an act, and the page can't be had again without another one."""
    dossier = dossiers.read(session(), portal().keyring, nominee_id, actor(), now())
    return nominee_page(nominee_id, dossier=dossier)


@blueprint.post("/<int:nominee_id>/photo")
@allow(*STAFF)
@takes_files(FORM)
def receive_photo(nominee_id: int) -> ResponseReturnValue:
    form, sent = PhotoForm(), sent_files("photo")
    if not form.validate() or not sent:
        photos.check_may_receive(session(), nominee_id, actor())
        form.photo.errors = ["请选择照片文件。"]
        return nominee_page(nominee_id, tried="photo", form=form, status=422)
    title, upload = sent[0]
    try:
        check_spooled(upload)
        photos.receive(session(), portal().vault, nominee_id, title, upload, actor(), now())
    except FileRefused as refused:
        form.photo.errors = [refused.why]
        session().rollback()
        return nominee_page(nominee_id, tried="photo", form=form, status=409)
    flash("照片已经收到。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)
