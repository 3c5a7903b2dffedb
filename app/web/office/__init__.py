"""For the office: everything at a glance, periods, nominees, closing, the record."""

from __future__ import annotations

from flask import Flask

from app.domain.cases import Role
from app.web.desk import flood
from app.web.office import calendar, identities, period_list, periods, record, scheduling, scheduling_many, views
from app.web.office.blueprint import blueprint

flood.register(blueprint, Role.OFFICE)


def init_app(app: Flask) -> None:
    pages = (calendar, identities, period_list, periods, record, scheduling, scheduling_many, views)
    assert all(pages)  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint, url_prefix="/office")
