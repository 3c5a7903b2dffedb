"""Programmes: the list, one page each, setting one up in the browser or from a workbook."""

from __future__ import annotations

from flask import Flask

from app.web.programmes import editing, pages, places
from app.web.programmes.blueprint import blueprint


def init_app(app: Flask) -> None:
    assert all((editing, pages, places))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint, url_prefix="/programmes")
