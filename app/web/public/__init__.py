"""For the citizen: what is public now, the objection form, following a case."""

from __future__ import annotations

from flask import Flask

from app.web.public import evidence, objections, receipts, views


def init_app(app: Flask) -> None:
    for module in (views, objections, receipts, evidence):
        app.register_blueprint(module.blueprint)
