"""Every POST of the form leads to an address: back, forward and reload are GETs and lose nothing (R17)."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models import Draft, Evidence
from app.services.objections import drafts
from app.web.objections.steps import ASKED, FormStep
from tests.files import pdf
from tests.web.browsing import Browser, Form, MovingClock, Page, filled
from tests.world import FACTS, World, at

TYPED = {"name": "赵小禾", "contact": "13000000001", "facts": FACTS}


@pytest.fixture
def here(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


def kept(world: World) -> int:
    with world.database.reader() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def script_sends(client: Browser, here: str, form: Form) -> int:
    """Send a file as the page's script does."""
    headers = {
        "X-CSRFToken": form.fields["csrf_token"],
        "X-Form-Token": form.fields["form_token"],
        "X-File-Name": "a.pdf",
    }
    options = {"data": pdf(), "content_type": "application/octet-stream", "headers": headers}
    return client.open(f"{here}/evidence", method="POST", **options).status_code


def fields_of(page: Page) -> dict[str, str]:
    """What the form on a page holds of what was typed: in its inputs, and hidden."""
    asked = {name for names in ASKED.values() for name in names}
    return {name: value for name, value in page.form("/objection").fields.items() if name in asked}


def test_back_after_the_check_page_keeps_token_files_and_text(world: World, client: Browser, here: str) -> None:
    form = client.get(here)
    token = form.form("/objection").fields["form_token"]
    assert client.get(form.path).form("/objection").fields["form_token"] == token  # opened again, sent nothing yet
    assert script_sends(client, here, form.form("/objection")) == 201
    check = client.steps(form, category="deeds", **TYPED)[-1]
    assert (check.status, check.path) == (200, f"{form.path}/check")
    back = client.get(f"{form.path}/facts")
    fields = back.form("/objection").fields
    assert back.status == 200
    assert {name: fields[name] for name in TYPED} == TYPED
    assert (fields["form_token"], fields["category"]) == (token, "deeds")
    assert "a.pdf" in back.text
    again = client.send(back.form("/objection"), "next")
    assert "a.pdf" in again.text
    assert client.send(again.form("/objection"), "submit").status == 303
    with world.database.reader() as session:
        assert session.execute(select(func.count()).select_from(Draft)).scalar_one() == 1


@pytest.mark.parametrize("kind", ["person", "unit"])
def test_back_from_every_page_to_every_page_loses_nothing(client: Browser, here: str, kind: str) -> None:
    """An older page is sent again as it was when it was left: what was typed since stays, on every page."""
    typed: dict[str, Any] = {
        "objector_kind": kind,
        "contact_person": "钱先生" if kind == "unit" else "",
        "category": "deeds",
    }
    first = client.get(here)
    letter = {"letter": (io.BytesIO(pdf()), "公函.pdf")} if kind == "unit" else {}
    name = "曲靖市小河科技有限公司" if kind == "unit" else "赵小禾"
    pages = [first, *client.steps(first, **TYPED | typed | letter | {"name": name})]
    whole = fields_of(pages[-1])
    assert [page.status for page in pages] == [200] * 4
    assert {name: whole[name] for name in ("contact", "facts")} == {name: TYPED[name] for name in ("contact", "facts")}
    for page in pages:
        assert fields_of(client.get(page.path)) == whole, page.path
    corrections = {"who": {"name": name + "二"}, "contact": {"contact": "13900000002"}, "facts": {"category": "other"}}
    for left in pages[:-1]:  # Back to a page as it was before the later ones were filled in
        at_page = left.form("/objection").fields["at"]
        sent = client.send(left.form("/objection"), "next", **_answers(left, whole) | corrections[at_page])
        whole |= corrections[at_page]
        assert sent.path == pages[-1].path, at_page  # the check page was reached before
        for page in pages:
            assert fields_of(client.get(page.path)) == whole, (at_page, page.path)
    for page, button in ((pages[3], "back"), (pages[2], "back"), (pages[1], "back"), (pages[3], "edit-who")):
        shown = client.send(client.get(page.path).form("/objection"), button)
        assert (shown.status, fields_of(shown)) == (200, whole), (page.path, button)


def _answers(page: Page, whole: dict[str, str]) -> dict[str, str]:
    """What stood in the inputs of a page when it was left; all else of it is old."""
    return {name: whole[name] for name in ASKED[FormStep(page.form("/objection").fields["at"])] if name in whole}


def test_the_button_back_keeps_what_is_not_finished(client: Browser, here: str) -> None:
    contact = client.send(client.get(here).form("/objection"), "next", name="赵小禾")
    who = client.send(contact.form("/objection"), "back", contact="1300")
    assert (who.status, who.form("/objection").fields["name"]) == (200, "赵小禾")
    again = client.send(who.form("/objection"), "next")
    assert (again.status, again.form("/objection").fields["contact"], again.error_of("contact")) == (200, "1300", "")


