"""`python -m bench million_entries` in small: every figure is printed, of data that breaks few rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import million
from bench.many_programmes import Size
from tests.databases import Server

SMALL = Size(programmes=4, entries=2_000, own_units=20, cases=10, due_cases=5)
PUBLIC = {
    "home", "archive", "past_period", "list", "list_by_unit", "nominee", "search_name", "search_sound", "search_unit",
}  # fmt: skip
STAFF = {
    "cases", "cases_page", "cases_sorted", "cases_words", "cases_number", "case", "nominees", "nominees_words",
    "nominee", "periods", "periods_words", "period", "entries", "record", "record_page", "record_words",
    "record_number", "record_action", "programmes",
}  # fmt: skip


@pytest.mark.soak
def test_every_figure_is_printed_with_both_percentiles_its_rate_and_both_processors(
    postgresql_server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    million.measure(postgresql_server.empty(), tmp_path, SMALL, seconds=0.05)
    figures = {figure["name"]: figure for figure in map(json.loads, capsys.readouterr().out.splitlines())}
    rows = figures.pop("million_rows")
    assert rows["entries"] in range(2_000, 2_011)
    assert rows["programmes"] == 4
    wanted = {f"public_{name}" for name in PUBLIC} | {f"staff_{name}" for name in STAFF}
    wanted |= {"settlement", "check", "backup"}
    assert set(figures) == {f"million_{name}" for name in wanted}
    for figure in figures.values():
        assert figure["p99_ms"] >= figure["p50_ms"] > 0, figure
        assert figure["per_second"] > 0, figure
        assert figure["count"] > 0, figure
        assert {"cpu_ms", "database_cpu_ms"} <= set(figure), figure
    assert figures["million_settlement"]["cases"] == SMALL.due_cases
