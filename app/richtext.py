"""Deeds: Markdown -> bleach -> Markup. The only place that does it."""

from __future__ import annotations

import re
from html import unescape

import bleach
import markdown
from markupsafe import Markup

_TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h3", "h4"})
_EXCERPT = 72
_POINT = re.compile(r"<li>\s*(?:<p>)?")
_BLOCK_END = re.compile(r"</(?:p|li|h\d|blockquote|ul|ol)>|<br ?/?>")
_SENTENCE = re.compile(r".+?(?:[。！？!?]+[”’」』）)]*|$)")
_SYNTAX = re.compile(r"[*_#>`\[\]]+|^\s*[-+]\s+|^\s*\d+\.\s+", re.MULTILINE)


def render(text: str) -> Markup:
    """Render Markdown as safe HTML: paragraphs, emphasis, lists and quotes; no link, picture or style."""
    html = markdown.markdown(text, output_format="html")
    return Markup(bleach.clean(html, tags=_TAGS, attributes={}, strip=True))  # noqa: S704 - cleaned just now


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """Return the first characters of a text, without its Markdown, for a list."""
    plain = _plain(text)
    return plain if len(plain) <= length else plain[:length].rstrip() + "……"


def first_sentences(text: str, length: int = _EXCERPT) -> str:
    """Return the first sentences of a text that fit into a length, without its Markdown; at least the first one."""
    taken = ""
    for sentence in _SENTENCE.findall(_plain(text)):
        if taken and len(taken) + len(sentence) > length:
            break
        taken += sentence
    return taken.strip()


def _plain(text: str) -> str:
    return " ".join(_SYNTAX.sub("", text).split())


def paragraphs(text: str) -> list[str]:
    """Return a text in Markdown as plain paragraphs, for paper: each point of a list is one, marks are gone."""
    blocks = _BLOCK_END.sub("\n", _POINT.sub("\n· ", str(render(text))))
    plain = unescape(bleach.clean(blocks, tags=set(), strip=True))
    return [" ".join(line.split()) for line in plain.splitlines() if line.strip(" ·")]
