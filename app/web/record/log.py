"""The public log: the newest checkpoints, the keys that sign them, and each as a file (R38; C2SP tlog-checkpoint)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import end_of, local_date
from app.models import PublishedCheckpoint
from app.services.record import checkpoints, proofs
from app.services.record.checkpoints import log_keys_of
from app.web.periods.public import the_office
from app.web.shared import page_cache
from app.web.shared.access import everyone
from app.web.shared.indexing import may_be_indexed
from app.web.shared.portal import now, portal, session

blueprint = Blueprint("log", __name__, url_prefix="/log")
_SHOWN = 48  # two days at one an hour
# A cache may hold the newest for a minute. One of a size stays as it is, but witnesses may still sign below it.
_NEWEST_KEPT = "public, max-age=60, must-revalidate"
_OF_A_SIZE_KEPT = "public, max-age=600"


@blueprint.get("/")
@everyone
@may_be_indexed
def index() -> ResponseReturnValue:
    """Show the newest checkpoints, and the keys that they are signed with."""
    keys = log_keys_of(portal().keyring, portal().settings.public_url)
    shown = checkpoints.newest(session(), _SHOWN)
    html = render_template(
        "record/log.html",
        checkpoints=shown,
        stamped=proofs.stamped(session(), [each.id for each in shown]),
        origin=keys.origin,
        keys=[str(key) for key in keys.known],
        office=the_office(),
    )
    return page_cache.publish(html, end_of(local_date(now())))


@blueprint.get("/checkpoint")
@everyone
def newest() -> Response:
    """Send the newest checkpoint, a signed note with its cosignatures. 404 before the first."""
    rows = checkpoints.newest(session())
    return _note(rows[0] if rows else None, _NEWEST_KEPT)


@blueprint.get("/checkpoints/<int:size>")
@everyone
def of_size(size: int) -> Response:
    """Send the first checkpoint of this size. 404 where none was published."""
    return _note(checkpoints.of_size(session(), size), _OF_A_SIZE_KEPT)


def _note(row: PublishedCheckpoint | None, kept: str) -> Response:
    if row is None:
        abort(404)
    answer = Response(proofs.cosigned_note(session(), row), mimetype="text/plain")
    answer.headers["Cache-Control"] = kept
    return answer
