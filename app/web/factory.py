"""The factory: wires Flask. Imported only by whoever starts the portal: the server, and tests."""

from __future__ import annotations

from flask import Flask

from app.clock import Clock, now
from app.database import ROOT, Database
from app.notices.offered import offer_notices
from app.services.messages.queue import wake_after_commits
from app.web import (
    accounts,
    award,
    bodies,
    calendar,
    cases,
    imports,
    messages,
    nominees,
    objections,
    office,
    papers,
    periods,
    programmes,
    record,
    upkeep,
)
from app.web.shared import (
    access,
    errors,
    forms,
    headers,
    health,
    indexing,
    limits,
    metrics,
    page_cache,
    portal,
    reading,
    requests,
    site,
    uploads,
    words,
)
from config import Settings

SUBJECTS = (
    periods, objections, accounts, cases, imports, nominees, programmes, papers, award, office, calendar, record,
    messages, upkeep,
)  # fmt: skip


def create_app(settings: Settings, clock: Clock = now) -> Flask:
    """Create a Flask application over one database, with its own clock. Raises BadSettings."""
    offer_notices(settings.notices_dir)
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    requests.init_app(app, settings)
    portal.init_app(app, settings, Database(settings.database_url), clock)
    if portal.portal_of(app).gateways.available:
        wake_after_commits(portal.portal_of(app).database, settings)
    uploads.init_app(app)
    forms.init_app(app)
    bodies.init_app(app, settings)
    limits.init_app(app, settings)
    access.init_app(app)
    words.init_app(app)
    site.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    reading.init_app(app)
    for module in (*SUBJECTS, health, indexing, metrics):
        module.init_app(app)
    access.declare_static(app)
    page_cache.init_app(app, clock)
    return app
