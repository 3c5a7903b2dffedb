"""Which names of persons are real ones (R14, R15)."""

from __future__ import annotations

import pytest

from app.domain.objections.real_names import why_no_real_name

ANONYMOUS = ("匿名", "匿名群众", "一名群众", "群众代表", "知情人", "热心市民", "不愿透露", "***", "12345", "网友")
HALF = ("王女士", "李先生", "王 女士", "王某", "王某某", "某职工", "张三（化名）", "化名：李四", "陈老师", "刘师傅")
REAL = ("赵小禾", "王明", "欧阳修远", "阿依古丽·买买提", "群小明", "热依汗", "先小生", "Anna Zhang")


@pytest.mark.parametrize("name", ANONYMOUS)
def test_who_gives_no_name_is_told_of_the_other_ways(name: str) -> None:
    assert "匿名反映不按异议办理，可以改用本页所列的电话或者信件反映" in why_no_real_name(name)


@pytest.mark.parametrize("name", HALF)
def test_who_gives_half_a_name_is_asked_for_the_real_one_and_told_that_it_is_safe(name: str) -> None:
    why = why_no_real_name(name)
    assert "姓名全名" in why
    assert "看不到" in why


@pytest.mark.parametrize("name", REAL)
def test_a_real_name_passes(name: str) -> None:
    assert why_no_real_name(name) == ""
