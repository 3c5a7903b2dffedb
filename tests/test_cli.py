"""The console: what scripts outside the project call, and what it says when it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select, text

from app.cli import gongshi
from app.database import Database
from app.models import AuditRow, CalendarNotice, Unit, UnitKind, User

NOTICE = Path(__file__).parent / "data" / "state-council-2024-2026.json"


class Console:
    """`gongshi` with an environment of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.url = f"sqlite:///{folder / 'cli.sqlite'}"
        self.environment = {"GONGSHI_DATABASE_URL": self.url, "GONGSHI_INSTANCE_DIR": str(folder)} | environment

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(gongshi, arguments, env=self.environment, input=typed)

    def database(self) -> Database:
        return Database(self.url)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture
def migrated(console: Console) -> Console:
    assert console("migrate").exit_code == 0
    return console


def table(console: Console, year: int) -> list[dict[str, object]]:
    done = console("calendar", "table", str(year), "--json")
    assert done.exit_code == 0, done.output
    rows: list[dict[str, object]] = json.loads(done.output)
    return rows


# "opens": "last_day"
WINDOWS_OF_2026 = {
    "2026-01-04": "2026-01-08",  # a Sunday that works
    "2026-02-09": "2026-02-13",
    "2026-02-10": "2026-02-14",  # Saturday the 14th works
    "2026-02-14": "2026-02-27",  # over 春节, the 15th to the 23rd
    "2026-02-24": "2026-02-28",  # Saturday the 28th works
    "2026-09-18": "2026-09-23",  # Sunday the 20th works
    "2026-09-20": "2026-09-24",
    "2026-09-24": "2026-10-08",  # over 中秋节 and 国庆节
    "2026-10-08": "2026-10-13",  # Saturday the 10th works
    "2026-12-25": "2026-12-31",
}


def test_the_table_of_a_year_has_a_row_for_every_day_on_which_a_window_could_open(console: Console) -> None:
    rows = table(console, 2026)
    assert len(rows) == 248  # 365 days less 104 weekend days, 20 weekdays off and 7 on the other way round
    assert {row["opens"]: row.get("last_day") for row in rows if row["opens"] in WINDOWS_OF_2026} == WINDOWS_OF_2026
    refused = [row["opens"] for row in rows if "refusal" in row]
    assert refused == ["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]
    assert all("2027年" in str(row["refusal"]) for row in rows if "refusal" in row)


def test_a_row_explains_every_day_of_its_window(console: Console) -> None:
    row = next(row for row in table(console, 2026) if row["opens"] == "2026-09-18")
    days = row["days"]
    assert isinstance(days, list)
    assert [(day["date"], day["kind"], day["ordinal"]) for day in days] == [
        ("2026-09-18", "workday", 1),
        ("2026-09-19", "weekend", None),
        ("2026-09-20", "makeup", 2),
        ("2026-09-21", "workday", 3),
        ("2026-09-22", "workday", 4),
        ("2026-09-23", "workday", 5),
    ]


def test_a_year_without_a_notice_is_refused_by_its_name(console: Console) -> None:
    rows = table(console, 2027)
    assert [set(row) for row in rows] == [{"opens", "refusal"}]
    assert "2027年的放假调休安排尚未载入" in str(rows[0]["refusal"])


def test_a_loaded_notice_opens_the_next_year(migrated: Console, tmp_path: Path) -> None:
    off = ["2027-01-01", "2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03"]
    notice = {
        "2027": {"notice": "国办发明电〔2026〕9号", "published": "2026-11-10", "off": off, "work": ["2026-12-27"]}
    }
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(notice, ensure_ascii=False))
    done = migrated("calendar", "load", str(file))
    assert (done.exit_code, "已载入 2027 年" in done.output) == (0, True)
    assert {row["opens"]: row["last_day"] for row in table(migrated, 2026)}["2026-12-25"] == "2026-12-30"
    assert len(table(migrated, 2027)) > 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"2027": ', "第1行"),
        (b'{"2027": {"notice": "x", "published": "2026-11-10", "off": ["2027-01-32"], "work": []}}', "2027.off[0]"),
        ("{}".encode("utf-16"), "UTF-8"),
        (NOTICE.read_bytes().replace(b'"2026-01-04"', b'"2026-01-05"'), "2026.work[0]"),
    ],
)
def test_a_bad_notice_is_refused_whole(migrated: Console, tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    done = migrated("calendar", "load", str(file))
    assert done.exit_code == 1
    assert says in done.output
    with migrated.database().reader() as session:
        assert session.scalar(select(func.count()).select_from(CalendarNotice)) == 0


def test_a_database_without_its_schema_is_named_not_stumbled_over(console: Console) -> None:
    for command in (["settle"], ["audit", "verify"], ["calendar", "load", str(NOTICE)]):
        done = console(*command)
        assert (done.exit_code, "gongshi migrate" in done.output) == (1, True)


def test_the_record_is_verified_and_a_broken_one_found(migrated: Console) -> None:
    assert migrated("calendar", "load", str(NOTICE)).exit_code == 0
    whole = migrated("audit", "verify")
    assert (whole.exit_code, "完整：3条" in whole.output) == (0, True)
    with migrated.database().reader() as session:
        head = session.scalars(select(AuditRow.hash).order_by(AuditRow.id.desc())).first()
    assert str(head) in whole.output
    with create_engine(migrated.url).begin() as connection:
        connection.execute(text("DROP TRIGGER audit_rows_no_update"))
        connection.execute(text("UPDATE audit_rows SET actor = 'user:1' WHERE id = 2"))
    broken = migrated("audit", "verify")
    assert (broken.exit_code, "第2条内容被改动" in broken.output) == (1, True)


def test_an_account_is_added_for_a_unit_that_exists_with_a_password_that_is_long_enough(migrated: Console) -> None:
    with migrated.database().writer() as session:
        session.add(Unit(kind=UnitKind.OFFICE, name="市工作专班"))
        session.commit()
    add = ["user", "add", "zhou", "--name", "周工", "--role", "office"]
    short = migrated(*add, "--password", "short")
    assert (short.exit_code, "15到200字" in short.output) == (1, True)
    nowhere = migrated(*add, "--unit", "没有的单位", "--password", "a long enough password")
    assert (nowhere.exit_code, "没有的单位" in nowhere.output) == (1, True)
    assert migrated(*add, "--password", "a long enough password").exit_code == 0
    twice = migrated(*add, "--password", "a long enough password")
    assert (twice.exit_code, "已经有人用了" in twice.output) == (1, True)
    with migrated.database().reader() as session:
        assert session.scalars(select(User.login)).all() == ["zhou"]


@pytest.mark.parametrize(
    "environment",
    [{}, {"GONGSHI_SECRET_KEY": "x" * 40}, {"GONGSHI_SECRET_KEY": "x" * 40, "GONGSHI_IDENTITY_KEY": "short"}],
)
def test_real_people_are_not_served_with_keys_anybody_knows(tmp_path: Path, environment: dict[str, str]) -> None:
    done = Console(tmp_path, **environment)("serve")
    missing = "GONGSHI_IDENTITY_KEY" if environment else "GONGSHI_SECRET_KEY"
    assert (done.exit_code, missing in done.output) == (1, True)


def test_a_setting_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    done = Console(tmp_path, GONGSHI_PORT="eighty")("settle")
    assert (done.exit_code, "GONGSHI_PORT" in done.output) == (1, True)
