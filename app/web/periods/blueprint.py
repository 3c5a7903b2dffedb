"""The office's pages of periods."""

from flask import Blueprint

blueprint = Blueprint("periods", __name__, url_prefix="/office")
