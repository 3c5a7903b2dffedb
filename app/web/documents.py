"""Files that staff handed in, sent to who may see what they are about."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from app.services import documents
from app.web.access import actor, allow
from app.web.downloads import sent_out
from app.web.nominees.blueprint import STAFF
from app.web.portal import now, portal

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents/<int:document_id>")
@allow(*STAFF)
def document(document_id: int) -> ResponseReturnValue:
    with portal().database.writer() as writing:  # a GET that the record has to speak of
        opened = documents.open_document(writing, portal().vault, document_id, actor(), now())
    return sent_out(opened)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
