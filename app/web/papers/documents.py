"""Files that staff uploaded, sent to whoever may see their subject."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.services.shared import documents
from app.web.shared.access import OFFICE_AND_UNITS, allow, work
from app.web.shared.downloads import send_stored_file
from app.web.shared.portal import portal

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents/<int:document_id>")
@allow(*OFFICE_AND_UNITS)
def document(document_id: int) -> ResponseReturnValue:
    with portal().database.writer() as writing:  # this GET is put on the record, so it writes
        opened = documents.open_document(work(writing), portal().vault, document_id)
    return send_stored_file(opened)
