"""Deeds: Markdown -> bleach -> Markup. The only place that does it."""

from __future__ import annotations

import re

import bleach
import markdown
from markupsafe import Markup

_TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h3", "h4"})
_EXCERPT = 72
_SYNTAX = re.compile(r"[*_#>`\[\]]+|^\s*[-+]\s+|^\s*\d+\.\s+", re.MULTILINE)


def render(text: str) -> Markup:
    """Safe HTML of a text in Markdown: paragraphs, emphasis, lists and quotes; no link, picture or style."""
    html = markdown.markdown(text, output_format="html")
    return Markup(bleach.clean(html, tags=_TAGS, attributes={}, strip=True))  # noqa: S704 - cleaned just now


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """The first characters of a text, without its Markdown, for a list."""
    plain = " ".join(_SYNTAX.sub("", text).split())
    return plain if len(plain) <= length else plain[:length].rstrip() + "……"
