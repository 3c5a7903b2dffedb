"""The console's commands on the calendar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.database import Database
from app.models import CalendarNotice
from tests.cli.console import Run
from tests.data import STATE_COUNCIL, STATUTORY_2027

NOTICES = STATE_COUNCIL


def table(run: Run, year: int) -> list[dict[str, Any]]:
    done = run("calendar", "table", str(year), "--json")
    assert done.exit_code == 0, done.output
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


# "opens": "last_day"
WINDOWS_OF_2026 = {
    "2026-01-04": "2026-01-08",  # a make-up Sunday
    "2026-02-09": "2026-02-13",
    "2026-02-10": "2026-02-14",  # Saturday the 14th works
    "2026-02-11": "2026-02-24",  # over 春节, the 15th to the 23rd
    "2026-02-14": "2026-02-27",
    "2026-02-24": "2026-02-28",  # Saturday the 28th works
    "2026-09-18": "2026-09-23",  # Sunday the 20th works
    "2026-09-20": "2026-09-24",
    "2026-09-24": "2026-10-08",  # over 中秋节 and 国庆节
    "2026-09-29": "2026-10-10",  # Saturday the 10th works
    "2026-10-08": "2026-10-13",
    "2026-12-25": "2026-12-31",  # the last day that fits
}


def test_the_table_of_a_year_has_a_row_for_each_working_day_without_any_database(nowhere: Run) -> None:
    rows = table(nowhere, 2026)
    assert len(rows) == 248  # 261 weekdays, 19 of them off, 6 weekend days that work
    assert len({row["opens"] for row in rows}) == len(rows)
    windows = {row["opens"]: row["last_day"] for row in rows if "last_day" in row}
    assert {opens: windows[opens] for opens in WINDOWS_OF_2026} == WINDOWS_OF_2026
    refused = [row for row in rows if "refusal" in row]
    assert [row["opens"] for row in refused] == ["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]
    assert all("2027年的放假调休安排尚未载入" in row["refusal"] for row in refused)
    row = next(row for row in rows if row["opens"] == "2026-09-18")
    assert row.keys() == {"opens", "last_day", "days"}
    assert [(day["date"], day["kind"], day["ordinal"]) for day in row["days"]] == [
        ("2026-09-18", "workday", 1),
        ("2026-09-19", "weekend", None),
        ("2026-09-20", "makeup", 2),
        ("2026-09-21", "workday", 3),
        ("2026-09-22", "workday", 4),
        ("2026-09-23", "workday", 5),
    ]


def test_a_year_without_a_notice_is_refused_by_name(nowhere: Run) -> None:
    [row] = table(nowhere, 2027)
    assert row["opens"] == "2027-01-01"
    assert "2027年的放假调休安排尚未载入" in row["refusal"]
    assert "2027-01-01  2027年的放假调休安排尚未载入" in nowhere("calendar", "table", "2027").stdout
    for year in ("1999", "2101", "next", "２０２６x"):
        assert nowhere("calendar", "table", year).exit_code == 2


GOOD = {
    "notice": "国办发明电〔2026〕1号",
    "published": "2024-11-04",
    "off": STATUTORY_2027,
    "work": [],
}


def notices(database: Database) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count(CalendarNotice.id))) or 0


def test_a_notice_that_is_wrong_anywhere_is_not_loaded_at_all(database: Database, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    for content, said in (
        (b"", "内容为空"),
        (b'{"2027": {"notice": "x",}}', "第1行第"),
        (b"\xc4\xea\xb7\xdd", "不是 UTF-8 编码"),
        (json.dumps({"2027": GOOD | {"off": GOOD["off"][1:]}}).encode(), "缺少法定节假日2027-01-01"),
        (json.dumps({"2027": GOOD, "2028": {"notice": "half"}}).encode(), "2028.published"),
        (NOTICES.read_bytes().replace(b'"2026-01-04"', b'"2026-01-05"'), "2026.work[0]"),
    ):
        file.write_bytes(content)
        done = run("calendar", "load", str(file))
        assert (done.exit_code, said in done.stderr) == (1, True), done.output
        assert "Traceback" not in done.output
        assert notices(database) == 0
    assert run("calendar", "load", str(tmp_path / "missing.json")).exit_code == 2


def test_a_loaded_notice_counts_from_then_on(database: Database, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"2027": GOOD}).encode())  # as Windows Notepad saves it
    done = run("calendar", "load", str(file))
    assert (done.exit_code, done.stdout) == (0, "已载入 2027 年：国办发明电〔2026〕1号\n")
    assert notices(database) == 1
    windows = {row["opens"]: row.get("last_day") for row in table(run, 2026)}
    assert windows["2026-12-31"] == "2027-01-07"  # the Friday off, and a weekend
    assert len(table(run, 2027)) > 200
    newer = GOOD | {"notice": "国办发明电〔2026〕9号", "work": ["2026-12-27"]}  # a Sunday before the year begins
    file.write_text(json.dumps({"2027": newer}, ensure_ascii=False))
    assert run("calendar", "load", str(file)).exit_code == 0
    assert {row["opens"]: row.get("last_day") for row in table(run, 2026)}["2026-12-25"] == "2026-12-30"
