"""An objector's contact: confirmed by a code, told without content, ended by a link; it tells nobody (R14, R36)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from app.domain.cases.states import State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery, Outcome, Reply
from app.domain.messages.wording import NoticeKind
from app.domain.objections.arrival import Arrival, Channel
from app.domain.refusals import CodeRefused, CodeTooSoon, NotThere
from app.models import Dispatch, Reach
from app.sealing import Keyring, SealBroken
from app.services.messages import dispatching, followers
from app.services.messages.codes import MOST_TRIES, derive_code, make_stop_token, unseal_address
from app.services.messages.followers import MessageChoice, find_channel
from app.services.objections import registering
from app.services.upkeep import keys
from tests.services.messages.reaching import in_use
from tests.world import World, at, at_once

FILED = at("2026-09-18 Fri 10:00")
SOON = FILED + dt.timedelta(minutes=1)
MINUTE = dt.timedelta(minutes=1)
EVERYWHERE = frozenset(OutgoingChannel)
CONTACT = "13000000001"
NEW_KEY = "a new key, thirty-two bytes long!"


def file(world: World, period: int, place: int = 0, *, contact: str = CONTACT, wants_news: bool = True) -> int:
    """An objection by the web. Returns its case's id, which is its own too in these worlds."""
    telling = MessageChoice(EVERYWHERE, wants_news=wants_news)
    filed = {"contact": contact, "telling": telling}
    return world.file(period, world.nominees[place], "2026-09-18 Fri 10:00", **filed)[0]


def register(world: World, period: int, place: int = 0) -> int:
    """One that came by a visit. Returns the objection's id."""
    telling = MessageChoice(EVERYWHERE, wants_news=True, code_at_once=False)
    filing = world.filing(telling=telling, contact=CONTACT)
    entry, arrival = world.entry(period, world.nominees[place]), Arrival(Channel.VISIT, FILED)
    by = world.actor("office")
    return world.run(registering.register, entry, filing, arrival, by=by, now=FILED).objection_id


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


def code(world: World, objection: int = 1) -> str:
    """The one that the page waits for."""
    with world.database.reader() as session:
        return derive_code(world.keyring, session.scalars(select(Reach).filter_by(objection_id=objection)).one())


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


def reach(world: World, objection: int = 1) -> Reach:
    with world.database.reader() as session:
        row = session.scalars(select(Reach).filter_by(objection_id=objection)).one()
        session.expunge(row)
        return row


def waiting(world: World, kind: NoticeKind) -> int:
    with world.database.reader() as session:
        rows = session.scalars(select(Dispatch.id).filter_by(notice=kind, fate=Delivery.WAITING))
        return len(rows.all())


def page(world: World, objection: int) -> Sequence[object]:
    """What an objector's page tells of the address."""
    with world.database.reader() as session:
        shown = followers.find_shown(session, world.keyring, objection)
        assert shown is not None
        return (shown.masked, shown.confirmed, in_use(shown), followers.code_was_asked_for(session, objection))


# --- the code


@pytest.mark.parametrize("typed", ["", "000", "1234567", "abcdef", "１２３４５６", "\x00", "0" * 5000])
def test_what_is_no_code_is_refused(world: World, period: int, typed: str) -> None:
    file(world, period)
    with pytest.raises(CodeRefused):
        world.run(followers.confirm, 1, typed, now=SOON)
    assert reach(world).confirmed_at is None


def test_a_wrong_code_counts_and_five_spend_the_right_one(world: World, period: int) -> None:
    file(world, period)
    for _ in range(MOST_TRIES):
        with pytest.raises(CodeRefused):
            world.run(followers.confirm, 1, wrong(code(world)), now=SOON)
    assert reach(world).code_tries == MOST_TRIES
    with pytest.raises(CodeRefused):
        world.run(followers.confirm, 1, code(world), now=SOON)


def test_of_wrong_codes_typed_at_once_each_counts(world: World, period: int) -> None:
    """Whoever guesses in parallel has no more guesses (SECURITY 52)."""
    file(world, period)
    false = wrong(code(world))
    at_once([lambda: world.run(followers.confirm, 1, false, now=SOON)] * 8)
    assert reach(world).code_tries == 8


@pytest.mark.parametrize(("minutes", "good"), [(29, True), (30, False)])
def test_a_code_is_good_for_half_an_hour(world: World, period: int, minutes: int, good: bool) -> None:
    file(world, period)
    right, now = code(world), FILED + minutes * MINUTE
    if good:
        world.run(followers.confirm, 1, f" {right} ", now=now)
    else:
        with pytest.raises(CodeRefused):
            world.run(followers.confirm, 1, right, now=now)
    assert (reach(world).confirmed_at is not None) is good


def test_an_expired_code_is_not_sent_any_more(world: World, period: int) -> None:
    file(world, period)
    assert world.run(dispatching.settle_and_claim, None, "", now=FILED + 30 * MINUTE) is None


