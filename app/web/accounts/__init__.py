"""Logins and one's own account; units and people as the office and the heads of units manage them."""

from __future__ import annotations

from flask import Flask

from app.web.accounts import login, own, people, units


def init_app(app: Flask) -> None:
    for module in (login, own, people, units):
        app.register_blueprint(module.blueprint)
    app.jinja_env.globals["UNIT_KIND_NAMES"] = units.UNIT_KIND_NAMES
