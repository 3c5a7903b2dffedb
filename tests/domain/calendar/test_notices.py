"""A holiday notice is taken whole, or refused with the place named (R2)."""

import copy
import datetime as dt
import json

import pytest

from app.calendars.china import festivals_of
from app.domain.calendar.notices import Notice, eve_of, longest_holiday, read_notices, require_plausible
from app.domain.refusals import BadNotice, HolidayTooLong
from tests.data import STATE_COUNCIL

FIXED_DAYS = ["2027-01-01", "2027-05-01", "2027-10-01", "2027-10-02", "2027-10-03"]
SOUND = {
    "notice": "国办发明电〔2026〕1号",
    "published": "2026-11-04",
    "off": [*FIXED_DAYS, "2027-10-04"],
    "work": ["2027-10-09"],  # a Saturday
}


def document(**changes: object) -> str:
    """A sound document for 2027 with some fields changed; None takes the field out."""
    body = {key: value for key, value in {**SOUND, **changes}.items() if value is not None}
    return json.dumps({"2027": body}, ensure_ascii=False)


# --- refused -------------------------------------------------------------------------------------

NOT_JSON = [
    # text, where, part of the problem
    ("", "全文", "内容为空"),
    (" \n\t", "全文", "内容为空"),
    ("2027", "全文", "以年份为键"),
    ("[]", "全文", "以年份为键"),
    ("null", "全文", "以年份为键"),
    ("{}", "全文", "没有任何年份"),
    ("[" * 100_000, "全文", "嵌套过深"),
    ("{", "第1行第2列", "JSON 格式有误"),
    ('{"2027": {}}}', "第1行第13列", "JSON 格式有误"),
    ('{\n  "2027": {\n    "off": [,]\n  }\n}', "第3行第13列", "JSON 格式有误"),
    ("{'2027': {}}", "第1行第2列", "引号"),
    ('{"2027": {}, "2028": {}, "2027": {}}', "2027", "写了两次"),
    ('{"2027": {"off": [], "work": [], "off": ["2027-01-01"]}}', "2027.off", "写了两次"),
    ('{"2027": ' + "1" * 5_000 + "}", "2027", "应是一个 JSON 对象"),
]

BAD_YEAR = [
    ('{"27": {}}', "27", "四位数字"),
    ('{"20270": {}}', "20270", "四位数字"),
    ('{"0027": {}}', "0027", "四位数字"),
    ('{"2027年": {}}', "2027年", "四位数字"),
    ('{"２０２７": {}}', "２０２７", "四位数字"),  # full-width digits
    ('{"": {}}', "''", "四位数字"),
    (f'{{"{"2" * 40}": {{}}}}', "2" * 40, "四位数字"),
    (f'{{"{"2" * 41}": {{}}}}', f"'{'2' * 40}'", "四位数字"),  # shortened
    (r'{"\ud800": {}}', r"'\ud800'", "四位数字"),  # must not end up raw in a page or a log
    ('{"2027": []}', "2027", "应是一个 JSON 对象"),
    ('{"2027": "国办"}', "2027", "应是一个 JSON 对象"),
]

BAD_FIELD = [
    ({"notice": None}, "2027.notice", "缺少"),
    ({"published": None}, "2027.published", "缺少"),
    ({"off": None}, "2027.off", "缺少"),
    ({"work": None}, "2027.work", "缺少"),
    ({"holidays": []}, "2027.holidays", "不认识"),
    ({"estimated": True}, "2027.estimated", "不认识"),  # a document can't claim or disclaim that
    ({"notice": 7}, "2027.notice", "应是文字"),
    ({"notice": "  "}, "2027.notice", "不能为空"),
    ({"notice": "号" * 201}, "2027.notice", "最多200个字"),
    ({"notice": "1号\x00"}, "2027.notice", "无法显示"),
    ({"notice": "1号\ud800"}, "2027.notice", "无法显示"),
    ({"source": ["gov.cn"]}, "2027.source", "应是文字"),
    ({"source": ""}, "2027.source", "不能为空"),
    ({"published": 20261104}, "2027.published", "应是日期"),
    ({"published": "20261104"}, "2027.published", "应是日期"),
    ({"published": "2026-11-31"}, "2027.published", "没有2026-11-31这一天"),
    ({"off": "2027-01-01"}, "2027.off", "列表"),
    ({"work": {}}, "2027.work", "列表"),
]

