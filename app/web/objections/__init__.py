"""Objections: form, evidence, receipt, registration by staff, and the office's requests for identities."""

from __future__ import annotations

from flask import Flask

from app.web.objections import evidence, filing, identities, own_letters, own_proof, receipts, registering


def init_app(app: Flask) -> None:
    assert own_letters  # noqa: S101 - importing it registers its routes
    for module in (filing, receipts, own_proof, evidence, identities, registering):
        app.register_blueprint(module.blueprint)
