"""The office's pages on who filed, and that the planted mark is nowhere else (R19)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.cases.states import State
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World

NAME, CONTACT = "植标甲", "13900001111"
REASON = "核实是否本人提出"


@pytest.fixture
def filed(world: World, client: Browser) -> World:
    """Case 1, filed by the planted name."""
    period = world.round_two()
    form = f"/periods/{period}/nominees/{world.nominees[2]}/objection"
    assert client.post(form, filled(name=NAME, contact=CONTACT)).status == 303
    return world


def test_security_17_two_people_open_it_and_the_next_login_does_not(
    filed: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    office, office2 = staff("office"), staff("office2")
    asked = office.follow(office.send(office.get("/office/objections/1/identity").form("/identity"), text=REASON))
    assert "等市级专班另一人答复" in asked.text
    assert [form.action for form in asked.forms if "/identities/" in form.action] == []
    assert "答复身份查看申请：" in office2.get("/office/").text
    assert "答复身份查看申请：" not in office.get("/office/").text
    request = "/office/identities/1"
    assert request in office2.get("/office/identities").links
    granted = office2.follow(office2.send(office2.get(request).form("/grant")))
    assert NAME not in granted.source
    shown = office.send(office.get(request).form("/read"))
    assert (shown.status, shown.headers["Cache-Control"]) == (200, "no-store")
    assert NAME in shown.text
    assert CONTACT in shown.text
    office.sign_in(filed.people["office"])  # the same person, logged in anew
    refused = office.send(office.get(request).form("/read"))
    assert refused.status == 403
    assert NAME not in refused.source


def test_requests_are_sorted_narrowed_and_searched(
    filed: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    office, office2, listed = staff("office"), staff("office2"), "/office/identities"
    for reason in ("核实是否本人提出", "需要当面核对材料"):
        office.send(office.get("/office/objections/1/identity").form("/identity"), text=reason)
        if reason == REASON:
            office2.send(office2.get(f"{listed}/1").form("/refuse"))
        clock.forward(minutes=1)

    def found(query: str) -> list[str]:
        return [link for link in office.get(f"{listed}?{query}").links if link.startswith(f"{listed}/")]

    first, second = f"{listed}/1", f"{listed}/2"
    assert found("") == [second, first]  # the undecided on top
    assert found("sort=asked") == found("sort=answer") == [first, second]
    assert (found("answer=waiting"), found("answer=refused"), found("answer=granted")) == ([second], [first], [])
    assert found("q=当面") == found("q=待答复") == [second]
    assert found("q=office2") == [first]
    assert found("q=推荐对象公示 2026年9月18日") == [second, first]


def test_a_reason_too_short_stays_on_the_page_with_what_would_be_right(
    filed: World, staff: Callable[[str], Browser]
) -> None:
    office = staff("office")
    again = office.send(office.get("/office/objections/1/identity").form("/identity"), text="看看")
    assert again.status == 422
    assert "5到300个字" in again.error_of("text")
    assert again.form("/identity").fields["text"] == "看看"


@pytest.mark.walk
def test_security_16_in_a_units_role_the_mark_is_on_no_page(
    filed: World, client: Browser, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    """A whole case, and after every step every page that anybody but the two of the office can open."""
    clock.to("2026-09-19 Sat 09:00")  # a unit is shown a case when its day is over
    steps = [State.ACCEPTED, State.INVESTIGATING, State.PROPOSED, State.CONCLUDED]
    pages = {
        "handler": ["/desk/", "/desk/cases/1"],
        "head": ["/desk/", "/desk/cases/1"],
        "office": [
            "/office/",
            "/office/cases",
            "/desk/cases/1",
            "/nominees/3",
            "/office/periods/6",
            "/office/record",
        ],
        "auditor": ["/office/record", "/office/record?subject=case:1"],
    }
    seen = 0
    for step in (None, steps[-1]):
        if step is not None:
            filed.bring(1, step, "2026-09-18 Fri 10:00")
        for login, paths in pages.items():
            for path in paths:
                page = staff(login).get(path)
                assert page.status == 200, path
                assert not {mark for mark in (NAME, CONTACT) if mark in page.source}, (login, path)
                seen += 1
    assert seen == 2 * sum(map(len, pages.values()))


def test_security_16_times_of_an_objection_are_coarse_for_a_unit(
    filed: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    clock.to("2026-09-19 Sat 09:00")
    page = staff("handler").get("/desk/cases/1")
    assert "2026年9月18日" in page.text
    assert "09:00" not in page.text
