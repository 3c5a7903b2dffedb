"""An act on many nominees reaches those it can: the others are named with why, and one press goes on without them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import Nominee, ReviewStage
from app.services.nominees import batches, eligibility, withdrawals
from app.services.nominees.dossiers import make_dossier
from tests.files import pdf
from tests.standing import answered
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

Staff = Callable[[str], Browser]
NOW = "2026-09-17 Thu 10:00"


@pytest.fixture(autouse=True)
def morning(clock: MovingClock) -> None:
    clock.to(NOW)


def opinion(**changes: object) -> dict[str, object]:
    sent = {"authority": "police", "outcome": "favourable", "dated": "2026-09-16", "text": "同意推荐。"}
    return sent | {"scan": (io.BytesIO(pdf()), "公安意见.pdf")} | changes


def withdrawn(world: World, nominee: int) -> None:
    world.run(withdrawals.withdraw, nominee, "本人申请退出", by=world.actor("head"), now=at("2026-09-07 Mon 09:00"))


def lapse(world: World, nominee: int) -> None:
    """Round 1 with a case that nobody concluded by 2026-09-14 Mon 24:00."""
    with world.database.reader() as session:
        unit = session.get_one(Nominee, nominee).unit_id
    period = world.schedule(1, unit, [nominee], "2026-09-03", 3, "2026-09-02 Wed 09:00")
    world.file(period, nominee, "2026-09-03 Thu 09:00")


def address(what: str, ids: list[int]) -> str:
    return f"/nominees/many/{what}?chosen={'-'.join(map(str, ids))}"


def ticked(page: Page, ids: list[int]) -> list[int]:
    value = page.form("-".join(map(str, ids))).fields.get("chosen", [])
    return [int(each) for each in ([value] if isinstance(value, str) else value)]


def why(page: Page, nominee: int) -> str:
    """What stands beside the name of a nominee."""
    _, found, rest = page.source.partition(f'id="why-{nominee}">')
    return rest.split("</p>")[0] if found else ""


@pytest.mark.parametrize("what", ["conditions", "reviews/preliminary", "reviews/final", "opinions"])
def test_whoever_left_has_no_box_and_why_stands_beside_the_name(world: World, staff: Staff, what: str) -> None:
    office, ids = staff("office"), world.nominees
    withdrawn(world, ids[0])
    lapse(world, ids[1])
    page = office.get(address(what, ids))
    assert (why(page, ids[0]), why(page, ids[1])) == ("不办理：已退出推荐", "不办理：已取消参评资格")
    assert not {ids[0], ids[1]} & set(ticked(page, ids))
    assert f'id="them-{ids[0]}"' not in page.source


def test_conditions_are_confirmed_for_those_ticked_and_for_nobody_who_left(world: World, staff: Staff) -> None:
    office, ids = staff("office"), world.nominees
    lapse(world, ids[0])
    world.run(eligibility.confirm, [ids[1]], by=world.actor("office"), now=at(NOW))
    page = office.get(address("conditions", ids))
    assert why(page, ids[1]) == "不办理：没有待确认的评选条件"
    assert ticked(page, ids) == ids[2:]
    before = world.everything()
    refused = office.post(address("conditions", ids), {"listed": "1", "chosen": ids, "rank": "none"})
    assert (refused.status, "麒麟区第1中队（已取消参评资格）" in refused.text) == (409, True)
    assert office.post(address("conditions", ids), {"listed": "1", "rank": "none"}).status == 422
    assert world.everything() == before
    said = office.follow(office.send(office.get(address("conditions", ids)).form("-".join(map(str, ids)))))
    assert "评选条件已经确认，共3个对象。" in said.text
    confirmed = [subject for _, action, subject in world.acts() if action == "nominee.confirmed"]
    assert confirmed == [f"nominee:{each}" for each in [ids[1], *ids[2:]]]


def test_whom_a_yes_is_not_enough_for_is_not_ticked(world: World, staff: Staff) -> None:
    office, ids = staff("office"), world.nominees

    def penalised(session: Session) -> None:
        session.add(make_dossier(world.keyring, ids[2], {"penalties": "2019年警告"}))
        session.commit()

    world.do(penalised)
    page = office.get(address("conditions", ids))
    assert "推荐表处分栏写的不是“无”" in why(page, ids[2])
    assert ticked(page, ids) == [each for each in ids if each != ids[2]]


def test_one_press_goes_on_without_whoever_holds_a_review_up_and_keeps_what_was_typed(
    world: World, staff: Staff
) -> None:
    office, ids = staff("office"), world.nominees
    world.run(eligibility.confirm, ids[:4], by=world.actor("office"), now=at(NOW))
    page = office.get(address("reviews/preliminary", ids))
    assert ticked(page, ids) == ids[:4]
    assert why(page, ids[4]).startswith("请核对：“2023年以来的贡献”待确认")
    # Ticked all the same, and one who left meanwhile.
    withdrawn(world, ids[0])
    form = page.form("-".join(map(str, ids)))
    refused = office.send(form, passed="yes", reason="材料齐全", chosen=ids)
    assert refused.status == 409
    assert "还不能通过初审，一个也没有改动" in refused.text
    assert "材料齐全" in refused.source
    without = str(ids[4])
    form = refused.form("-".join(map(str, ids)))
    assert without in form.buttons
    assert "不含办不了的1个，记下初审结果（其余3个）" in refused.text
    assert why(refused, ids[0]) == "不办理：已退出推荐"
    passed = office.follow(office.send(form, passed="yes", without=without))
    assert "初审通过，共3个对象。" in passed.text
    reviewed = [subject for _, action, subject in world.acts() if action == "nominee.reviewed"]
    assert reviewed == [f"nominee:{each}" for each in ids[1:4]]


def test_whoever_can_not_pass_can_be_turned_down_and_whoever_left_neither(world: World, staff: Staff) -> None:
    office, ids = staff("office"), world.nominees
    withdrawn(world, ids[0])
    form = office.get(address("reviews/final", ids)).form("-".join(map(str, ids)))
    refused = office.send(form, passed="no", reason="材料不齐", chosen=ids)
    assert (refused.status, "麒麟区第1中队（已退出推荐）" in refused.text) == (409, True)
    done = office.follow(office.send(form, passed="no", reason="材料不齐", chosen=ids[1:]))
    assert "复审不通过，共4个对象。" in done.text


def test_an_opinion_reaches_one_unit_and_then_the_other(world: World, staff: Staff) -> None:
    office, ours, theirs = staff("office"), world.nominees, world.others
    withdrawn(world, ours[0])
    ids = [*theirs, *ours]
    page = office.get(address("opinions", ids))
    assert why(page, theirs[0]).startswith("不办理：不是麒麟区推荐的")
    assert ticked(page, ids) == ours[1:]
    next_page = office.follow(
        office.post(address("opinions", ids), opinion(listed="1", chosen=[str(each) for each in ours[1:]]))
    )
    assert "公安部门的意见已经录入，共4个对象。" in next_page.text
    assert ticked(next_page, theirs) == theirs


def test_without_a_file_only_those_with_a_scan_are_corrected(world: World, staff: Staff, tmp_path: Path) -> None:
    office, ids = staff("office"), world.nominees[:3]
    answered(world, tmp_path, ids[:2], NOW)
    nothing = {"scan": (io.BytesIO(b""), "")}
    sent = opinion(listed="1", chosen=[str(each) for each in ids], text="无不同意见。", **nothing)
    refused = office.post(address("opinions", ids), sent)
    assert refused.status == 409
    assert why(refused, ids[2]) == "请核对：还没有扫描件，请选择文件"
    assert "无不同意见。" in refused.source
    form = refused.form("-".join(map(str, ids)))
    done = office.follow(office.send(form, without=str(ids[2]), outcome="favourable", authority="police"))
    assert "公安部门的意见已经录入，共2个对象。" in done.text


def test_whoever_left_is_judged_no_more_on_their_own_page(world: World, staff: Staff) -> None:
    office, person = staff("office"), world.nominees[2]
    withdrawn(world, person)
    here, before = f"/nominees/{person}", world.everything()
    for path, sent in (
        (f"{here}/conditions/discipline", {"met": "yes", "note": ""}),
        (f"{here}/rank", {"rank": "county"}),
        (f"{here}/reviews/{ReviewStage.FINAL}", {"passed": "no", "reason": "材料不齐"}),
        (f"{here}/opinions", opinion()),
    ):
        answer = office.post(path, sent)
        assert (answer.status, "已退出" in answer.text) == (409, True), path
    assert world.everything() == before
    assert "/conditions/" not in office.get(here).source


def test_the_list_shows_only_who_is_in_the_running(world: World, staff: Staff) -> None:
    office, ids = staff("office"), world.nominees
    withdrawn(world, ids[0])
    lapse(world, ids[1])
    with world.database.writer() as session:
        session.execute(update(Nominee).where(Nominee.id == ids[2]).values(name="留下来的"))
        session.commit()
    page = office.get("/nominees/?status=running")
    assert "参评" in page.text
    assert ("留下来的" in page.text, "麒麟区第1中队" in page.text, "麒麟区第2中队" in page.text) == (True, False, False)
    assert "麒麟区第2中队" in office.get("/nominees/?out=1").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_link_of_a_letter_leads_to_those_who_lack_the_answer_as_many_as_one_act_takes(
    world: World, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.past_round_one(world.nominees)
    head, link = staff("head"), f"/nominees/many/opinions/{world.programme}/{world.qilin}/police"
    asking = f"/programmes/{world.programme}/papers/asking"
    first, second, third, *rest = world.nominees
    assert link in head.get(asking).links
    assert head.get(link).headers["Location"].endswith(address("opinions", world.nominees) + "&authority=police")
    assert head.follow(head.get(link)).status == 200
    monkeypatch.setattr(batches, "MOST", 2)
    assert "每次登记2个" in head.get(asking).text
    for some, remain in (([first, second], [third, rest[0]]), ([third, rest[0]], rest[1:])):
        assert head.get(link).headers["Location"].endswith(address("opinions", some) + "&authority=police")
        assert head.post(address("opinions", some), opinion()).status == 303
        assert head.get(link).headers["Location"].endswith(address("opinions", remain) + "&authority=police")
    assert head.post(address("opinions", rest[1:]), opinion()).status == 303
    done = head.follow(head.get(link))
    assert "公安部门对麒麟区的名单已经全部答复。" in done.text
    assert link not in done.links
    for nowhere in (
        link.replace("police", "gossip"),
        f"/nominees/many/opinions/{world.programme}/{world.luoping}/police",
    ):
        assert head.get(nowhere).status == 404
