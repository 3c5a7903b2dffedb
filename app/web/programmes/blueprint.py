"""One blueprint for programmes: units read what is theirs, the office sets up."""

from flask import Blueprint

blueprint = Blueprint("programmes", __name__)
