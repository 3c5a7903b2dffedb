"""The blueprint, and the lookup that each of its pages begins with."""

from __future__ import annotations

from flask import Blueprint, abort

from app.models import Programme
from app.web.shared.portal import session

blueprint = Blueprint("award", __name__)


def programme_or_404(programme_id: int) -> Programme:
    programme = session().get(Programme, programme_id)
    if programme is None:
        abort(404)
    return programme
