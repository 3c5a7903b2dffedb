"""Imports of lists of nominees: upload, check, confirm; for the office and for units."""

from __future__ import annotations

from flask import Flask

from app.web.imports import import_page, pages
from app.web.imports.blueprint import blueprint


def init_app(app: Flask) -> None:
    assert all((import_page, pages))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint, url_prefix="/imports")