def test_opened_again_in_the_same_browser_the_form_goes_on_where_it_was_left(
    app: Flask, client: Browser, here: str, clock: MovingClock
) -> None:
    contact = client.send(client.get(here).form("/objection"), "next", name="赵小禾")
    clock.forward(minutes=59)
    resumed = client.get(here)
    assert (resumed.path, fields_of(resumed)["name"]) == (contact.path, "赵小禾")
    assert "赵小禾" not in Browser(app).get(here).source
    clock.forward(minutes=2)
    fresh = client.get(here)
    assert (fresh.form("/objection").fields["at"], fields_of(fresh)["name"]) == ("who", "")


def test_after_filing_the_form_begins_anew(world: World, client: Browser, here: str) -> None:
    assert client.send(client.to_check(here).form("/objection"), "submit").status == 303
    fresh = client.get(here)
    assert (fresh.form("/objection").fields["at"], fields_of(fresh)["name"]) == ("who", "")
    second = client.steps(fresh, name="孙小麦")[-1]
    assert client.send(second.form("/objection"), "submit").status == 303
    assert [who.name for who in world.objectors()] == ["赵小禾", "孙小麦"]


def test_what_was_typed_and_sent_can_be_cleared_on_a_shared_computer(world: World, client: Browser, here: str) -> None:
    form = client.get(here)
    assert script_sends(client, here, form.form("/objection")) == 201
    check = client.steps(form)[-1]
    cleared = client.follow(client.send(check.form("/objection"), "clear"))
    assert "填写的内容已经清除，没有提交。" in cleared.text
    assert fields_of(cleared)["name"] == ""
    for path in (form.path, f"{form.path}/contact", f"{form.path}/facts", check.path):
        seen = client.get(path)
        assert not any(text in seen.source for text in (*TYPED.values(), "a.pdf")), path
    assert kept(world) == 0
    with world.database.reader() as session:
        assert session.scalars(select(Evidence.id)).all() == []


def test_no_answer_to_a_post_is_a_page_and_no_address_holds_what_was_typed(client: Browser, here: str) -> None:
    sent = [filled(step="check"), filled(step="edit"), filled(name="", step="check"), filled(facts="短")]
    for typed in sent:
        answer = client.open(here, method="POST", data=typed | {"csrf_token": client.csrf_token()})
        assert answer.status_code == 303
        location = answer.headers["Location"]
        assert re.fullmatch(re.escape(here) + r"/[\w-]{22}(/facts|/check)?", location)
        assert typed["form_token"] not in location
    stale = client.open(here, method="POST", data=filled())
    assert stale.status_code == 303  # without a CSRF token, too
    assert client.get(stale.headers["Location"]).status == 400


def test_a_page_says_the_same_when_it_is_reloaded(client: Browser, here: str) -> None:
    refused = client.post(here, filled(name="", step="check"))
    again = client.get(refused.path)
    assert refused.status == again.status == 422
    assert refused.error_of("name") == again.error_of("name") != ""


def test_a_copied_address_shows_nothing_in_another_browser(app: Flask, client: Browser, here: str) -> None:
    check = client.post(here, filled(step="check"))
    other = Browser(app)
    seen = other.get(check.path)
    assert not any(text in seen.source for text in TYPED.values())
    assert seen.form("/objection").fields["form_token"] != filled()["form_token"]


def test_what_was_typed_is_sealed_and_gone_after_an_hour(
    world: World, client: Browser, clock: MovingClock, here: str
) -> None:
    check = client.post(here, filled(step="check"))
    with world.database.reader() as session:
        sealed = session.scalars(select(Draft.sealed)).one()
    assert not any(text.encode() in sealed for text in TYPED.values())
    clock.forward(minutes=59, seconds=59)
    assert FACTS in client.get(check.path).text
    assert world.run(drafts.purge, now=clock.now) == 0
    clock.forward(seconds=1)
    assert FACTS not in client.get(check.path).source
    assert world.run(drafts.purge, now=clock.now) == 1
    assert kept(world) == 0


def test_with_no_room_for_drafts_the_page_answers_the_post_itself(
    world: World, client: Browser, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 0)
    check = client.post(here, filled(step="check"))
    assert (check.status, check.path, kept(world)) == (200, here, 0)
    assert client.send(check.form("/objection"), "submit").status == 303


def test_a_draft_is_found_under_a_key_that_was_replaced(world: World) -> None:
    from app.sealing import Keyring

    now = at("2026-09-18 Fri 09:00")
    assert world.run(drafts.keep, "browser", "handle", {"typed": {}}, now=now)
    rotated = Keyring("another key, of thirty-two bytes!", (world.key.decode(),))
    assert world.do(drafts.find, rotated, "browser", "handle", now) == {"typed": {}}
    assert world.do(drafts.find, rotated, "another", "handle", now) is None


def test_long_text_comes_back_whole_and_is_counted_as_the_page_counts_it(client: Browser, here: str) -> None:
    page = client.post(here, filled(facts="字" * 5000, step="check"))
    assert "现在是5000个字" in page.error_of("facts")
    assert page.form("/objection").fields["facts"] == "字" * 5000
    assert "maxlength" not in page.source


def test_no_public_form_cuts_a_text(world: World, client: Browser, here: str) -> None:
    """Longer than it may be, a text is refused in words, and comes back whole."""
    period = here.split("/")[2]
    for path in ("/", f"/periods/{period}", here, "/receipt"):
        assert "maxlength" not in client.get(path).source, path
