"""The record: searched and read; and its public log."""

from __future__ import annotations

from flask import Flask

from app.web.record import log, pages


def init_app(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(log.blueprint)
