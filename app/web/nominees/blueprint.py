"""One blueprint for nominees, for the office and for units: what each sees and may do differs, the pages do not."""

from flask import Blueprint

from app.domain.cases import Role

blueprint = Blueprint("nominees", __name__)
STAFF = (Role.OFFICE, Role.HEAD, Role.HANDLER)
