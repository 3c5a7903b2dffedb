"""The audit record, for the office and the auditor: search, sheet, and verification of the chain (R32)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import end_of, midnight
from app.domain.cases.states import Role
from app.domain.shared.wording import moment
from app.services.record import chain
from app.services.record.act_names import ACT_NAMES, find_actors_named, user_names
from app.services.record.chain import RecordSearch
from app.services.record.checks.registry import INVARIANTS
from app.services.record.checks.run import MOST_NAMED, all_invariants
from app.services.record.detail_words import codes_named
from app.services.record.in_words import ActInWords, RecordWords
from app.services.record.subjects import find_subjects
from app.services.record.verifying import verify
from app.services.upkeep import checking
from app.web.shared.access import allow
from app.web.shared.forms import clean
from app.web.shared.lists import send_rows
from app.web.shared.portal import number, session

blueprint = Blueprint("record", __name__, url_prefix="/office")
_PER_PAGE = 50
_MOST_SAVED = 10_000
_COLUMNS = (("序号", 10), ("时间", 28), ("谁", 26), ("做了什么", 24), ("事项", 36), ("详情", 80))


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """The search form of the page, as it was typed. `subject` is a key that a link of the page holds, never typed."""

    who: str
    action: str
    matter: str
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
            actors=find_actors_named(self.who, names) if self.who else None,
            action=self.action,
            subject=self.subject,
            subjects=frozenset(find_subjects(session(), self.matter)) if self.matter else None,
            words=self.words,
            codes=frozenset(codes_named(self.words)) if self.words else frozenset(),
            since=midnight(since) if since else None,
            before=end_of(until) if until else None,
            oldest_first=self.order == "oldest",
        )


@blueprint.get("/record")
@allow(Role.OFFICE, Role.AUDITOR)
def audit_record() -> ResponseReturnValue:
    asked = RecordQuery(**{name: clean(request.args.get(name))[:60] for name in RecordQuery.__slots__})
    names = user_names(session())
    sought, words = asked.sought(names), RecordWords(session())
    if request.args.get("format") == "xlsx":
        rows = chain.rows_one_by_one(session(), sought, _MOST_SAVED)
        return send_rows("记录", _COLUMNS, _saved(words.said(rows)))
    page = max(1, request.args.get("page", 1, type=number))
    kept = clean(request.args.get("kept"))[:200]
    heads = chain.heads_in(kept)
    shown, total = chain.page_of_rows(session(), sought, page, _PER_PAGE)
    return render_template(
        "record/record.html",
        rows=list(words.said(shown)),
        about=words.subject(asked.subject) if asked.subject else "",
        act_names=ACT_NAMES,
        total=total,
        most_saved=_MOST_SAVED,
        page=page,
        pages=max(1, -(-total // _PER_PAGE)),
        asked=asked,
        head=chain.head(session()),
        kept=kept,
        kept_is_none=bool(kept) and not heads,
        verification=verify(session(), heads) if request.args.get("verify") == "1" else None,
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


def _saved(rows: Iterator[ActInWords]) -> Iterator[list[str | int]]:
    for row in rows:
        yield [row.shown_number, moment(row.at), row.who, row.what, row.about, row.details]


def _day(text: str) -> dt.date | None:
    """Parse a day as a date field sends it. Returns None for other text and for days before 2000 or after 2199."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
