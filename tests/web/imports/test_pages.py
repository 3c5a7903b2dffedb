"""Lists of nominees in the browser: handed in, looked at, confirmed; a nominee's dossier, photo and 事迹材料."""

from __future__ import annotations

import html
import io
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import update

from app.evidence.names import StoreDown
from app.models import Document, Nominee, ScanState, User
from app.processes import ticking
from tests import lists
from tests.files import pdf, vault_in
from tests.lists import material, person, photo, room_for, sheet
from tests.services.sheets import with_macro
from tests.web.browsing import Browser, Page
from tests.world import World, at
from tests.xss import Dangers

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # pages and services: no SQL of their own


def hand_in(browser: Browser, world: World, files: Mapping[str, bytes], unit: int | None = None) -> Page:
    data = {
        "unit": str(unit or world.qilin),
        "files": [(io.BytesIO(content), name) for name, content in files.items()],
    }
    return browser.post(f"/imports/?programme={world.programme}", data)


def test_a_unit_hands_a_list_in_looks_at_it_and_confirms_it(world: World, staff: Callable[[str], Browser]) -> None:
    room_for(world)
    handler = staff("handler")
    preview = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet([person(0), person(1)])}))
    assert "读到2行，正确2行，有问题0行" in preview.text
    assert "赵小一" in preview.text
    done = handler.follow(handler.send(preview.form("/confirm")))
    assert "已导入：新增2个推荐对象" in done.text
    assert "查看推荐对象" in handler.get(preview.path).text
    assert handler.send(preview.form("/confirm")).status == 409


def test_what_may_be_right_is_answered_for_before_it_is_imported(world: World, staff: Callable[[str], Browser]) -> None:
    room_for(world)
    handler = staff("handler")
    namesakes = [person(0), person(0, id_number=lists.id_number(7), unit="麒麟区别的单位")]
    preview = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet(namesakes)}))
    assert "有1处请您核对" in preview.text
    confirm = preview.form("/confirm")
    unanswered = handler.send(confirm)
    assert (unanswered.status, "我已逐条核对" in unanswered.text) == (422, True)
    assert "已导入：新增2个推荐对象" in handler.follow(handler.send(confirm, answered="y")).text


def test_several_files_of_every_sort_come_in_one_upload(world: World, staff: Callable[[str], Browser]) -> None:
    room_for(world)
    handler = staff("handler")
    files = {"一.xlsx": sheet([person(0)]), "二.xlsx": sheet([person(1)]), "表.docx": lists.form()}
    page = handler.follow(hand_in(handler, world, files))
    assert "这次的文件分成3份" in page.text
    refused = hand_in(handler, world, {"一.xlsx": sheet([person(2)]), "坏.xlsx": with_macro(sheet([person(3)]))})
    refused = handler.follow(refused) if refused.status == 303 else refused
    assert ("宏" in refused.text, "这次的文件分成" in refused.text) == (True, False)


def test_problems_stand_in_the_preview_in_words_and_can_be_carried_away_as_a_sheet(
    world: World, staff: Callable[[str], Browser]
) -> None:
    room_for(world)
    handler = staff("handler")
    rows = [person(0), person(1, awards=""), person(2, political="团员")]
    preview = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet(rows)}))
    assert "读到3行，正确2行，有问题1行" in preview.text
    assert "何时何地受过何种奖励：没有填写。没有这方面情况的，请写“无”，不得空白" in preview.text
    assert [form.action for form in preview.forms if form.action.endswith("/confirm")] == []
    refused = handler.post(f"{preview.path}/confirm")
    assert (refused.status, [form.action for form in refused.forms if form.method == "get"]) == (409, [preview.path])
    only = handler.get(f"{preview.path}?only=problems")
    assert ("赵小一" in only.text, "钱小一" in only.text) == (False, True)
    saved = handler.open(f"{preview.path}/problems?format=xlsx").get_data()
    (head, *lines) = load_workbook(io.BytesIO(saved)).worksheets[0].iter_rows(values_only=True)
    assert head == ("行", "名称", "栏目", "哪里不对", "应当怎样")
    assert lines == [(6, "钱小一", "何时何地受过何种奖励", "没有填写", "没有这方面情况的，请写“无”，不得空白")]


def test_security_33_what_is_not_taken_is_said_beside_the_field_and_nothing_is_kept(
    world: World, staff: Callable[[str], Browser], tmp_path: Path
) -> None:
    handler, before = staff("handler"), world.everything()
    hostile = hand_in(handler, world, {"名单.xlsx": with_macro(sheet([person(0)]))})
    assert (hostile.status, hostile.error_of("files")[:13]) == (422, "“名单.xlsx”没有收下")
    nothing = hand_in(handler, world, {})
    assert (nothing.status, nothing.error_of("files")) == (422, "请选择要上传的文件。")
    for unit in (world.luoping, 999):
        assert hand_in(handler, world, {"名单.xlsx": sheet([person(0)])}, unit).status == 422
    assert world.everything() == before
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


