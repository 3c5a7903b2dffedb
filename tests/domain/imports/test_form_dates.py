"""Dates as people write them in forms."""

import datetime as dt

import pytest

from app.domain.imports.form_dates import form_date


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1980年1月", "1980年1月"),
        ("1980.01", "1980年1月"),
        ("1980.1", "1980年1月"),
        ("1980-10", "1980年10月"),
        ("1980/01", "1980年1月"),
        ("198001", "1980年1月"),
        ("１９８０．０１", "1980年1月"),
        (" 1980 年 1 月 ", "1980年1月"),
        ("1980年01月生", "1980年1月"),
        ("1980年1月1日", "1980年1月1日"),
        ("1980-01-15 00:00:00", "1980年1月15日"),
        ("1980.1.5", "1980年1月5日"),
        ("19800229", "1980年2月29日"),
        ("1981.02.29", None),  # no such day
        ("1980年13月", None),
        ("1980", None),
        ("80年1月", None),
        ("一九八〇年一月", None),
        ("29221", None),  # how a spreadsheet counts days
        ("1980年1月至今", None),
        ("", None),
    ],
)
def test_a_month_or_a_day_is_read_however_it_is_written(text: str, read: str | None) -> None:
    found = form_date(text)
    assert (str(found) if found else None) == read


@pytest.mark.parametrize(
    ("text", "day"), [("1980年1月1日", dt.date(1980, 1, 1)), ("19800229", dt.date(1980, 2, 29)), ("1980年1月", None)]
)
def test_a_day_is_one_where_the_writer_gave_it(text: str, day: dt.date | None) -> None:
    found = form_date(text)
    assert found is not None
    assert found.date == day


def test_dates_stand_in_order_a_month_before_its_days() -> None:
    read = [form_date(text) for text in ("1980年2月", "1980年1月2日", "1980年1月", "1979年12月31日", "1980年1月1日")]
    assert [str(date) for date in sorted(date for date in read if date)] == [
        "1979年12月31日",
        "1980年1月",
        "1980年1月1日",
        "1980年1月2日",
        "1980年2月",
    ]
