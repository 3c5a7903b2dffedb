"""Coming in and going out, and one's own account."""

from __future__ import annotations

from flask import Flask

from app.web.account import own, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
    app.register_blueprint(own.blueprint)
