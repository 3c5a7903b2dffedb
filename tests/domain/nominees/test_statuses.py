"""A nominee's status: every combination of facts has exactly one word, and it stays true after the end."""

from __future__ import annotations

from itertools import product

import pytest

from app.domain.cases.verdict import Departure, Ground, Left
from app.domain.nominees.statuses import STATUS_NAMES, Status, StatusFacts, status_of
from tests.days import at

LEFT, DECIDED, REVOKED = at("2026-09-30 Wed 00:00"), at("2026-12-01 Tue 10:00"), at("2027-03-01 Mon 10:00")
OUT = Departure(Left.DISQUALIFIED, LEFT, Ground.LAPSED)
GONE = Departure(Left.WITHDRAWN, LEFT)

# (left, decided, named, revoked, archived) -> status, long after the end.
EVERY = {
    (left, decided, honoured, revoked, archived): (
        Status.REVOKED
        if decided and honoured and revoked
        else Status.HONOURED
        if decided and honoured
        else Status.DISQUALIFIED
        if left is OUT
        else Status.WITHDRAWN
        if left is GONE
        else Status.NOT_CHOSEN
        if decided
        else Status.ENDED
        if archived
        else Status.RUNNING
    )
    for left, decided, honoured, revoked, archived in product((None, OUT, GONE), *[(False, True)] * 4)
}


def test_every_combination_of_facts_has_one_status_and_every_status_comes_about() -> None:
    later = at("2027-06-01 Tue 10:00")
    found = {
        (left, decided, honoured, revoked, archived): status_of(
            StatusFacts(
                left,
                DECIDED if decided else None,
                honoured,
                REVOKED if revoked else None,
                DECIDED if archived else None,
            ),
            later,
        )
        for left, decided, honoured, revoked, archived in EVERY
    }
    assert found == EVERY
    assert set(found.values()) == set(Status)


@pytest.mark.parametrize(
    ("facts", "course"),
    [
        (StatusFacts(None, DECIDED, True, REVOKED), ["参评", "参评", "受表彰", "已撤销"]),
        (StatusFacts(None, DECIDED, True, None), ["参评", "参评", "受表彰", "受表彰"]),
        (StatusFacts(None, DECIDED), ["参评", "参评", "未入选", "未入选"]),
        (StatusFacts(OUT, DECIDED), ["已取消参评资格"] * 4),
        (StatusFacts(GONE, DECIDED), ["已退出推荐"] * 4),
        (StatusFacts(None, None, archived_at=DECIDED), ["参评", "参评", "评选已结束", "评选已结束"]),
    ],
)
def test_the_course_of_a_nominee_in_words(facts: StatusFacts, course: list[str]) -> None:
    assert [
        STATUS_NAMES[status_of(facts, moment)] for moment in (at("2026-09-01 Tue 09:00"), LEFT, DECIDED, REVOKED)
    ] == course
