"""Everything that a unit's role can open, searched for marks of who filed (R19, SECURITY 16)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.domain.cases.states import DeclineGround, State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.domain.objections.arrival import Arrival, Channel
from app.models import Letter
from app.services.cases import bulk, investigation, second_looks, settlement
from app.services.cases.flood import Likeness
from app.services.messages import dispatching, feeds
from app.services.messages.followers import MessageChoice
from app.services.objections import following, registering
from tests.evidence.marked import MARKS as AUTHORS
from tests.evidence.marked import docx_file, marks_in, pdf_file, xlsx_file
from tests.files import pdf
from tests.services.messages.reaching import plan, reach_of
from tests.web.browsing import Browser, MovingClock
from tests.web.walking import read_by, unpacked
from tests.world import World, at

pytestmark = [pytest.mark.walk, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
NAME, PERSON, PHONE, TITLE = "曲靖市植标丙公司", "植标丁", "13955556666", "植标丙公司的公函"
SEAL, AUTHOR, WITHDRAWN = "The seal of a planted unit", "An author who was planted", "植标戊"
REGISTERED, ADDRESS, TOLD = "植标己", "植标巷七号", "planted@example.com"
MARKS = (NAME, PERSON, PHONE, TITLE, SEAL, AUTHOR, WITHDRAWN, REGISTERED, ADDRESS, TOLD, *AUTHORS)
STAFF = ("head", "handler", "handler2", "stranger", "auditor")
DAY, LAPSED = "2026-09-24 Thu 09:00", "2026-09-30 Wed 09:00"


def photograph() -> bytes:
    """A picture that names whoever took it, twice."""
    exif = Image.Exif()
    exif[0x013B] = AUTHOR
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG", exif=exif, comment=AUTHOR.encode())
    assert AUTHOR.encode() in out.getvalue()
    return out.getvalue()


def needles(mark: str) -> set[bytes]:
    return {mark.encode(), mark.encode("utf-16-le"), mark.encode("unicode_escape")}


@pytest.fixture
def filed(world: World, client: Browser) -> World:
    """A unit's objection with its sealed letter and a photograph, and a person's that was withdrawn."""
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    unit = {"objector_kind": "unit", "name": NAME, "contact_person": PERSON, "contact": PHONE}
    files = {
        "letter": (io.BytesIO(pdf(SEAL)), f"{TITLE}.pdf"),
        "evidence": [
            (io.BytesIO(photograph()), f"{TITLE}.jpg"),
            (io.BytesIO(docx_file()), f"{TITLE}.docx"),
            (io.BytesIO(xlsx_file()), f"{TITLE}.xlsx"),
            (io.BytesIO(pdf_file()), f"{TITLE}.pdf"),
        ],
    }
    check = client.to_check(here, **unit, **files)
    assert client.send(check.form("/objection"), "submit").status == 303
    second, code = world.file(int(here.split("/")[2]), world.nominees[2], "2026-09-18 Fri 09:00", name=WITHDRAWN)
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(following.withdraw, objection, "已经说清楚", now=at("2026-09-18 Fri 09:30"))
    world.act(investigation.join, second, "handler", 1, now="2026-09-19 Sat 10:00")
    return world


@pytest.fixture
def registered(filed: World) -> World:
    """Beside them one that came by letter to a colleague, and one by a person who wants to be told by mail."""
    world, office = filed, filed.actor("office")
    entry, by_letter = world.entry(6, world.nominees[3]), world.filing(name=REGISTERED, contact=ADDRESS)
    arrival = Arrival(Channel.LETTER, at("2026-09-18 Fri 08:30"), postmark=dt.date(2026, 9, 17))
    world.run(
        registering.register, entry, by_letter, arrival, by=world.actor("handler2"), now=at("2026-09-18 Fri 09:40")
    )
    told, code = world.file(
        6,
        world.nominees[3],
        "2026-09-18 Fri 09:45",
        contact=TOLD,
        telling=MessageChoice(frozenset({OutgoingChannel.MAIL}), wants_news=True),
    )
    world.act(investigation.accept, told, "handler", now="2026-09-19 Sat 10:00")
    world.act(investigation.ask_supplement, told, "handler", "请说明记录在哪里。", 1, now="2026-09-19 Sat 10:05")
    dismissed, code = world.file(6, world.nominees[4], "2026-09-18 Fri 09:50", contact=TOLD)
    world.bring(dismissed, State.CONCLUDED, "2026-09-21 Mon 10:00")
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(second_looks.ask, objection, "没有问到当时在场的人。", now=at("2026-09-21 Mon 11:00"))
    world.run(second_looks.confirm_look, dismissed, "核查充分。", by=office, now=at("2026-09-22 Tue 09:00"))
    again, code = world.file(6, world.nominees[4], "2026-09-18 Fri 10:10", name=WITHDRAWN, contact=PHONE)
    world.bring(again, State.CONCLUDED, "2026-09-21 Mon 10:10")
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(second_looks.ask, objection, "没有看当时的记录。", now=at("2026-09-21 Mon 11:00"))
    world.run(second_looks.reopen, again, "请再查。", by=office, now=at("2026-09-22 Tue 09:05"))
    copies = [
        world.file(6, world.nominees[0], "2026-09-18 Fri 10:20", name=name, contact=contact)[0]
        for name, contact in ((REGISTERED, ADDRESS), (PERSON, PHONE), (WITHDRAWN, TOLD))
    ]
    head, chosen = world.actor("head"), copies[:2]
    nothing = DeclineGround.NO_FACTS, "没有线索。"
    world.run(bulk.propose_decline, Likeness.TEXT, copies[0], chosen, *nothing, by=head, now=at("2026-09-21 Mon 12:00"))
    return world


def left_for_units(world: World, now: str) -> dict[str, bytes]:
    """Every message that leaves for the people of a unit: to whom, and its words on every channel."""
    for login in ("head", "handler", "handler2", "stranger"):
        reach_of(world, login, OutgoingChannel.MAIL, f"{login}@example.com")
    reach_of(world, world.qilin, OutgoingChannel.SMS, "13900000002")
    plan(world, at(now))
    found, ended = {}, None
    while claimed := world.run(dispatching.settle_and_claim, ended, "https://portal.example", now=at(now)):
        ended = claimed, Outcome(Reply.TAKEN)
        found[claimed.token] = repr((claimed.address, claimed.message)).encode()
    return found


def marked(answers: dict[str, bytes]) -> set[tuple[str, str]]:
    """Where a mark stands, as text, as Word writes it, or escaped."""
    return {
        (path, mark)
        for path, content in answers.items()
        for mark in MARKS
        if any(needle in content for needle in needles(mark))
    }


@pytest.mark.parametrize("now", [DAY, LAPSED])
def test_security_16_no_message_to_a_unit_holds_a_mark_of_who_filed(registered: World, now: str) -> None:
    """What stands in the outbox of the cases of that walk, planned and sent as senders do it."""
    registered.run(settlement.settle_due, now=at(now))
    left = left_for_units(registered, now)
    assert len(left) > 5
    assert marked(left) == set()


@pytest.mark.parametrize(
    ("step", "readers"),
    [
        *(
            pytest.param(step, STAFF, marks=pytest.mark.soak, id=step or "filed")
            for step in (None, State.INVESTIGATING, State.LAPSED, State.CONCLUDED)
        ),
        pytest.param(State.CONCLUDED, ("handler",), id="concluded, who has it in hand"),
    ],
)
def test_security_16_no_answer_to_a_units_role_holds_a_mark_of_who_filed(
    registered: World,
    app: Flask,
    staff: Callable[[str], Browser],
    clock: MovingClock,
    step: State | None,
    readers: Sequence[str],
) -> None:
    """Pages, files with their names and what is inside them, sheets, papers, letters, archives: every address.

    Every role is somebody: whoever registered one, a colleague, a stranger. A new route is walked by itself.
    """
    world = registered
    calendars = {
        login: world.run(feeds.make_calendar, by=world.actor(login), now=at("2026-09-18 Fri 09:00"))
        for login in ("head", "handler", "handler2", "stranger")
    }
    if step is State.LAPSED:
        clock.to(LAPSED)
        world.run(settlement.settle_due, now=at(LAPSED))
    else:
        clock.to(DAY)
    if step in (State.INVESTIGATING, State.CONCLUDED):
        world.bring(1, step, "2026-09-19 Sat 11:00")
    read = {login: read_by(app, world.database, staff(login), login, public=True, few=12) for login in readers}
    for login, token in calendars.items():
        read.setdefault(login, {})
        address = f"/feeds/staff/{token}.ics"
        answer = staff(login).open(address)
        assert answer.status_code == 200
        read[login][address] = f"{answer.headers}".encode() + answer.data
    assert {(login, *hit) for login, answers in read.items() for hit in marked(answers)} == set()
    handler = read["handler"]
    assert handler["/desk/cases/1/evidence/2"].startswith(b"200")  # the photograph, made anew
    assert handler["/desk/cases/1/evidence/1"].startswith(b"404")  # the letter
    for number in (3, 4, 5):  # documents, without whoever made them (SECURITY 45)
        status, _, content = handler[f"/desk/cases/1/evidence/{number}"].partition(b"\r\n\r\n")
        assert status.startswith(b"200")
        assert marks_in(content) == set()
    letters = {path.rpartition("!")[0] for path in handler if path.endswith("!word/document.xml")}
    assert handler["/desk/flood/acts/1"].startswith(b"200")  # three at once, declined together
    assert any(path.startswith("/desk/letters/") for path in letters)  # they were looked into
    assert any("volume.zip!" in path for path in handler)


def test_security_16_many_letters_in_one_file_hold_no_mark(
    registered: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    """What a unit takes home of its letters: the archive, the names in it, every paper unpacked."""
    clock.to(LAPSED)
    registered.run(settlement.settle_due, now=at(LAPSED))
    with registered.database.reader() as session:
        ids = [str(each) for each in session.scalars(select(Letter.id).where(~Letter.office_only))]
    for login in ("head", "handler"):
        browser = staff(login)
        there = [each for each in ids if browser.open(f"/desk/letters/{each}").status_code == 200]
        ticked = {"chosen": there, "csrf_token": browser.csrf_token()}
        answer = browser.open("/desk/letters/files", method="POST", data=ticked)
        assert (answer.status_code, len(there) > 1) == (200, True)
        assert marked({"head": f"{answer.headers}".encode(), **dict(unpacked(answer.data))}) == set(), login


@pytest.mark.soak
def test_the_search_finds_a_mark_that_a_unit_could_read(
    registered: World, app: Flask, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    """A handler writes a name into a note: it is found on the page, and in the volume of the case."""
    clock.to(DAY)
    registered.act(investigation.note, 1, "handler", f"问过{WITHDRAWN}。", now=DAY)
    found = {path for path, _ in marked(read_by(app, registered.database, staff("head"), "head"))}
    assert "/desk/cases/1" in found
    assert any(path.startswith("/desk/cases/1/volume.zip!") for path in found)
