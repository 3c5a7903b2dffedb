"""The plan of a programme, and the faults that are found in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.domain.programmes.plan import TEXTS, Places, ProgrammePlan, StageDays, faults_of_places
from app.domain.refusals import Fault
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
    for stage, year, fields in (
        (0, 1, ["starts_1"]),
        (0, 1999, ["starts_1"]),
        (0, 2000, []),
        (3, 2100, []),
        (3, 2101, ["ends_4"]),
        (3, 9999, ["ends_4"]),
    ):
        days = "starts_on" if stage == 0 else "ends_on"
        slip = replace(plain[stage], **{days: getattr(plain[stage], days).replace(year=year)})
        faults = faults_of_stages([slip if span is plain[stage] else span for span in plain])
        assert [fault.field for fault in faults] == fields
        assert all("年份，应在2000到2100之间" in fault.words for fault in faults)


LENGTHS = {
    "title": (4, 200),
    "notice_number": (0, 80),
    "collective_honour": (2, 120),
    "individual_honour": (2, 120),
    "signatory": (0, 120),
    "letter_mark": (0, 8),
    "lapse_clause": (4, 400),
    "upheld_clause": (4, 400),
    "revocation_clause": (0, 400),
}


def test_every_text_has_its_bounds() -> None:
    assert faults_of_texts(PLAN) == []
    assert LENGTHS.keys() == TEXTS.keys()
    for field, (low, high) in LENGTHS.items():
        for length, fits in ((low - 1, False), (low, True), (high, True), (high + 1, False)):
            if length >= 0:
                found = faults_of_texts(replace(PLAN, **{field: "字" * length}))
                bounds = f"{low}到{high}个字" if low else f"最多{high}个字"
                assert [fault.field for fault in found] == ([] if fits else [field]), (field, length)
                assert all(f"请写{bounds}，现在" in fault.words for fault in found)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("title", " 三个字 ", "活动名称请写4到200个字，现在是3个字。"),
        ("title", "", "活动名称请写4到200个字，现在还没有写。"),
        ("letter_mark", "曲" * 9, "文书代字请写最多8个字，现在是9个字。"),
    ],
)
def test_a_text_out_of_its_bounds_says_how_long_it_may_be_and_is(field: str, text: str, words: str) -> None:
    assert faults_of_texts(replace(PLAN, **{field: text})) == [Fault(field, words)]


@pytest.mark.parametrize(("share", "fits"), [(-1, False), (0, True), (10, True), (100, True), (101, False)])
def test_a_share_is_a_percentage(share: int, fits: bool) -> None:
    wrong = Fault("county_share", "县处级比例上限（%）请填0到100的整数，例如10。")
    assert faults_of_texts(replace(PLAN, county_share=share)) == ([] if fits else [wrong])


def test_a_programme_follows_the_notice_in_its_share_and_is_no_demonstration() -> None:
    assert (PLAN.county_share, PLAN.demonstration) == (10, False)


def test_secret_places_lie_within_the_quota() -> None:
    for places, fields in (
        (Places(1, 3, 6, secret_collectives=3, secret_individuals=6), []),
        (Places(1, 3, 6, secret_collectives=4), ["secret_collectives"]),
        (Places(1, 3, 6, secret_individuals=-1), ["secret_individuals"]),
        (Places(1, 0, 9_999), []),
        (Places(1, -1, 10_000), ["collectives", "individuals"]),
        (Places(1, 1, 1, field="字" * 60, heading="字" * 60, note="字" * 120), []),
        (Places(1, 1, 1, field="字" * 61, heading="字" * 61, note="字" * 121), ["field", "heading", "note"]),
    ):
        assert [fault.field for fault in faults_of_places(places)] == fields, places
