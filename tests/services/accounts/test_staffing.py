"""Accounts managed by staff: who may do what to whom, and which sessions end."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Role
from app.domain.refusals import AlreadyDone, LoginRefused, NotAllowed, NothingChosen, NotYourCase, Unfit
from app.models import AuditRow, Unit, User
from app.services.accounts import logins, making, passwords, sessions, staffing
from app.services.accounts.staffing import Slip
from app.services.cases import investigation
from app.services.shared.work import Work
from tests.refusing import RETIRED, Refused, refuses
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database
NOW = at("2026-09-18 Fri 09:00")
WEEK = dt.timedelta(days=7)


def invite(world: World, login: str, role: Role, unit: int, by: str = "office") -> Slip:
    return world.run(staffing.invite, login, "新来的", role, unit, by=world.actor(by), now=NOW)


def id_of(world: World, login: str) -> int:
    with world.database.reader() as session:
        return session.scalars(select(User.id).where(User.login == login)).one()


def own_unit(world: World, recommender: int) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Unit.id).where(Unit.parent_id == recommender).order_by(Unit.id)).first()


def enters(world: World, login: str, password: str, now: dt.datetime) -> bool:
    try:
        world.run(logins.check_password, login, password, None, now=now)
    except LoginRefused:
        return False
    return True


def let_in(world: World, login: str) -> str:
    """A session's token, as a login gives it."""

    def write(session: Session) -> str:
        user = session.get_one(User, world.people[login])
        return logins.let_in(Work(session, NOW, keyring=world.keyring), user, None, "").token

    return world.do(write)


def lives(world: World, token: str) -> bool:
    return world.do(sessions.find, token, NOW) is not None


@sqlite
def test_a_slip_opens_the_door_for_a_week_until_a_password_was_chosen(world: World) -> None:
    slip = invite(world, "qilin09", Role.HANDLER, world.qilin)
    assert (slip.login, slip.unit, slip.expires_at) == ("qilin09", "麒麟区", NOW + WEEK)
    last = slip.expires_at - dt.timedelta(seconds=1)
    assert enters(world, "qilin09", slip.password, last)
    assert not enters(world, "qilin09", slip.password, slip.expires_at)
    (again,) = world.run(staffing.invite_again, [id_of(world, "qilin09")], by=world.actor("head"), now=slip.expires_at)
    assert not enters(world, "qilin09", slip.password, slip.expires_at)  # the slip before is worth nothing
    chosen = "a quiet morning by the lake"
    world.run(making.change_password, id_of(world, "qilin09"), again.password, chosen, now=slip.expires_at)
    assert enters(world, "qilin09", chosen, slip.expires_at + 100 * WEEK)


@sqlite
def test_security_23_an_expired_slip_is_answered_like_a_wrong_password(world: World) -> None:
    slip = invite(world, "qilin09", Role.HANDLER, world.qilin)
    said = []
    for login, password in (("qilin09", slip.password), ("qilin09", "wrong"), ("nobody", "wrong")):
        with pytest.raises(LoginRefused) as refused:
            world.run(logins.check_password, login, password, None, now=slip.expires_at)
        said.append(str(refused.value))
    assert len(set(said)) == 1


@sqlite
def test_no_password_is_kept_anywhere(world: World) -> None:
    slip = invite(world, "qilin09", Role.HANDLER, world.qilin)
    (again,) = world.run(staffing.invite_again, [id_of(world, "qilin09")], by=world.actor("office"), now=NOW)
    kept = " ".join(" ".join(rows) for rows in world.everything().values())
    assert [word for word in (slip.password, again.password) if word in kept] == []
    with world.database.reader() as session:
        rows = session.execute(select(AuditRow.action, AuditRow.details).order_by(AuditRow.id))
        assert [(action, json.loads(text)) for action, text in rows] == [
            ("user.added", {"login": "qilin09", "role": "handler", "unit": world.qilin}),
            ("user.reset", {}),
        ]


