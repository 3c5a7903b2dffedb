"""Pages about keeping what is known of people: their requests about their own data."""

from __future__ import annotations

from flask import Flask

from app.web.upkeep import data_requests


def init_app(app: Flask) -> None:
    app.register_blueprint(data_requests.blueprint)
