"""The calendar of working days: the notices loaded, and loading one."""

from __future__ import annotations

from flask import Flask

from app.web.calendar import pages


def init_app(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
