"""README.md and docs/*.md name nothing that is not there: paths, modules, what stands in them, links, subjects."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from tests.test_architecture import SUBJECTS

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
MADE = {"instance", "build"}  # what a run makes: .gitignore
TOP = sorted(
    path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in MADE and not path.name.startswith(".")
)
IN_CODE = re.compile(r"`([^`\n]+)`")
# `app/services/cases/flood.py`, `tests/faults`; <subject> stands for each of them.
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(TOP)})/[\w./<>*-]*")
MODULE = re.compile(r"(?<![\w/.-])app(?:\.\w+)+")
# `file_objection` in `app/services/objections/intake.py`
STANDS_IN = re.compile(r"`(\w+)` (?:in|of)\s+`(app/[\w/]+\.py)`")
MAKE = re.compile(r"\bmake ([a-z]+)\b")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img src=\"([^\"]+)\"")


def read_code_spans(page: Path) -> list[str]:
    return IN_CODE.findall(re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL))


@cache
def find_names(path: Path) -> set[str]:
    """What a module defines at its top, and the methods of its classes."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def is_there(path: str) -> bool:
    """`*` and <subject> stand for anything; docs/security.md names tests from their own folder."""
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/.")
    return any(ROOT.glob(pattern)) or any((ROOT / "tests").glob(pattern))


def is_module(name: str) -> bool:
    """A module, or something that a module defines."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:count])
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if file.is_file():
            rest = parts[count:]
            return not rest or rest[0] in find_names(file)
    return False


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    named = {path for span in read_code_spans(page) for path in PATH.findall(span)}
    assert sorted(path for path in named if not is_there(path)) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    named = {name for span in read_code_spans(page) for name in MODULE.findall(span)}
    assert sorted(name for name in named if not is_module(name)) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_what_a_page_says_stands_in_a_module_does(page: Path) -> None:
    said = STANDS_IN.findall(page.read_text("utf-8"))
    assert [(name, path) for name, path in said if name not in find_names(ROOT / path)] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = {unquote(link or picture) for link, picture in LINK.findall(page.read_text("utf-8"))}
    assert sorted(link for link in links if "://" not in link and not (page.parent / link).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    named = {name for span in read_code_spans(page) for name in MAKE.findall(span)}
    assert sorted(named - targets) == []


def test_the_commands_that_run_tests_are_told_and_ci_leaves_out_no_test() -> None:
    for path in (ROOT / "README.md", ROOT / "docs" / "CONTRIBUTING.md"):
        named = {name for span in read_code_spans(path) for name in MAKE.findall(span)}
        assert {"test", "quick", "walks", "soak"} <= named
    commands = [line for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines() if line.startswith("make ")]
    assert commands == ["make test", "make walks MINUTES=45"]
    recipes = dict(re.findall(r"^(test|walks):.*\n\t(.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert recipes == {
        "test": "$(BIN)/python -m pytest -n 2 --dist worksteal",
        "walks": "$(BIN)/python -m pytest -m soak -n 2 --dist worksteal $(if $(MINUTES),--minutes $(MINUTES))",
    }


def test_every_page_is_listed() -> None:
    listed = {unquote(link) for link, _ in LINK.findall((ROOT / "docs" / "README.md").read_text("utf-8"))}
    there = {path.name for path in (ROOT / "docs").iterdir() if path.is_file() and path.name != "README.md"}
    assert there - listed == set()


def test_the_map_has_every_subject_once() -> None:
    table = (ROOT / "README.md").read_text("utf-8").partition("| subject |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(SUBJECTS)


def test_every_decision_stands_under_a_heading_and_is_dated() -> None:
    _, *sections = (ROOT / "docs" / "decisions.md").read_text("utf-8").split("\n## ")
    entries = [entry for section in sections for entry in section.strip().split("\n\n")[1:]]
    assert [entry[:60] for entry in entries if not re.match(r"\d{4}-\d\d-\d\d · \*\*", entry)] == []


def test_what_runs_before_a_commit_is_what_make_check_runs() -> None:
    """And from this machine alone: every hook is local."""
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    recipe = re.search(r"^check:.*\n((?:\t.+\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe is not None
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    assert repository["repo"] == "local"
    assert [hook["entry"] for hook in repository["hooks"]] == commands


def test_asvs_judges_every_requirement_once_and_counts_right() -> None:
    page = (ROOT / "docs" / "asvs.md").read_text("utf-8")
    rows = re.findall(r"^\| V(\d+\.\d+\.\d+) \| (met|does not apply|\*\*open\*\*) \| .+ \| .+ \|$", page, re.MULTILINE)
    said = re.search(r"(\d+) in all: (\d+) met, (\d+) do not apply, (\d+) open", page)
    assert said is not None
    judged = [state for _, state in rows]
    counts = [len(judged), *(judged.count(state) for state in ("met", "does not apply", "**open**"))]
    assert counts == [int(count) for count in said.groups()]
    assert counts[0] == len({number for number, _ in rows}) == 253  # levels 1 and 2 of ASVS 5.0.0


@pytest.mark.parametrize("gone", ["app/services/intake.py", "app/web/desk/", "tests/nowhere"])
def test_a_path_that_is_gone_is_noticed(gone: str) -> None:
    assert not is_there(gone)


@pytest.mark.parametrize("gone", ["app.ticking.tick", "app.services.cases.flood.nothing", "app.nowhere"])
def test_a_module_that_is_gone_is_noticed(gone: str) -> None:
    assert not is_module(gone)
