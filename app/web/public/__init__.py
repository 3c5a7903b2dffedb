"""For the citizen: what is public now, the objection form, following a case."""

from __future__ import annotations

from flask import Flask

from app.web.public import decisions, evidence, objections, receipts, views


def init_app(app: Flask) -> None:
    for module in (views, objections, receipts, evidence, decisions):
        app.register_blueprint(module.blueprint)
