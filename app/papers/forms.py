"""Annexes 4 and 5, the form of one nominee: written, and read as it comes back filled in."""

from __future__ import annotations

from app.papers.form_reading import FORM_FIELDS, read_form
from app.papers.form_writing import write_form

__all__ = ["FORM_FIELDS", "read_form", "write_form"]
