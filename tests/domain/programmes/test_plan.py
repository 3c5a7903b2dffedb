"""The plan of a programme, and the faults that are found in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.domain.programmes.plan import TEXTS, Places, ProgrammePlan, StageDays, faults_of_places
from tests.qujing import faults_of_stages, faults_of_texts, proposed_stages

PLAN = ProgrammePlan("曲靖市2025年评选表彰", "先进集体", "先进个人", "第四部分（二）3", "第七部分（二）")


def spans(text: str) -> list[StageDays]:
    """`"1 10-16 11-01, 2 11-02 11-14"` of 2025."""
    rows = [part.split() for part in text.split(",")]
    return [StageDays(int(n), *(dt.date.fromisoformat(f"2025-{day}") for day in days)) for n, *days in rows]


def test_a_new_programme_proposes_the_timetable_of_the_notice() -> None:
    notice = "1 10-16 11-01, 2 11-02 11-14, 3 11-15 11-30, 4 12-01 12-31"
    assert proposed_stages(dt.date(2025, 10, 16)) == spans(notice)
    assert faults_of_stages(spans(notice)) == []


@pytest.mark.parametrize(
    ("timetable", "fields"),
    [
        ("1 10-16 10-16, 2 10-17 10-17, 3 10-18 10-18, 4 10-19 10-19", []),  # a day each
        ("1 10-16 11-01, 2 11-05 11-14, 3 11-20 11-30, 4 12-01 12-31", []),  # with days between
        ("1 10-16 11-01, 2 11-01 11-14, 3 11-15 11-30, 4 12-01 12-31", ["starts_2"]),  # one day in both
        ("1 10-16 10-15, 2 11-02 11-14, 3 11-15 11-30, 4 12-01 12-31", ["ends_1"]),
        ("1 10-16 11-01, 2 11-02 11-14, 3 12-15 12-20, 4 12-01 12-31", ["starts_4"]),
        ("1 10-16 11-01, 3 11-15 11-30", ["starts_2", "starts_4"]),
        ("2 11-02 11-14, 1 10-16 11-01, 4 12-01 12-31, 3 11-15 11-30", []),  # in whatever order they are handed over
    ],
)
def test_stages_come_one_after_the_other(timetable: str, fields: list[str]) -> None:
    assert [fault.field for fault in faults_of_stages(spans(timetable))] == fields


def test_a_year_that_nobody_means_is_a_slip() -> None:
    plain = spans("1 10-16 11-01, 2 11-02 11-14, 3 11-15 11-30, 4 12-01 12-31")
    for stage, year, fields in ((0, 1, ["starts_1"]), (3, 9999, ["ends_4"])):
        days = "starts_on" if stage == 0 else "ends_on"
        slip = replace(plain[stage], **{days: getattr(plain[stage], days).replace(year=year)})
        faults = faults_of_stages([slip if span is plain[stage] else span for span in plain])
        assert [fault.field for fault in faults] == fields
        assert "年份，应在2000到2100之间" in faults[0].words


def test_every_text_has_its_bounds_and_says_how_long_it_is() -> None:
    assert faults_of_texts(PLAN) == []
    for field, (low, high) in TEXTS.items():
        for length, fits in ((low - 1, False), (low, True), (high, True), (high + 1, False)):
            if length >= 0:
                found = faults_of_texts(replace(PLAN, **{field: "字" * length}))
                assert [fault.field for fault in found] == ([] if fits else [field]), (field, length)
    assert "现在是3个字" in faults_of_texts(replace(PLAN, title=" 三个字 "))[0].words
    assert [fault.field for fault in faults_of_texts(replace(PLAN, county_share=101))] == ["county_share"]


def test_secret_places_lie_within_the_quota() -> None:
    for places, fields in (
        (Places(1, 3, 6, secret_collectives=3, secret_individuals=6), []),
        (Places(1, 3, 6, secret_collectives=4), ["secret_collectives"]),
        (Places(1, 3, 6, secret_individuals=-1), ["secret_individuals"]),
        (Places(1, -1, 10_000), ["collectives", "individuals"]),
        (Places(1, 1, 1, field="字" * 61, heading="字" * 61, note="字" * 121), ["field", "heading", "note"]),
    ):
        assert [fault.field for fault in faults_of_places(places)] == fields, places
