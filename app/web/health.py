"""Whether the portal is alive and ready, for whoever watches it."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app.services.overview import settlement_is_late
from app.web.access import everyone
from app.web.portal import now, portal, session

blueprint = Blueprint("health", __name__)
_SETTLEMENT_TOLERANCE = dt.timedelta(minutes=5)


@blueprint.get("/healthz")
@everyone
def alive() -> ResponseReturnValue:
    return jsonify(alive=True)


@blueprint.get("/readyz")
@everyone
def ready() -> ResponseReturnValue:
    """Database reachable, migrations applied, settlement not late; 503 names what is not."""
    try:
        migrated = portal().database.is_migrated()
        late = migrated and settlement_is_late(session(), now(), _SETTLEMENT_TOLERANCE)
    except SQLAlchemyError:
        return jsonify(ready=False, why="database"), 503
    if not migrated:
        return jsonify(ready=False, why="migrations"), 503
    if late:
        return jsonify(ready=False, why="settlement"), 503
    return jsonify(ready=True)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
