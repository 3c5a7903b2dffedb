"""For whoever handles cases: the queue and one page a case."""

from __future__ import annotations

from flask import Flask

from app.domain.cases import Role
from app.web.desk import flood, many, views

flood.register(views.blueprint, Role.HEAD)


def init_app(app: Flask) -> None:
    assert many  # noqa: S101 - importing it registers its routes
    app.register_blueprint(views.blueprint, url_prefix="/desk")
