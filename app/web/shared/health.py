"""Health checks: whether the portal is alive and ready."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.services.periods.progress import settlement_is_late
from app.services.record.proof_times import find_late as find_late_proofs
from app.services.record.verifying import find_late
from app.services.upkeep.clocks import clock_ahead, clocks_disagree
from app.web.shared.access import everyone
from app.web.shared.limits import redis_answers
from app.web.shared.portal import now, portal, session
from config import Settings

blueprint = Blueprint("health", __name__)
_SETTLEMENT_TOLERANCE = dt.timedelta(minutes=5)


@blueprint.get("/healthz")
@everyone
def alive() -> ResponseReturnValue:
    return jsonify(alive=True)


@blueprint.get("/readyz")
@everyone
def ready() -> ResponseReturnValue:
    """Check database, migrations and settlement. Answers 503 with the names of what fails.

    `degraded` names what the portal can do without for a while, so that no load balancer removes it. A clock that
    differs from the database's is named there too, since the database's may be the wrong one, and a record of which
    acts wait for their seal longer than a minute, or no checkpoint was stamped or cosigned for hours.
    """
    try:
        migrated = portal().database.is_migrated()
        late = migrated and settlement_is_late(session(), now(), _SETTLEMENT_TOLERANCE)
        unsealed = bool(migrated and find_late(session(), now()).count)
        ahead = clock_ahead(session(), clock.now)
    except SQLAlchemyError:
        return jsonify(ready=False, why="database"), 503
    if not migrated:
        return jsonify(ready=False, why="migrations"), 503
    if late:
        return jsonify(ready=False, why="settlement"), 503
    degraded = [*_degraded(portal().settings), *(["clock"] if clocks_disagree(ahead) else [])]
    degraded += ["record"] if unsealed else []
    settings = portal().settings
    degraded += find_late_proofs(session(), bool(settings.tsa_url), _witness_names(settings), now())
    return jsonify(ready=True, degraded=degraded) if degraded else jsonify(ready=True)


def _degraded(settings: Settings) -> Iterator[str]:
    """Name what is down: Redis (each worker then counts for itself), the evidence folder."""
    if settings.redis_url and settings.limits_enabled and not redis_answers():  # without limits nobody asks it
        yield "redis"
    if not settings.evidence_s3_bucket and not _writable(settings.evidence_dir):
        yield "evidence"


def _witness_names(settings: Settings) -> list[str]:
    return [each.split("+", 1)[0].strip() for each in settings.witnesses.split(",") if each.strip()]


def _writable(folder: Path) -> bool:
    """Tell whether files can be written to a folder. A folder that does not exist yet is judged by its parent."""
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
