"""The project's own rules, checked on its source: imports go down only, one clock, one bleach, no foreign host."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# `app/data` holds what is handed out, programs for others to run among it: no part of the application.
SOURCES = sorted(path for path in (ROOT / "app").rglob("*.py") if ROOT / "app" / "data" not in path.parents)
# Each may import those below it, and its own. Single modules directly in `app` that stand in no row are checked apart.
LAYERS: list[set[str]] = [
    {"app.web", "app.cli", "app.processes", "app.demo"},
    {"app.services"},
    {
        "app.models",
        "app.calendars",
        "app.channels",
        "app.database",
        "app.evidence",
        "app.notices",
        "app.papers",
        "app.sealing",
    },
    {"app.domain"},
]
HEIGHT = {name: height for height, names in enumerate(reversed(LAYERS)) for name in names}
# One word a subject, the same in every layer (docs/architecture.md). What all subjects of a layer share: `shared`.
SUBJECTS = {
    "accounts", "award", "calendar", "cases", "imports", "messages", "nominees", "objections", "office", "papers",
    "periods", "programmes", "record", "upkeep",
}  # fmt: skip
BESIDE_SUBJECTS = {
    "app/domain": {"refusals"},
    "app/models": {"arrivals", "base", "document", "drawing", "expressions", "letters", "phrases", "stored_file"},
    "app/web": {"factory", "bodies"},
}
MOST_MODULES = 25
# Tests that go through a whole layer, not through one module of it.
WALKS = {
    "tests/web/shared/test_hostile_text.py",
    "tests/cli/test_gongshi.py",
    "tests/papers/test_annexes.py",
    "tests/papers/test_letters.py",
    "tests/papers/test_page_ends.py",
    "tests/papers/test_same_for_everybody.py",
    "tests/papers/test_looks.py",
    "tests/domain/test_no_case_without_a_hand.py",
    "tests/domain/test_paper_is_as_good_as_the_web.py",
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache  # each of forty tests reads the imports of every file
def imports_of(path: Path) -> tuple[str, ...]:
    """Every module a file names in an import, wherever in the file it stands, as a full dotted name."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(names)


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


def test_pages_and_processes_do_not_know_each_other() -> None:
    """The console and the server start the web by its factory; the web imports neither."""
    for path in SOURCES:
        if module_of(path).startswith("app.web"):
            wanted = [name for name in imports_of(path) if layer_of(name) in HEIGHT and layer_of(name) != "app.web"]
            assert all(HEIGHT[str(layer_of(name))] < HEIGHT["app.web"] for name in wanted), path


