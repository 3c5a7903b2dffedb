"""One blueprint for imports. The services decide what each person may see and upload."""

from flask import Blueprint

blueprint = Blueprint("imports", __name__)