@sqlite
def test_an_account_is_one_of_its_own_fits_its_unit_and_has_a_plain_name(world: World) -> None:
    before = world.everything()
    for login, role, unit, fields in (
        ("head", Role.HANDLER, world.qilin, ["login"]),
        ("张三", Role.HANDLER, world.qilin, ["login"]),
        ("new", Role.HEAD, world.office, ["unit"]),
        ("new", Role.OFFICE, world.qilin, ["unit"]),
    ):
        with pytest.raises(Unfit) as refused:
            invite(world, login, role, unit)
        assert [fault.field for fault in refused.value.faults] == fields
    with world.database.writer() as session:
        session.get_one(Unit, own_unit(world, world.luoping)).retired_at = NOW
        session.commit()
    with pytest.raises(Unfit, match="已经停用"):
        invite(world, "new", Role.HANDLER, own_unit(world, world.luoping))
    assert world.everything()["users"] == before["users"]


@sqlite
def test_security_20_a_head_reaches_its_own_branch_and_nobody_else(world: World) -> None:
    head, own = world.actor("head"), own_unit(world, world.qilin)
    for role, unit, login in (
        (Role.HANDLER, world.qilin, "a1"),
        (Role.HEAD, own, "a2"),
        (Role.HEAD, world.qilin, "a3"),
    ):
        invite(world, login, role, unit, by="head")
    with world.database.reader() as session:
        seen = {user.login for user in staffing.people(session, head)}
        assert seen == {"head", "handler", "handler2", "a1", "a2", "a3"}
        assert list(staffing.people(session, world.actor("handler"))) == []
        assert {user.login for user in staffing.people(session, world.actor("stranger"))} == {"stranger"}
    before = world.everything()
    people = world.people
    for role, unit in (
        (Role.HANDLER, world.luoping),
        (Role.HANDLER, own_unit(world, world.luoping)),
        (Role.AUDITOR, world.qilin),
        (Role.OFFICE, world.office),
        (Role.HANDLER, 999),
    ):
        for use_case, values in (
            (staffing.invite, ("new", "新来的", role, unit)),
            (staffing.place, (people["handler"], role, unit)),
        ):
            with pytest.raises(NotYourCase):
                world.run(use_case, *values, by=head, now=NOW)
    for login in ("office", "auditor", "stranger"):
        for use_case in (staffing.invite_again, staffing.disable):
            with pytest.raises(NotYourCase):
                world.run(use_case, [people["handler"], people[login]], by=head, now=NOW)
        with pytest.raises(NotYourCase):
            world.run(staffing.place, people[login], Role.HANDLER, world.qilin, by=head, now=NOW)
    for use_case in (staffing.invite_again, staffing.disable):
        with pytest.raises(NotYourCase):
            world.run(use_case, [people["handler2"]], by=world.actor("handler"), now=NOW)
        with pytest.raises(NothingChosen):
            world.run(use_case, [], by=head, now=NOW)
    assert world.everything() == before


@sqlite
def test_security_20_nothing_is_made_up_for_a_crowd_of_strangers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def hashed(_password: str) -> str:
        raise AssertionError("a hash takes its time: nobody may ask for a thousand of other people's")

    monkeypatch.setattr(passwords, "hashed", hashed)
    before = world.everything()
    for login, people in (("head", [world.people["handler"], world.people["stranger"]]), ("office", range(900, 999))):
        with pytest.raises(NotYourCase):
            world.run(staffing.invite_again, list(people), by=world.actor(login), now=NOW)
    assert world.everything() == before


def test_nobody_looks_after_their_own_account(world: World) -> None:
    before = world.everything()
    for login, role, unit in (("head", Role.HANDLER, world.qilin), ("office", Role.AUDITOR, world.office)):
        me, actor = world.people[login], world.actor(login)
        for use_case, values in (
            (staffing.disable, ([world.people["handler"], me],)),
            (staffing.invite_again, ([me],)),
            (staffing.place, (me, role, unit)),
        ):
            with pytest.raises(NotAllowed):
                world.run(use_case, *values, by=actor, now=NOW)
    assert world.everything() == before


