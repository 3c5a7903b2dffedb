"""Dates as people write them in forms."""

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
