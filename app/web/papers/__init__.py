"""Papers: lists of the papers of units, periods and nominees, and the files themselves."""

from __future__ import annotations

from flask import Flask

from app.web.papers import documents, files, pages
from app.web.papers.blueprint import blueprint
from app.web.papers.sending import pdf_link


def init_app(app: Flask) -> None:
    assert all((files, pages))  # noqa: S101 - importing them registers their routes
    app.register_blueprint(blueprint)
    app.register_blueprint(documents.blueprint)
    app.jinja_env.globals["pdf_link"] = pdf_link
