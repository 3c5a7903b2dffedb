"""Asks pip-audit what is known against the versions in the locks: `make audit`.

exit 0   nothing is known against any of them
exit 1   something is: each is named with the version that mends it
exit 2   nobody could be asked from here, so nothing is known either way
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.supply.locks import LOCKS, ROOT

SERVICES = ("pypi", "osv")  # asked in this order until one answers
_OPTIONS = (
    *("--disable-pip", "--require-hashes", "--progress-spinner", "off"),
    *("--format", "json", "--timeout", "10"),
)
_LONGEST = 600  # seconds for one lock


def main(services: Sequence[str] = SERVICES) -> int:
    """Print what is known and return the exit status."""
    status = 0
    for lock in LOCKS:
        report = _ask(ROOT / lock.name, services)
        if report is None:
            print(f"{lock.name}: could not be asked ({', '.join(services)} out of reach). Nothing is known either way.")
            status = 2
            continue
        found = list(find_known(report))
        print(f"{lock.name}: {len(report['dependencies'])} packages asked about, {len(found)} findings")
        print(*(f"  {line}" for line in found), sep="\n", end="\n" if found else "")
        status = status or (1 if found else 0)
    return status


def find_known(report: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each thing known against a package, of pip-audit's report in JSON."""
    for package in report["dependencies"]:
        if reason := package.get("skip_reason"):
            yield f"{package['name']}: not asked about, {reason}"
        for known in package.get("vulns", ()):
            mended = ", ".join(known["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {known['id']}, mended in {mended}"


def _ask(lock: Path, services: Sequence[str]) -> dict[str, Any] | None:
    """Return the report of the first service that answers, None where none does.

    One package is asked about first: an index without such a service says of every package that it does not know it.
    """
    for service in services:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / lock.name
            first.write_text(re.split(r"^(?=\S)", lock.read_text("utf-8"), flags=re.MULTILINE)[-1], encoding="utf-8")
            if answers(_report(first, service)):
                report = _report(lock, service)
                if answers(report):
                    return report
    return None


def answers(report: dict[str, Any] | None) -> bool:
    """Tell whether a service knew any of the packages that it was asked about."""
    return report is not None and not all("skip_reason" in package for package in report["dependencies"])


def _report(lock: Path, service: str) -> dict[str, Any] | None:
    asked = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(lock),
        *_OPTIONS,
        "--vulnerability-service",
        service,
    ]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=_LONGEST)  # noqa: S603
        report: dict[str, Any] = json.loads(told.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or SERVICES))
