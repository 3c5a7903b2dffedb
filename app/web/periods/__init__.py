"""Periods: the public pages, and the office's pages to schedule, change and close them."""

from __future__ import annotations

from flask import Flask

from app.web.periods import bulk_scheduling, pages, period_list, proofs, public, scheduling, searching
from app.web.periods.blueprint import blueprint


def init_app(app: Flask) -> None:
    assert all((pages, period_list, scheduling, searching, bulk_scheduling))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(public.blueprint)
    app.register_blueprint(proofs.blueprint)
    app.register_blueprint(blueprint)
