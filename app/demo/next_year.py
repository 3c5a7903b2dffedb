"""Next year's programme: places and a timetable, without nominees. The annex files are made for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session

from app.demo import annexes, programmes
from app.demo.cast import HOST_UNIT, Cast
from app.demo.timetable import SEED
from app.domain.calendar.workdays import local_date
from app.domain.programmes.plan import proposed_stages
from app.notices.offered import built_in

FOLDER = "演示附件"
TITLE = "下一年度先进集体和先进个人评选表彰（演示）"
_UNTIL_IT_BEGINS = dt.timedelta(days=20)


def begin(session: Session, cast: Cast, now: dt.datetime) -> None:
    first_day = local_date(now) + _UNTIL_IT_BEGINS
    stages = proposed_stages(first_day, built_in().stages)
    programmes.set_up(session, cast, TITLE, programmes.number(first_day, 240), stages, now)


def write_annexes(folder: Path, now: dt.datetime) -> list[Path]:
    """Write the files to try the import with, for the unit whose logins are printed."""
    return annexes.write_files(folder, HOST_UNIT, programmes.HONOURS, local_date(now), SEED + 1)
