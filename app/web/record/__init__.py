"""The record: searched and read."""

from __future__ import annotations

from flask import Flask

from app.web.record import log_proofs, pages


def init_app(app: Flask) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(log_proofs.blueprint)