def test_the_code_of_one_objection_confirms_no_other(world: World, period: int) -> None:
    file(world, period)
    file(world, period, 1)
    assert code(world, 1) != code(world, 2)
    with pytest.raises(CodeRefused):
        world.run(followers.confirm, 2, code(world, 1), now=SOON)


def test_a_code_sent_again_makes_the_one_before_worthless(world: World, period: int) -> None:
    file(world, period)
    first = code(world)
    with pytest.raises(CodeTooSoon):
        world.run(followers.send_code_again, 1, now=FILED + 59 * dt.timedelta(seconds=1))
    world.run(followers.send_code_again, 1, now=SOON)
    with pytest.raises(CodeRefused):
        world.run(followers.confirm, 1, first, now=SOON)
    world.run(followers.confirm, 1, code(world), now=SOON)
    world.run(followers.send_code_again, 1, now=SOON + MINUTE)  # nothing to confirm any more
    assert waiting(world, NoticeKind.CODE) == 2


def test_one_contact_gets_six_codes_a_day_whoever_types_it_and_no_page_tells(world: World, period: int) -> None:
    """Somebody fills a stranger's number; the stranger's own page says what every page says (R17)."""
    for place in range(3):
        file(world, period, place)
    for round_number in range(1, 4):
        for objection in (1, 2, 3):
            world.run(followers.send_code_again, objection, now=FILED + round_number * 2 * MINUTE)
    assert waiting(world, NoticeKind.CODE) == 6
    file(world, period, 3, contact="13000000002")
    assert waiting(world, NoticeKind.CODE) == 7  # another contact has its own
    strangers, others = register(world, period, 4), 4
    now = FILED + 10 * MINUTE
    for objection in (strangers, others):
        world.run(followers.send_code_again, objection, now=now)
        with pytest.raises(CodeTooSoon):  # also where none left
            world.run(followers.send_code_again, objection, now=now + MINUTE / 2)
        with pytest.raises(CodeRefused):
            world.run(followers.confirm, objection, wrong(code(world, objection)), now=now)
    assert waiting(world, NoticeKind.CODE) == 8
    assert page(world, strangers) == ("130****0001", False, False, True)
    assert page(world, others) == ("130****0002", False, False, True)
    world.run(followers.send_code_again, strangers, now=FILED + dt.timedelta(days=1, minutes=10))
    assert waiting(world, NoticeKind.CODE) == 9


def test_a_registered_objection_gets_no_code_by_itself_and_can_ask_for_one(world: World, period: int) -> None:
    objection = register(world, period)
    assert waiting(world, NoticeKind.CODE) == 0
    assert page(world, objection) == ("130****0001", False, False, False)
    world.run(followers.send_code_again, objection, now=FILED)  # no minute to wait: none was sent before
    assert waiting(world, NoticeKind.CODE) == 1
    world.run(followers.send_code_again, objection, now=SOON)
    world.run(followers.confirm, objection, code(world, objection), now=SOON)
    assert page(world, objection) == ("130****0001", True, True, True)


def test_not_confirmed_within_a_working_day_is_told_of_the_web_alone(world: World, period: int) -> None:
    """Filed on Friday; the Sunday works."""
    file(world, period)
    register(world, period)
    case = world.case(1).id
    for now, late in (("2026-09-20 Sun 23:59:59", set()), ("2026-09-21 Mon 00:00", {1})):
        with world.database.reader() as session:
            assert followers.find_unconfirmed(session, case, at(now)) == late
    with world.database.writer() as session:
        session.execute(update(Reach).values(confirmed_at=FILED))
        session.commit()
    with world.database.reader() as session:
        assert followers.find_unconfirmed(session, case, at("2026-09-21 Mon 00:00")) == set()


# --- the address


@pytest.mark.parametrize(
    ("contact", "there", "way"),
    [
        ("0874-3123456", EVERYWHERE, None),
        ("某某村三组12号", EVERYWHERE, None),
        (CONTACT, frozenset({OutgoingChannel.MAIL}), None),
        ("a@example.com", frozenset({OutgoingChannel.SMS}), None),
        (CONTACT, frozenset(), None),
        ("130 0000 0001", EVERYWHERE, (OutgoingChannel.SMS, CONTACT)),
        ("+86 130-0000-0001", EVERYWHERE, (OutgoingChannel.SMS, CONTACT)),
        (" a@example.com ", EVERYWHERE, (OutgoingChannel.MAIL, "a@example.com")),
    ],
)
def test_by_which_channel_a_contact_is_reached(
    contact: str, there: frozenset[OutgoingChannel], way: tuple[OutgoingChannel, str] | None
) -> None:
    assert find_channel(contact, there) == way


