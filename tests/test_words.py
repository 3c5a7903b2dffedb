"""docs/words.md: one thing has one name. What it forbids stands in no template, script, or string of the code."""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WORDS = (ROOT / "docs" / "words.md").read_text("utf-8")
ROW = re.compile(r"^\| (?!word \|)(\S[^|]*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
FORBIDDEN = [(word, variant) for word, _, variants in ROW.findall(WORDS) for variant in variants.split(", ")]
# Texts of somebody else, word for word, and what is read from papers that were made before.
QUOTED = {
    ("app/domain/cases/clauses.py", "规定时间"): "the notice's sentence, which every 公示公告 so far has announced",
    ("app/data/notices/qujing-2025.toml", "规定时间"): "the notice, letter for letter",
    ("app/data/notices/qujing-2025.toml", "工作专班"): "the notice, letter for letter",
    ("app/demo/cast.py", "工作专班"): "the full name of the notice's own office",
    ("app/demo/programmes.py", "工作专班"): "the same, which signs the demonstration's papers",
    ("app/cli/upkeep.py", "%m-%d %H:%M"): "lines of a terminal, which other programs read",
    ("app/domain/programmes/programme_book.py", "工作专班"): "a name in workbooks that were handed out before",
}


def said_in(path: Path) -> Iterator[str]:
    """What a file may say to a reader: all of a template, the strings of a module without its docstrings."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as paper:
            yield re.sub(r"<[^>]+>", "", paper.read("word/document.xml").decode())
        return
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
        return
    tree = ast.parse(text)
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained | inside:
            yield node.value


def files() -> list[Path]:
    kinds = (
        *(("templates", "*.html"), ("templates", "*.txt"), ("templates", "*.docx"), ("static/js", "*.js")),
        *(("app", "*.py"), ("app", "*.toml")),
    )
    pages = (ROOT / "deploy" / "pages").glob("*.html")
    return sorted([*(path for folder, kind in kinds for path in (ROOT / folder).rglob(kind)), *pages])


def test_the_list_is_read_whole() -> None:
    assert len(FORBIDDEN) > 40
    assert WORDS.count("\n| ") - 5 == len({word for word, _ in FORBIDDEN})  # five heads of tables


def test_a_word_is_not_forbidden_by_another_line() -> None:
    named = [word for word, _, _ in ROW.findall(WORDS)]
    assert [(word, variant) for word, variant in FORBIDDEN for other in named if variant in other] == []


def test_no_page_paper_or_message_writes_it_another_way() -> None:
    found = {
        (str(path.relative_to(ROOT)), variant)
        for path in files()
        for text in said_in(path)
        for _, variant in FORBIDDEN
        if variant in text
    }
    assert found - set(QUOTED) == set()
    assert set(QUOTED) - found == set()  # every exception is still needed


@pytest.mark.parametrize(
    "written",
    ["请在规定时间内办结", "满五个工作日", "由市工作专班办理", "{{ x | end_moment }}前补充", "没有办成", "先进个人0名"],
)
def test_a_forbidden_word_would_be_found(written: str) -> None:
    assert any(variant in written for _, variant in FORBIDDEN)
