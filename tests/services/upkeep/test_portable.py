"""Rows leave as lines of JSON and come back exactly; a type without a portable kind is refused (R37)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Column, MetaData, Table, Uuid, delete, func, select

from app.models import CaseNote, Nominee
from app.models.base import Base
from app.services.upkeep import portable
from tests.world import World


def test_every_column_of_every_table_has_a_portable_kind() -> None:
    for table in Base.metadata.sorted_tables:
        assert portable.kinds_of(table).keys() == set(table.columns.keys())


def test_a_type_without_a_kind_is_refused() -> None:
    with pytest.raises(KeyError, match="no portable kind"):
        portable.kinds_of(Table("t", MetaData(), Column("id", Uuid())))


def test_lines_come_in_the_order_of_the_key_and_load_as_they_were(world: World) -> None:
    users = Base.metadata.tables["second_factors"]
    with world.database.reader() as session:
        connection = session.connection()
        before = connection.execute(select(users).order_by(*users.primary_key.columns)).all()
        lines = list(portable.lines_of(connection, users))
        assert [json.loads(line)["user_id"] for line in lines] == [row.user_id for row in before]
    with world.database.writer() as session:
        connection = session.connection()
        connection.execute(delete(users))
        assert portable.load(connection, users.name, portable.kinds_of(users), lines) == len(before) > 0
        assert connection.execute(select(users).order_by(*users.primary_key.columns)).all() == before


def test_an_id_that_was_given_out_is_remembered(world: World) -> None:
    with world.database.reader() as session:
        connection = session.connection()
        most = session.scalar(select(func.max(Nominee.id)))
        assert portable.find_last_id(connection, Base.metadata.tables["nominees"]) == most
        assert portable.find_last_id(connection, Base.metadata.tables[CaseNote.__tablename__]) == 0
