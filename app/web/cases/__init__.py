"""Cases: the queue, one page a case, floods; for handling units and for the office."""

from __future__ import annotations

from flask import Flask

from app.domain.cases.states import Role
from app.web.cases import all_cases, bursts, flood, ledger, letters, pages, phrases, queue_actions, together
from app.web.cases.blueprint import blueprint, office_blueprint

flood.register(blueprint, Role.HEAD)
flood.register(office_blueprint, Role.OFFICE)


def init_app(app: Flask) -> None:
    assert all((all_cases, bursts, ledger, letters, phrases, queue_actions, together, pages))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint)
    app.register_blueprint(office_blueprint)
