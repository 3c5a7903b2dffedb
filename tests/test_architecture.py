"""The house keeps its plan: imports go down only, one clock, one place for each dangerous thing."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = sorted((ROOT / "app").rglob("*.py"))
# What each room may import of the house. A room not named here may import everything.
MAY_IMPORT = {
    "app/domain": {"app.domain"},
    "app/calendars": {"app.domain", "app.calendars"},
    "app/models": {"app.domain", "app.models"},
    "app/services": {"app.domain", "app.calendars", "app.models", "app.services"},
    "app/web": {"app.domain", "app.calendars", "app.models", "app.services", "app.web", "app.clock", "app.database"}
    | {"app.richtext", "config", "app"},
    "app/demo": {"app.domain", "app.calendars", "app.models", "app.services", "app.demo", "app.database"},
}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def within(module: str, allowed: set[str]) -> bool:
    """`app` alone stands for `from app import x`; it does not open every room."""
    return any(module == room or (room != "app" and module.startswith(room + ".")) for room in allowed)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_go_down_only(room: str) -> None:
    upwards = {
        (named(path), module)
        for path in APP
        if named(path).startswith(room + "/")
        for module in imports_of(path)
        if module.split(".")[0] in ("app", "config", "tests", "bench") and not within(module, MAY_IMPORT[room])
    }
    assert upwards == set()


def test_the_rules_need_nothing_but_the_standard_library() -> None:
    foreign = {
        (named(path), module)
        for path in APP
        if named(path).startswith("app/domain/")
        for module in imports_of(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("app.domain")
    }
    assert foreign == set()


@pytest.mark.parametrize(
    ("module", "rooms"),
    [
        ("flask", {"app/__init__.py", "app/server.py", "app/web/"}),
        ("bleach", {"app/richtext.py"}),
        ("markdown", {"app/richtext.py"}),
        ("holidays", {"app/calendars/china.py"}),
        ("argon2", {"app/services/accounts.py"}),
    ],
)
def test_each_library_has_its_one_room(module: str, rooms: set[str]) -> None:
    users = {named(path) for path in APP if any(name.split(".")[0] == module for name in imports_of(path))}
    assert {user for user in users if not any(user.startswith(room) for room in rooms)} == set()
    assert users, f"nobody uses {module}"


def calls_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_nobody_but_the_clock_asks_what_time_it_is() -> None:
    asking = re.compile(r"(datetime|date)\.(now|utcnow|today)$|^time\.(time|monotonic)$")
    users = {named(path) for path in APP if any(asking.search(call) for call in calls_of(path))}
    assert users == {"app/clock.py"}


def test_nobody_but_the_settings_reads_the_environment() -> None:
    users = {named(path) for path in APP if re.search(r"os\.(environ|getenv)", path.read_text())}
    assert users == set()
    assert "os.environ" in (ROOT / "config.py").read_text()


def pages() -> list[Path]:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.*")]
    return [path for path in files if "vendor" not in path.parts]


def test_no_page_names_another_host() -> None:
    elsewhere = {
        (named(path), address)
        for path in pages()
        for address in re.findall(r"(?:https?:)?//[\w.-]+", path.read_text())
        if address != "http://www.w3.org" and re.search(r"\.[a-z]{2,}", address)
    }
    assert elsewhere == set()


def test_no_page_has_script_or_style_of_its_own() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    assert {named(path) for path in pages() if path.suffix == ".html" and inline.search(path.read_text())} == set()


def test_no_file_is_too_long_to_be_read() -> None:
    """Short rooms: signs, not limits, but a file of six hundred lines has stopped being read."""
    long = {named(path): lines for path in APP if (lines := path.read_text().count("\n")) > 400}
    assert long == {}
