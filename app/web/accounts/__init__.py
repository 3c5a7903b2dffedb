"""Logins and one's own account; units and people as the office and the heads of units manage them."""

from __future__ import annotations

from flask import Flask

from app.web.accounts import leaving, login, own, provider, rosters, units
from app.web.shared.portal import portal_of


def init_app(app: Flask) -> None:
    settings = portal_of(app).settings
    provider.init_app(app, settings)
    app.jinja_env.globals["PROVIDER_NAME"] = settings.oidc_name if settings.oidc_issuer else ""
    for module in (login, own, leaving, rosters, units):  # leaving has the routes of people and more
        app.register_blueprint(module.blueprint)
    app.jinja_env.globals["UNIT_KIND_NAMES"] = units.UNIT_KIND_NAMES
