"""Nominees: the list, one page each, and everything that is done about them, a file a subject."""

from __future__ import annotations

from flask import Flask

from app.web.nominees import award, changing, dossier, entering, many, opinions, pages, reversal, standing
from app.web.nominees.blueprint import blueprint


def init_app(app: Flask) -> None:
    assert all((changing, entering, pages, reversal))  # noqa: S101 - importing them registers their routes
    assert all((many, opinions, pages, reversal, standing))  # noqa: S101 - importing them registers their routes
    assert all((award, pages, reversal))  # noqa: S101 - importing them registers their routes
    assert all((dossier, pages, reversal))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint, url_prefix="/nominees")
