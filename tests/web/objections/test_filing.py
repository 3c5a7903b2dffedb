"""Filing an objection as a citizen does it: form → check → receipt, without JavaScript (R6, R14-R16, R18)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.objections.contacts import written
from app.models import Case, Objection, User
from app.services.objections.identities import Objector
from app.web.objections.steps import ASKED
from tests.busy import OPEN
from tests.files import pdf
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import FACTS, World, at

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){5}")


@pytest.fixture
def here(world: World) -> str:
    """The form's address for a nominee of a period that is open."""
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


def filed(world: World) -> int:
    with world.database.reader() as session:
        return session.scalar(select(func.count(Objection.id))) or 0


def texts_of(page: Page) -> dict[str, str]:
    """What the form on a page still holds of what was typed."""
    fields = page.form("/objection").fields
    return {
        name: value for name, value in fields.items() if name in {asked for names in ASKED.values() for asked in names}
    }


# --- refused: what is wrong stands beside its field ----------------------------------------------

LETTER = "单位提出异议，请在这里上传盖有公章的书面材料"
UNIT = {"objector_kind": "unit", "name": "曲靖市小河科技有限公司", "contact_person": "钱先生"}
NO_NAMES = ("匿名", "匿名群众", "热心市民", "xxx")
HALF_NAMES = ("王女士", "王某", "张三（化名）")
NO_CONTACTS = {
    "": "请填写11位手机号码",
    "12345": "“12345”是5位数字，手机号码是11位",
    "1300000000": "“1300000000”是10位数字",
    "a@b": "请写完整，例如 name@example.com",
    "微信同号": "请填写11位手机号码",
    "12000000001": "“12000000001”不是能打通的号码",
    "13000000001、3123456": "“3123456”打不通。固定电话请连区号一起写",
}
WRONG = [
    ({"name": ""}, {"name": "请填写真实姓名，2到30个字。"}),
    ({"name": "赵"}, {"name": "请填写真实姓名，2到30个字。"}),
    ({"name": "赵" * 31}, {"name": "请填写真实姓名，2到30个字。"}),
    *(({"name": name}, {"name": "匿名反映不按异议办理"}) for name in NO_NAMES),
    *(({"name": name}, {"name": "请填写身份证上的姓名全名"}) for name in HALF_NAMES),
    *(({"contact": contact}, {"contact": why}) for contact, why in NO_CONTACTS.items()),
    ({"category": ""}, {"category": "请选一类"}),
    ({"category": "nonsense"}, {"category": "不是有效的选择。"}),
    ({"facts": "太短了"}, {"facts": "事实和依据请写20到3000个字，现在是3个字。"}),
    ({"facts": "字" * 3001}, {"facts": "现在是3001个字。"}),
    ({"facts": " \n" * 40}, {"facts": "现在还没有写。"}),
    (UNIT, {"letter": LETTER}),
    (UNIT | {"name": "某厂"}, {"name": "请填写单位全称，4到60个字。", "letter": LETTER}),
    (UNIT | {"contact_person": ""}, {"contact_person": "单位提出异议，请填写联系人姓名", "letter": LETTER}),
    (
        {"name": "", "contact": "", "category": "", "facts": ""},
        {"name": "真实姓名", "contact": "手机号码", "category": "请选一类", "facts": "20到3000"},
    ),
]


def test_each_field_says_what_is_wrong_with_it_and_every_text_stays(
    world: World, make_app: Callable[..., Flask], here: str
) -> None:
    client = Browser(make_app(limits_enabled=False))
    fields = ("objector_kind", "name", "contact_person", "contact", "category", "facts", "letter", "evidence")
    for step in ("check", "submit"):
        for changes, errors in WRONG:
            typed = filled(step=step, **changes)
            page = client.post(here, typed)
            assert page.status == 422, changes
            found = {name: page.error_of(name) for name in fields if page.error_of(name)}
            # The first step with something wrong; the later ones come one by one.
            asked = next(names for names in ASKED.values() if not errors.keys().isdisjoint(names))
            errors = {name: said for name, said in errors.items() if name in asked}
            assert found.keys() == errors.keys(), changes
            assert all(said in found[name] for name, said in errors.items()), found
            assert f"还有{len(errors)}处需要改" in page.text
            assert "<title>有错误：第" in page.source
            kept = texts_of(page)
            assert all(kept[name] == typed[name].strip() for name in ("name", "contact", "facts")), changes
            assert page.form("/objection").fields["form_token"] == typed["form_token"]
    assert filed(world) == 0