def test_security_20_another_unit_finds_neither_import_nor_blank_nor_dossier(
    world: World, staff: Callable[[str], Browser]
) -> None:
    room_for(world)
    handler, stranger = staff("handler"), staff("stranger")
    there = hand_in(handler, world, {"名单.xlsx": sheet([person(0)])}).headers["Location"]
    nominee, before = world.nominees[2], world.everything()
    for path in (there, f"{there}/problems", f"/imports/blanks/{world.programme}/{world.qilin}/3"):
        assert (handler.get(path).status, stranger.get(path).status) == (200, 404), path
    for path in (f"{there}/confirm", f"{there}/drop", f"{there}/read-again", f"/nominees/{nominee}/dossier"):
        assert stranger.post(path).status == 404, path
    sent = {"photo": (io.BytesIO(photo()), "麒麟区—麒小3.jpg")}
    assert stranger.post(f"/nominees/{nominee}/photo", sent).status == 404
    assert world.everything() == before
    assert "名单.xlsx" not in stranger.get("/imports/").text


def test_security_20_the_unit_somebody_works_in_reads_no_dossier_photo_or_form_of_theirs(
    world: World, staff: Callable[[str], Browser]
) -> None:
    nominee = world.nominees[2]
    sent = {"photo": (io.BytesIO(photo()), "麒麟区—麒小3.jpg")}
    assert staff("handler").post(f"/nominees/{nominee}/photo", sent).status == 303
    with world.database.writer() as session:
        own = session.get_one(Nominee, nominee).unit_id
        session.execute(update(User).where(User.login == "handler2").values(unit_id=own))
        session.commit()
    colleague, recommends = staff("handler2"), staff("handler")
    page = colleague.get(f"/nominees/{nominee}")
    assert (page.status, "推荐材料" in page.text) == (200, False)
    assert colleague.post(f"/nominees/{nominee}/dossier").status == 404
    units = f"/programmes/{world.programme}/papers/units"
    for path in ("/documents/1", f"/papers/nominees/{nominee}/form", f"{units}/{world.qilin}/preliminary.zip"):
        assert (colleague.get(path).status, recommends.get(path).status) == (404, 200), path
    for path in (f"{units}/{own}/formal.zip", f"{units}/{own}/annex-3"):  # it recommends nobody
        assert colleague.get(path).status == 404, path


def test_more_files_than_a_form_takes_are_told_to_come_in_parts(world: World, staff: Callable[[str], Browser]) -> None:
    handler, before = staff("handler"), world.everything()
    assert "一次最多选90个" in handler.get("/imports/").text
    answer = hand_in(handler, world, {f"{number}.docx": b"" for number in range(100)})
    assert (answer.status, "文件太多" in answer.text, "分几次提交" in answer.text) == (413, True, True)
    assert world.everything() == before


def test_more_rows_than_are_read_in_a_request_are_told_to_come_in_parts(
    world: World, staff: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.imports.content.MOST_ROWS", 2)
    handler, before = staff("handler"), world.everything()
    answer = hand_in(handler, world, {"名单.xlsx": sheet([person(number) for number in range(3)])})
    told = "一次最多2行，这份有3行；请按推荐单位或者按类别分成几份，分别上传。"
    assert (answer.status, answer.error_of("files")) == (422, told)
    assert world.everything() == before


@pytest.mark.soak
def test_a_preview_of_two_thousand_rows_is_searched_within_a_second(
    world: World, staff: Callable[[str], Browser]
) -> None:
    """Processor time: the clock of a busy machine says nothing of the page."""
    given = "一二三四五六七八九十"
    names = [f"赵{a}{b}{c}" for a in given for b in given for c in given] + [
        f"钱{a}{b}{c}" for a in given for b in given for c in given
    ]
    rows = [person(0, name=name, id_number=lists.id_number(number)) for number, name in enumerate(names)]
    handler = staff("handler")
    preview = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet(rows)}))
    assert "读到2000行" in preview.text
    began = time.process_time()
    found = handler.get(f"{preview.path}?q=钱十十十")
    took = time.process_time() - began
    assert "钱十十十" in found.text
    assert "钱十十九" not in found.text
    assert took < 1, took


def test_security_34_a_list_that_the_scanner_still_has_is_read_by_the_tick_and_its_page_says_so(
    world: World, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    room_for(world)
    handler = Browser(make_app(clamd="127.0.0.1:1")).sign_in(world.people["handler"])
    waiting = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet([person(0)])}))
    assert "正在查毒，通过后自动核对" in waiting.text
    assert "请过几分钟刷新这一页" in waiting.text
    assert "等待核对" in handler.get("/imports/").text
    with world.database.writer() as session:
        session.execute(update(Document).values(scan=ScanState.CLEAN, scanned_at=at(lists.NOW)))
        session.commit()
    ticking.read_imports(world.database, vault_in(tmp_path / "evidence", world.key), at(lists.NOW))
    assert "读到1行" in handler.get(waiting.path).text


