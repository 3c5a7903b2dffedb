"""Two people are two people: accounts that another person made or reset, and who agrees to them (R22, SECURITY 50).

Every way for one person to act as both is tried: by the head of a unit, and by somebody of the office.
"""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, DeclineGround, Role, State
from app.domain.refusals import AccountNotAgreed, NotAllowed, NotTwoPeople, NotYourCase, RecusedBehindAccount, WrongCode
from app.models import Case, Recusal, SecondFactor, Unit, User
from app.models.accounts import accounts_in_doubt
from app.services.accounts import logins, making, second_factor, staffing, two_people, units
from app.services.cases import investigation, queue, second_looks
from app.services.objections import identities
from app.services.record.checks.run import check_database
from tests.world import SECRET, World, at, enrol

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 09:00"
PROPOSAL = (Conclusion.DISMISSED, "走访核实", "评选通知第三部分", "已核实")
NO_FACTS = (DeclineGround.NO_FACTS, "没有线索")


def a_case(world: World, state: State = State.RECEIVED, nominee: int = 0) -> int:
    case, _ = world.file(world.round_two(), world.nominees[nominee], FILED)
    if state is not State.RECEIVED:
        world.bring(case, state, FILED)
    return case


def made(world: World, login: str, role: Role, unit: int, by: str) -> None:
    """An account that somebody made, whose owner came in and chose a password."""
    world.run(staffing.invite, login, "新同事", role, unit, by=world.actor(by), now=at(FILED))
    with world.database.writer() as session:
        user = session.scalars(select(User).where(User.login == login)).one()
        user.must_change_password, user.password_expires_at = False, None
        world.people[login] = user.id
        session.commit()


def reset(world: World, login: str, by: str, now: str = FILED) -> None:
    world.run(staffing.invite_again, [world.people[login]], by=world.actor(by), now=at(now))
    with world.database.writer() as session:
        user = session.get_one(User, world.people[login])
        user.must_change_password, user.password_expires_at = False, None
        session.commit()


def agree(world: World, login: str, by: str) -> None:
    world.run(two_people.agree, world.people[login], by=world.actor(by), now=at(DAY))


def refused(world: World, refusal: type[Exception], use_case: Any, subject: int, login: str, *texts: Any) -> None:
    """What this person tries is refused, and nothing has changed."""
    before = world.everything()
    with pytest.raises(refusal):
        world.act(use_case, subject, login, *texts, now=DAY)
    assert world.everything() == before


# --- being both people ---------------------------------------------------------------------------


def test_security_50_a_head_who_resets_the_handler_is_not_the_handler(world: World) -> None:
    case = a_case(world, State.INVESTIGATING)
    reset(world, "handler", by="head")
    refused(world, AccountNotAgreed, investigation.propose, case, "handler", *PROPOSAL)
    world.act(investigation.propose, case, "handler2", *PROPOSAL, now=DAY)
    refused(world, AccountNotAgreed, investigation.confirm, case, "handler", 1)
    world.act(investigation.confirm, case, "head", 1, now=DAY)  # the head and the other handler are two people


def test_security_50_what_was_proposed_before_the_reset_is_not_confirmed_by_who_reset(world: World) -> None:
    case = a_case(world, State.PROPOSED)
    reset(world, "handler", by="head")
    refused(world, NotTwoPeople, investigation.confirm, case, "head", 1)
    world.act(investigation.confirm, case, "handler2", 1, now=DAY)


def test_security_50_an_invented_colleague_declines_nothing(world: World) -> None:
    case = a_case(world)
    made(world, "made1", Role.HANDLER, world.qilin, by="head")
    made(world, "made2", Role.HEAD, world.qilin, by="head")
    for login in ("made1", "made2"):
        refused(world, AccountNotAgreed, investigation.decline, case, login, *NO_FACTS)
    world.act(investigation.decline, case, "head", *NO_FACTS, now=DAY)
    for login in ("made1", "made2"):
        refused(world, AccountNotAgreed, investigation.confirm_decline, case, login, 1)
    world.act(investigation.confirm_decline, case, "handler", 1, now=DAY)


