"""The office's one blueprint; its pages stand in files by subject."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)
