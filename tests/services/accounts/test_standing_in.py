"""A deputy is named by whoever is away or manages the account, acts as themselves, until the last day is over."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.accounts.deputies import DeputyDays
from app.domain.cases.states import Conclusion, Role, State
from app.domain.refusals import (
    AccountNotAgreed,
    AlreadyDone,
    BadValue,
    NotAllowed,
    NotTwoPeople,
    NotYourCase,
    SamePerson,
    Unfit,
)
from app.models import Deputy, User
from app.services.accounts import deputies, staffing, standing_in
from app.services.cases import investigation
from tests.world import World, at

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database
NOW = "2026-09-18 Fri 09:00"
TEXTS = ("经走访核实", "评选通知第三部分", "已核实，谢谢监督")


def days(first: str = "2026-09-18", last: str = "2026-09-22") -> DeputyDays:
    return DeputyDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def name(
    world: World,
    absent: str,
    deputy: str,
    stretch: DeputyDays | None = None,
    by: str = "",
    now: str = NOW,
    why: str = "出差",
) -> int:
    args = world.people[absent], world.people[deputy], stretch or days(), why
    actor = world.actor(by or absent)
    world.run(standing_in.name_deputy, *args, by=actor, now=at(now))
    with world.database.reader() as session:
        return session.scalars(select(Deputy.id).order_by(Deputy.id.desc())).first() or 0


def stands_in_for(world: World, deputy: str, now: str) -> list[str]:
    with world.database.reader() as session:
        found = deputies.list_absent(session, [world.people[deputy]], at(now)).get(world.people[deputy], [])
        return [user.login for user in found]


@sqlite
def test_from_the_first_day_to_the_end_of_the_last_and_then_no_more(world: World) -> None:
    name(world, "handler", "handler2", days("2026-09-19", "2026-09-22"))
    seen = {
        moment: stands_in_for(world, "handler2", moment)
        for moment in ("2026-09-18 Fri 23:59", "2026-09-19 Sat 00:00", "2026-09-22 Tue 23:59", "2026-09-23 Wed 00:00")
    }
    assert list(seen.values()) == [[], ["handler"], ["handler"], []]
    assert stands_in_for(world, "handler", "2026-09-20 Sun 09:00") == []
    assert world.acts()[-1] == (
        f"user:{world.people['handler']}",
        "deputy.named",
        f"user:{world.people['handler']}",
    )


@sqlite
@pytest.mark.parametrize(
    ("absent", "deputy", "by", "refusal"),
    [
        ("handler", "handler2", "handler", None),
        ("handler", "handler2", "head", None),  # for somebody who fell ill
        ("handler", "handler2", "office", None),
        ("handler", "handler2", "handler2", NotYourCase),
        ("handler", "handler2", "stranger", NotYourCase),
        ("head", "handler", "handler", NotYourCase),
        ("handler", "stranger", "handler", BadValue),
        ("handler", "office", "handler", BadValue),
        ("handler", "handler", "handler", BadValue),
        ("office", "office2", "office", None),
        ("office", "auditor", "office", BadValue),
        ("auditor", "office", "auditor", BadValue),
    ],
)
def test_who_may_name_whom(world: World, absent: str, deputy: str, by: str, refusal: type[Exception] | None) -> None:
    if refusal is None:
        name(world, absent, deputy, by=by)
        assert stands_in_for(world, deputy, NOW) == [absent]
        return
    before = world.everything()
    with pytest.raises(refusal):
        name(world, absent, deputy, by=by)
    assert world.everything() == before


@sqlite
def test_days_and_a_reason_are_needed_and_nobody_has_two_deputies_on_one_day(world: World) -> None:
    with pytest.raises(Unfit, match="最早是今天"):
        name(world, "handler", "handler2", days("2026-09-17"))
    name(world, "handler", "handler2")
    for refused, stretch in (
        ("已经由", days("2026-09-22", "2026-09-25")),
        ("已经由", days("2026-09-01", "2026-09-30")),
    ):
        now = "2026-09-01 Tue 09:00" if stretch.first < dt.date(2026, 9, 18) else NOW
        with pytest.raises(BadValue, match=refused):
            name(world, "handler", "head", stretch, now=now)
    with pytest.raises(BadValue, match="正代理"):  # who stands in does not go away without another for both
        name(world, "handler2", "head")
    with pytest.raises(BadValue, match="那几天也不在"):
        name(world, "head", "handler")
    name(world, "handler", "head", days("2026-09-23", "2026-09-25"))


@sqlite
def test_one_ends_it_early_and_only_once(world: World) -> None:
    row = name(world, "handler", "handler2")
    with pytest.raises(NotYourCase):
        world.run(standing_in.end_deputy, row, by=world.actor("handler2"), now=at(NOW))
    world.run(standing_in.end_deputy, row, by=world.actor("head"), now=at(NOW))
    assert stands_in_for(world, "handler2", NOW) == []
    for moment in (NOW, "2026-10-01 Thu 09:00"):
        with pytest.raises(AlreadyDone):
            world.run(standing_in.end_deputy, row, by=world.actor("head"), now=at(moment))


@sqlite
def test_a_disabled_account_has_no_deputy(world: World) -> None:
    world.run(staffing.disable, [world.people["handler"]], by=world.actor("head"), now=at(NOW))
    with pytest.raises(NotAllowed):
        name(world, "handler", "handler2", by="head")


@sqlite
def test_security_50_a_deputy_is_another_person_and_no_second_hand_of_whoever_reset_the_account(world: World) -> None:
    """R22: two people stay two people, whoever stands in for whom."""
    case, _ = world.file(world.round_two(), world.nominees[0], NOW)
    name(world, "head", "handler2")
    world.bring(case, State.INVESTIGATING, NOW)
    moment = "2026-09-19 Sat 09:00"
    # What the deputy proposed, they do not confirm: not in the absent head's place either.
    world.act(investigation.propose, case, "handler2", Conclusion.DISMISSED, *TEXTS, now=moment)
    with pytest.raises(SamePerson):
        world.act(investigation.confirm, case, "handler2", world.version(case), now=moment)
    world.act(investigation.return_proposal, case, "handler", "请补充走访记录", now=moment)
    # What the absent head proposed from afar, the deputy confirms as themselves.
    world.act(investigation.propose, case, "head", Conclusion.DISMISSED, *TEXTS, now=moment)
    world.act(investigation.confirm, case, "handler2", world.version(case), now=moment)
    assert world.case(case).state is State.CONCLUDED


@sqlite
def test_security_50_the_deputy_whose_account_the_absent_one_gave_out_confirms_nothing_of_theirs(world: World) -> None:
    moment = "2026-09-19 Sat 09:00"
    name(world, "office", "office2")
    case, _ = world.file(world.round_two(), world.nominees[0], NOW)
    world.act(investigation.take_over, case, "office", "由市级专班办理", now=moment)
    world.act(investigation.accept, case, "office", now=moment)
    world.act(investigation.investigate, case, "office", now=moment)
    world.act(investigation.propose, case, "office", Conclusion.DISMISSED, *TEXTS, now=moment)
    with world.database.writer() as session:
        second = session.get_one(User, world.people["office2"])
        second.password_given_by, second.password_given_at = world.people["office"], at(NOW)
        second.agreed_by, second.agreed_at = None, None
        session.commit()
    with pytest.raises((NotTwoPeople, AccountNotAgreed)):
        world.act(investigation.confirm, case, "office2", world.version(case), now=moment)


@sqlite
def test_the_rights_stay_those_of_the_role(world: World) -> None:
    name(world, "head", "handler")
    assert world.actor("handler").role is Role.HANDLER
    with pytest.raises(NotYourCase):
        world.run(staffing.disable, [world.people["handler2"]], by=world.actor("handler"), now=at(NOW))