def test_a_list_that_the_store_does_not_give_back_is_in_and_read_later(
    world: World, app: Flask, staff: Callable[[str], Browser], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_for(world)

    def down(name: str) -> bytes:
        raise StoreDown

    handler = staff("handler")
    with monkeypatch.context() as broken:
        broken.setattr(app.extensions["portal"].vault.store, "get", down)
        waiting = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet([person(0)])}))
    assert "刚才没能读取文件，系统会自动再试。请过几分钟刷新这一页。" in waiting.text
    ticking.read_imports(world.database, vault_in(tmp_path / "evidence", world.key), at(lists.NOW))
    assert "读到1行" in handler.get(waiting.path).text


def test_the_blanks_are_the_forms_themselves_with_the_units_name_in_them(
    world: World, staff: Callable[[str], Browser]
) -> None:
    handler, blanks = staff("handler"), f"/imports/blanks/{world.programme}/{world.qilin}"
    page = load_workbook(io.BytesIO(handler.open(f"{blanks}/3-extended").get_data())).worksheets[0]
    assert (page["A2"].value, page["A3"].value) == ("先进个人推荐对象汇总表", "推荐单位（印章）：麒麟区")
    assert {handler.open(f"{blanks}/{name}").status_code for name in ("2", "2-extended", "3", "4", "5")} == {200}
    assert handler.get(f"{blanks}/6").status == 404


def test_a_dossier_is_masked_until_somebody_asks_which_is_on_the_record(
    world: World, staff: Callable[[str], Browser]
) -> None:
    room_for(world)
    handler = staff("handler")
    preview = handler.follow(hand_in(handler, world, {"名单.xlsx": sheet([person(0)])}))
    handler.send(preview.form("/confirm"))
    nominee, number = max(world.nominees + world.others) + 1, lists.id_number(0)
    page = handler.get(f"/nominees/{nominee}")
    assert (f"{number[:6]}********{number[-4:]}" in page.text, number in page.source) == (True, False)
    since = len(world.acts())
    whole = handler.send(page.form("/dossier"))
    assert number in whole.text
    assert world.acts(since) == [(f"user:{world.people['handler']}", "dossier.read", f"nominee:{nominee}")]


def test_a_photo_is_judged_by_the_rule_and_kept_as_it_came(world: World, staff: Callable[[str], Browser]) -> None:
    handler, nominee = staff("handler"), world.nominees[2]
    address, right = f"/nominees/{nominee}/photo", photo()
    refused = handler.post(address, {"photo": (io.BytesIO(photo(600, 800)), "张三.jpg")})
    assert refused.status == 422
    assert "应为768×1024像素" in refused.error_of("photo")
    assert "请改名为“麒麟区—麒小3.jpg”" in refused.error_of("photo")
    assert handler.post(address).status == 422
    page = handler.follow(handler.post(address, {"photo": (io.BytesIO(right), "麒麟区—麒小3.jpg")}))
    link = next(link for link in page.links if link.startswith("/documents/"))
    assert handler.open(link).get_data() == right
    assert handler.post(f"/nominees/{world.nominees[0]}/photo").status == 404, "a collective has none"


def test_a_material_too_long_is_refused_beside_its_field_and_the_latest_counts(
    world: World, staff: Callable[[str], Browser]
) -> None:
    handler, nominee = staff("handler"), world.nominees[2]
    address, right = f"/nominees/{nominee}/material", pdf()
    assert "PDF 数不了，请自己核对" in handler.get(f"/nominees/{nominee}").text
    refused = handler.post(address, {"material": (io.BytesIO(material(1001)), "事迹材料.docx")})
    assert refused.status == 422
    assert refused.error_of("material") == "有1001字：个人不超过1000字（标点也算，空格不算），请删去1字。"
    assert handler.post(address).error_of("material") == "请选择事迹材料文件。"
    for content, title in ((material(1000), "事迹材料.docx"), (right, "事迹材料.pdf")):
        page = handler.follow(handler.post(address, {"material": (io.BytesIO(content), title)}))
    assert ("下载事迹材料（PDF）" in page.text, "下载以前的事迹材料（Word）" in page.text) == (True, True)
    links = [link for link in page.links if link.startswith("/documents/")]
    assert handler.open(links[0]).get_data() == right
    sent = {"material": (io.BytesIO(right), "事迹材料.pdf")}
    assert staff("stranger").post(address, sent).status == 404


def test_security_35_what_a_list_says_is_text_in_the_preview(world: World, staff: Callable[[str], Browser]) -> None:
    handler, mark = staff("handler"), "<img src=x onerror=hit()>"
    rows = [person(0, name=mark, unit=mark, post=mark), person(1, trade=mark)]
    preview = handler.follow(hand_in(handler, world, {f"{mark}.xlsx": sheet(rows, unit=mark)}))
    for path in (preview.path, f"{preview.path}/problems"):
        source = handler.get(path).source
        assert Dangers(source).found == []
        assert html.escape(mark) in source
