"""Coming in and going out."""

from __future__ import annotations

from flask import Flask

from app.web.account import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint)
