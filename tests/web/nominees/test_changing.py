"""Changes of a nominee on their pages: what the public sees of them and when, who may, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from app.domain.cases.states import Conclusion, State
from app.models import Nominee, Revision, User
from app.services.nominees import replacements, withdrawals
from app.services.nominees.nominating import Particulars
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what a page shows is one on both
Staff = Callable[[str], Browser]
ID_NUMBER = "53030219800101018X"


def send(browser: Browser, path: str, **changes: str) -> Page:
    """The form of a page filled in further and sent."""
    return browser.send(browser.get(path).form(path.partition("?")[0]), **changes)


# --- a misprint -------------------------------------------------------------------------------------


def test_a_correction_is_in_sight_in_ten_seconds_and_out_of_it_with_the_window(
    world: World, client: Browser, staff: Staff, clock: MovingClock
) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    listed, own = f"/periods/{period}", f"/periods/{period}/nominees/{nominee}"
    tags = {path: client.get(path).headers["ETag"] for path in (listed, own)}
    office = staff("office")
    done = send(office, f"/nominees/{nominee}/correction?field=name", text="麒晓3", reason="录入时写错")
    assert done.status == 303
    assert "麒晓3" in office.follow(done).text
    assert "麒晓3" not in client.get(listed).text  # from memory still
    clock.forward(seconds=10)
    line = "更正：名称（姓名）“ 麒小3 ”更正为“ 麒晓3 ”，2026年9月18日 09:00，理由：录入时写错。"
    for path, tag in tags.items():
        page = client.get(path, if_none_match=tag)
        assert (page.status, line in page.text) == (200, True), path
        assert page.headers["ETag"] != tag
    assert "对“麒晓3”提出异议" in client.get(f"{own}/objection").text
    clock.to("2026-09-24 Thu 00:00")
    for path in (listed, own, f"{own}/objection", f"{listed}?name=晓", "/"):
        assert not {"麒晓3", "麒小3", "录入时写错"} & set(client.get(path).text.split()), path
        assert "晓3" not in client.get(path).source
        assert "录入时写错" not in client.get(path).source


def test_a_correction_before_the_opening_is_not_public_before_it(
    world: World, client: Browser, staff: Staff, clock: MovingClock
) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    clock.to("2026-09-17 Thu 12:00")
    send(staff("office"), f"/nominees/{nominee}/correction?field=name", text="麒晓3", reason="录入时写错")
    for path in (f"/periods/{period}", f"/periods/{period}/nominees/{nominee}"):
        assert "麒" not in client.get(path).text.replace("麒麟区", "")
    clock.to("2026-09-18 Fri 00:00")
    assert "更正：名称" in client.get(f"/periods/{period}").text


def test_a_change_in_substance_is_refused_beside_its_field_and_stays_typed(world: World, staff: Staff) -> None:
    world.round_two()
    office, path = staff("office"), f"/nominees/{world.nominees[2]}/correction?field=deeds"
    other = "完全是另一段事迹，写了很久。" * 5
    before = world.everything()
    refused = send(office, path, text=other, reason="改一改")
    assert refused.status == 422
    assert "简要事迹最多改5个字" in refused.error_of("text")
    assert "事迹变更" in refused.error_of("text")
    assert refused.form("/correction").fields["text"] == other
    assert refused.form("/correction").fields["reason"] == "改一改"
    assert send(office, path, reason=" ").error_of("reason") == "更正的理由请写2到500个字，现在还没有写。"
    assert world.everything() == before


# --- changed deeds, a withdrawal ---------------------------------------------------------------------


def test_deeds_are_changed_after_the_window_and_both_texts_stand_on_the_page(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    world.round_two()
    nominee = world.nominees[2]
    handler, path = staff("handler"), f"/nominees/{nominee}/revision"
    assert "请等2026年9月23日 24:00公示结束后再变更事迹" in handler.get(path).text
    clock.to("2026-09-24 Thu 00:00")
    refused = send(handler, path, reason="补充")
    assert refused.error_of("deeds") == "简要事迹和原来的一样，没有改动。"
    page = handler.follow(send(handler, path, deeds="改写过的事迹。", reason="补充新成绩"))
    assert "须重新公示 公示的是第1版事迹，现在是第2版，本轮须重新公示5个工作日。" in page.text
    with world.database.reader() as session:
        assert session.scalars(select(Revision.before)).one() in page.text
    assert "变更后 改写过的事迹。" in page.text


def test_a_withdrawal_wants_its_reason_and_a_tick_and_marks_the_public_list(
    world: World, client: Browser, staff: Staff
) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    head, path = staff("head"), f"/nominees/{nominee}/withdrawal"
    refused = send(head, path, reason="本人来信要求退出")
    assert (refused.status, refused.error_of("sure")) == (422, "请核实后打勾。")
    assert refused.form("/withdrawal").fields["reason"] == "本人来信要求退出"
    page = head.follow(send(head, path, reason="本人来信要求退出", sure="y"))
    assert "麒小3 已退出推荐" in page.text
    assert head.get(path).status == 409
    assert "麒小3 已退出推荐" in client.get(f"/periods/{period}").text
    assert "本人来信要求退出" not in client.get(f"/periods/{period}/nominees/{nominee}").source


# --- places ------------------------------------------------------------------------------------------


def test_a_replacement_is_entered_on_one_page_and_linked_both_ways(world: World, staff: Staff) -> None:
    period, left = world.round_two(), world.nominees[2]
    case, _ = world.file(period, left, "2026-09-18 Fri 08:00")
    world.bring(case, State.CONCLUDED, "2026-09-18 Fri 08:30", Conclusion.UPHELD)
    handler, path = staff("handler"), f"/nominees/{left}/replacement"
    typed = {"name": "麒小九", "unit": "麒麟区养护中心", "deeds": "十年养路无事故。", "trade": "教育"}
    refused = send(handler, path, **typed, id_number="530302198001010181", phone="一二三")
    assert refused.status == 422
    assert "最后一位是校验码" in refused.error_of("id_number")
    assert "只含数字和短横" in refused.error_of("phone")
    assert {key: refused.form("/replacement").fields[key] for key in ("name", "unit", "deeds")} == {
        key: typed[key] for key in ("name", "unit", "deeds")
    }
    page = handler.follow(send(handler, path, **typed, id_number=ID_NUMBER.lower()))
    assert "递补 麒小3 的名额，从第一轮重新公示" in page.text
    assert ID_NUMBER not in page.source
    assert "名额已由 麒小九 递补" in handler.get(f"/nominees/{left}").text
    vacancies = handler.get("/nominees/vacancies").text
    assert "麒小3 麒麟区 先进个人 3 取消：异议成立 2026年9月18日 08:30 麒小九" in vacancies
    assert "没有符合条件的内容" in handler.get("/nominees/vacancies?open=1").text
    again = handler.get(path)
    assert (again.status, "这个名额已经由麒小九递补" in again.text) == (409, True)


def test_an_order_with_wrong_numbers_says_so_beside_each_and_keeps_them(world: World, staff: Staff) -> None:
    first, second, third = world.nominees[2:]
    handler, path = staff("handler"), "/nominees/order?kind=individual"
    form = handler.get(path).form(f"unit={world.qilin}&kind=individual")
    assert {form.fields[f"place-{each}"] for each in (first, second, third)} == {"1", "2", "3"}
    refused = handler.send(form, **{f"place-{first}": "二", f"place-{second}": "2", f"place-{third}": "2"})
    assert refused.status == 422
    assert refused.error_of(f"place-{first}") == "请填1到3之间的整数。"
    assert refused.error_of(f"place-{third}") == "2用了不止一次。"
    assert refused.form("kind=individual").fields[f"place-{first}"] == "二"
    saved = handler.send(form, **{f"place-{first}": "3", f"place-{second}": "1", f"place-{third}": "2"})
    assert "推荐顺序已经保存" in handler.follow(saved).text


# --- whose -------------------------------------------------------------------------------------------


def test_security_20_the_unit_of_who_left_is_not_told_who_of_another_unit_takes_the_place(
    world: World, staff: Staff
) -> None:
    left, office, now = world.nominees[2], world.actor("office"), at("2026-09-18 Fri 08:00")
    world.run(withdrawals.withdraw, left, "本人要求", by=office, now=now)
    given = Particulars("麒小九", "麒麟区养护中心", "十年养路无事故。")
    new = world.run(replacements.replace, left, given, by=office, now=now).id
    with world.database.writer() as session:
        for login, nominee in (("handler", left), ("handler2", new)):
            of = session.get_one(Nominee, nominee).unit_id
            session.execute(update(User).where(User.login == login).values(unit_id=of))
        session.commit()
    told = {login: staff(login).get(f"/nominees/{of}") for login, of in (("handler", left), ("handler2", new))}
    assert {login: page.status for login, page in told.items()} == {"handler": 200, "handler2": 200}
    assert ("麒小九" in told["handler"].source, "麒小3" in told["handler2"].source) == (False, False)
    assert "名额已由另一个单位的对象递补" in told["handler"].text
    assert "麒小九" in staff("head").get(f"/nominees/{left}").source


def test_security_20_another_units_nominee_is_not_there_to_be_changed(world: World, staff: Staff) -> None:
    world.round_two()
    world.run(
        withdrawals.withdraw, world.nominees[1], "本人要求", by=world.actor("head"), now=at("2026-09-18 Fri 08:00")
    )
    stranger = staff("stranger")
    complete = {
        "field": "name",
        "text": "麒晓3",
        "reason": "足够长的理由",
        "deeds": "另一段事迹。",
        "sure": "y",
        "name": "某人",
        "unit": "某单位",
        "rank": "none",
        "post": "局长",
    }
    before = world.everything()
    for nominee in (world.nominees[1], world.nominees[2], 999):
        for act in ("correction", "revision", "withdrawal", "replacement", "edit"):
            path = f"/nominees/{nominee}/{act}"
            assert stranger.get(path).status == stranger.post(path, complete).status == 404, path
    for path in (f"/nominees/new?unit={world.qilin}", f"/nominees/order?unit={world.qilin}"):
        assert "麒" not in stranger.get(path).text  # its own list, whatever the address says
    assert world.everything() == before
    stranger.post(f"/nominees/new?unit={world.qilin}&kind=individual", complete)
    with world.database.reader() as session:
        assert session.scalars(select(Nominee.recommender_id).where(Nominee.name == "某人")).all() == [world.luoping]


def test_a_unit_is_offered_what_it_may_do_and_no_more(world: World, staff: Staff, clock: MovingClock) -> None:
    acts = ("correction", "revision", "withdrawal", "replacement", "edit")

    def offered(login: str, nominee: int) -> set[str]:
        links = staff(login).get(f"/nominees/{nominee}").links
        return {act for act in acts if f"/nominees/{nominee}/{act}" in links}

    nominee = world.nominees[2]
    assert {who: offered(who, nominee) for who in ("office", "head", "handler")} == {
        "office": {"revision", "withdrawal", "edit"},
        "head": {"revision", "withdrawal", "edit"},
        "handler": {"revision", "edit"},
    }
    world.round_two()
    assert {who: offered(who, nominee) for who in ("office", "head", "handler")} == {
        "office": {"correction", "withdrawal"},
        "head": {"withdrawal"},
        "handler": set(),
    }
    world.run(withdrawals.withdraw, nominee, "本人要求", by=world.actor("head"), now=at("2026-09-18 Fri 08:00"))
    clock.to("2026-09-24 Thu 00:00")
    assert {who: offered(who, nominee) for who in ("office", "head", "handler")} == {
        "office": {"replacement"},
        "head": {"replacement"},
        "handler": {"replacement"},
    }
