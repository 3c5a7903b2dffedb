"""The audit record, for the office and the auditor: search, sheet, and verification of the chain (R32)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import sheets
from app.domain.calendar.workdays import end_of, midnight
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, ROLE_NAMES, STATE_NAMES, Role
from app.domain.cases.verdict import GROUND_NAMES
from app.domain.shared.wording import end_moment, moment
from app.domain.upkeep.data_requests import DATA_OUTCOME_NAMES, DATA_REQUEST_NAMES
from app.models import AuditRow
from app.services.cases import history
from app.services.record import chain
from app.services.record.chain import RecordSearch
from app.services.record.checks.registry import INVARIANTS
from app.services.record.checks.run import MOST_NAMED, all_invariants
from app.services.upkeep import checking
from app.web.shared.access import allow
from app.web.shared.forms import clean
from app.web.shared.lists import send_sheet
from app.web.shared.portal import number, session
from app.web.shared.words import DETAIL_NAMES

blueprint = Blueprint("record", __name__, url_prefix="/office")
_PER_PAGE = 50
_MOST_SAVED = 10_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+]00:00")
_VALUE_NAMES: dict[str, str] = {
    str(key): name
    for names in (
        STATE_NAMES,
        CONCLUSION_NAMES,
        DECLINE_GROUND_NAMES,
        GROUND_NAMES,
        ROLE_NAMES,
        DATA_REQUEST_NAMES,
        DATA_OUTCOME_NAMES,
    )
    for key, name in names.items()
}
_COLUMNS = (("序号", 10), ("时间", 28), ("谁", 26), ("做了什么", 24), ("操作代号", 24), ("事项", 18), ("详情", 80))


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """The search form of the page, as it was typed."""

    who: str
    action: str
    subject: str
    words: str
    since: str
    until: str
    order: str

    @property
    def query(self) -> str:
        """Return the query for links to the same rows, empty without a search."""
        return urlencode({name: value for name in self.__slots__ if (value := getattr(self, name))})

    @property
    def wrong_days(self) -> list[str]:
        """Return the names of the date fields that hold text which is no day."""
        return [name for name in ("since", "until") if getattr(self, name) and _day(getattr(self, name)) is None]

    def sought(self, names: dict[int, str]) -> RecordSearch:
        since, until = _day(self.since), _day(self.until)
        return RecordSearch(
            actors=history.find_actors_named(self.who, names) if self.who else None,
            action=self.action,
            subject=self.subject,
            words=self.words,
            since=midnight(since) if since else None,
            before=end_of(until) if until else None,
            oldest_first=self.order == "oldest",
        )


@blueprint.get("/record")
@allow(Role.OFFICE, Role.AUDITOR)
def audit_record() -> ResponseReturnValue:
    asked = RecordQuery(**{name: clean(request.args.get(name))[:60] for name in RecordQuery.__slots__})
    names = history.user_names(session())
    sought = asked.sought(names)
    if request.args.get("format") == "xlsx":
        rows = chain.rows_one_by_one(session(), sought, _MOST_SAVED)
        return send_sheet(sheets.sheet("记录", _COLUMNS, _saved(rows, names)), "记录")
    page = max(1, request.args.get("page", 1, type=number))
    kept = clean(request.args.get("kept"))[:200]
    heads = chain.heads_in(kept)
    shown, total = chain.page_of_rows(session(), sought, page, _PER_PAGE)
    return render_template(
        "record/record.html",
        rows=shown,
        details={row.id: details_of(row) for row in shown},
        who={row.id: history.name_actor(row.actor, names) for row in shown},
        act_name=history.name_act,
        act_names=history.name_acts(),
        total=total,
        most_saved=_MOST_SAVED,
        page=page,
        pages=max(1, -(-total // _PER_PAGE)),
        asked=asked,
        head=chain.head(session()),
        kept=kept,
        kept_is_none=bool(kept) and not heads,
        verification=chain.verify(session(), heads) if request.args.get("verify") == "1" else None,
    )


@blueprint.get("/checks")
@allow(Role.OFFICE, Role.AUDITOR)
def checks() -> ResponseReturnValue:
    """Show what the last nightly check found, and what is checked (R37)."""
    run = checking.latest(session())
    return render_template(
        "record/checks.html",
        run=run,
        findings=[(INVARIANTS.get(found["name"]), found) for found in run.findings] if run else [],
        invariants=all_invariants(),
        most_named=MOST_NAMED,
    )


def details_of(row: AuditRow) -> str:
    """Return the details of a row in words, one after another."""
    found = json.loads(row.details).items()
    return "；".join(f"{DETAIL_NAMES.get(key, key)}：{_worded(value)}" for key, value in found)


def _worded(value: object) -> str:
    """Put a detail into words. Instants, states, conclusions and grounds get their names; lists lose their brackets."""
    if isinstance(value, dict):
        return "，".join(f"{_worded(key)} {_worded(each)}" for key, each in value.items() if each) or "无"
    if isinstance(value, list):
        return "、".join(map(_worded, value)) or "无"
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return end_moment(dt.datetime.fromisoformat(value))
    if value is None or isinstance(value, bool):
        return {None: "无", True: "是", False: "否"}[value]
    return _VALUE_NAMES.get(str(value), str(value))


def _saved(rows: Iterator[AuditRow], names: dict[int, str]) -> Iterator[list[str | int]]:
    for row in rows:
        who, act = history.name_actor(row.actor, names), history.name_act(row.action)
        yield [row.id, moment(row.at), who, act, row.action, row.subject, details_of(row)]


def _day(text: str) -> dt.date | None:
    """Parse a day as a date field sends it. Returns None for other text and for days before 2000 or after 2199."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
