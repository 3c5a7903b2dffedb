"""For the citizen: what is public now, the objection form, following a case."""

from __future__ import annotations

from flask import Flask

from app.web.public import objections, receipts, views


def init_app(app: Flask) -> None:
    for module in (views, objections, receipts):
        app.register_blueprint(module.blueprint)
