"""The addresses of cases: the queue of a handling unit, and the office's view of all of them."""

from flask import Blueprint

blueprint = Blueprint("cases", __name__, url_prefix="/desk")
office_blueprint = Blueprint("office_cases", __name__, url_prefix="/office")
