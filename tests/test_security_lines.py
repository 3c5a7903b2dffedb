"""Each line of docs/security.md is proven by tests named after it, and the page names them: found from either end.

`python -m tests.test_security_lines` writes the names into the page anew.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security.md"
NAME = re.compile(r"test_security_(\d\d)_")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| .*\|$", re.MULTILINE)


def proofs() -> dict[int, list[str]]:
    """What proves each line, file by file, as the page writes it."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (match := NAME.match(node.name)):
                where = str(path.relative_to(ROOT / "tests"))
                found[int(match[1])][where].append(node.name.removeprefix(match[0]))
    return {
        line: [f"`{where}`: {', '.join(sorted(names))}" for where, names in sorted(files.items())]
        for line, files in found.items()
    }


def with_proofs(page: str) -> str:
    """The page with the names of today's tests in its last column."""
    there = proofs()
    return ROW.sub(lambda row: f"| {row[1]} | {row[2]} | {'<br>'.join(there.get(int(row[1]), []))} |", page)


def test_every_line_is_on_the_page_and_proven() -> None:
    lines = [int(row[1]) for row in ROW.finditer(PAGE.read_text("utf-8"))]
    assert lines == sorted(set(lines))
    assert lines[:39] == list(range(1, 40))
    assert sorted(proofs()) == lines


def test_the_page_names_the_tests_there_are() -> None:
    page = PAGE.read_text("utf-8")
    assert page == with_proofs(page), "python -m tests.test_security_lines writes the page anew"


if __name__ == "__main__":
    PAGE.write_text(with_proofs(PAGE.read_text("utf-8")), "utf-8")