def test_of_two_who_shut_each_other_out_at_once_one_stays(world: World) -> None:
    one, two = world.actor("office"), world.actor("office2")

    def shut_out(by: object, whom: object) -> object:
        return world.run(staffing.disable, [whom.user_id], by=by, now=NOW)

    results = at_once([lambda: shut_out(one, two), lambda: shut_out(two, one)])
    assert [result for result in results if not isinstance(result, Exception)] == [1]
    assert [type(result) for result in results if isinstance(result, Exception)] == [NotYourCase]


@sqlite
@pytest.mark.parametrize("what", ["move", "role", "disable", "invite again"])
def test_security_24_a_change_of_rights_ends_every_session_at_once(world: World, what: str) -> None:
    token, other = let_in(world, "handler"), let_in(world, "handler2")
    me, head = world.people["handler"], world.actor("head")
    {
        "move": lambda: world.run(staffing.place, me, Role.HANDLER, own_unit(world, world.qilin), by=head, now=NOW),
        "role": lambda: world.run(staffing.place, me, Role.HEAD, world.qilin, by=head, now=NOW),
        "disable": lambda: world.run(staffing.disable, [me], by=head, now=NOW),
        "invite again": lambda: world.run(staffing.invite_again, [me], by=head, now=NOW),
    }[what]()
    assert (lives(world, token), lives(world, other)) == (False, True)


@sqlite
def test_whoever_was_moved_away_acts_no_more_as_who_they_were(world: World) -> None:
    head = world.actor("head")  # as a request of theirs has it that is under way
    world.run(staffing.place, world.people["head"], Role.HANDLER, world.qilin, by=world.actor("office"), now=NOW)
    with pytest.raises(NotYourCase):
        world.run(staffing.disable, [world.people["handler"]], by=head, now=NOW)
    with pytest.raises(NotYourCase):
        world.run(staffing.invite, "new", "新来的", Role.HANDLER, world.qilin, by=head, now=NOW)


@sqlite
def test_the_page_knows_how_many_cases_somebody_has_and_a_leaver_keeps_none(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    world.act(investigation.assign, case, "head", world.people["handler"], now="2026-09-18 Fri 10:00")
    late = at("2026-10-10 Sat 09:00")  # after the deadline nothing is open any more
    with world.database.reader() as session:
        assert staffing.open_case_counts(session, NOW) == {world.people["handler"]: 1}
        assert not staffing.open_case_counts(session, late)
    world.run(staffing.disable, [world.people["handler"]], by=world.actor("head"), now=NOW)
    with world.database.reader() as session:
        assert not staffing.open_case_counts(session, NOW)


@sqlite
def test_disabled_and_back(world: World) -> None:
    head, handler = world.actor("head"), world.people["handler"]
    world.run(staffing.disable, [handler, handler], by=head, now=NOW)
    refusals: list[tuple[Refused, object, tuple[object, ...]]] = [
        (AlreadyDone, staffing.disable, ([handler],)),
        (NotAllowed, staffing.invite_again, ([handler],)),
    ]
    for refusal, use_case, values in refusals:
        with refuses(refusal):
            world.run(use_case, *values, by=head, now=NOW)
    world.run(staffing.enable, handler, by=head, now=NOW)
    with pytest.raises(AlreadyDone):
        world.run(staffing.enable, handler, by=head, now=NOW)
    with pytest.raises(AlreadyDone):
        world.run(staffing.place, handler, Role.HANDLER, world.qilin, by=head, now=NOW)
    assert [act for _, act, _ in world.acts()] == ["user.disabled", "user.enabled"]


@sqlite
def test_the_console_gives_nobody_to_a_retired_unit(world: World) -> None:
    with world.database.writer() as session:
        luoping = session.get_one(Unit, world.luoping)
        luoping.retired_at = NOW
        session.commit()
        with refuses(RETIRED):
            making.add_user(Work(session, NOW), "new", "新来的", Role.HANDLER, luoping, "correct horse battery")
