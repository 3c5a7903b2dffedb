"""Each line of docs/security.md is proven by tests named after it, and the page names them: found from either end.

`python -m tests.test_security_lines` writes the names into the page anew.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security.md"
NAME = re.compile(r"test_security_(\d\d)_")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| .*\|$", re.MULTILINE)


@cache
def trees() -> dict[Path, ast.Module]:
    """Every file of tests that names a line."""
    sources = {path: path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py"))}
    return {path: ast.parse(source) for path, source in sources.items() if NAME.search(source)}


def proofs() -> dict[int, list[str]]:
    """What proves each line, file by file, as the page writes it."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (match := NAME.match(node.name)):
                where = str(path.relative_to(ROOT / "tests"))
                found[int(match[1])][where].append(node.name.removeprefix(match[0]))
    return {
        line: [f"`{where}`: {', '.join(sorted(names))}" for where, names in sorted(files.items())]
        for line, files in found.items()
    }


def is_soak(node: ast.AST) -> bool:
    """Tell whether all of this is left to the long walks: by a decorator, or by a file's `pytestmark`."""
    return any(isinstance(each, ast.Attribute) and each.attr == "soak" for each in ast.walk(node))


def soaked() -> dict[int, list[bool]]:
    """Of every test of a line, whether `make test` leaves it out."""
    found: dict[int, list[bool]] = defaultdict(list)
    for tree in trees().values():
        marks = [node.value for node in tree.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and (match := NAME.match(node.name)):
                # A mark of some of a test's parameters leaves the others.
                own = [each for each in node.decorator_list if isinstance(each, ast.Attribute)]
                found[int(match[1])].append(any(map(is_soak, [*marks, *own])))
    return found


def with_proofs(page: str) -> str:
    """The page with the names of today's tests in its last column."""
    there = proofs()
    return ROW.sub(lambda row: f"| {row[1]} | {row[2]} | {'<br>'.join(there.get(int(row[1]), []))} |", page)


def test_every_line_is_on_the_page_and_proven() -> None:
    lines = [int(row[1]) for row in ROW.finditer(PAGE.read_text("utf-8"))]
    assert lines == sorted(set(lines))
    assert lines[:39] == list(range(1, 40))
    assert sorted(proofs()) == lines


def test_every_line_has_a_test_in_the_suite() -> None:
    assert [line for line, left_out in sorted(soaked().items()) if all(left_out)] == []


def test_the_page_names_the_tests_there_are() -> None:
    page = PAGE.read_text("utf-8")
    assert page == with_proofs(page), "python -m tests.test_security_lines writes the page anew"


if __name__ == "__main__":
    PAGE.write_text(with_proofs(PAGE.read_text("utf-8")), "utf-8")
