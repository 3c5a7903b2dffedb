"""The record: searched and read, its public log and what proves it to strangers."""

from __future__ import annotations

from flask import Flask

from app.web.record import log, log_proofs, pages


def init_app(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(log.blueprint)
    app.register_blueprint(log_proofs.blueprint)