BAD_DAYS = [
    ({"off": []}, "2027.off", "没有任何放假日期"),
    ({"off": [*FIXED_DAYS, 5]}, "2027.off[5]", "应是日期"),
    ({"off": ["1月1日", *FIXED_DAYS]}, "2027.off[0]", "应是日期"),
    ({"off": [*FIXED_DAYS, "2027-1-2"]}, "2027.off[5]", "应是日期"),
    ({"off": [*FIXED_DAYS, "2027-W01-1"]}, "2027.off[5]", "应是日期"),
    ({"off": [*FIXED_DAYS, "2027-02-29"]}, "2027.off[5]", "没有2027-02-29这一天"),
    ({"off": [*FIXED_DAYS, "2026-12-19"]}, "2027.off[5]", "2026-12-20至2027-12-31"),
    ({"off": [*FIXED_DAYS, "2028-01-01"]}, "2027.off[5]", "2026-12-20至2027-12-31"),
    ({"off": [*FIXED_DAYS, "2027-05-01"]}, "2027.off[5]", "2027-05-01写了两次"),
    ({"work": ["2026-12-19"]}, "2027.work[0]", "不在2027年通知的范围"),
    ({"work": ["2027-10-09", "2027-10-09"]}, "2027.work[1]", "写了两次"),
    ({"work": ["2027-10-09", "2027-10-11"]}, "2027.work[1]", "2027-10-11是星期一"),
    ({"work": ["2027-10-08"]}, "2027.work[0]", "2027-10-08是星期五"),
    ({"work": ["2027-10-02"]}, "2027.work[0]", "既写了放假，又写了上班"),
]
BAD_DAYS += [
    ({"off": [day for day in FIXED_DAYS if day != missing]}, "2027.off", f"缺少法定节假日{missing}")
    for missing in FIXED_DAYS
]


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    NOT_JSON + BAD_YEAR + [(document(**changes), *rest) for changes, *rest in BAD_FIELD + BAD_DAYS],
)
def test_a_bad_notice_is_refused_with_its_place(text: str, where: str, problem: str) -> None:
    with pytest.raises(BadNotice) as refused:
        read_notices(text)
    assert refused.value.where == where
    assert problem in refused.value.problem
    assert str(refused.value) == f"放假通知未载入，{where}：{refused.value.problem}"
    str(refused.value).encode()  # fit for a page: no lone surrogates


def test_one_bad_year_refuses_the_whole_document() -> None:
    good_and_bad = json.loads(document()) | {"2028": {}}
    with pytest.raises(BadNotice) as refused:
        read_notices(json.dumps(good_and_bad))
    assert refused.value.where == "2028.notice"


@pytest.mark.parametrize(
    ("earlier", "later", "where", "problem"),
    [
        # 2027-12-25 is a Saturday, 2027-12-26 a Sunday
        ({"work": ["2027-12-25"]}, {"off": ["2027-12-25"]}, "2028.off", "2027-12-25在2027年的通知里是上班"),
        ({"off": ["2027-12-26"]}, {"work": ["2027-12-26"]}, "2028.work", "2027-12-26在2027年的通知里是放假"),
    ],
)
def test_two_notices_may_not_contradict_each_other(
    earlier: dict[str, list[str]], later: dict[str, list[str]], where: str, problem: str
) -> None:
    years = {"2028": copy.deepcopy(SOUND), "2027": copy.deepcopy(SOUND)}
    years["2028"] |= {"off": [day.replace("2027", "2028") for day in FIXED_DAYS], "work": []}
    for year, additions in (("2027", earlier), ("2028", later)):
        for field, days in additions.items():
            years[year][field] += days
    with pytest.raises(BadNotice) as refused:
        read_notices(json.dumps(years))
    assert (refused.value.where, refused.value.problem) == (where, problem)


# --- taken ---------------------------------------------------------------------------------------


def test_a_notice_is_read_field_by_field() -> None:
    days = [dt.date.fromisoformat(day) for day in SOUND["off"]]
    assert read_notices(document(source="https://www.gov.cn/")) == (
        Notice(
            year=2027,
            number="国办发明电〔2026〕1号",
            published=dt.date(2026, 11, 4),
            source="https://www.gov.cn/",
            off=frozenset(days),
            work=frozenset({dt.date(2027, 10, 9)}),
            estimated=False,
        ),
    )


def test_the_source_may_be_left_out() -> None:
    assert read_notices(document())[0].source == ""


