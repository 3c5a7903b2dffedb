"""Letters and second looks on pages: for the objector, for a unit, for the office (R34, R35)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.models import Letter
from app.services.cases import investigation
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Staff = Callable[[str], Browser]


@pytest.fixture
def upheld(world: World, clock: MovingClock) -> tuple[int, str]:
    """A case that put qilin's third nominee out, and its receipt code."""
    case, code = world.file(world.round_two(), world.nominees[2], FILED)
    world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    clock.to("2026-09-22 Tue 10:00")
    return case, code


def opened(client: Browser, code: str) -> Page:
    return client.follow(client.post("/receipt", {"code": code}))


def ids(world: World, **like: object) -> list[int]:
    with world.database.reader() as session:
        return list(session.scalars(select(Letter.id).filter_by(**like).order_by(Letter.number)))


def test_an_objector_reads_and_keeps_the_own_letters_and_no_other(
    world: World, client: Browser, upheld: tuple[int, str]
) -> None:
    theirs, others = ids(world, objection_id=1), ids(world, objection_id=None)
    assert client.get(f"/receipt/letters/{theirs[0]}").status == 302  # without the code
    page = opened(client, upheld[1])
    assert "受理通知书 麒麟区异议〔2026〕1号" in page.text
    assert "异议处理答复书 麒麟区异议〔2026〕2号" in page.text
    assert "取消参评资格告知书" not in page.text
    letter = client.get(f"/receipt/letters/{theirs[1]}")
    assert (letter.status, "处理意见为：异议成立" in letter.text) == (200, True)
    file = client.get(f"/receipt/letters/{theirs[1]}/file")
    assert (file.status, file.headers["Content-Type"]) == (200, DOCX)
    for other in [*others, 999, 10**30]:
        assert client.get(f"/receipt/letters/{other}").status == 404
        assert client.get(f"/receipt/letters/{other}/file").status == 404


def test_staff_read_their_letters_and_a_stranger_finds_none(
    world: World, staff: Staff, upheld: tuple[int, str]
) -> None:
    every = ids(world)
    assert "取消参评资格告知书 市级专班异议〔2026〕1号" in staff("head").get(f"/desk/cases/{upheld[0]}").text
    for letter in every:
        assert staff("head").get(f"/desk/letters/{letter}").status == 200
        for path in (f"/desk/letters/{letter}", f"/desk/letters/{letter}/file"):
            assert staff("stranger").get(path).status == 404
    assert "还没有文书" in staff("stranger").get("/desk/letters").text
    assert staff("stranger").post("/desk/letters/files", {"chosen": str(every[0])}).status == 404
    assert staff("stranger").post("/desk/letters/issue", {"chosen": str(every[0])}).status == 404
    assert world.acts()[-1][1] != "letter.issued"


def test_many_go_out_in_one_file_and_are_noted_as_issued_together(
    world: World, staff: Staff, upheld: tuple[int, str]
) -> None:
    every = ids(world)
    chosen = {"chosen": [str(letter) for letter in every]}
    office = staff("office")
    file = office.post("/desk/letters/files", chosen)
    assert (file.status, file.headers["Content-Type"]) == (200, DOCX)
    done = office.follow(office.post("/desk/letters/issue", chosen))
    assert f"已登记{len(every)}份文书盖章发出" in done.text
    assert "没有提交成功" in office.post("/desk/letters/issue", {}).text
    assert "还没有勾选" in office.follow(office.post("/desk/letters/files", {})).text


def test_an_objector_asks_for_a_second_look_and_the_office_answers_it(
    world: World, client: Browser, staff: Staff, clock: MovingClock
) -> None:
    case, code = world.file(world.round_two(), world.nominees[2], FILED)
    clock.to(FILED)
    assert "申请复核" not in opened(client, code).text
    assert client.post("/receipt/look", {"text": "请再看一次"}).status == 409  # nothing is decided yet
    world.decline(case, DeclineGround.NO_FACTS, "没有线索可查", DAY)
    clock.to("2026-09-22 Tue 10:00")
    page = opened(client, code)
    assert "最迟 2026年9月28日 24:00 可以申请一次" in page.text
    refused = client.post("/receipt/look", {"text": " "})
    assert (refused.status, refused.form("/look").fields["text"]) == (422, "")
    told = client.follow(client.post("/receipt/look", {"text": "材料里写了线索。"}))
    assert "复核申请已经收到" in told.text
    assert "市级专班正在复核" in told.text
    assert client.post("/receipt/look", {"text": "再来一次"}).status == 409
    waits = f"答复复核申请： {world.case(case).number}"
    for page in ("/office/", "/desk/"):
        told = staff("office").get(page).text
        assert "最迟 2026年9月29日 24:00" in told.partition(waits)[2]
    for login in ("head", "handler"):
        assert staff(login).post(f"/desk/cases/{case}/reopen", {"text": "写了理由"}).status == 409
    office = staff("office")
    form = office.get(f"/desk/cases/{case}").form("/reopen")
    done = office.post(form.action, form.fields | {"text": "材料里确有线索。"})
    assert done.status == 303
    assert world.case(case).state is State.ACCEPTED
    assert "复核后重新办理" in opened(client, code).text


def test_a_supplement_says_its_day_to_both_sides(
    world: World, client: Browser, staff: Staff, clock: MovingClock
) -> None:
    case, code = world.file(world.round_two(), world.nominees[2], FILED)
    world.act(investigation.accept, case, "handler", now=FILED)
    clock.to(DAY)
    for wrong in ("0", "6", "x", "", str(10**30)):
        sent = {"text": "请说明时间地点", "workdays": wrong}
        assert staff("handler").post(f"/desk/cases/{case}/ask_supplement", sent).status == 422, wrong
    sent = {"text": "请说明时间地点", "workdays": "2"}
    assert staff("handler").post(f"/desk/cases/{case}/ask_supplement", sent).status == 303
    assert "2026年9月23日 24:00" in opened(client, code).text
    assert "2026年9月23日 24:00" in staff("handler").get(f"/desk/cases/{case}").text
    clock.to("2026-09-24 Thu 08:00")
    assert "已过" in staff("handler").get(f"/desk/cases/{case}").text


def test_the_office_urges_from_the_page_of_the_case(world: World, staff: Staff, clock: MovingClock) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    clock.to(DAY)
    assert staff("head").post(f"/desk/cases/{case}/urge", {"text": "请抓紧"}).status == 409
    assert staff("office").post(f"/desk/cases/{case}/urge", {"text": "请在本周内办结"}).status == 303
    page = staff("handler").get(f"/desk/cases/{case}").text
    assert "督办单 市级专班异议〔2026〕1号" in page
    assert "请在本周内办结" in page
    assert "市级专班已经催办" in page
    assert "市级专班催办" in staff("handler").get("/desk/").text
    assert "待受理 已催办" in staff("handler").get("/desk/").text
