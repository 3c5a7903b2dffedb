"""The office's pages on requests about one's own data."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.browsing import Browser, MovingClock
from tests.world import World

LIST = "/office/data-requests"
TYPED = {
    "kind": "deletion",
    "requester": "objector",
    "channel": "letter",
    "name": "植标甲",
    "contact": "13900001111",
    "verified": "拨打登记的电话核对",
    "asked": "要求删除本人的联系方式。",
}


def test_a_request_is_registered_read_and_answered(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    clock.to("2026-09-18 Fri 09:00")
    office = staff("office")
    assert "还没有登记过" in office.get(LIST).text
    form = office.get(f"{LIST}/new").form("/new")
    assert (form.fields["received_on"], form.fields["due_on"]) == ("2026-09-18", "2026-10-15")
    sent = office.send(form, **TYPED)
    assert sent.headers["Location"].endswith(f"{LIST}/1")
    page = office.follow(sent)
    assert "植标甲" not in page.source
    assert "2026年10月15日" in page.text
    read = office.send(page.form("/read"), reason="准备答复")
    assert (read.status, read.headers["Cache-Control"]) == (200, "no-store")
    assert "植标甲" in read.text
    assert "植标甲" not in office.get(LIST).source
    done = office.send(
        page.form("/answer"), outcome="refused", text="异议正在办理，期满再删除。", evidence="挂号信，存第3卷"
    )
    answered = office.follow(done)
    assert "不予办理" in answered.text
    assert [form for form in answered.forms if form.action.endswith("/answer")] == []
    again = office.send(page.form("/answer"), outcome="done", text="已经全部删除了。", evidence="无")
    assert again.status in (409, 422)


def test_what_was_typed_stays_beside_what_is_wrong(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    clock.to("2026-09-18 Fri 09:00")
    office = staff("office")
    wrong = TYPED | {"verified": "", "received_on": "2026-09-19", "due_on": "昨天"}
    page = office.send(office.get(f"{LIST}/new").form("/new"), **wrong)
    assert page.status == 422
    assert page.error_of("verified").startswith("怎样核实的身份请写4到300个字")
    assert page.error_of("due_on") == "请填写答复期限，例如2026-10-12。"
    assert page.form("/new").fields["asked"].strip() == TYPED["asked"]
    late = office.send(office.get(f"{LIST}/new").form("/new"), **TYPED | {"received_on": "2026-09-19"})
    assert late.error_of("received_on") == "收到日期不能晚于今天。"
    mended = TYPED | {"received_on": "2026-09-18", "due_on": "2026-10-12"}
    made = office.follow(office.send(page.form("/new"), **mended))
    unread = office.send(made.form("/read"))
    assert unread.error_of("reason").startswith("为什么要查看请写4到300个字")


def test_what_is_late_is_told_on_the_list_and_in_its_sheet(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    clock.to("2026-09-18 Fri 09:00")
    office = staff("office")
    office.send(office.get(f"{LIST}/new").form("/new"), **TYPED)
    clock.to("2026-10-15 Thu 23:59")
    office.sign_in(world.people["office"])
    assert "已超过期限（1）" not in office.get(LIST).text
    clock.to("2026-10-16 Fri 00:00")
    office.sign_in(world.people["office"])
    page = office.get(f"{LIST}?state=late")
    assert "请求1" in page.text
    assert "已经超过答复期限" in office.get(f"{LIST}/1").text
    sheet = office.open(f"{LIST}?format=xlsx")
    assert sheet.status_code == 200


def test_the_public_is_told_how_to_ask_and_by_when_it_is_answered(client: Browser, world: World) -> None:
    page = client.get("/privacy")
    assert "怎样提出" in page.text
    assert "15个工作日以内答复您" in page.text
