"""Annexes 2 and 3, the summaries of a recommending unit: written, and read as units really send them."""

from __future__ import annotations

from app.papers.summary_reading import Summary, read_summary
from app.papers.summary_writing import write_summary

__all__ = ["Summary", "read_summary", "write_summary"]
