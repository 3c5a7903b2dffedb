"""For whoever handles cases: the queue and one page a case."""

from __future__ import annotations

from flask import Flask

from app.web.desk import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blueprint, url_prefix="/desk")
