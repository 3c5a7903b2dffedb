"""A misprint corrected in sight: both texts, the time, and never outside the window (R5, R9, R12)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.periods.rounds import Kind
from app.domain.refusals import Archived, BadValue, MissingText, NotAllowed, NothingChanged, PrivateData, WrongState
from app.models import Correction, Entry, Nominee, Period, Programme, ReviewStage, Unit
from app.services.nominees import nominating
from app.services.periods import closing, corrections, publication, scheduling
from app.services.periods.corrected_text import EntryView
from app.services.periods.publication import ListFilter
from app.services.record.verifying import verify
from tests.refusing import NOT_A_MISPRINT, NOTHING_IN_SIGHT, Refused, refuses
from tests.world import World, at

BEFORE = "2026-09-17 Thu 23:59"
DAY = "2026-09-21 Mon 10:00"
LAST = "2026-09-23 Wed 23:59:59.999999"
END = "2026-09-24 Thu 00:00"
WHY = "录入时写错"
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both


def shown(world: World, period: int, nominee: int, now: str = DAY) -> EntryView:
    with world.database.reader() as session:
        found = publication.entry_of(session, period, nominee, at(now))
        assert found is not None
        return found


def found(world: World, period: int, **wanted: str) -> list[str]:
    with world.database.reader() as session:
        listing = publication.entry_list(session, session.get_one(Period, period), ListFilter(**wanted), at(DAY))
        return [entry.name for entry in listing.entries]


def correct(world: World, nominee: int, field: str, text: str, now: str = DAY, who: str = "office") -> None:
    world.run(corrections.correct, nominee, field, text, WHY, by=world.actor(who), now=at(now))


def test_the_entry_keeps_what_was_printed_and_the_page_shows_both(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    deeds = shown(world, period, nominee).deeds
    mended = deeds.replace("群众", "群眾", 1)
    correct(world, nominee, "name", "麒晓3")
    correct(world, nominee, "deeds", mended)
    with world.database.reader() as session:
        entry = session.get_one(Entry, world.entry(period, nominee))
        assert (entry.name, entry.deeds) == ("麒小3", deeds)
        assert (session.get_one(Nominee, nominee).name, session.get_one(Nominee, nominee).deeds) == ("麒晓3", mended)
        assert session.get_one(Nominee, nominee).edition == 1  # letters only: no new window
        assert verify(session).holds
    now = shown(world, period, nominee)
    assert (now.name, now.deeds, now.withdrawn) == ("麒晓3", mended, False)
    assert [(each.before, each.after, each.reason, each.at) for each in now.corrections] == [
        ("麒小3", "麒晓3", WHY, at(DAY)),
        (deeds, mended, WHY, at(DAY)),
    ]
    assert world.acts()[-1] == (f"user:{world.people['office']}", "nominee.corrected", f"nominee:{nominee}")
    # Found by what stands there now, and by what somebody has on paper.
    assert found(world, period, name="晓3") == found(world, period, name="小3") == ["麒晓3"]


@sqlite
def test_a_corrected_name_is_cleaned_as_at_every_other_door(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    correct(world, nominee, "name", "麒 晓３")
    assert shown(world, period, nominee).name == "麒晓3"


@sqlite
def test_a_later_round_shows_the_mended_text_without_a_line(world: World) -> None:
    nominee = world.nominees[2]
    period = world.schedule(1, unit_of(world, nominee), [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    correct(world, nominee, "name", "麒晓3", "2026-09-08 Tue 09:00")
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-16 Wed 09:00"))
    with world.database.reader() as session:
        report = session.get_one(Period, period).closing
        assert report is not None
        assert report.report["goes_on"] == [{"name": "麒晓3", "kind": "individual"}]
    world.reviewed([nominee], ReviewStage.PRELIMINARY, "2026-09-16 Wed 10:00")
    second = world.schedule(2, world.qilin, [nominee], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    now = shown(world, second, nominee)
    assert (now.name, list(now.corrections)) == ("麒晓3", [])


def unit_of(world: World, nominee: int) -> int:
    with world.database.reader() as session:
        return session.get_one(Nominee, nominee).unit_id


@sqlite
def test_before_the_opening_and_to_the_last_moment_and_never_after(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    correct(world, nominee, "name", "麒晓3", BEFORE)
    correct(world, nominee, "name", "麒小3", LAST)  # and back: it was right after all
    assert [(each.before, each.after) for each in shown(world, period, nominee, LAST).corrections] == [
        ("麒小3", "麒晓3"),
        ("麒晓3", "麒小3"),
    ]
    before = world.everything()
    with pytest.raises(WrongState, match="公示已于2026年9月23日 24:00结束"):
        correct(world, nominee, "name", "麒晓3", END)
    assert world.everything() == before


@sqlite
def test_what_is_refused_changes_nothing(world: World) -> None:
    world.round_two()
    nominee, other = world.nominees[2], world.others[0]
    deeds = "第3位对象三年来办成**实事**十二件，群众满意。" * 4  # 100 characters: five may change
    table: list[tuple[Refused, str, int, str, str, str]] = [
        (NotAllowed, "市级专班", nominee, "name", "麒晓3", "head"),
        (NotAllowed, "市级专班", nominee, "name", "麒晓3", "stranger"),
        (NothingChanged, "没有改动", nominee, "name", " 麒小3 ", "office"),
        (BadValue, "名称（姓名）最多改1个字", nominee, "name", "麒大力", "office"),
        (BadValue, "简要事迹最多改5个字", nominee, "deeds", deeds + "另有六个字呢", "office"),
        (BadValue, "事迹变更", nominee, "deeds", "完全是另一段事迹。" * 10, "office"),
        (PrivateData, "手机号码", nominee, "deeds", deeds + "13800000000", "office"),
        (MissingText, "1到120字", nominee, "name", " ", "office"),
        (MissingText, "1到800字", nominee, "deeds", "字" * 801, "office"),
        (WrongState, "现在没有公示", nominee, "post", "养护工", "office"),  # round 2 shows no post
        (WrongState, "现在没有公示", other, "name", "罗平县第2中队", "office"),
    ]
    before = world.everything()
    for refusal, words, whom, field, text, who in table:
        with pytest.raises(refusal, match=words):
            correct(world, whom, field, text, who=who)
    with pytest.raises(MissingText, match="更正的理由"):
        world.run(corrections.correct, nominee, "name", "麒晓3", " ", by=world.actor("office"), now=at(DAY))
    assert world.everything() == before
    with world.database.writer() as session:
        session.execute(update(Programme).values(archived_at=at(DAY)))
        session.commit()
    with pytest.raises(Archived):
        correct(world, nominee, "name", "麒晓3")


@sqlite
def test_many_small_corrections_do_not_add_up_to_another_text(world: World) -> None:
    world.round_two()
    nominee = world.nominees[2]
    correct(world, nominee, "name", "麒晓3")
    with refuses(NOT_A_MISPRINT):
        correct(world, nominee, "name", "麒晓三")  # one more, but two from what was published


def one_more(world: World) -> int:
    """Another nominee of qilin, in no round yet."""
    given = nominating.Particulars("麒新", "麒麟区第3单位", "新的对象。")
    head, now = world.actor("head"), at("2026-09-17 Thu 09:00")
    return world.run(nominating.nominate, world.programme, Kind.INDIVIDUAL, world.qilin, given, by=head, now=now).id


def test_the_name_of_a_unit_is_mended_wherever_it_is_in_sight(world: World) -> None:
    everybody = [*world.nominees, *world.others]
    world.past_round_one(everybody)
    rounds = world.schedule(2, world.qilin, world.nominees, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    new = one_more(world)
    first = world.schedule(1, unit_of(world, new), [new], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    correct(world, new, "recommender", "麒麟市")
    with world.database.reader() as session:
        assert session.get_one(Unit, world.qilin).name == "麒麟市"
        rows = session.scalars(select(Correction)).all()
        assert [(row.entry_id, row.before, row.after) for row in rows] == [
            (world.entry(first, new), "麒麟区", "麒麟市")
        ]  # round 2 does not show the recommending unit: nothing to mend there
        period = session.get_one(Period, first)
        assert publication.recommenders(session, period) == ["麒麟市"]
    assert found(world, first, unit="麒麟市") == found(world, first, unit="麒麟区") == ["麒新"]
    assert [each.what for each in shown(world, rounds, world.nominees[0]).corrections] == []


@sqlite
def test_a_period_taken_back_is_nothing_to_correct(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at(BEFORE))
    with refuses(NOTHING_IN_SIGHT):
        correct(world, nominee, "name", "麒晓3", BEFORE)
