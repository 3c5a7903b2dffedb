"""Opinions of the authorities: one letter for many of a unit, put right without sending its scan again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.refusals import BadValue, WrongState
from app.models import Opinion, OpinionOutcome
from app.services.nominees import opinions
from tests.files import vault_in
from tests.qujing import Authority
from tests.standing import answer, scan
from tests.world import World, at

NOW = "2026-09-17 Thu 10:00"
WITH_REMARK = {"outcome": OpinionOutcome.NEGATIVE, "text": "有一项待查"}

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it that the two do differently


def record(world: World, folder: Path, nominees: list[int], *, scanned: bool, **changes: object) -> None:
    said, vault = answer(Authority.POLICE, NOW, **changes), vault_in(folder, world.key)
    letter = scan() if scanned else None
    world.run(opinions.record_opinion, vault, nominees, said, letter, by=world.actor("office"), now=at(NOW))


@sqlite
def test_a_word_is_put_right_with_the_scan_that_stands(world: World, tmp_path: Path) -> None:
    pair = world.nominees[:2]
    record(world, tmp_path, pair, scanned=True)
    record(world, tmp_path, pair, scanned=False, **WITH_REMARK)
    with world.database.reader() as session:
        rows = session.scalars(select(Opinion).order_by(Opinion.id)).all()
        assert len(rows) == 4
        assert len({row.document_id for row in rows}) == 1, "one letter for both, and for its correction"
        standing = opinions.find_latest(session, pair)
        assert {standing[each][Authority.POLICE].outcome for each in pair} == {OpinionOutcome.NEGATIVE}
        assert [each.counts for each in opinions.list_opinions(session, pair[0])] == [True, False]


@sqlite
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "scan"),  # none was sent before
        ({"dated": at("2026-09-18 Fri 09:00").date()}, "dated"),  # tomorrow
        ({"dated": at("2025-09-01 Mon 09:00").date()}, "dated"),  # over a year ago
        ({"outcome": OpinionOutcome.NEGATIVE}, "text"),  # without its words
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    world: World, tmp_path: Path, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        record(world, tmp_path, world.nominees[:1], scanned=False, **changes)
    assert refused.value.field == field


@sqlite
def test_one_letter_is_about_nominees_of_one_unit(world: World, tmp_path: Path) -> None:
    with pytest.raises(WrongState, match="不是同一个推荐单位的"):
        record(world, tmp_path, [world.nominees[0], world.others[0]], scanned=True)
    assert list(vault_in(tmp_path, world.key).store.names()) == []
