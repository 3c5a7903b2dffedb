"""docs/手册.md names nothing that is not there: pictures, buttons, chapters, and what the portal says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MANUAL = (ROOT / "docs" / "手册.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[([^\]]*)\]\(pictures/([^)]+)\)", MANUAL)
PICTURES += [(words, name) for name, words in re.findall(r'<img src="docs/pictures/([^"]+)" alt="([^"]*)"', README)]
# 【】 is what one can click, 「」 is what the portal says, …… in it what differs from time to time.
LABELS = sorted(set(re.findall(r"【([^】]+)】", MANUAL)) - {""})
SAYINGS = sorted(set(re.findall(r"「([^」]+)」", MANUAL)) - {""})
_CHINESE = re.compile(r"[一-鿿]")
_ANY = "\0"  # where something is filled in


def test_every_picture_is_named_and_every_named_one_is_there() -> None:
    kept = {path.name for path in (ROOT / "docs" / "pictures").iterdir()}
    assert kept == {name for _, name in PICTURES}


def test_every_picture_says_in_words_what_it_shows() -> None:
    assert [name for words, name in PICTURES if len(_CHINESE.findall(words)) < 8] == []


def test_no_picture_is_heavy() -> None:
    heavy = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert {name: size for name, size in heavy.items() if size > 80_000} == {}


def test_every_link_inside_leads_to_a_heading() -> None:
    headings = {_anchor(line) for line in re.findall(r"^#+ (.+)$", MANUAL, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", MANUAL)) - headings == set()


def test_what_can_be_clicked_stands_on_a_page() -> None:
    assert [label for label in LABELS if not _is_label(label)] == []


def test_what_the_portal_says_it_does_say() -> None:
    assert [saying for saying in SAYINGS if not _is_said(saying)] == []


@pytest.mark.parametrize("gone", ["点此提交公示", "一次安排多家单", "总"])
def test_a_label_that_no_page_has_is_noticed(gone: str) -> None:
    assert not _is_label(gone)


def test_a_saying_that_the_portal_lost_is_noticed() -> None:
    assert not _is_said("公示已经……安排妥当了")
    assert not _is_said("不能再修改或撤回……公示已于")  # both are said, the other way round


def _is_label(label: str) -> bool:
    whole, patterns = _labels()
    return label in whole or any(pattern.fullmatch(label) for pattern in patterns)


def _is_said(saying: str) -> bool:
    pieces = [piece for piece in saying.split("……") if piece]
    in_order = re.compile(".*?".join(map(re.escape, pieces)), re.DOTALL)
    return any(in_order.search(text) for text in _texts() if all(piece in text for piece in pieces))


def _anchor(heading: str) -> str:
    """As the usual readers of Markdown make it: small letters, no punctuation, a dash for each space."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def _labels() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Every whole text between two tags, and every string of the pages' code: as it stands, and where something is
    filled in, as a pattern."""
    found = {text.strip() for text in [*_of_templates(), *_of_code("app/web", "app/services/imports/blanks.py")]}
    whole = frozenset(text for text in found if _ANY not in text)
    partly = [text for text in found - whole if len(_CHINESE.findall(text)) >= 3]
    return whole, tuple(re.compile(".+?".join(map(re.escape, text.split(_ANY)))) for text in partly)


@cache
def _texts() -> tuple[str, ...]:
    """Everything the portal can say, a sentence or a page each."""
    pages = (_plain(path.read_text(encoding="utf-8"), "") for path in _templates())
    return (*_of_code("app"), *pages)


def _templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def _of_templates() -> Iterator[str]:
    for path in _templates():
        source = path.read_text(encoding="utf-8")
        for code in re.findall(r"\{[{%].*?[%}]\}", source, re.DOTALL):
            yield from (text for pair in re.findall(r"\"([^\"]*)\"|'([^']*)'", code) for text in pair)
        yield from _plain(source, "\n").split("\n")


def _plain(source: str, between: str) -> str:
    """A template without its tags: a placeholder where something is filled in, `between` where a tag was."""
    source = re.sub(r"\{#.*?#\}|<span class=\"sr\">.*?</span>", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%.*?%\}", between, re.sub(r"\{\{.*?\}\}", _ANY, source, flags=re.DOTALL), flags=re.DOTALL)
    return re.sub(r"<[^<>]*>", between, source)


def _of_code(*places: str) -> Iterator[str]:
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Constant(value=str(text)):
                        yield text
                    case ast.JoinedStr(values=values):
                        yield "".join(str(each.value) if isinstance(each, ast.Constant) else _ANY for each in values)