def test_a_contact_that_no_channel_reaches_has_nothing_to_confirm(world: World, period: int) -> None:
    file(world, period, contact="0874-3123456")
    with world.database.reader() as session:
        assert followers.find_shown(session, world.keyring, 1) is None
    for use_case, arguments in (
        (followers.confirm, ("123456",)),
        (followers.send_code_again, ()),
        (followers.choose_news, (True,)),
    ):
        with pytest.raises(NotThere):
            world.run(use_case, 1, *arguments, now=SOON)


def test_an_address_is_sealed_to_its_row_and_outlives_the_key(world: World, period: int) -> None:
    """A code on its way, and the link that ends the messages, stay good over the change (SECURITY 15)."""
    file(world, period)
    right, link, old = code(world), make_stop_token(world.keyring, reach(world).id), reach(world).sealed
    assert CONTACT.encode() not in old
    new = Keyring(NEW_KEY, [world.key.decode()])
    world.run(keys.rotate, now=SOON, keyring=new)
    assert reach(world).sealed != old
    assert unseal_address(Keyring(NEW_KEY), reach(world)) == CONTACT
    moved = reach(world)
    moved.id += 1
    with pytest.raises(SealBroken):
        unseal_address(new, moved)
    world.run(followers.confirm, 1, right, now=SOON, keyring=new)
    world.run(followers.stop_by_link, link, now=SOON, keyring=new)
    assert reach(world).stopped_at == SOON


# --- news


def confirmed(world: World, period: int, *, wants_news: bool = True) -> int:
    """Somebody whose contact is confirmed. Returns the case."""
    case = file(world, period, wants_news=wants_news)
    world.run(followers.confirm, 1, code(world), now=SOON)
    return case


@pytest.mark.parametrize(
    "spoilt", [{"confirmed_at": None}, {"stopped_at": SOON}, {"bounced_at": SOON}, {"times": "deadlines"}]
)
def test_who_did_not_ask_or_cannot_be_reached_is_told_nothing(
    world: World, period: int, spoilt: dict[str, object]
) -> None:
    case = confirmed(world, period)
    with world.database.writer() as session:
        session.execute(update(Reach).values(spoilt))
        session.commit()
    world.bring(case, State.CONCLUDED, "2026-09-18 Fri 11:00")
    assert waiting(world, NoticeKind.NEWS) == 0


def test_news_that_wait_are_not_doubled_and_nobody_is_woken_by_them(world: World, period: int) -> None:
    case = confirmed(world, period)
    world.bring(case, State.INVESTIGATING, "2026-09-18 Fri 23:00")
    assert waiting(world, NoticeKind.NEWS) == 1
    assert world.run(dispatching.settle_and_claim, None, "", now=at("2026-09-20 Sun 07:59")) is None
    news = world.run(dispatching.settle_and_claim, None, "https://p.example", now=at("2026-09-20 Sun 08:00"))
    assert news is not None
    assert (news.address, news.message.notice) == (CONTACT, NoticeKind.NEWS)


def test_who_stops_before_the_morning_gets_nothing_then(world: World, period: int) -> None:
    case = confirmed(world, period)
    world.bring(case, State.INVESTIGATING, "2026-09-18 Fri 23:00")
    world.run(followers.stop_by_link, make_stop_token(world.keyring, reach(world).id), now=at("2026-09-19 Sat 10:00"))
    assert world.run(dispatching.settle_and_claim, None, "", now=at("2026-09-20 Sun 08:00")) is None


@pytest.mark.parametrize("token", ["", "1", "1-", "1-" + "0" * 32, "x-" + "0" * 32, "１-" + "0" * 32, "9" * 40])
def test_a_link_that_was_not_made_here_ends_nothing(world: World, period: int, token: str) -> None:
    confirmed(world, period)
    with pytest.raises(NotThere):
        world.run(followers.stop_by_link, token, now=SOON)
    assert reach(world).stopped_at is None


def test_messages_end_by_link_or_page_and_begin_again_by_the_page(world: World, period: int) -> None:
    case = confirmed(world, period, wants_news=False)
    world.run(followers.choose_news, 1, True, now=SOON)
    link = make_stop_token(world.keyring, reach(world).id)
    for _ in range(2):  # a mail program posts twice
        world.run(followers.stop_by_link, link, now=SOON)
    assert not page(world, 1)[2]
    world.run(followers.choose_news, 1, True, now=SOON)
    world.bring(case, State.ACCEPTED, "2026-09-18 Fri 11:00")
    assert waiting(world, NoticeKind.NEWS) == 1
    news = world.run(dispatching.settle_and_claim, None, "", now=at("2026-09-18 Fri 11:00"))
    while news is not None and news.message.notice is not NoticeKind.NEWS:
        news = world.run(dispatching.settle_and_claim, (news, Outcome(Reply.TAKEN)), "", now=at("2026-09-18 Fri 11:00"))
    assert news is not None
    assert news.message.stop_at == f"/stop/{link}"
