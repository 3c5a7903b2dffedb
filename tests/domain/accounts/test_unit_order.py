"""The office, recommending units as annex 1 has them, then others by sound; own units below theirs by sound."""

from __future__ import annotations

from app.domain.accounts.unit_order import UnitPlace, by_sound, place_of


def test_every_list_of_units_has_one_order() -> None:
    annex = {2: 0, 1: 1}
    office = UnitPlace(True, 9, "市级专班", False, "市级专班")
    first, second = (
        UnitPlace(False, 2, "市委政法委", False, "市委政法委"),
        UnitPlace(False, 1, "安宁区", False, "安宁区"),
    )
    own, earlier = UnitPlace(False, 2, "市委政法委", True, "综合科"), UnitPlace(False, 2, "市委政法委", True, "办公室")
    by_name, later = UnitPlace(False, 5, "白水镇", False, "白水镇"), UnitPlace(False, 4, "沾益区", False, "沾益区")
    wanted = [office, first, earlier, own, second, by_name, later]
    backwards = wanted[::-1]
    assert sorted(backwards, key=lambda unit: place_of(unit, annex)) == wanted


def test_common_names_are_sorted_as_they_sound() -> None:
    names = ["张", "安", "李", "陈", "王", "白"]
    assert sorted(names, key=by_sound) == ["安", "白", "陈", "李", "王", "张"]
