"""The plan of a programme and its faults in words: texts, four stages, places (annex 1, 六)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.calendar.stages import NoticeStage
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import Fault

# Every text of a programme, with the fewest and the most characters.
TEXTS = {
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
CLAUSE_NAMES = {
    "lapse_clause": "逾期未结论的依据",
    "upheld_clause": "异议成立的依据",
    "revocation_clause": "撤销表彰的依据",
}
SHARE_NAME = "县处级比例上限（%）"
MOST_PLACES = 9999


@dataclass(frozen=True, slots=True)
class StageDays:
    """The days of one stage, both counted."""

    number: int
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class Places:
    """One row of annex 1: what a recommending unit may put forward. Secret nominees are a part of it (R11)."""

    unit_id: int
    collectives: int
    individuals: int
    field: str = ""
    heading: str = ""
    note: str = ""
    secret_collectives: int = 0
    secret_individuals: int = 0


_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class ProgrammePlan:
    """A programme as it is to be. Stages and places may come later, one by one."""

    title: str
    collective_honour: str
    individual_honour: str
    lapse_clause: str
    upheld_clause: str
    notice_number: str = ""
    revocation_clause: str = ""
    signatory: str = ""
    letter_mark: str = ""
    county_share: int = 10
    notice: str = ""  # the key of the notice it follows; "" for the built-in one
    stages: Sequence[StageDays] = ()
    places: Sequence[Places] = ()
    demonstration: bool = False


def text_names(notice: AwardNotice) -> dict[str, str]:
    """Return what forms and sheets call each text, by its key. The notice says what its two honours are called."""
    return {
        "title": "活动名称",
        "notice_number": "通知文号",
        "collective_honour": f"{notice.kind_names[Kind.COLLECTIVE]}称号",
        "individual_honour": f"{notice.kind_names[Kind.INDIVIDUAL]}称号",
        "signatory": "落款单位",
        "letter_mark": "文书代字",
        **CLAUSE_NAMES,
    }


def faults_of_texts(plan: ProgrammePlan, notice: AwardNotice) -> list[Fault]:
    """Return what is wrong with the length of each text, and with the share of 县处级."""
    faults = []
    names = text_names(notice)
    for field, (low, high) in TEXTS.items():
        name = names[field]
        length = len(getattr(plan, field).strip())
        if not low <= length <= high:
            bounds = f"{low}到{high}个字" if low else f"最多{high}个字"
            now = f"现在是{length}个字" if length else "现在还没有写"
            faults.append(Fault(field, f"{name}请写{bounds}，{now}。"))
    if not 0 <= plan.county_share <= 100:
        faults.append(Fault("county_share", f"{SHARE_NAME}请填0到100的整数，例如10。"))
    return faults


def faults_of_stages(spans: Sequence[StageDays], stages: Mapping[int, NoticeStage]) -> list[Fault]:
    """Return the faults of the stages: all four in order, none overlapping.

    A year that nobody means is a slip, and the days around it can't be counted.
    """
    faults, before = [], None
    by_number = {span.number: span for span in spans}
    for number, stage in stages.items():
        span = by_number.get(number)
        if span is None:
            faults.append(Fault(f"starts_{number}", f"请填写{stage.name}的起止日期。"))
            continue
        for field, date in ((f"starts_{number}", span.starts_on), (f"ends_{number}", span.ends_on)):
            if date.year not in _YEARS:
                faults.append(Fault(field, f"请核对{stage.name}的年份，应在{_YEARS[0]}到{_YEARS[-1]}之间。"))
        if span.ends_on < span.starts_on:
            faults.append(
                Fault(f"ends_{number}", f"{stage.name}的结束日期要在{span.starts_on.isoformat()}当天或者以后。")
            )
        if before is not None and span.starts_on <= before.ends_on:
            faults.append(
                Fault(
                    f"starts_{number}",
                    f"{stage.name}要在{stages[before.number].name}结束（{before.ends_on.isoformat()}）以后开始。",
                )
            )
        before = span
    return faults


def faults_of_places(places: Places) -> list[Fault]:
    """Return the faults of one unit's places. Secret places are part of the quota (R11)."""
    faults = []
    for field, secret, name in (
        ("collectives", "secret_collectives", "集体"),
        ("individuals", "secret_individuals", "个人"),
    ):
        number, hidden = getattr(places, field), getattr(places, secret)
        if not 0 <= number <= MOST_PLACES:
            faults.append(Fault(field, f"{name}名额请填0到{MOST_PLACES}的整数。"))
        elif hidden < 0:
            faults.append(Fault(secret, f"涉密{name}请填0或者更大的整数。"))
        elif hidden > number:
            faults.append(Fault(secret, f"涉密{name}包含在名额里，不能多于{name}名额{number}，现在是{hidden}。"))
    for field, name, most in (("field", "所属领域", 60), ("heading", "表彰对象", 60), ("note", "备注", 120)):
        if len(getattr(places, field)) > most:
            faults.append(Fault(field, f"{name}最多{most}个字。"))
    return faults


def proposed_stages(first_day: dt.date, stages: Mapping[int, NoticeStage]) -> list[StageDays]:
    """Propose four stages one after the other, as long as the notice's."""
    spans = []
    for number, stage in stages.items():
        last_day = first_day + dt.timedelta(days=stage.days - 1)
        spans.append(StageDays(number, first_day, last_day))
        first_day = last_day + dt.timedelta(days=1)
    return spans
