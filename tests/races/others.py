"""The other subjects' races: each use case started twice at one moment, as two tabs, two clerks or two workers do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery
from app.domain.messages.hours import Times
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind
from app.domain.programmes.plan import Places, ProgrammePlan
from app.models import Dispatch, Draft, IdentityRequest, Objection, Programme, Reach, Reversal, StaffCalendar
from app.services.calendar.calendars import load_notices
from app.services.cases import settlement
from app.services.imports import confirming, receiving
from app.services.messages import fates, feeds, followers, proving, reaches
from app.services.messages.codes import make_stop_token
from app.services.messages.reaches import AddressOwner
from app.services.nominees import eligibility, nominating, reversal
from app.services.objections import drafts, following, identities
from app.services.programmes import quotas, setting_up
from app.services.shared.work import Work
from tests import lists, standing
from tests.data import STATE_COUNCIL
from tests.files import vault_in
from tests.qujing import Authority
from tests.races.table import DAY, FILED, TEXT, Job, Meeting, Race
from tests.services.messages.reaching import plan, reach_of
from tests.world import World, at

MAIL = OutgoingChannel.MAIL
ALL = frozenset(OutgoingChannel)


def twice(use_case: Callable[..., object], who: tuple[str, str] | None, now: str, *given: object) -> Meeting:
    """The same act twice, on the world as it is built. A callable among what is given is asked of the world."""
    return after(lambda world, folder: None, use_case, who, now, *given)


def after(
    begin: Callable[[World, Path], object],
    use_case: Callable[..., object],
    who: tuple[str, str] | None,
    now: str,
    *given: object,
) -> Meeting:
    """The same act twice, once `begin` has brought something about."""

    def meet(world: World, folder: Path) -> tuple[Job, Job]:
        begin(world, folder)
        filled = [each(world) if callable(each) else each for each in given]

        def job(by: str) -> Job:
            actor = world.actor(by) if by else None
            return lambda: world.run(use_case, *filled, by=actor, now=at(now))

        first, second = who or ("", "")
        return job(first), job(second)

    return meet


OFFICE = ("office", "office2")
ITSELF = ("handler", "handler")


def _filed(world: World, _: Path) -> None:
    world.file(world.round_two(), world.nominees[0], FILED)


def _objection(world: World) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Objection.id).limit(1)).one()


def _one(model: type, count: int = 1) -> Callable[[World], None]:
    def check(world: World) -> None:
        with world.database.reader() as session:
            assert session.scalar(select(func.count()).select_from(model)) == count

    return check


def _lapsed(world: World, folder: Path) -> None:
    _filed(world, folder)
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))


def _plain(world: World) -> nominating.PlainFacts:
    return nominating.PlainFacts("麒麟区第九单位", "站长", "", "")


def _places(world: World) -> list[Places]:
    return [Places(world.qilin, 3, 4)]


def _with_address(world: World, _: Path) -> None:
    reach_of(world, "handler", MAIL, "handler@example.com", confirmed=False)


def _reach(world: World) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Reach.id).order_by(Reach.id).limit(1)).one()


def _told(world: World, _: Path) -> None:
    told = followers.MessageChoice(ALL, wants_news=True)
    world.file(world.round_two(), world.nominees[0], FILED, telling=told)


def _stop_token(world: World) -> str:
    return make_stop_token(world.keyring, _reach(world))


def _given_up(world: World, folder: Path) -> None:
    _told(world, folder)
    with world.database.writer() as session:
        row = session.scalars(select(Dispatch)).one()
        row.id, row.fate, row.tries, row.words, row.ended_at = 1, Delivery.FAILED, 5, "refused", at(FILED)
        session.commit()


def _two_plan(world: World, folder: Path) -> tuple[Job, Job]:
    for login in ("head", "handler", "office"):
        reach_of(world, login, MAIL, f"{login}@example.com")
    _filed(world, folder)
    return lambda: plan(world, at(DAY)), lambda: plan(world, at(DAY))


def _planned_once(world: World) -> None:
    with world.database.reader() as session:
        rows = session.execute(select(Dispatch.outbox_id, Dispatch.reach_id)).all()
    assert rows
    assert len(rows) == len(set(rows))


def _changed(world: World) -> ProgrammePlan:
    with world.database.reader() as session:
        row = session.get_one(Programme, world.programme)
        return ProgrammePlan(
            "另一个名称", row.collective_honour, row.individual_honour, row.lapse_clause, row.upheld_clause
        )


def _checked(world: World, folder: Path) -> None:
    lists.checked(world, folder, {"a.xlsx": lists.sheet([lists.person()])})


def _import_job(world: World, folder: Path, use_case: Callable[..., object], *given: object) -> Job:
    def run() -> object:
        with world.database.writer() as session:
            return use_case(Work(session, at(DAY), world.actor("handler"), world.keyring), *given)

    return run


def _two_drop(world: World, folder: Path) -> tuple[Job, Job]:
    _checked(world, folder)
    job = _import_job(world, folder, receiving.drop, vault_in(folder, world.key), 1)
    return job, job


def _confirm_and_drop(world: World, folder: Path) -> tuple[Job, Job]:
    lists.room_for(world)
    _checked(world, folder)
    return (
        _import_job(world, folder, confirming.confirm, 1),
        _import_job(world, folder, receiving.drop, vault_in(folder, world.key), 1),
    )


def _two_opinions(world: World, folder: Path) -> tuple[Job, Job]:
    job: Job = lambda: standing.answered(world, folder, world.nominees[:1], DAY, [Authority.POLICE])  # noqa: E731
    return job, job


def _two_notices(world: World, _: Path) -> tuple[Job, Job]:
    body = json.loads(STATE_COUNCIL.read_text("utf-8"))["2026"]
    text = json.dumps({"2026": body | {"notice": "国办发明电〔2026〕特1号"}})
    first, second = (
        lambda who=who: world.run(load_notices, text, by=world.actor(who), now=at(DAY))  # type: ignore[misc]
        for who in OFFICE
    )
    return first, second


OTHERS: dict[str, Race] = {
    "two tabs make the calendar's address": Race(
        ("feeds.make_calendar",), {2}, twice(feeds.make_calendar, ITSELF, DAY), _one(StaffCalendar)
    ),
    "two tabs revoke the calendar's address": Race(
        ("feeds.revoke_calendar",),
        {2},
        after(
            lambda world, _: world.run(feeds.make_calendar, by=world.actor("handler"), now=at(DAY)),
            feeds.revoke_calendar,
            ITSELF,
            DAY,
        ),
        _one(StaffCalendar, 0),
    ),
    "two tabs set one address": Race(
        ("reaches.set_address",),
        {1},
        twice(reaches.set_address, ITSELF, DAY, AddressOwner(), MAIL, "a@example.com", Times.AT_ONCE, ALL),
        _one(Reach),
    ),
    "two set a unit's address": Race(
        ("reaches.set_address",),
        {1},
        twice(
            reaches.set_address,
            ("head", "office"),
            DAY,
            lambda world: AddressOwner(world.qilin),
            MAIL,
            "a@example.com",
            Times.AT_ONCE,
            ALL,
        ),
        _one(Reach),
    ),
    "two tabs ask for a code": Race(
        ("reaches.send_code_again",), {1}, after(_with_address, reaches.send_code_again, ITSELF, DAY, _reach)
    ),
    "two tabs choose the times": Race(
        ("reaches.choose_times",),
        {2},
        after(_with_address, reaches.choose_times, ITSELF, DAY, _reach, Times.MORNING),
    ),
    "two tabs stop an address": Race(
        ("reaches.stop_address",), {2}, after(_with_address, reaches.stop_address, ITSELF, DAY, _reach)
    ),
    "two enter an address": Race(
        ("proving.enter_address",),
        {1, 2},
        twice(proving.enter_address, OFFICE, DAY, lambda world: world.people["handler"], MAIL, "own@example.org", ALL),
        _one(Reach),
    ),
    "one asks twice for an identity": Race(
        ("identities.ask",),
        {1},
        after(_filed, identities.ask, ("office", "office"), DAY, _objection, "核实是否本人提出"),
        _one(IdentityRequest),
    ),
    "two propose a reversal": Race(
        ("reversal.propose_reversal",),
        {1},
        after(_lapsed, reversal.propose_reversal, OFFICE, "2026-10-08 Thu 09:00", 1, TEXT),
        _one(Reversal),
    ),
    "an objector withdraws twice": Race(
        ("following.withdraw",), {1}, after(_filed, following.withdraw, None, DAY, _objection, TEXT)
    ),
    "an objector adds twice": Race(
        ("following.supplement",), {2}, after(_filed, following.supplement, None, DAY, _objection, TEXT)
    ),
    "two edit a nominee": Race(
        ("nominating.edit",),
        {1},
        twice(nominating.edit, ("head", "handler"), "2026-09-02 Wed 09:00", lambda world: world.nominees[2], _plain),
    ),
    "two confirm the conditions": Race(
        ("eligibility.confirm",), {2}, twice(eligibility.confirm, OFFICE, DAY, lambda world: world.nominees)
    ),
    "two set a rank": Race(
        ("eligibility.set_rank",),
        {1, 2},
        twice(eligibility.set_rank, OFFICE, DAY, lambda world: world.nominees[2], Rank.BELOW),
    ),
    "two give places": Race(
        ("quotas.give_places",), {2}, twice(quotas.give_places, OFFICE, DAY, lambda world: world.programme, _places)
    ),
    "two archive": Race(
        ("setting_up.archive",), {1}, twice(setting_up.archive, OFFICE, DAY, lambda world: world.programme)
    ),
    "two reopen": Race(
        ("setting_up.reopen",),
        {1},
        after(
            lambda world, _: world.run(setting_up.archive, world.programme, by=world.actor("office"), now=at(FILED)),
            setting_up.reopen,
            OFFICE,
            DAY,
            lambda world: world.programme,
            TEXT,
        ),
    ),
    "two press send again": Race(("fates.send_again",), {1}, after(_given_up, fates.send_again, OFFICE, DAY, 1)),
    "two workers plan": Race(("planning.plan_dispatches",), {2}, _two_plan, _planned_once),
    "an objector asks twice for a code": Race(
        ("followers.send_code_again",), {1}, after(_told, followers.send_code_again, None, DAY, _objection)
    ),
    "an objector chooses twice": Race(
        ("followers.choose_news",), {2}, after(_told, followers.choose_news, None, DAY, _objection, False)
    ),
    "a link is followed twice": Race(
        ("followers.stop_by_link",), {2}, after(_told, followers.stop_by_link, None, DAY, _stop_token)
    ),
    "one page sent twice keeps one draft": Race(
        ("drafts._write",), {2}, twice(drafts.keep, None, DAY, "a browser", "a handle", {"typed": {}}), _one(Draft)
    ),
    "two order a list": Race(
        ("nominating.reorder",),
        {1},
        twice(
            nominating.reorder,
            ("head", "handler"),
            DAY,
            lambda world: world.programme,
            lambda world: world.qilin,
            Kind.COLLECTIVE,
            lambda world: {world.nominees[0]: 2, world.nominees[1]: 1},
        ),
    ),
    "two change a programme": Race(
        ("setting_up.change",), {2}, twice(setting_up.change, OFFICE, DAY, lambda world: world.programme, _changed)
    ),
    "two have a list checked again": Race(
        ("receiving.read_again",), {1}, after(_checked, receiving.read_again, ITSELF, DAY, 1)
    ),
    "two drop a list": Race(("receiving.drop",), {1}, _two_drop),
    "a list confirmed and dropped": Race(("confirming.confirm", "receiving.drop"), {1}, _confirm_and_drop),
    "two record an opinion": Race(("opinions._write",), {1, 2}, _two_opinions),
    "one notice loaded twice": Race(("calendars.load_notices",), {1, 2}, _two_notices),
}

_SERVICES = "tests/services"
OTHERS_ELSEWHERE = {
    "nominating.nominate": f"{_SERVICES}/nominees/test_gates.py::test_two_people_never_take_the_last_place_of_a_quota",
    "replacements.replace": f"{_SERVICES}/nominees/test_replacements.py::"
    "test_two_at_once_name_one_and_the_database_holds_it",
    "reviews.review": f"{_SERVICES}/nominees/test_reviews.py::"
    "test_a_review_refused_while_somebody_schedules_comes_before_or_after",
    "revisions.revise": f"{_SERVICES}/nominees/test_revisions.py::"
    "test_two_at_once_make_two_editions_each_on_what_the_other_left",
    "withdrawals.withdraw": f"{_SERVICES}/nominees/test_withdrawals.py::test_two_at_once_withdraw_once",
    "setting_up.create": f"{_SERVICES}/programmes/test_setting_up.py::test_two_programmes_of_one_title_at_once_are_one",
    "reading.read": f"{_SERVICES}/imports/test_reading.py::test_two_who_read_at_once_write_every_row_once",
    "evidence.receive": f"{_SERVICES}/objections/test_evidence.py::test_two_at_once_do_not_both_take_the_last_place",
    "identities.decide": f"{_SERVICES}/objections/test_identities.py::"
    "test_two_let_them_at_once_and_one_decision_stands",
    "intake.file_objection": f"{_SERVICES}/objections/test_intake.py::"
    "test_security_02_one_form_eight_times_at_once_is_one_objection",
    "registering._register": f"{_SERVICES}/objections/test_registering.py::test_two_presses_at_once_are_one_objection",
    "followers._try_code": f"{_SERVICES}/messages/test_followers.py::test_of_wrong_codes_typed_at_once_each_counts",
    "reaches._try_code": f"{_SERVICES}/messages/test_reaches.py::test_of_wrong_codes_typed_at_once_each_counts",
    "checking.store_findings": f"{_SERVICES}/upkeep/test_checking.py::test_two_servers_that_check_at_once_keep_one_run",
    "proving._keep": f"{_SERVICES}/upkeep/test_proving.py::test_of_two_servers_that_ask_at_once_one_keeps_the_line",
    "witnessing._remember": f"{_SERVICES}/upkeep/test_witnessing.py::test_of_two_at_once_one_is_cosigned",
    "data_requests.answer": f"{_SERVICES}/upkeep/test_data_requests.py::test_of_two_who_answer_at_once_one_does",
    "programme_books.load": f"{_SERVICES}/office/test_programme_books.py::"
    "test_the_same_book_twice_at_once_is_one_programme",
}

OTHERS_ALONE = {
    "availability.record_heartbeat": "the beat of each clock is a row; two are two beats",
    "reading._write": "a step of `read`, which is raced",
    "reading._fail": "a step of `read`, which is raced",
    "bounces.mark_bounced": "a mail that came back twice is back",
    "dispatching.settle_and_claim": "tests/processes/test_sending.py races whole senders, killed at any moment",
    "dispatching.settle": "as `settle_and_claim`",
    "proving.ask_code": "it locks the address as `reaches.send_code_again` does, which is raced",
    "proving._try_code": "it locks the address as `reaches._try_code` does, which is raced",
    "dossiers.read": "it changes nothing but the record, which takes turns by itself",
    "eligibility.confirm_or_deny": "it locks as `confirm` does, which is raced; the last word counts",
    "reversal.confirm_reversal": "tests/services/shared/test_locks.py has it confirmed by another session meanwhile",
    "drafts.forget": "what is deleted twice is gone",
    "drafts.purge": "what is deleted twice is gone",
    "evidence_upkeep.judge": "the verdict of one scanner on one file is the same twice",
    "following.note_unknown_receipt": "it changes nothing but the record",
    "identities.read": "it locks the request; the second look is a look of the same login, and on the record",
    "identities.open_letter": "as `read`",
    "identities.sort_file": "it locks the request as `decide` does, which is raced",
    "shares.spend_answer": "tests/services/objections/test_shares.py: an answer is a unique row",
    "ledger.note_export": "it changes nothing but the record",
    "archive.ask": "it changes nothing but the record",
    "paper.record_made": "it changes nothing but the record",
    "documents.open_document": "it changes nothing but the record",
    "data_requests.register": "two requests are two rows: nothing tells one letter from another",
    "data_requests.read": "it changes nothing but the record",
    "data_requests.purge_expired": "what is purged twice is gone",
}
