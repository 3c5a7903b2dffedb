"""One blueprint for nominees, for the office and for units: what each sees and may do differs, the pages do not."""

from flask import Blueprint

blueprint = Blueprint("nominees", __name__)
