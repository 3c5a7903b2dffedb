"""One blueprint for papers, for the office and for units. The services decide which papers each may read."""

from flask import Blueprint

blueprint = Blueprint("papers", __name__)
