"""What the office sees across subjects: everything at a glance, planning backwards, a programme's workbook."""

from __future__ import annotations

from flask import Flask

from app.web.office import overview, planning, programme_book, statistics


def init_app(app: Flask) -> None:
    for module in (overview, planning, programme_book, statistics):
        app.register_blueprint(module.blueprint)
