"""Messages: addresses for warnings, the fate of each message, feeds for everybody."""

from __future__ import annotations

from flask import Flask

from app.web.messages import feeds, following, office, reaches


def init_app(app: Flask) -> None:
    for module in (office, reaches, following, feeds):
        app.register_blueprint(module.blueprint)