def test_no_module_is_in_a_circle_of_imports() -> None:
    known = {module_of(path) for path in SOURCES}

    def home(name: str) -> str | None:
        """Return the module that defines an imported name."""
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name or None

    def below(module: str, path: Path) -> set[str]:
        """Return the modules that a module loads. A package imported for one module counts as that module only."""
        return {there for name in imports_of(path) if (there := home(name)) and there != module}

    waiting = {module_of(path): below(module_of(path), path) for path in SOURCES}
    while free := {module for module, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {module: needs for module, needs in waiting.items() if module not in free}
    assert waiting == {}


def test_no_subject_of_the_services_is_in_a_circle() -> None:
    """Folder by folder: code that two subjects need of each other belongs into one of them, or below both."""
    waiting: dict[str, set[str]] = {}
    for path in SOURCES:
        layer, _, rest = module_of(path).partition("app.services.")
        if layer == "" and "." in rest:
            subject = rest.partition(".")[0]
            wanted = {name.split(".")[2] for name in imports_of(path) if name.startswith("app.services.")}
            waiting.setdefault(subject, set()).update(wanted - {subject})
    assert waiting
    while free := {subject for subject, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {subject: needs for subject, needs in waiting.items() if subject not in free}
    assert waiting == {}


def test_one_list_of_subjects_serves_every_layer() -> None:
    """The folders of a layer, or its modules where it has no folders, are subjects."""
    for layer in ("app/domain", "app/services", "app/web", "app/models", "templates"):
        folders = {path.name for path in (ROOT / layer).iterdir() if path.is_dir() and path.name != "__pycache__"}
        modules = {path.stem for path in (ROOT / layer).glob("*.py") if path.stem != "__init__"}
        assert folders | modules <= SUBJECTS | {"shared"} | BESIDE_SUBJECTS.get(layer, set()), layer


def test_no_folder_holds_too_many_modules() -> None:
    folders = {path.parent for path in SOURCES}
    counts = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_a_modules_tests_are_found_in_one_guess() -> None:
    """tests/<layer>/<subject>/test_<module>.py, or …/test_<module>_….py, tests app/<layer>/<subject>/<module>.py."""
    untested = []
    for path in SOURCES:
        inside = path.relative_to(ROOT / "app")
        folder = ROOT / "tests" / inside.parent
        found = [*folder.glob(f"test_{path.stem}.py"), *folder.glob(f"test_{path.stem}_*.py")]
        if path.stem != "__init__" and not found and not is_tested_elsewhere(path):
            untested.append(str(inside))
    assert untested == []


# Whole folders whose modules are tested together, and where.
TESTED_TOGETHER = {
    "models": "tables: tests/models holds their constraints and migrations, the use cases what they keep",
    "demo": "the demonstration is built and looked at as one: tests/demo",
    "domain/refusals": "each sentence is met where its rule refuses; tests/domain/refusals/test_base.py reads them all",
    "services/record/checks": "each invariant has its corruption: tests/services/record/test_checks.py",
    "services/papers": "each paper is printed and read: tests/papers/test_looks.py, tests/web/papers",
    "web": "pages are tested by what a reader meets at their addresses: tests/web/<subject>, tests/browser",
}


def is_tested_elsewhere(path: Path) -> bool:
    """Tell whether a module needs no test file of its own name.

    It lies in one of TESTED_TOGETHER; it has no function, only words and tables; no module outside of its folder knows
    it; or it is a piece of the services without a use case of its own, which use cases and pages go through.
    """
    inside = path.relative_to(ROOT / "app").as_posix()
    if any(inside.startswith(folder + "/") for folder in TESTED_TOGETHER):
        return True
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    return not functions or knows_only_its_folder(path) or has_no_use_case(inside, functions)


def knows_only_its_folder(path: Path) -> bool:
    """Tell whether nobody imports a module but its neighbours, whose tests then go through it."""
    name = module_of(path)
    users = {other.parent for other in SOURCES if other != path and name in modules_imported_by(other)}
    return users == {path.parent} and {path.parent / "__init__.py"} != {
        other for other in SOURCES if name in modules_imported_by(other)
    }


@cache
def modules_imported_by(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, or imports names of."""
    names = set(imports_of(path))
    return frozenset(names | {name.rpartition(".")[0] for name in names})


def has_no_use_case(inside: str, functions: list[ast.FunctionDef]) -> bool:
    """Tell whether a module of the services has no use case: it is called inside of those that have their tests."""
    marked = {dotted(mark) for function in functions for mark in function.decorator_list}
    return inside.startswith("services/") and "use_case" not in marked


def test_every_test_file_is_of_a_module() -> None:
    """Every test file has the name of its module. Tests of tools/ are in tests/tools/."""
    for layer in (
        "domain",
        "services",
        "web",
        "cli",
        "calendars",
        "channels",
        "evidence",
        "notices",
        "papers",
        "processes",
        "tools",
    ):
        for path in sorted((ROOT / "tests" / layer).rglob("test_*.py")):
            folder = (ROOT if layer == "tools" else ROOT / "app") / path.parent.relative_to(ROOT / "tests")
            name = path.stem.removeprefix("test_")
            there = {module.stem for module in [*folder.glob("*.py"), *folder.glob("*/")]}
            walk = str(path.relative_to(ROOT)) in WALKS
            assert walk or any(name == module or name.startswith(module + "_") for module in there), path


def test_nobody_imports_the_factory_but_whoever_starts_the_portal() -> None:
    users = {module_of(path) for path in SOURCES if "app.web.factory.create_app" in set(imports_of(path))}
    assert users == {"app.processes.server"}


def test_the_portal_runs_without_the_tools() -> None:
    for path in SOURCES:
        assert [name for name in imports_of(path) if name.partition(".")[0] == "tools"] == [], path


def test_the_rules_use_the_standard_library_alone() -> None:
    for path in SOURCES:
        if module_of(path).startswith("app.domain"):
            for name in imports_of(path):
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("app.domain."), f"{path} imports {name}"


def test_the_rules_and_use_cases_name_no_city() -> None:
    """Where an award is made, and what is of one notice alone, is data (app/data/notices)."""
    for path in SOURCES:
        if module_of(path).startswith(("app.domain", "app.services", "app.models", "app.papers")):
            assert not re.search("曲靖|云南", path.read_text("utf-8")), path


@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("flask", ("app.web", "app.processes.server")),
        ("flask_login", ("app.web",)),
        ("flask_limiter", ("app.web",)),
        ("limits", ("app.web.shared.limits",)),
        ("altcha", ("app.web.shared.challenge",)),
        ("flask_wtf", ("app.web",)),
        ("wtforms", ("app.web",)),
        ("bleach", ("app.richtext",)),
        ("markdown", ("app.richtext",)),
        ("holidays", ("app.calendars",)),
        ("granian", ("app.processes.server",)),
        ("click", ("app.cli",)),
        ("alembic", ("app.database",)),
        ("argon2", ("app.services.accounts.passwords",)),
        ("zxcvbn", ("app.services.accounts.passwords",)),
        ("pyotp", ("app.services.accounts.second_factor",)),
        ("openpyxl", ("app.sheets", "app.papers")),
        ("docx", ("app.papers",)),
        ("docxtpl", ("app.papers",)),
        ("segno", ("app.web.shared.qr", "app.papers")),
        ("cryptography", ("app.sealing", "app.signing", "app.channels.timestamps")),
        ("structlog", ("app.logs", "app.web.shared.requests")),
        ("prometheus_client", ("app.web.shared.metrics",)),
        ("boto3", ("app.evidence",)),
        ("botocore", ("app.evidence",)),
        ("PIL", ("app.evidence",)),
        ("requests", ("app.channels", "app.web.accounts.provider")),
        ("smtplib", ("app.channels.mail",)),
        ("imaplib", ("app.channels.bounces",)),
        ("icalendar", ("app.web.messages.feeds",)),
        ("rfc3161_client", ("app.channels.timestamps",)),
        ("huey", ("app.services.messages.queue",)),
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
    """Files stay short enough to be read."""
    lines = {module_of(path): path.read_text("utf-8").count("\n") for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > 420} == {}


# --- names and signatures -----------------------------------------------------------------------


def test_no_public_class_name_stands_twice() -> None:
    """Whoever searches for a class finds one. Classes within a class (WTForms' `Meta`) have the outer one's name."""
    modules: dict[str, list[str]] = {}
    for path in SOURCES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules.setdefault(node.name, []).append(module_of(path))
    assert {name: places for name, places in modules.items() if len(places) > 1} == {}


MOST_PARAMETERS = 7


def test_no_function_takes_too_many_parameters() -> None:
    """More want a dataclass with a name of the field, as `PeriodPlan` is one."""
    long = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if len(given) - (given[0].arg in ("self", "cls") if given else 0) > MOST_PARAMETERS:
                    long.add(f"{module_of(path)}.{node.name}")
    assert long == set()


# --- locks ---------------------------------------------------------------------------------------


def _refreshes(calls: list[ast.Call]) -> bool:
    """Whether one of these calls is told `populate_existing=True`."""
    told = [keyword for call in calls for keyword in call.keywords if keyword.arg == "populate_existing"]
    return any(isinstance(keyword.value, ast.Constant) and keyword.value.value is True for keyword in told)


def stale_locks(source: str) -> list[int]:
    """The lines of a source that lock rows and may answer with what the session read before the lock (SECURITY 52).

    `session.get(…, with_for_update=…)` wants `populate_existing=True` beside it; a function with a
    `select(…).with_for_update()` wants it too, unless it selects columns alone. `session.refresh` always reads anew.
    """
    stale = []
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        selects = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "select"]
        columns_alone = all(isinstance(what, ast.Attribute) for call in selects for what in call.args)
        for call in calls:
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            locks = any(keyword.arg == "with_for_update" for keyword in call.keywords)
            if method == "with_for_update":
                found = not (_refreshes(calls) or (selects and columns_alone))
            else:
                found = locks and method != "refresh" and not _refreshes([call])
            stale += [call.lineno] if found else []
    return stale


def test_security_52_a_locked_row_is_read_anew() -> None:
    stale = {module_of(path): lines for path in SOURCES if (lines := stale_locks(path.read_text("utf-8")))}
    assert stale == {}


@pytest.mark.parametrize(
    ("stale", "fresh"),
    [
        (
            "session.get(Case, 1, with_for_update=True)",
            "session.get(Case, 1, with_for_update=True, populate_existing=True)",
        ),
        ("session.scalars(select(Case).with_for_update())", "session.execute(select(Case.id).with_for_update())"),
        ("session.get_one(Case, 1, with_for_update=lock)", "session.refresh(case, with_for_update=True)"),
        (
            "session.scalars(select(Case, Case.id).with_for_update())",
            "session.scalars(select(Case).with_for_update().execution_options(populate_existing=True))",
        ),
    ],
)
def test_a_lock_on_what_was_read_before_would_be_found(stale: str, fresh: str) -> None:
    assert stale_locks(f"def lock(session, case, lock):\n    {stale}") == [2]
    assert stale_locks(f"def lock(session, case, lock):\n    {fresh}") == []


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
    folders = ("app", "templates", "static", "migrations", "tests", "tools", "bench", "docs", "deploy", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    for path in files:
        if "__pycache__" not in path.parts and path.suffix not in (".png", ".woff2", ".pyc", ".sqlite", ".ico"):
            assert not outside.search(path.read_text("utf-8", errors="replace")), path
