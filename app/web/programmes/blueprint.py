"""One blueprint for programmes: units read their own part, the office sets programmes up."""

from flask import Blueprint

blueprint = Blueprint("programmes", __name__)
