"""The proof that an objection is on the record, for whoever has its receipt alone (R18, R19, R38)."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from app.domain.record.proof_files import filed_file
from app.services.objections import following
from app.services.objections.binding import filed_content, open_salt
from app.services.record import proofs
from app.web.objections import receipt_session
from app.web.record.log_key import log_key
from app.web.shared.access import everyone
from app.web.shared.downloads import send_download
from app.web.shared.portal import portal, session

blueprint = Blueprint("own_proof", __name__)
_JSON = "application/json"


@blueprint.get("/receipt/proof")
@everyone
def proof() -> ResponseReturnValue:
    """Send the proof, from the first checkpoint on that holds the objection."""
    if (objection_id := _opened()) is None:
        return redirect(url_for("receipts.receipt"))
    objection, _ = following.followed(session(), objection_id)
    salt = open_salt(session(), portal().keyring, objection_id)
    content = proofs.prove_receipt(session(), objection, salt, str(log_key()))
    if content is None:
        abort(404)
    return send_download(content, "存证证明.json", _JSON)


@blueprint.get("/receipt/filed")
@everyone
def filed() -> ResponseReturnValue:
    """Send what was filed, word for word: beside the proof it shows that nothing of it was changed."""
    if (objection_id := _opened()) is None:
        return redirect(url_for("receipts.receipt"))
    return send_download(filed_file(filed_content(session(), objection_id)), "提交内容.json", _JSON)


def _opened() -> int | None:
    """Return the objection whose receipt this browser shows, or that it opened with the code."""
    shown = receipt_session.shown()
    return shown.objection_id if shown is not None else receipt_session.followed_objection()
