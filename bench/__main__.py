"""`python -m bench [NAME …]`: every measurement, or the named ones, one JSON object a line on standard output."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path

from bench import (
    checks,
    cold_pages,
    grouping,
    hosts,
    list_page,
    million,
    objections,
    record,
    settlement,
    staff_pages,
)

MEASUREMENTS = {
    "list_page": list_page.run,
    "cold_pages": cold_pages.run,
    "objections_sqlite": objections.run_sqlite,
    "objections_postgresql": objections.run_postgresql,
    "settlement": settlement.run,
    "grouping": grouping.run,
    "record_postgresql": record.run,
    "hosts": hosts.run,
    "standby_delay": hosts.run_standby,
    "staff_pages": staff_pages.run_sqlite,
    "staff_pages_postgresql": staff_pages.run_postgresql,
    "million_entries": million.run,
    "check_million_rows": checks.run,
    "check_million_rows_postgresql": checks.run_postgresql,
}


def main(names: list[str]) -> None:
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no measurement {', '.join(sorted(unknown))}: there are {', '.join(MEASUREMENTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped on a signal too
    for name in names or MEASUREMENTS:
        with tempfile.TemporaryDirectory(prefix="gongshi-bench-") as home:
            MEASUREMENTS[name](Path(home))


if __name__ == "__main__":
    main(sys.argv[1:])
