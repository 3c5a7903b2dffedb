"""pyproject.toml and the locks agree on each Python and machine: exact, hashed, no host, nothing missing or over."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_architecture import imports_of
from tools.supply.locks import LOCKS, ROOT, RUNTIME, TARGETS, TEST, TOOLS, Lock, Locked, Target, find_missing, read_lock

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
BUILD: list[str] = PROJECT["dependency-groups"]["build"]
DIRECT: list[str] = PROJECT["project"]["dependencies"]
WANTED = {
    RUNTIME: DIRECT + BUILD,
    TEST: DIRECT + BUILD + PROJECT["project"]["optional-dependencies"]["test"],
    TOOLS: PROJECT["dependency-groups"]["tools"],
}
# They are loaded by the name of a database, by Redis' limits, and by zoneinfo.
LOADED_BY_NAME = {"psycopg", "redis", "tzdata"}
PART_OF = {
    "botocore": "boto3",
    "joserfc": "authlib",
    "wtforms": "flask-wtf",
    **dict.fromkeys(("itsdangerous", "jinja2", "markupsafe", "werkzeug"), "flask"),
}
NAMES = [lock.name for lock in LOCKS]


@cache
def locked(lock: Lock) -> tuple[Locked, ...]:
    return tuple(read_lock(ROOT / lock.name))


def on(target: Target, lock: Lock) -> dict[str, str]:
    """The names and versions that a lock installs on a machine."""
    marked = [(line, line.requirement.marker) for line in locked(lock)]
    return {line.name: line.version for line, marker in marked if target.needs(str(marker) if marker else None)}


def reached(wanted: Iterable[str], target: Target) -> set[str]:
    """The names that the wanted ones need there, as the installed packages say it."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(each), "") for each in wanted]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not target.needs(str(requirement.marker), extra):
            continue
        name = canonicalize_name(requirement.name)
        for wish in ("", *requirement.extras):
            if (name, wish) not in found:
                found.add((name, wish))
                waiting += [(Requirement(each), wish) for each in needs_of(name)]
    return {name for name, _ in found}


def needs_of(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # needed on another Python
        return []


@pytest.mark.parametrize("lock", LOCKS, ids=NAMES)
def test_security_59_every_line_is_exact_and_hashed_and_names_no_host(lock: Lock) -> None:
    lines = locked(lock)
    assert len({line.name for line in lines}) == len(lines)
    text = (ROOT / lock.name).read_text("utf-8")
    options = set(re.findall(r"(?<!\S)-{1,2}[a-z][\w-]*", text))
    assert options == {"--hash"}
    assert re.findall(r"\w+://|\b\w+\.(?:org|com|net|cn|io)\b|@", text) == []


@pytest.mark.parametrize("lock", LOCKS, ids=NAMES)
def test_every_wish_of_pyproject_is_met(lock: Lock) -> None:
    for target in TARGETS:
        there = on(target, lock)
        for wish in map(Requirement, WANTED[lock]):
            assert wish.specifier.contains(there[canonicalize_name(wish.name)]), f"{wish} for {target}: make lock"


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("lock", [RUNTIME, TEST], ids=[RUNTIME.name, TEST.name])
def test_security_59_a_lock_has_what_is_needed_there_and_nothing_else(lock: Lock, target: Target) -> None:
    assert set(on(target, lock)) == reached(WANTED[lock], target)


def test_tests_run_with_what_is_served() -> None:
    tested = {line.name: line for line in locked(TEST)}
    assert {line.name: line for line in locked(RUNTIME)}.items() <= tested.items()


def test_the_portal_s_own_packages_are_found_and_no_others() -> None:
    """A folder beside `app` is no package of the portal's: what lies beside the code is found through ROOT."""
    found = PROJECT["tool"]["setuptools"]
    assert (found["packages"]["find"]["include"], found["py-modules"]) == (["app*"], ["config"])


def test_the_portal_is_built_by_what_is_locked() -> None:
    assert PROJECT["build-system"]["requires"] == BUILD


def test_security_59_what_is_installed_is_what_is_locked() -> None:
    """Every install of the Makefile goes by a lock or fetches nothing; operations.md installs by the Makefile."""
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert "pip install" not in operations
    assert operations.count("make .venv/.installed") == 2  # Install, Upgrade
    installs = re.findall(r"^\t.*\$\(PIP\).*$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert len(installs) == 5
    for line in installs:
        assert "--require-hashes" in line or {"--no-deps", "--no-index"} <= set(line.split()), line


def test_every_direct_dependency_is_imported_and_every_import_is_direct() -> None:
    owners = packages_distributions()
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "migrations").rglob("*.py"), ROOT / "config.py"]
    names = {name.partition(".")[0] for file in files for name in imports_of(file)}
    imported = {canonicalize_name(owner) for name in names for owner in owners.get(name, ())} - {"gongshi"}
    direct = {canonicalize_name(Requirement(each).name) for each in DIRECT}
    assert {PART_OF.get(name, name) for name in imported} | LOADED_BY_NAME == direct


def test_a_wheel_that_is_missing_for_one_machine_is_named() -> None:
    there = [
        {"url": f"a/b/thing-1.0-{tags}.whl"}
        for tags in ("cp311-abi3-manylinux_2_28_x86_64", "cp312-cp312-linux_aarch64")
    ]
    package = {"name": "thing", "wheels": there, "marker": "python_version < '3.13'"}
    assert list(find_missing([package])) == ["thing for Python 3.11 on aarch64"]
    assert list(find_missing([{"name": "plain", "wheels": [{"url": "plain-1-py3-none-any.whl"}]}])) == []
    assert len(list(find_missing([{"name": "source", "sdist": {}}]))) == len(TARGETS)
    too_new = {"name": "new", "wheels": [{"url": "new-1-cp311-abi3-manylinux_2_41_x86_64.whl"}]}
    assert len(list(find_missing([too_new]))) == len(TARGETS)


@pytest.mark.parametrize(
    "line",
    [
        "flask>=3 --hash=sha256:" + "a" * 64,
        "flask==3.1.3",
        "flask==3.1.3 --hash=sha256:abc",
        "flask==3.1.3 --hash=md5:" + "a" * 32,
    ],
)
def test_a_line_that_proves_nothing_is_refused(line: str, tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"lock|Expected"):
        list(read_lock(lock))
