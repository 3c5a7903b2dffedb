"""Names of filters for lists whose rows may follow several notices, and the choice of a notice."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort

from app.domain.periods.rounds import ROUND_NUMBERS, Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NoticeMissing
from app.models import Programme
from app.notices.offered import built_in, notice_of, offered


def notice_for(programme: Programme | None) -> AwardNotice:
    """Return the notice that a page follows: its programme's, the built-in one while there is no programme."""
    return programme.rules if programme else built_in()


def notice_or_404(key: str) -> AwardNotice:
    """Return the notice that an address or a form names, the built-in one for "". Aborts with 404 for any other."""
    try:
        return notice_of(key)
    except NoticeMissing:
        abort(404)


def kind_options(programmes: Iterable[Programme]) -> dict[str, str]:
    """Return 集体 and 个人 as the notices of these programmes call them, by value."""
    rules = _rules_of(programmes)
    return {kind.value: _together(notice.kind_names[kind] for notice in rules) for kind in Kind}


def round_options(programmes: Iterable[Programme]) -> dict[str, str]:
    """Return the rounds as the notices of these programmes call them, by number."""
    rules = _rules_of(programmes)
    return {str(number): _together(notice.rounds[number].name for notice in rules) for number in ROUND_NUMBERS}


def numbered_rounds(programmes: Iterable[Programme]) -> dict[str, str]:
    """Return the rounds with number and name, as 第3轮 全市公示, by number."""
    return {number: f"第{number}轮 {name}" for number, name in round_options(programmes).items()}


def notice_options() -> dict[str, str]:
    """Return the notices that a new programme can follow, by key; {} where there is no choice."""
    by_key = {key: notice.name for key, notice in offered().items()}
    return by_key if len(by_key) > 1 else {}


def _rules_of(programmes: Iterable[Programme]) -> list[AwardNotice]:
    return list({each.rules: None for each in programmes}) or [built_in()]


def _together(names: Iterable[str]) -> str:
    return "／".join(dict.fromkeys(names))