def test_security_50_an_invented_colleague_of_the_office_grants_no_look_at_an_identity(world: World) -> None:
    a_case(world)
    made(world, "made", Role.OFFICE, world.office, by="office")
    refused(world, AccountNotAgreed, identities.ask, 1, "made", "核实是否本人提出")
    world.act(identities.ask, 1, "office", "核实是否本人提出", now=DAY)
    refused(world, AccountNotAgreed, identities.decide, 1, "made", True)
    world.act(identities.decide, 1, "office2", True, now=DAY)


@pytest.mark.parametrize("answer", [second_looks.confirm_look, second_looks.reopen])
def test_security_50_an_invented_colleague_of_the_office_answers_no_second_look(world: World, answer: Any) -> None:
    """Whoever took part in the case may not look at it again, nor may an account that he made for it (R35)."""
    case = a_case(world, State.PROPOSED)
    world.act(investigation.confirm, case, "office", 1, now=DAY)
    world.run(second_looks.ask, 1, "没有问到在场的人", now=at(DAY))
    made(world, "made", Role.OFFICE, world.office, by="office")
    refused(world, AccountNotAgreed, answer, case, "made", "核查充分")
    reset(world, "office2", by="office")
    refused(world, NotAllowed, answer, case, "office2", "核查充分")  # one whose word does not count is no second hand
    agree(world, "office2", by="auditor")
    world.act(answer, case, "office2", "核查充分", now=DAY)


