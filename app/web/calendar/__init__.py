"""The calendar of working days: what is loaded, and loading a notice."""

from __future__ import annotations

from flask import Flask

from app.web.calendar import pages


def init_app(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
