"""What an import's page tells of its problems, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.refusals import (
    ImportHasProblems,
)
from tests.lists import checked, person, read, receive, sheet, told
from tests.services.imports.confirmed import confirm
from tests.world import World


def test_every_problem_is_named_by_row_and_nothing_is_imported(roomy: World, folder: Path) -> None:
    rows = [person(0), person(0, name="张三"), person(2, awards=""), person(3, id_number="530302198003010012")]
    import_id = checked(roomy, folder, {"a.xlsx": sheet(rows, unit="罗平县")})
    assert told(roomy, import_id) == [
        (0, "推荐单位", "写的是“罗平县”"),
        (6, "身份证号码", "与第5行重复"),
        (7, "何时何地受过何种奖励", "没有填写"),
        (8, "身份证号码", "校验不通过，至少有一位写错了"),
    ]
    before = roomy.everything()
    with pytest.raises(ImportHasProblems) as refused:
        confirm(roomy, import_id)
    assert refused.value.problems == 4
    assert roomy.everything() == before


def test_the_same_person_from_two_units_is_told_to_the_office_by_name_and_to_a_unit_without(
    roomy: World, folder: Path
) -> None:
    theirs = receive(roomy, folder, {"a.xlsx": sheet([person(0)], unit="罗平县")}, "stranger", roomy.luoping)
    read(roomy, folder, theirs)
    confirm(roomy, theirs, "stranger")
    ours = checked(roomy, folder, {"a.xlsx": sheet([person(0, unit="别的写法")])})
    assert told(roomy, ours) == [(5, "身份证号码", "已由其他单位推荐")]
    assert told(roomy, ours, to_office=True) == [(5, "身份证号码", "已由罗平县推荐")]
