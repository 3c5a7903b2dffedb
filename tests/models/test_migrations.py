"""What is there when a version comes in keeps its meaning: migrated with the rows of the version before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from app.database import Database
from app.models import Opinion, Programme
from tests.conftest import copy_of_template

NOW = dt.datetime(2026, 9, 18, 1, 0, tzinfo=dt.UTC)
AUTHORITIES = ("discipline", "personnel", "police", "audit")


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database at migration 0008, without a row."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path}/gongshi.sqlite")
    else:
        made = Database(copy_of_template(request.getfixturevalue("postgresql_url"), tmp_path / "2", "template0"))
    made.migrate(revision="0008")
    yield made
    made.dispose()


def filled(database: Database) -> None:
    """A programme with one nominee and an opinion of each of the four authorities, as version 0008 kept them."""
    rows: list[tuple[str, dict[str, object]]] = [
        ("units", {"id": 1, "kind": "office", "name": "专班"}),
        ("units", {"id": 2, "kind": "recommender", "name": "麒麟区", "parent_id": 1}),
        ("users", {"id": 1, "login": "office", "name": "周工", "role": "office", "unit_id": 1, "password_hash": "-"}),
        (
            "programmes",
            {
                "id": 7,
                "title": "一次评选",
                "notice_number": "",
                "collective_honour": "先进集体",
                "individual_honour": "先进个人",
                "lapse_clause": "第四部分",
                "upheld_clause": "第七部分",
                "demonstration": False,
                "created_at": NOW,
            },
        ),
        (
            "nominees",
            {
                "id": 3,
                "programme_id": 7,
                "kind": "individual",
                "name": "张三",
                "unit_id": 2,
                "recommender_id": 2,
                "position": 1,
                "post": "",
                "category": "",
                "trade": "",
                "deeds": "事迹",
            },
        ),
    ]
    for authority in AUTHORITIES:
        opinion = {"nominee_id": 3, "authority": authority, "outcome": "not_asked", "text": "不涉及"}
        rows.append(("opinions", opinion | {"dated": NOW.date(), "recorded_by": 1, "recorded_at": NOW}))
    with database.writer() as session:
        for name, values in rows:
            there = as_it_was(database, name)
            needed = [each for each in there.c if not each.nullable and each.server_default is None]
            empty = {each.name: each.type.python_type() for each in needed if each.name not in ("id", *values)}
            session.execute(there.insert().values(empty | values))
        session.commit()


def as_it_was(database: Database, name: str) -> Table:
    """A table as it stands there: the models know of newer columns."""
    return Table(name, MetaData(), autoload_with=database.engine)


def test_0009_programmes_follow_the_notice_that_stood_in_the_code_and_opinions_stay(older: Database) -> None:
    filled(older)
    before = constraints_of(older)
    older.migrate()
    with older.reader() as session:
        assert session.scalars(select(Programme)).one().rules.key == "qujing-2025"
        kept = [(row.id, row.authority, row.text, row.dated) for row in session.scalars(select(Opinion))]
    assert kept == [(n, authority, "不涉及", NOW.date()) for n, authority in enumerate(AUTHORITIES, start=1)]
    assert before - constraints_of(older) == {"ck_opinions_authority"}
    assert constraints_of(older) <= before
    assert [index["name"] for index in inspect(older.engine).get_indexes("opinions")] == ["ix_opinions_nominee_id"]


def constraints_of(database: Database) -> set[str | None]:
    looked = inspect(database.engine)
    found = [*looked.get_check_constraints("opinions"), *looked.get_foreign_keys("opinions")]
    return {each["name"] for each in found} | {looked.get_pk_constraint("opinions")["name"]}


@pytest.mark.parametrize(
    "wrong", [{"outcome": "perhaps"}, {"text": ""}, {"outcome": "favourable"}, {"nominee_id": 99}, {"recorded_by": 99}]
)
def test_0009_what_else_an_opinion_must_hold_is_still_held(older: Database, wrong: dict[str, object]) -> None:
    filled(older)
    older.migrate()
    values = {"nominee_id": 3, "authority": "water", "outcome": "not_asked", "text": "不涉及"}
    values |= {"dated": NOW.date(), "recorded_by": 1, "recorded_at": NOW}
    with older.writer() as session:
        session.execute(as_it_was(older, "opinions").insert().values(values))
        session.commit()
    with older.writer() as session, pytest.raises(IntegrityError):
        session.execute(as_it_was(older, "opinions").insert().values(values | wrong))
