"""One blueprint for imports: what each may see and hand in is decided by the service."""

from flask import Blueprint

blueprint = Blueprint("imports", __name__)
