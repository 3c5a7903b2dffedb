"""Marks are renewed by whatever changes what they follow from, in its transaction; where they differ is told (R10)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.nominees.annexes import Rank
from app.domain.nominees.marks import Marks, write_counted_as
from app.domain.periods.rounds import Kind
from app.models import Dossier, Entry, Nominee, NomineeMarks, OpinionOutcome
from app.sealing import Keyring
from app.services.nominees import eligibility, marks, nominating, replacements, revisions, withdrawals
from app.services.nominees.dossiers import make_dossier
from app.services.nominees.nominating import Particulars, PlainFacts
from app.services.periods import corrections, scheduling
from app.services.record.checks.run import check_database
from tests.lists import id_number
from tests.qujing import Authority
from tests.services.nominees.standings import FINAL, PRELIMINARY, change, review
from tests.standing import answered
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # plain statements: the same on both
NOW = "2026-09-17 Thu 10:00"
SEALED = {"id_number": id_number(1), "penalties": "2019年受过记过处分", "unit_type": "机关"}


def kept(world: World, nominee: int) -> Marks:
    """The marks by the rules, which are stored so."""
    with world.database.reader() as session:
        stored = session.scalar(select(NomineeMarks.counted_as).where(NomineeMarks.nominee_id == nominee))
        found, it = marks.judge(session, world.keyring, [nominee])[nominee], session.get_one(Nominee, nominee)
        assert stored == write_counted_as(it.kind, it.rank, found)
        return found


def given(number: int, **changes: Any) -> Particulars:
    return Particulars(**{"name": f"新人{number}", "unit": "麒麟区第3单位", "deeds": "事迹" * 30, **changes})


@pytest.fixture
def entered(world: World) -> int:
    """A nominee entered by hand with a dossier; the last of the world's own gives up the place."""
    office = world.actor("office")
    world.run(withdrawals.withdraw, world.nominees[4], "本人申请", by=world.actor("head"), now=at(NOW))
    there = given(1, sealed=SEALED, rank=Rank.NONE)
    return world.run(
        nominating.nominate, world.programme, Kind.INDIVIDUAL, world.qilin, there, by=office, now=at(NOW)
    ).id


def test_every_change_of_a_nominee_renews_its_marks(world: World, entered: int, tmp_path: Path) -> None:
    office = world.actor("office")

    def run(do: Callable[..., Any], *args: Any) -> Marks:
        world.run(do, *args, by=office, now=at(NOW))
        return kept(world, entered)

    def opinion(outcome: OpinionOutcome, *of: Authority) -> Marks:
        answered(world, tmp_path, [entered], NOW, of, outcome=outcome, text="说明")
        return kept(world, entered)

    start = Marks(failed=False, to_confirm=True, unanswered=True, objected=False, preliminary=None, final=None)
    assert kept(world, entered) == start
    with world.database.reader() as session:
        [checks] = eligibility.check_conditions(session, world.keyring, [session.get_one(Nominee, entered)]).values()
    asked = [check.condition.key for check in checks if check.asks]
    for key in asked:
        last = run(eligibility.confirm_or_deny, entered, key, True, "已经核实")
    assert last == Marks(False, False, True, False, None, None)
    assert run(eligibility.confirm_or_deny, entered, asked[0], False, "不符合") == Marks(
        True, False, True, False, None, None
    )
    run(eligibility.confirm_or_deny, entered, asked[0], True, "更正")
    assert run(eligibility.set_rank, entered, Rank.ABOVE) == Marks(True, False, True, False, None, None)
    run(eligibility.set_rank, entered, Rank.BELOW)
    review(world, entered, PRELIMINARY, True, now=NOW)
    assert kept(world, entered) == Marks(False, False, True, False, True, None)
    assert opinion(OpinionOutcome.NEGATIVE, Authority.POLICE) == Marks(False, False, True, True, True, None)
    assert opinion(OpinionOutcome.FAVOURABLE, *Authority) == Marks(False, False, False, False, True, None)
    review(world, entered, FINAL, False, "排序靠后", now=NOW)
    assert kept(world, entered) == Marks(False, False, False, False, True, False)
    assert check_database(world.database, at(NOW), marks.wrong_marks_by(world.keyring)) == []


def test_plain_facts_a_replacement_and_a_corrected_name_renew_them_too(world: World, entered: int) -> None:
    office, person = world.actor("office"), world.nominees[0]
    facts = PlainFacts("麒麟区第3单位", "", "农民", "")
    world.run(nominating.edit, entered, facts, by=office, now=at(NOW))
    kept(world, entered)
    named = world.run(replacements.replace, world.nominees[4], given(2, rank=Rank.NONE), by=office, now=at(NOW)).id
    kept(world, named)
    world.past_round_one([person])
    world.schedule(2, world.qilin, [person], "2026-09-18", 3, NOW)
    world.run(corrections.correct, person, "name", "麒麟区第1大队", "写错了", by=office, now=at(NOW))
    kept(world, person)


def test_what_shows_a_nominee_stands_beside_its_marks_until_it_is_taken_back_or_older_than_the_deeds(
    world: World,
) -> None:
    one, office = world.nominees[0], world.actor("office")

    def shown() -> str | None:
        assert check_database(world.database, at(NOW), marks.wrong_marks_by(world.keyring)) == []
        with world.database.reader() as session:
            return session.scalar(select(NomineeMarks.shown_in).where(NomineeMarks.nominee_id == one))

    with world.database.writer() as session:
        marks.renew(session, world.keyring, world.nominees)
        session.commit()
    assert shown() == ""
    world.past_round_one([one])
    with world.database.reader() as session:
        first = session.scalar(select(Entry.period_id).where(Entry.nominee_id == one))
    assert shown() == str(first)
    second = world.schedule(2, world.qilin, [one], "2026-09-18", 3, NOW)
    assert shown() == f"{first},{second}"
    world.run(scheduling.cancel, second, "改期", by=office, now=at(NOW))
    assert shown() == str(first)
    world.run(revisions.revise, one, "改过的事迹" * 20, "补充", by=office, now=at(NOW))
    assert shown() == f"{first}-"
    change(world, NomineeMarks, NomineeMarks.nominee_id == one, shown_in=str(first))
    [wrong] = check_database(world.database, at(NOW), marks.wrong_marks_by(world.keyring))
    assert (wrong.name, wrong.row) == ("marks-are-what-the-rules-say", one)


def test_marks_that_differ_and_dossiers_that_do_not_open_are_named(world: World, entered: int) -> None:
    other, now = world.nominees[2], at(NOW)
    world.run(eligibility.confirm, [other], by=world.actor("office"), now=now)

    def named(keyring: Keyring | None) -> set[tuple[str, int]]:
        return {(each.name, each.row) for each in check_database(world.database, now, marks.wrong_marks_by(keyring))}

    assert named(world.keyring) == named(None) == set()
    change(world, NomineeMarks, NomineeMarks.nominee_id.in_([entered, other]), counted_as="individual none 0111--")
    wrong = "marks-are-what-the-rules-say"
    assert named(world.keyring) == {(wrong, entered), (wrong, other)}
    assert named(None) == {(wrong, other)}  # the dossier of the one is sealed
    with world.database.writer() as session:
        marks.renew(session, world.keyring, [entered, other])
        elsewhere = make_dossier(world.keyring, other, SEALED).sealed
        session.execute(update(Dossier).where(Dossier.nominee_id == entered).values(sealed=elsewhere))
        session.commit()
    assert named(world.keyring) == {(wrong, entered)}
