"""One blueprint for papers, for the office and for units: the services say whose are whose."""

from flask import Blueprint

blueprint = Blueprint("papers", __name__)
