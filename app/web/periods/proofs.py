"""Proofs of a period's list: the list with its salts inside the window, and who was public when, without names (R5)."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from app.domain.record.proof_files import list_file
from app.services.periods import listings, publication
from app.services.record import proofs
from app.web.record.log_key import log_key
from app.web.shared.access import everyone
from app.web.shared.downloads import send_download
from app.web.shared.limits import address, limiter
from app.web.shared.portal import now, session

blueprint = Blueprint("period_proofs", __name__)
_JSON = "application/json"
_LIMIT = "120/hour"  # it is written anew each time, and a long list takes a second


@blueprint.get("/periods/<int:period_id>/list.json")
@everyone
@limiter.limit(_LIMIT, key_func=address)
def kept_list(period_id: int) -> ResponseReturnValue:
    """Send the list as it reads now, with the salt of each entry, for whoever wants to keep it (R38)."""
    period = publication.public_period(session(), period_id)
    if period is None or not period.window.contains(now()):
        abort(404)
    entries = listings.entries_with_salts(session(), period, now())
    rows = [(asdict(view), salt) for view, salt in entries]
    return send_download(list_file(period_id, rows), f"公示名单{period_id}.json", _JSON)


@blueprint.get("/periods/<int:period_id>/proof.json")
@everyone
def list_proof(period_id: int) -> ResponseReturnValue:
    """Send the proof of which lists were stated when: digests, moments and paths, no name. It is public for good."""
    if publication.public_period(session(), period_id) is None:
        abort(404)
    content = proofs.prove_period(session(), period_id, str(log_key()))
    if content is None:
        abort(404)
    return send_download(content, f"名单存证{period_id}.json", _JSON)
