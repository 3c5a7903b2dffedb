"""Conditions, reviews and opinions through the pages: one by one, and for many at once (R8-R10, annex 6)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.domain.nominees.annexes import Rank
from app.models import Nominee, User
from tests.files import pdf
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World

Staff = Callable[[str], Browser]
NOW = "2026-09-17 Thu 10:00"


@pytest.fixture(autouse=True)
def morning(clock: MovingClock) -> None:
    clock.to(NOW)


def opinion(**changes: object) -> dict[str, object]:
    sent = {"authority": "police", "outcome": "favourable", "dated": "2026-09-16", "text": ""}
    return sent | {"scan": (io.BytesIO(pdf()), "公安意见.pdf")} | changes


def cell(page: Page, column: str) -> list[str]:
    """What stands in one column of a list, row by row."""
    parts = page.source.split(f'data-label="{column}">')[1:]
    return [part.split("</td>")[0].split(">", 1)[-1].split("</span>")[0] for part in parts]


def test_a_condition_is_confirmed_or_denied_and_both_words_stay(world: World, staff: Staff) -> None:
    office, person = staff("office"), world.nominees[2]
    here, page = f"/nominees/{person}", f"/nominees/{person}/conditions/discipline"
    before = world.everything()
    for path, sent, status, said in (
        (page, {}, 422, "请选择符合或者不符合。"),
        (page, {"met": "no", "note": ""}, 422, "请填写理由（2到500字）。"),
        (page, {"met": "no", "note": "字" * 501}, 422, "理由请写0到500个字"),
        (f"{here}/conditions/rank", {"met": "yes"}, 404, ""),
        (f"{here}/conditions/county_body", {"met": "yes"}, 404, ""),
        (f"{here}/conditions/nothing", {"met": "yes"}, 404, ""),
        ("/nominees/999/conditions/discipline", {"met": "yes"}, 404, ""),
    ):
        answer = office.post(path, sent)
        assert (answer.status, said in answer.text) == (status, True), (path, sent)
    assert world.everything() == before
    shown = office.follow(office.post(page, {"met": "no", "note": "2024年受过党内警告处分"}))
    assert "不符合评选条件三“无违纪违法”" in shown.text
    shown = office.follow(office.post(page, {"met": "yes", "note": "经核实处分对象是同名的人"}))
    assert "不符合评选条件" not in shown.text
    assert "2024年受过党内警告处分" in shown.text
    assert world.acts()[-2:] == [
        (f"user:{world.people['office']}", "nominee.denied", f"nominee:{person}"),
        (f"user:{world.people['office']}", "nominee.confirmed", f"nominee:{person}"),
    ]


def test_many_are_confirmed_and_pass_together_or_not_at_all(world: World, staff: Staff) -> None:
    office, (first, second, third, *_) = staff("office"), world.nominees
    with world.database.writer() as session:
        session.execute(update(Nominee).where(Nominee.id == third).values(rank=Rank.UNKNOWN))
        session.commit()
    page = office.follow(office.post("/nominees/many", {"what": "preliminary", "chosen": [first, second, third]}))
    assert [name in page.text for name in ("麒麟区第1中队", "麒麟区第2中队", "麒小3")] == [True] * 3
    to_review = page.form(f"chosen={first}-{second}-{third}")
    before = world.everything()
    assert "chosen" not in to_review.fields, "nobody is ticked for whom something is still to be confirmed"
    refused = office.send(to_review, passed="yes", chosen=[first, second, third])
    assert refused.status == 409
    assert "还不能通过初审，一个也没有改动：麒麟区第1中队（“2023年以来的贡献”待确认" in refused.text
    to_confirm = office.get(f"/nominees/many/conditions?chosen={first}-{second}-{third}").form(f"-{third}")
    refused = office.send(to_confirm, rank="unknown")
    assert (refused.status, "麒小3（行政级别还没有确认）" in refused.text) == (409, True)
    assert world.everything() == before
    assert "评选条件已经确认，共3个对象" in office.follow(office.send(to_confirm, rank="county")).text
    to_review = office.get(to_review.action).form(f"chosen={first}-{second}-{third}")
    passed = office.follow(office.send(to_review, passed="yes"))
    assert "初审通过，共3个对象。" in passed.text
    assert cell(passed, "初审") == ["通过", "通过", "通过", "未进行", "未进行", "未进行", "未进行", "未进行"]
    assert "县处级 1 名，占现有 8 个对象的 12.5%" in passed.text
    assert "已经超过，全市公示不能安排" in passed.text
    narrowed = office.get("/nominees/?preliminary=passed&opinions=missing&ahead=1")
    assert "麒小3" in narrowed.text
    assert "麒小4" not in narrowed.text


def test_one_letter_answers_for_many_of_a_unit_and_for_no_other(world: World, staff: Staff) -> None:
    head, stranger, office = staff("head"), staff("stranger"), staff("office")
    ours = "-".join(map(str, world.nominees[:3]))
    mixed = f"{world.nominees[0]}-{world.others[0]}"
    before = world.everything()
    for browser, chosen, sent, status, said in (
        (head, mixed, {}, 404, ""),
        (stranger, ours, {}, 404, ""),
        (office, mixed, {}, 409, "所选对象不是同一个推荐单位的"),
        (head, "", {}, 422, "还没有选择推荐对象"),
        (head, "9" * 30, {}, 404, ""),
        (head, ours, {"dated": "2026-09-18"}, 422, "落款日期不能晚于今天（2026-09-17）"),
        (head, ours, {"dated": "2025-01-01"}, 422, "落款日期早于一年以前"),
        (head, ours, {"dated": ""}, 422, "请填写盖章处的日期。"),
        (head, ours, {"outcome": "negative"}, 422, "请写明意见的内容"),
        (head, ours, {"outcome": "not_asked", "text": "不归本级管理"}, 422, "纪检监察机关和公安部门的意见都要征求"),
        (head, ours, {"scan": (io.BytesIO(b""), "")}, 422, "请选择盖章原件的扫描件"),
        (head, ours, {"scan": (io.BytesIO(b"MZ\x90"), "意见.pdf")}, 422, "只能上传"),
    ):
        answer = browser.post(f"/nominees/many/opinions?chosen={chosen}", opinion(**sent))
        assert (answer.status, said in answer.text) == (status, True), (chosen, sent, answer.text)
    assert world.everything() == before
    saved = head.follow(head.post(f"/nominees/many/opinions?chosen={ours}", opinion()))
    assert "公安部门的意见已经录入，共3个对象。" in saved.text
    assert cell(saved, "征求意见") == ["1/4", "1/4", "1/4", "0/4", "0/4"]
    letter = next(link for link in head.get(f"/nominees/{world.nominees[1]}").links if "/documents/" in link)
    assert head.open(letter).get_data() == pdf()
    assert stranger.get(letter).status == 404


def test_an_opinion_is_corrected_by_another_and_the_first_stays(world: World, staff: Staff) -> None:
    handler, person = staff("handler"), world.nominees[2]
    path = f"/nominees/{person}/opinions"
    handler.post(path, opinion(outcome="negative", text="正在核查有关问题线索。"))
    shown = handler.follow(handler.post(path, opinion(scan=(io.BytesIO(b""), ""), text="无不同意见。")))
    assert "已被后来的一次代替" in shown.text
    assert "正在核查有关问题线索。" in shown.text
    assert len({link for link in shown.links if "/documents/" in link}) == 1  # the letter is the same
    assert staff("stranger").post(path, opinion()).status == 404


def test_the_unit_a_nominee_works_in_reads_no_opinion(world: World, staff: Staff) -> None:
    person = world.nominees[2]
    staff("handler").post(f"/nominees/{person}/opinions", opinion(outcome="negative", text="正在核查问题线索。"))
    letter = next(link for link in staff("handler").get(f"/nominees/{person}").links if "/documents/" in link)
    with world.database.writer() as session:
        own = session.get_one(Nominee, person).unit_id
        session.execute(update(Nominee).where(Nominee.id == world.others[0]).values(unit_id=own))
        session.execute(update(User).where(User.id == world.people["stranger"]).values(unit_id=own))
        session.commit()
    colleague = staff("stranger")
    page = colleague.get(f"/nominees/{person}")
    assert page.status == 200
    assert "正在核查问题线索" not in page.text
    assert "公安部门" not in page.text
    assert colleague.get(letter).status == 404
    assert colleague.post(f"/nominees/{person}/opinions", opinion()).status == 404


def test_nothing_chosen_leads_back_to_the_list(world: World, staff: Staff) -> None:
    office = staff("office")
    for sent in ({"what": "final"}, {"what": "final", "chosen": ["x", "²", ""]}):
        assert "还没有选择推荐对象" in office.follow(office.post("/nominees/many", sent)).text
    assert office.post("/nominees/many", {"what": "delete", "chosen": ["1"]}).status == 404
    crowd = {"what": "final", "chosen": [str(number) for number in range(1, 302)]}
    assert office.post("/nominees/many", crowd).status == 404, "no list sends so many, and no address holds them"
    assert office.get("/nominees/many/reviews/other?chosen=1").status == 404
    assert "还没有选择对象" in office.get("/nominees/many/reviews/final").text
