"""Draws the .docx templates under templates/papers/: `python -m tools.papers`."""
