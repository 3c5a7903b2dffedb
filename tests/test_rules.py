"""docs/rules.md has every rule that is cited anywhere, and every rule that the code keeps has a test that cites it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = (ROOT / "docs" / "rules.md").read_text("utf-8")
HEADING = re.compile(r"^### R(\d+) · .+$", re.MULTILINE)
CITATION = re.compile(r"\bR(\d{1,2})\b")
RANGE = re.compile(r"\bR(\d{1,2})\s*(?:-|–|to)\s*R(\d{1,2})\b")
IN_A_NAME = re.compile(r"_r(\d{1,2})(?=_|$)")
MARK = "▲"
FOLDERS = ("app", "bench", "deploy", "docs", "migrations", "static", "templates", "tests")
TEXTS = {".css", ".html", ".js", ".md", ".py", ".toml", ".yml", ".yaml", ".conf"}
# Rules that nothing keeps yet, each with the reason. Whoever builds one takes it off this list.
PENDING: dict[int, str] = {}


def read_rules() -> dict[int, str]:
    """Each rule's number with its text."""
    parts = HEADING.split(RULES)
    return {int(number): text.partition("\n## ")[0] for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def find_citations(text: str) -> set[int]:
    """The numbers a text cites; `R20-R23` cites four."""
    found = {int(number) for number in CITATION.findall(text)}
    for first, last in RANGE.findall(text):
        found |= set(range(int(first), int(last) + 1))
    return found


def read_texts() -> Iterator[tuple[Path, str]]:
    """Every file of the project that people write."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in TEXTS]
    for path in [*paths, ROOT / "README.md", ROOT / "config.py"]:
        yield path, path.read_text("utf-8")


def find_tests() -> dict[int, set[str]]:
    """The tests of each rule: it stands in the docstring of their file, in their own, or in their name."""
    found: dict[int, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        where = str(path.relative_to(ROOT))
        for number in find_citations(ast.get_docstring(tree) or ""):
            found[number].add(where)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                named = {int(number) for number in IN_A_NAME.findall(node.name)}
                for number in named | find_citations(ast.get_docstring(node) or ""):
                    found[number].add(f"{where}::{node.name}")
    return found


def test_each_rule_has_one_number_and_a_text() -> None:
    numbers = [int(number) for number in HEADING.findall(RULES)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [number for number, text in read_rules().items() if not text.strip()] == []


def test_every_rule_that_is_cited_exists() -> None:
    known = set(read_rules())
    unknown = {str(path.relative_to(ROOT)): find_citations(text) - known for path, text in read_texts()}
    assert {path: numbers for path, numbers in unknown.items() if numbers} == {}


def test_every_rule_that_the_code_keeps_has_a_test() -> None:
    tests = find_tests()
    assert [f"R{number}" for number in read_rules() if number not in PENDING and not tests[number]] == []


def test_a_pending_rule_has_no_test_yet() -> None:
    tests = find_tests()
    built = {f"R{number}": sorted(tests[number]) for number in PENDING if tests[number]}
    assert built == {}, "take it off PENDING, and the mark off its text in docs/rules.md"


def test_the_page_marks_what_is_pending() -> None:
    """A pending rule is marked as a whole; a rule that is kept begins with what holds today."""
    marked = {number for number, text in read_rules().items() if text.lstrip().startswith(MARK)}
    assert marked == PENDING.keys()


def test_a_mark_stands_at_the_beginning_of_a_paragraph() -> None:
    """So a reader can tell what holds today from what does not."""
    paragraphs = [part for text in read_rules().values() for part in re.split(r"\n\s*\n", text.strip())]
    assert [part for part in paragraphs if MARK in part.removeprefix(MARK)] == []
