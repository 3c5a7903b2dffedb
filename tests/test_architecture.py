"""The house's own rules, held by reading its source: imports go down only, one clock, one bleach, no foreign host."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "app").rglob("*.py"))
# Each may import those below it, and its own. What stands in no row (richtext, the package itself) is checked apart.
LAYERS: list[set[str]] = [
    {"app.web", "app.cli", "app.server", "app.ticking", "app.importing", "app.demo"},
    {"app.services"},
    {"app.models", "app.calendars", "app.database", "app.evidence", "app.papers", "app.sealing"},
    {"app.domain"},
]
HEIGHT = {name: height for height, names in enumerate(reversed(LAYERS)) for name in names}
BASE = {"app.clock", "config"}  # anybody's


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every module a file names in an import, wherever in the file it stands, as a full dotted name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(name: str) -> str | None:
    return next((layer for layer in HEIGHT if name == layer or name.startswith(layer + ".")), None)


def test_imports_go_down_only() -> None:
    upwards = [
        (module_of(path), imported)
        for path in SOURCES
        for imported in imports_of(path)
        if (here := layer_of(module_of(path))) and (there := layer_of(imported)) and HEIGHT[there] > HEIGHT[here]
    ]
    assert upwards == []


def test_pages_and_programmes_do_not_know_each_other() -> None:
    """The console and the server start the web through the factory; the web starts nobody."""
    for path in SOURCES:
        if module_of(path).startswith("app.web"):
            wanted = [name for name in imports_of(path) if layer_of(name) in HEIGHT and layer_of(name) != "app.web"]
            assert all(HEIGHT[str(layer_of(name))] < HEIGHT["app.web"] for name in wanted), path


def test_nobody_imports_the_factory_but_whoever_starts_the_portal() -> None:
    users = {module_of(path) for path in SOURCES if "app.create_app" in set(imports_of(path))}
    assert users == {"app.server"}


def test_the_rules_use_the_standard_library_alone() -> None:
    for path in SOURCES:
        if module_of(path).startswith("app.domain"):
            for name in imports_of(path):
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("app.domain."), f"{path} imports {name}"


@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("flask", ("app", "app.web", "app.server")),
        ("flask_login", ("app.web",)),
        ("flask_limiter", ("app.web",)),
        ("limits", ("app.web.limits",)),
        ("altcha", ("app.web.challenge",)),
        ("flask_wtf", ("app.web",)),
        ("wtforms", ("app.web",)),
        ("bleach", ("app.richtext",)),
        ("markdown", ("app.richtext",)),
        ("holidays", ("app.calendars",)),
        ("granian", ("app.server",)),
        ("click", ("app.cli",)),
        ("alembic", ("app.database",)),
        ("argon2", ("app.services.passwords",)),
        ("zxcvbn", ("app.services.passwords",)),
        ("pyotp", ("app.services.second_factor",)),
        ("openpyxl", ("app.sheets", "app.papers")),
        ("docx", ("app.papers",)),
        ("docxtpl", ("app.papers",)),
        ("segno", ("app.web.qr", "app.papers")),
        ("cryptography", ("app.sealing",)),
        ("structlog", ("app.logs", "app.web.requests")),
        ("prometheus_client", ("app.web.metrics",)),
        ("boto3", ("app.evidence",)),
        ("botocore", ("app.evidence",)),
        ("PIL", ("app.evidence",)),
    ],
)
def test_each_library_has_its_one_room(library: str, where: tuple[str, ...]) -> None:
    for path in SOURCES:
        if any(name.partition(".")[0] == library for name in imports_of(path)):
            module = module_of(path)
            assert any(module == room or (room != "app" and module.startswith(room + ".")) for room in where), module


def dotted(node: ast.expr) -> str:
    """`dt.datetime.now` of an attribute chain, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (front := dotted(node.value)):
        return f"{front}.{node.attr}"
    return ""


CLOCKS = re.compile(
    r"(^|\.)datetime\.(now|utcnow|today|fromtimestamp)$|(^|\.)date\.today$|^time\.(time|time_ns|localtime|gmtime)$"
)


def test_there_is_one_clock() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and CLOCKS.search(dotted(node)):
                assert path == ROOT / "app" / "clock.py", f"{path}:{node.lineno} reads the clock"


def test_the_environment_is_read_in_one_place() -> None:
    for path in (*SOURCES, ROOT / "config.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and dotted(node) in ("os.environ", "os.getenv", "os.environb"):
                assert path == ROOT / "config.py", f"{path}:{node.lineno} reads the environment"


def test_no_file_is_too_long_to_be_read() -> None:
    """Short rooms: a sign, not a limit, but a file of six hundred lines has stopped being read."""
    lines = {module_of(path): path.read_text("utf-8").count("\n") for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > 400} == {}


# --- what the browser is given -------------------------------------------------------------------

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SERVED = [*TEMPLATES, *(path for path in sorted((ROOT / "static").rglob("*")) if path.is_file())]
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def test_nothing_served_names_another_host() -> None:
    assert TEMPLATES
    for path in SERVED:
        if path.suffix in (".html", ".css", ".js", ".svg"):
            text = path.read_text("utf-8").replace(SVG_NAMESPACE, "")
            assert not re.search(r"https?://|(?:src|href|action)\s*=\s*[\"']?//|url\(\s*[\"']?//|@import", text), path


def test_no_template_has_script_style_or_handlers_inside() -> None:
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle\s*=|javascript:|\|\s*safe\b", text, re.IGNORECASE), path
        assert not re.search(r"<[^>]*\son[a-z]+\s*=", text, re.IGNORECASE), path
        for script in re.findall(r"<script(.*?)</script>", text, re.DOTALL | re.IGNORECASE):
            assert re.fullmatch(r'\s+src="/static/[\w./-]+"(\s+defer)?>', script), path


# --- it stands alone -----------------------------------------------------------------------------


def test_no_file_leans_on_a_place_outside_of_the_project() -> None:
    outside = re.compile(r"(?<![\w.])/" + r"work/|\.\./" + "shared")
    folders = ("app", "templates", "static", "migrations", "tests", "bench", "docs", "deploy", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    for path in files:
        if "__pycache__" not in path.parts and path.suffix not in (".png", ".woff2", ".pyc", ".sqlite", ".ico"):
            assert not outside.search(path.read_text("utf-8", errors="replace")), path
