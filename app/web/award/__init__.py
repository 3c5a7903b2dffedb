"""A programme from the last review to the award: list, papers, decision, honours."""

from __future__ import annotations

from flask import Flask

from app.web.award import decision, decisions, pages, papers, revocation
from app.web.award.blueprint import blueprint


def init_app(app: Flask) -> None:
    assert all((decision, pages, papers))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint, url_prefix="/programmes")
    app.register_blueprint(decisions.blueprint)
    app.register_blueprint(revocation.blueprint)