def test_an_anonymous_writer_is_told_of_the_other_ways(client: Browser, here: str) -> None:
    page = client.post(here, filled(name="匿名", step="check"))
    assert "可以改用本页所列的电话或者信件反映" in page.error_of("name")
    assert "0874-0000001" in page.text  # listed on this very page


def test_a_form_token_that_is_none_of_ours_is_replaced(world: World, client: Browser, here: str) -> None:
    for forged in ("", "short", "x" * 25, "中" * 24, "<script>alert(1)</scrip", " " * 24, "a" * 23 + "\x00"):
        token = client.post(here, filled(form_token=forged, step="edit")).form("/objection").fields["form_token"]
        assert re.fullmatch(r"[\w-]{24}", token)
        assert token != forged
    assert filed(world) == 0


# --- taken ---------------------------------------------------------------------------------------


def test_four_steps_and_the_receipt_work_by_plain_posts(world: World, client: Browser, here: str) -> None:
    who = client.get(here)
    facts = "第一行：二〇二五年三月，\n第二行：在现场看到的情况与申报不符。<b>&amp;"
    contact, what, check = client.steps(who, name=" 赵小禾 ", contact="130 0000 0001", facts=facts)
    pages = [who, contact, what, check]
    assert [page.path for page in pages] == [who.path, *(f"{who.path}/{at}" for at in ("contact", "facts", "check"))]
    titles = [re.findall(r"<title>(.*?)（提出异议）", page.source)[0] for page in pages]
    names = ("您是谁", "联系方式", "事实和证据", "核对")
    assert titles == [f"第{number}步，共4步：{name}" for number, name in enumerate(names, start=1)]
    assert check.status == 200
    assert "还没有提交" in check.text
    assert "真实性承诺" in check.text
    assert all(text in check.text for text in ("赵小禾", "13000000001", "事迹不真实", "第二行：在现场", "麒小3"))
    assert filed(world) == 0
    edited = client.send(check.form("/objection"), "edit-facts")
    assert edited.path == what.path
    assert texts_of(edited) == texts_of(check)
    assert edited.form("/objection").fields["facts"] == facts
    again = client.send(edited.form("/objection"), "next")
    assert again.path == check.path  # what was corrected leads back to the check page
    sent = client.send(again.form("/objection"), "submit")
    assert (sent.status, sent.headers["Location"]) == (303, "/receipt")
    receipt = client.follow(sent)
    code = CODE.search(receipt.text)
    assert code
    for said in (
        "2026年9月18日 09:00",
        "麒麟区拟推荐对象公示",
        "麒小3",
        "2026-0001",
        "2026年9月29日 24:00",
    ):
        assert said in receipt.text
    assert code[0] in client.get("/receipt").text  # shown until its owner says that it is kept
    kept = client.send(receipt.form("/receipt/kept"))
    assert (kept.status, CODE.search(client.get("/receipt").source)) == (303, None)
    progress = client.follow(client.post("/receipt", {"code": code[0]}))
    assert "已收到，等待受理" in progress.text
    assert facts in [p.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for p in typed(progress)]
    with world.database.reader() as session:
        assert session.scalars(select(Objection.facts)).all() == [facts]
    assert world.objectors() == [Objector("赵小禾", "", "13000000001")]


def typed(page: Page) -> list[str]:
    return re.findall(r'<p class="typed">(.*?)</p>', page.source, re.DOTALL)


FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "13000000001")
MOBILE = ("13000000001", "130 0000 0001", "130-0000-0001", "+8613000000001", "+86 130-0000 0001", FULL_WIDTH)
OTHER = ("0874-3120000", "（0874）3120000", "087163120000", "0086 0874 3120000", "a.b@例子.cn", "x@y.co")
LINES = ("0874-3123456转8001", "0874-3123456-8001", "0874-3123456；13000000001", "13000000001/13900000002")


@pytest.mark.parametrize("contacts", [MOBILE, OTHER, LINES])
def test_a_telephone_number_may_be_written_as_people_write_it(
    world: World, client: Browser, here: str, contacts: tuple[str, ...]
) -> None:
    for number, contact in enumerate(contacts):
        taken = client.post(here, filled(contact=contact, form_token=f"a-form-token-of-24-cha{number:02d}"))
        assert taken.status == 303, contact
    assert filed(world) == len(contacts)
    assert [who.contact for who in world.objectors()] == [written(contact) for contact in contacts]