@pytest.mark.parametrize("answer", [second_looks.confirm_look, second_looks.reopen])
def test_security_50_who_acted_with_an_account_that_he_made_answers_no_second_look(world: World, answer: Any) -> None:
    made(world, "one", Role.HEAD, world.luoping, by="office2")
    world.past_round_one(world.others)
    period = world.schedule(2, world.luoping, world.others, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    case, _ = world.file(period, world.others[1], FILED)
    world.act(investigation.decline, case, "one", *NO_FACTS, now=DAY)
    world.act(investigation.confirm_decline, case, "stranger", 1, now=DAY)
    world.run(second_looks.ask, 1, "没有问到在场的人", now=at(DAY))
    refused(world, NotTwoPeople, answer, case, "office2", "核查充分")
    world.act(answer, case, "office", "核查充分", now=DAY)


def test_security_50_who_keeps_out_of_a_case_decides_nothing_with_an_account_that_he_reset(world: World) -> None:
    """Somebody of the office is recused, and the heads' passwords are the office's to give."""
    other = a_case(world)
    with world.database.writer() as session:
        session.add(Recusal(case_id=other, user_id=world.people["office"], reason="亲属", recused_at=at(DAY)))
        session.commit()
    reset(world, "head", by="office")
    refused(world, RecusedBehindAccount, investigation.decline, other, "head", *NO_FACTS)
    world.act(investigation.decline, other, "handler", *NO_FACTS, now=DAY)
    refused(world, RecusedBehindAccount, investigation.confirm_decline, other, "head", 1)
    agree(world, "head", by="office2")
    world.act(investigation.confirm_decline, other, "head", 1, now=DAY)


def test_security_50_two_accounts_that_the_office_made_for_a_unit_are_one_word(world: World) -> None:
    """The next level itself made them: they may act, but not as two people, nor with whoever made them."""
    made(world, "one", Role.HEAD, world.luoping, by="office")
    made(world, "two", Role.HANDLER, world.luoping, by="office")
    world.past_round_one(world.others)
    period = world.schedule(2, world.luoping, world.others, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    case, _ = world.file(period, world.others[1], FILED)
    world.act(investigation.decline, case, "one", *NO_FACTS, now=DAY)
    for login in ("two", "office"):
        refused(world, NotTwoPeople, investigation.confirm_decline, case, login, 1)
    with pytest.raises(NotAllowed, match="须由上一级"):
        agree(world, "two", by="office")
    agree(world, "two", by="office2")
    world.act(investigation.confirm_decline, case, "two", 1, now=DAY)


def of_luoping(world: World) -> int:
    """A period of 罗平县, where two accounts are there which one person of the office gave out, and no other."""
    made(world, "one", Role.HEAD, world.luoping, by="office")
    made(world, "two", Role.HANDLER, world.luoping, by="office")
    world.run(making.disable, "stranger", now=at(FILED))
    world.past_round_one(world.others)
    return world.schedule(2, world.luoping, world.others, "2026-09-18", 3, "2026-09-17 Thu 10:00")


def handler_of(world: World, period: int) -> tuple[int, str]:
    """Where a case goes that is filed now, and where the page of scheduling says that it goes."""
    case, _ = world.file(period, world.others[1], FILED)
    with world.database.reader() as session:
        said = units.first_handler(session, session.get_one(Unit, world.luoping), at(FILED))
        assert session.get_one(Case, case).handler_unit_id == said.id
        return case, said.name


def test_security_50_a_unit_whose_accounts_one_person_gave_out_handles_nothing(world: World) -> None:
    """Neither could confirm what the other proposes: the case is the office's from the first second (R21)."""
    period = of_luoping(world)
    assert handler_of(world, period)[1] == "市评选工作组办公室"
    agree(world, "two", by="office2")
    assert handler_of(world, period)[1] == "罗平县"


def test_security_50_a_unit_whose_second_account_waits_handles_nothing(world: World) -> None:
    """Its head invented a colleague. Filing counts as scheduling does."""
    made(world, "made", Role.HANDLER, world.luoping, by="stranger")
    world.past_round_one(world.others)
    period = world.schedule(2, world.luoping, world.others, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    assert handler_of(world, period)[1] == "市评选工作组办公室"
    agree(world, "made", by="office")
    assert handler_of(world, period)[1] == "罗平县"


def test_security_50_two_accounts_of_one_person_are_the_red_line(world: World) -> None:
    """The people count as those who can confirm each other do: on the page, in the metric, in `gongshi check`."""
    period = of_luoping(world)
    agree(world, "two", by="office2")
    case, _ = handler_of(world, period)
    reset(world, "two", by="office")
    assert world.do(queue.list_without_hands, at(DAY)) == []  # whoever of the office did not reset them confirms
    world.run(making.disable, "office2", now=at(FILED))
    assert [found.id for found in world.do(queue.list_without_hands, at(DAY))] == [case]
    found = {(each.name, each.row) for each in check_database(world.database, at(DAY))}
    assert ("open-case-has-two-people", case) in found
    for version, (proposer, other) in enumerate((("one", "two"), ("two", "one")), start=1):
        world.act(investigation.decline, case, proposer, *NO_FACTS, now=DAY)
        for login in (other, "office"):
            refused(world, NotTwoPeople, investigation.confirm_decline, case, login, version)


def test_security_50_nobody_is_recused_beside_whom_only_one_person_is_left(world: World) -> None:
    """Two accounts are left in the unit, and one person of the office, who gave them out."""
    period = of_luoping(world)
    agree(world, "two", by="office2")
    case, _ = handler_of(world, period)
    reset(world, "two", by="office")
    refused(world, NotAllowed, investigation.recuse, case, "office2", world.people["office2"], "亲属")
    agree(world, "two", by="office2")
    world.act(investigation.recuse, case, "office2", world.people["office2"], "亲属", now=DAY)


def test_security_50_an_account_that_an_invented_account_made_stays_its_inventors_too(world: World) -> None:
    """Somebody of the office invents a colleague and gives out a head's account with it; then the colleague comes."""
    period = world.round_two()
    case, other = (world.file(period, nominee, FILED)[0] for nominee in world.nominees[:2])
    for each in (case, other):
        world.bring(each, State.INVESTIGATING, FILED)
    made(world, "invented", Role.OFFICE, world.office, by="office")
    made(world, "two", Role.HEAD, world.qilin, by="invented")
    world.act(investigation.propose, case, "two", *PROPOSAL, now=DAY)
    refused(world, NotTwoPeople, investigation.confirm, case, "office", 1)
    agree(world, "invented", by="auditor")  # nobody can tell now which of the two knows the password of "two"
    refused(world, AccountNotAgreed, investigation.propose, other, "two", *PROPOSAL)
    for login in ("office", "invented"):
        refused(world, NotTwoPeople, investigation.confirm, case, login, 1)
        with pytest.raises(NotAllowed):
            agree(world, "two", by=login)
    agree(world, "two", by="office2")
    world.act(investigation.confirm, case, "office", 1, now=DAY)


def test_security_50_what_an_owner_gives_out_after_it_was_proved_is_their_word_alone(world: World) -> None:
    made(world, "late", Role.OFFICE, world.office, by="office")
    agree(world, "late", by="auditor")
    world.run(staffing.invite, "two", "新同事", Role.HEAD, world.qilin, by=world.actor("late"), now=at(DAY))
    with world.database.reader() as session:
        two = session.scalars(select(User).where(User.login == "two")).one()
        assert ([each.login for each in two.givers], two.given_in_doubt) == (["late"], False)


def test_accounts_in_doubt_are_the_same_in_sql(world: World) -> None:
    """A chain of three, one beside it that was given out after the agreement, and two that gave out each other."""
    made(world, "first", Role.OFFICE, world.office, by="office")
    made(world, "second", Role.OFFICE, world.office, by="first")
    made(world, "third", Role.HEAD, world.qilin, by="second")
    agree(world, "first", by="auditor")
    world.run(staffing.invite, "later", "新同事", Role.HEAD, world.luoping, by=world.actor("first"), now=at(DAY))
    with world.database.writer() as session:
        for login, giver in (("handler", "head"), ("head", "handler")):
            user = session.get_one(User, world.people[login])
            user.password_given_by, user.password_given_at = world.people[giver], at(FILED)
        session.commit()
    with world.database.reader() as session:
        doubtful = {user.id for user in session.scalars(select(User)) if user.given_in_doubt}
        assert doubtful == set(session.scalars(accounts_in_doubt()))
        assert doubtful == {world.people[login] for login in ("second", "third")}
        third = session.get_one(User, world.people["third"])
        assert [each.login for each in third.givers] == ["second", "first", "office"]


# --- who agrees ----------------------------------------------------------------------------------

# Whose account, made by whom: who is refused, who agrees.
AGREED = [
    ("head", Role.HANDLER, "qilin", ("head", "handler", "stranger", "auditor"), "office"),
    ("office", Role.OFFICE, "office", ("office", "head", "handler"), "auditor"),
    ("office", Role.OFFICE, "office", ("office", "stranger"), "office2"),
]


@pytest.mark.parametrize(("maker", "role", "unit", "others", "agrees"), AGREED)
def test_the_next_level_agrees_and_nobody_else(
    world: World, maker: str, role: Role, unit: str, others: tuple[str, ...], agrees: str
) -> None:
    made(world, "made", role, getattr(world, unit), by=maker)
    before = world.everything()
    for login in others:
        with pytest.raises((NotAllowed, NotYourCase)):
            agree(world, "made", by=login)
    assert world.everything() == before
    agree(world, "made", by=agrees)
    with world.database.reader() as session:
        assert not session.get_one(User, world.people["made"]).waits_for_agreement


def test_an_account_that_waits_agrees_to_nobody(world: World) -> None:
    """Somebody of the office invents a third account to agree to the second."""
    made(world, "made1", Role.OFFICE, world.office, by="office")
    made(world, "made2", Role.OFFICE, world.office, by="office2")
    with pytest.raises(NotAllowed):
        agree(world, "made2", by="made1")
    agree(world, "made1", by="auditor")
    agree(world, "made2", by="made1")


def test_a_reset_after_the_agreement_wants_another_one(world: World) -> None:
    made(world, "made", Role.HANDLER, world.qilin, by="head")
    agree(world, "made", by="office")
    case = a_case(world, State.INVESTIGATING)
    reset(world, "made", by="head")
    refused(world, AccountNotAgreed, investigation.propose, case, "made", *PROPOSAL)


def test_a_case_has_no_hands_while_those_of_its_unit_wait(world: World) -> None:
    case = a_case(world)
    with world.database.reader() as session:
        unit = session.get_one(User, world.people["head"]).unit
        assert unit.hands(at(DAY)) == {world.people[login] for login in ("head", "handler", "handler2")}
    reset(world, "handler", by="head")
    with world.database.reader() as session:
        unit = session.get_one(User, world.people["head"]).unit
        assert unit.hands(at(DAY)) == {world.people[login] for login in ("head", "handler2")}
    assert world.case(case).state is State.RECEIVED


def test_who_waits_is_listed_for_whoever_may_agree_first(world: World) -> None:
    made(world, "ours", Role.HANDLER, world.qilin, by="head")
    made(world, "theirs", Role.OFFICE, world.office, by="office")

    def seen(login: str) -> list[tuple[str, bool, bool]]:
        rows = world.do(two_people.waiting, world.actor(login))
        return [(row.user.login, row.mine, row.idle) for row in rows]

    assert seen("office") == [("ours", True, True), ("theirs", False, True)]
    assert seen("office2") == [("theirs", True, True), ("ours", True, True)]
    assert seen("auditor") == [("theirs", True, True)]
    assert seen("head") == [("ours", False, True)]
    assert seen("handler") == seen("stranger") == []
    (row,) = world.do(two_people.waiting, world.actor("head"))
    assert row.asked == "市评选工作组办公室的市评选工作组办公室office、市评选工作组办公室office2"


# --- the owner's own telephone -------------------------------------------------------------------


def come_in(world: World, login: str, now: str) -> None:
    with world.database.reader() as session:
        user = session.get_one(User, world.people[login])
        half = logins.HalfWay(user.id, user.session_epoch, at(now))
    code = pyotp.TOTP(SECRET).at(at(now))
    world.run(lambda work: logins.let_in(work, logins.check_code(work, half, code, None), None, ""), now=at(now))


def test_who_comes_in_with_the_telephone_of_before_is_the_owner(world: World) -> None:
    """Whoever gave out the password does not have it: that is the other way in."""
    reset(world, "handler", by="head")
    come_in(world, "handler", DAY)
    assert world.acts()[-2:] == [
        (f"user:{world.people['handler']}", "user.proved", f"user:{world.people['handler']}"),
        (f"user:{world.people['handler']}", "user.logged_in", f"user:{world.people['handler']}"),
    ]
    case = a_case(world, State.INVESTIGATING)
    world.act(investigation.propose, case, "handler", *PROPOSAL, now=DAY)


def test_the_telephone_of_an_invented_account_proves_nobody(world: World) -> None:
    """Its maker set it up, and then resets the password to come in with it."""
    made(world, "made", Role.HANDLER, world.qilin, by="head")
    with world.database.writer() as session:
        enrol(session, world.keyring, [session.get_one(User, world.people["made"])], at(FILED))
        session.commit()
    reset(world, "made", by="head")
    come_in(world, "made", DAY)
    case = a_case(world, State.INVESTIGATING)
    refused(world, AccountNotAgreed, investigation.propose, case, "made", *PROPOSAL)


def test_a_telephone_set_up_after_the_reset_proves_nobody(world: World) -> None:
    """The command line took the old one away; the head gives out a password and sets up a new one."""
    with world.database.writer() as session:
        second_factor.remove(session, world.people["handler"])
        session.commit()
    reset(world, "handler", by="head")
    with world.database.writer() as session:
        enrol(session, world.keyring, [session.get_one(User, world.people["handler"])], at(FILED))
        session.commit()
    come_in(world, "handler", DAY)
    case = a_case(world, State.INVESTIGATING)
    refused(world, AccountNotAgreed, investigation.propose, case, "handler", *PROPOSAL)


def test_a_wrong_code_proves_nobody(world: World) -> None:
    reset(world, "handler", by="head")
    with world.database.writer() as session:
        session.get_one(SecondFactor, world.people["handler"]).last_step = 2**31 - 1  # no code of now is taken
        session.commit()
    with pytest.raises(WrongCode):
        come_in(world, "handler", DAY)
    with world.database.reader() as session:
        assert session.get_one(User, world.people["handler"]).waits_for_agreement
