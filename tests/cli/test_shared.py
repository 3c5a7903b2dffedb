"""What every command checks before it begins."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.console import KEYS, Run
from tests.data import STATUTORY_2027

GOOD = {
    "notice": "国办发明电〔2026〕1号",
    "published": "2024-11-04",
    "off": STATUTORY_2027,
    "work": [],
}


def test_a_database_without_its_migrations_is_named(nowhere: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    file.write_text(json.dumps({"2027": GOOD}))
    for arguments in (("calendar", "load", str(file)), ("settle",), ("audit", "verify"), ("serve",)):
        done = nowhere(*arguments, **KEYS)
        assert (done.exit_code, "gongshi migrate" in done.stderr) == (1, True), arguments
    assert nowhere("migrate").exit_code == 0
    assert nowhere("migrate").exit_code == 0  # again: nothing to do
    assert nowhere("audit", "verify").exit_code == 0
