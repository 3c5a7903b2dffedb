"""What a programme is set up from, and what of it does not fit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.domain.accounts.staffing import Position, fault_of_login, manages
from app.domain.cases.states import Actor, Role
from app.domain.programmes.contacts import Contact, faults_of_contact
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


def test_a_contact_block_holds_no_private_number() -> None:
    good = Contact("0874-3120000转8012", "麒麟区文昌街78号", "qlqpx@example.gov.cn", "工作日 8:30-12:00，14:00-17:30")
    assert faults_of_contact(good) == []
    for field, text in (
        ("phone", "13800000000"),
        ("phone", "0874-3120000，138 0000 0000"),
        ("address", "门卫老王１３８００００００００"),
        ("hours", "+86 138-0000-0000"),
        ("phone", ""),
        ("address", "一\n二"),
        ("hours", "字" * 121),
        ("email", "没有邮箱"),
        ("email", "a@localhost"),
    ):
        assert [fault.field for fault in faults_of_contact(replace(good, **{field: text}))] == [field], text


def test_login_names_are_plain() -> None:
    for login in ("qilin01", "zhang.san", "a-b", "0874"):
        assert fault_of_login(login) == ""
    for login in ("", "a", "Qilin", "张三", "a b", "-ab", "a" * 61, "ab\n", "<b>", "ab ", "Аdmin"):
        assert fault_of_login(login), login


def test_who_manages_whom() -> None:
    """Unit 1 is the office, 2 and 3 recommend, 20 belongs to 2 and 30 to 3."""
    above = {1: None, 2: 1, 3: 1, 20: 2, 30: 3}
    everywhere = {(role, unit) for role in Role for unit in above}
    own = {(role, unit) for role in (Role.HEAD, Role.HANDLER) for unit in (2, 20)}
    lower = {(role, 20) for role in (Role.HEAD, Role.HANDLER)}
    for role, unit, expected in (
        (Role.OFFICE, 1, everywhere),
        (Role.HEAD, 2, own),
        (Role.HEAD, 20, lower),
        (Role.HANDLER, 2, set()),
        (Role.AUDITOR, 1, set()),
    ):
        actor = Actor(99, role, unit)
        managed = {(r, u) for r, u in everywhere if manages(actor, Position(r, u, above[u]))}
        assert managed == expected, (role, unit)
