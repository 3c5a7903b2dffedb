"""One blueprint for nominees, for the office and for units. Pages are the same; rights and visible rows differ."""

from flask import Blueprint

blueprint = Blueprint("nominees", __name__)
