"""The factory: wiring, nothing else. Nobody imports it but whoever starts the portal."""

from __future__ import annotations

from flask import Flask

from app.clock import Clock, now
from app.database import ROOT, Database
from app.web import (
    access,
    account,
    award,
    desk,
    documents,
    errors,
    forms,
    headers,
    health,
    hot,
    imports,
    limits,
    metrics,
    nominees,
    office,
    papers,
    people,
    planning,
    portal,
    programmes,
    public,
    requests,
    units,
    uploads,
    words,
)
from config import Settings


def create_app(settings: Settings, clock: Clock = now) -> Flask:
    """One Flask application over one database, with its own clock."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    requests.init_app(app, settings)
    portal.init_app(app, settings, Database(settings.database_url), clock)
    uploads.init_app(app)
    forms.init_app(app)
    limits.init_app(app, settings)
    access.init_app(app)
    words.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    staff = (account, desk, documents, imports, nominees, programmes, planning, papers, award, units, people, office)
    for audience in (public, *staff, health, metrics):
        audience.init_app(app)
    access.declare_static(app)
    hot.init_app(app, clock)
    return app
