"""Nominees: the list, one page each, and the actions on them, a module a topic."""

from __future__ import annotations

from flask import Flask

from app.web.nominees import bulk_standing, changing, dossier, entering, opinions, pages, reversal, standing
from app.web.nominees.blueprint import blueprint


def init_app(app: Flask) -> None:
    modules = (changing, dossier, entering, bulk_standing, opinions, pages, reversal, standing)
    assert all(modules)  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint, url_prefix="/nominees")