def test_white_space_of_the_number_is_tidied() -> None:
    (notice,) = read_notices(document(notice=" 国办发明电\u3000〔2026〕\n1号 "))
    assert notice.number == "国办发明电 〔2026〕 1号"


def test_the_number_has_at_most_200_characters() -> None:
    (notice,) = read_notices(document(notice="号" * 200))
    assert notice.number == "号" * 200


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_notices("\ufeff" + document()) == read_notices(document())


def test_a_notice_reaches_back_to_20_december() -> None:
    # 2026-12-20 is a Sunday
    (notice,) = read_notices(document(off=[*FIXED_DAYS, "2026-12-31"], work=["2026-12-20"]))
    assert eve_of(2027) == dt.date(2026, 12, 20)
    assert notice.settles(dt.date(2026, 12, 20))
    assert notice.settles(dt.date(2026, 12, 31))
    assert not notice.settles(dt.date(2026, 12, 30))


def test_a_year_without_make_up_days_says_so() -> None:
    assert read_notices(document(work=[]))[0].work == frozenset()


def test_the_state_councils_notices_are_read_by_year() -> None:
    raw = json.loads(STATE_COUNCIL.read_text(encoding="utf-8"))
    backwards = json.dumps(dict(reversed(raw.items())))
    read = read_notices(backwards)
    assert [notice.year for notice in read] == [2024, 2025, 2026]
    for notice in read:
        assert sorted(map(str, notice.off)) == raw[str(notice.year)]["off"]
        assert sorted(map(str, notice.work)) == raw[str(notice.year)]["work"]


# --- plausible or asked back (R3) ------------------------------------------------------------------

TODAY = dt.date(2026, 11, 4)
OFF = [dt.date.fromisoformat(day) for day in [*FIXED_DAYS, "2027-02-06", "2027-04-05", "2027-06-09", "2027-09-15"]]
FESTIVALS = dict.fromkeys(OFF, ("节",)) | {dt.date(2027, 2, 6): ("春节",), dt.date(2027, 9, 15): ("中秋节",)}


def run_of(first: str, days: int) -> list[dt.date]:
    return [dt.date.fromisoformat(first) + dt.timedelta(days=number) for number in range(days)]


@pytest.mark.parametrize(
    ("off", "published", "looked_twice", "said"),
    [
        (OFF, "2026-11-04", False, ""),  # issued today
        (OFF, "2026-11-05", False, "2027.published：发布日期2026-11-05还没有到，今天是2026-11-04"),
        (OFF, "2027-11-04", True, "2027.published"),  # the year mistyped
        (set(OFF) - {dt.date(2027, 2, 6)}, "2026-11-04", False, "2027.off：缺少春节的法定节假日2027-02-06"),
        (set(OFF) - {dt.date(2027, 9, 15)}, "2026-11-04", True, "2027.off：缺少中秋节的法定节假日2027-09-15"),
        (OFF + run_of("2027-10-01", 10), "2026-11-04", False, ""),
        (OFF + run_of("2027-10-01", 11), "2026-11-04", False, "2027年有一个假期连续11天，超过10天"),
        (OFF + run_of("2027-10-01", 11), "2026-11-04", True, ""),
        (OFF + run_of("2027-10-01", 31), "2026-11-04", False, "连续31天"),
    ],
)
def test_a_notice_is_plausible_or_it_is_asked_back(
    off: list[dt.date], published: str, looked_twice: bool, said: str
) -> None:
    notice = Notice(2027, "1号", dt.date.fromisoformat(published), "", frozenset(off), frozenset())
    if not said:
        require_plausible([notice], TODAY, lambda _: FESTIVALS, looked_twice)
        return
    with pytest.raises((BadNotice, HolidayTooLong), match=said):
        require_plausible([notice], TODAY, lambda _: FESTIVALS, looked_twice)


def test_a_long_holiday_is_looked_at_a_second_time_unless_somebody_did() -> None:
    days = frozenset(OFF + run_of("2027-10-01", 11))
    with pytest.raises(HolidayTooLong):
        require_plausible([Notice(2027, "1号", TODAY, "", days, frozenset())], TODAY, lambda _: FESTIVALS)


def test_every_notice_of_the_state_council_is_plausible() -> None:
    notices = read_notices(STATE_COUNCIL.read_text("utf-8"))
    require_plausible(notices, TODAY, festivals_of)
    assert max(longest_holiday(notice) for notice in notices) == 9
