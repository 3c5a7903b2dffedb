"""Writes every template to templates/papers/."""

from tools.papers.catalogue import write_papers

write_papers()