def test_a_unit_files_under_its_name_and_a_person_has_no_contact_person(
    world: World, client: Browser, here: str
) -> None:
    letter = {"letter": (io.BytesIO(pdf()), "公函.pdf")}
    check = client.to_check(here, **UNIT, **letter)
    first = client.send(check.form("/objection"), "submit")
    assert client.send(check.form("/objection"), "submit").status == first.status == 303  # sent twice
    client.post(here, filled(contact_person="多余的", form_token="another-token-of-24-char"))
    assert [(who.name, who.contact_person) for who in world.objectors()] == [(UNIT["name"], "钱先生"), ("赵小禾", "")]


@pytest.mark.parametrize("name", ["曲靖市热心公益服务中心", "群众艺术馆（麒麟区）", "麒麟区某某村民委员会"])
def test_a_unit_may_be_called_what_no_person_is(world: World, client: Browser, here: str, name: str) -> None:
    letter = {"letter": (io.BytesIO(pdf()), "公函.pdf")}
    check = client.to_check(here, **UNIT | {"name": name} | letter)
    assert client.send(check.form("/objection"), "submit").status == 303
    assert [who.name for who in world.objectors()] == [name]


def test_security_46_what_gives_the_objector_away_is_pointed_out_before_filing_and_may_stay(
    world: World, client: Browser, here: str
) -> None:
    plain = client.post(here, filled(step="check"))
    assert "可能由此知道您是谁" not in plain.text
    facts = FACTS + "我叫赵小禾，电话130-0000-0001。"
    check = client.post(here, filled(facts=facts, step="check"))
    assert check.status == 200
    assert "写了： 您的姓名、您的联系方式" in check.text
    assert filed(world) == 0
    assert client.send(check.form("/objection"), "submit").status == 303
    with world.database.reader() as session:
        assert session.scalars(select(Objection.facts)).all() == [facts]


def test_check_page_and_receipt_name_whoever_will_handle_it(world: World, client: Browser, here: str) -> None:
    """A unit with one account left handles nothing (R21): the pages name the office, and its telephone alone."""
    with world.database.writer() as session:
        ours = session.scalars(select(User).where(User.unit_id == world.qilin).order_by(User.id)).all()
        for user in ours[1:]:
            user.disabled_at = at(OPEN)
        session.commit()
    check = client.post(here, filled(step="check"))
    assert "由谁办理 市评选工作组办公室" in check.text
    receipt = client.follow(client.send(check.form("/objection"), "submit"))
    assert "办理单位 市评选工作组办公室" in receipt.text
    assert "0874-0000000" in receipt.text
    assert "0874-0000001" not in receipt.text


def test_an_objection_against_the_handling_unit_goes_to_the_office(world: World, client: Browser, here: str) -> None:
    check = client.post(here, filled(against_handler="y", step="check"))
    assert "市级专班直接办理" in check.text
    client.send(check.form("/objection"), "submit")
    with world.database.reader() as session:
        assert session.scalars(select(Case.handler_unit_id)).all() == [world.office]


def test_security_02_the_same_form_sent_twice_is_one_objection_with_the_same_receipt(
    world: World, client: Browser, here: str, clock: MovingClock
) -> None:
    codes = set()
    for moment in ("2026-09-18 Fri 09:00", "2026-09-18 Fri 09:01", "2026-09-24 Thu 00:00:01"):
        clock.to(moment)  # a repeat that arrives after the end was filed in time
        page = client.follow(client.post(here, filled()))
        codes.add(CODE.search(page.text)[0])  # type: ignore[index] # a receipt or a failure
        assert "2026年9月18日 09:00" in page.text
    assert (len(codes), filed(world)) == (1, 1)


def test_a_changed_text_under_the_same_token_is_neither_taken_nor_lost(
    world: World, client: Browser, here: str
) -> None:
    client.post(here, filled())
    changed = client.post(here, filled(facts=FACTS + "另外还有一件事。"))
    assert changed.status == 409
    assert "这张表已经提交过一次" in changed.text
    assert texts_of(changed)["facts"] == FACTS + "另外还有一件事。"
    assert changed.form("/objection").fields["form_token"] != filled()["form_token"]
    assert filed(world) == 1
    check = changed
    assert client.send(check.form("/objection"), "submit").status == 303
    with world.database.reader() as session:
        texts = session.scalars(select(Objection.facts).order_by(Objection.id)).all()
    assert texts == [FACTS, FACTS + "另外还有一件事。"]
