"""Papers in the browser: who gets which, what is sent, what the record says, and what a bundle holds."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import docx
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import AuditRow, Nominee
from app.services.cases import investigation
from tests.papers.made_up import MATERIAL, PERSON, made_up
from tests.papers.reading import text_of, unzipped
from tests.web.browsing import Browser, MovingClock
from tests.world import FACTS, World

PAPERS = "/programmes/1/papers"
AFTER = "2026-10-12 Mon 10:00"
# Who objected, at what hour, in which words.
MARKS = ("赵小禾", "13000000001", FACTS[:12])


@pytest.fixture
def there(world: World, app: Flask, tmp_path: Path, clock: MovingClock) -> World:
    """Round 2 of qilin is closed, with an outcome of every kind."""
    made_up(world, tmp_path / "evidence")
    clock.to(AFTER)
    return world


def saved(answer: TestResponse) -> tuple[str, bytes]:
    """A file's name and content, sent so that no browser shows or keeps it."""
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    found = re.fullmatch(r"attachment; filename\*=UTF-8''(.*)", answer.headers["Content-Disposition"])
    assert found
    return unquote(found[1]), answer.get_data()


@pytest.mark.walk
def test_every_link_of_the_pages_leads_to_a_file_under_a_chinese_name(
    there: World, staff: Callable[[str], Browser]
) -> None:
    head, names = staff("head"), set()
    shelves = (f"{PAPERS}/periods", f"{PAPERS}/nominees", f"{PAPERS}/asking")
    for page in (PAPERS, f"{PAPERS}/periods?round=2", *shelves[1:]):
        for link in head.get(page).links:
            if "/papers/" in link and "?" not in link and link not in shelves:
                # What a bundle holds is read below.
                names.add(saved(head.open(link, method="HEAD" if link.endswith(".zip") else "GET"))[0])
    assert names == {
        "附件2 麒麟区推荐对象汇总表.xlsx",
        "附件3 麒麟区推荐对象汇总表.xlsx",
        "附件6 麒麟区征求意见表.docx",
        "附件7 麒麟区申报市级先进集体单位有关信息情况表.docx",
        *(f"麒麟区征求{name}意见的函.docx" for name in ("纪检监察机关", "组织人事部门", "公安部门")),
        "麒麟区初步推荐工作报告.docx",
        "麒麟区正式推荐工作报告.docx",
        "麒麟区初步推荐材料.zip",
        "麒麟区正式推荐材料.zip",
        *(f"麒麟区拟推荐对象公示{paper}.docx" for paper in PERIOD_PAPERS),
        "附件4 麒麟区—麒麟区第1中队.docx",
        *(f"附件5 麒麟区—{name}.docx" for name in ("麒小4", "麒小5")),
        *(f"附件6 麒麟区—{name}征求意见表.docx" for name in ("麒麟区第1中队", "麒小4", "麒小5")),
    }


PERIOD_PAPERS = ("公告（存档）", "异议处理情况报告", "办结报告")
ANOTHERS = [
    f"{PAPERS}/units/2/annex-3",
    f"{PAPERS}/units/2/report-formal",
    f"{PAPERS}/units/2/formal.zip",
    f"{PAPERS}/units/4/annex-3",  # a unit that recommends nobody
    f"{PAPERS}/units/999/annex-3",
    f"{PAPERS}/formal.zip",
    f"{PAPERS}/templates",
    "/papers/periods/6/notice",
    "/papers/periods/6/cases",
    "/papers/periods/6/closing",
    "/papers/periods/1/notice",
    "/papers/nominees/5/form",
    "/papers/nominees/5/opinions",
    "/papers/templates/notice.docx",
]


def test_security_20_another_units_papers_do_not_exist(world: World, staff: Callable[[str], Browser]) -> None:
    world.round_two()
    there, stranger, before = world, staff("stranger"), world.everything()
    assert {path: stranger.get(path).status for path in ANOTHERS} == dict.fromkeys(ANOTHERS, 404)
    for action in ("opinions", "forms"):
        # One of its own does not open the door for another's.
        ticked = [str(there.others[0]), str(there.nominees[4])]
        answer = stranger.open(
            f"{PAPERS}/nominees/{action}",
            method="POST",
            data={"chosen": ticked, "csrf_token": stranger.csrf_token()},
        )
        assert answer.status_code == 404
    assert there.everything() == before
    for page in ("", "/periods", "/nominees"):
        assert "麒" not in stranger.get(PAPERS + page).text.replace("麒麟区stranger", "")


def test_every_paper_is_on_the_record_before_it_goes_out_and_the_record_names_nobody(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    world.round_two()
    since, office = len(world.acts()), staff("office")
    for path in (f"{PAPERS}/units/2/annex-3", "/papers/nominees/5/form", "/papers/periods/6/cases"):
        saved(office.open(path))
    saved(office.open(f"{PAPERS}/preliminary.zip", method="HEAD"))
    who = f"user:{world.people['office']}"
    subjects = ("programme:1", "nominee:5", "period:6", "programme:1")
    assert world.acts(since) == [(who, "paper.made", subject) for subject in subjects]
    page = office.get("/office/record?action=paper.made").text
    assert ("生成文书" in page, "文书：附件3" in page) == (True, True)
    assert "麒小5" in page  # the page names whom the row means: the row itself holds a number
    with world.database.reader() as session:
        assert not session.scalars(select(AuditRow.id).where(AuditRow.details.contains("麒小5"))).all()


def test_security_16_a_units_bundle_holds_what_the_notice_asks_for_and_nothing_of_who_objected(
    there: World, staff: Callable[[str], Browser]
) -> None:
    files = unzipped(saved(staff("head").open(f"{PAPERS}/units/2/formal.zip"))[1])
    contents = files["目录.txt"].decode("utf-8-sig")
    authorities = ("纪检监察机关", "组织人事部门", "公安部门")
    own = [f"麒麟区第{number}单位拟推荐对象公示（本单位）" for number in (1, 2, 3, 4, 5)]
    assert set(files) == {
        "目录.txt",
        "麒麟区正式推荐工作报告.docx",
        "附件2 麒麟区推荐对象汇总表.xlsx",
        "附件3 麒麟区推荐对象汇总表.xlsx",
        "推荐表/附件4 麒麟区—麒麟区第1中队.docx",
        *(f"推荐表/附件5 麒麟区—{name}.docx" for name in ("麒小4", "麒小5")),
        "照片/麒麟区—麒小5.jpg",
        "征求意见表/附件6 麒麟区征求意见表.docx",
        *(
            f"征求意见表/麒麟区—{name}—{authority}.pdf"
            for name in ("麒麟区第1中队", "麒小4", "麒小5")
            for authority in authorities
        ),
        "事迹材料/麒麟区—麒小5—事迹材料.pdf",
        "附件7 麒麟区申报市级先进集体单位有关信息情况表.docx",
        *(f"公示材料/{title}{paper}.docx" for title in [*own, "麒麟区拟推荐对象公示"] for paper in PERIOD_PAPERS[:2]),
    }
    for name, content in files.items():
        if name != "目录.txt":
            assert f"{name}\t" in contents
            assert hashlib.sha256(content).hexdigest() in contents
    assert files["事迹材料/麒麟区—麒小5—事迹材料.pdf"] == MATERIAL, "the latest, and it alone"
    form = text_of(files["推荐表/附件5 麒麟区—麒小5.docx"])
    assert PERSON["id_number"] in form
    said = {name: text_of(content) for name, content in files.items() if name.endswith(".docx")}
    assert {name: [mark for mark in MARKS if mark in text] for name, text in said.items()} == {
        name: [] for name in said
    }


@pytest.mark.walk
def test_the_whole_rounds_bundle_has_a_folder_a_unit_and_says_which_file_is_missing(
    there: World, staff: Callable[[str], Browser], tmp_path: Path
) -> None:
    for file in (tmp_path / "evidence").rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    name, content = saved(staff("office").open(f"{PAPERS}/preliminary.zip"))
    files = unzipped(content)
    assert name == "全部推荐单位初步推荐材料.zip"
    assert {path.partition("/")[0] for path in files} == {"01-麒麟区", "02-罗平县", "目录.txt"}
    assert "01-麒麟区/照片/麒麟区—麒小5.jpg" not in files
    assert "01-麒麟区/照片/麒麟区—麒小5.jpg：" in files["目录.txt"].decode("utf-8-sig").partition("没有收入的文件：")[2]
    assert "01-麒麟区/推荐表/附件5 麒麟区—麒小5.docx" in files  # its place for the photo is left free


def test_a_case_that_somebody_may_not_see_is_not_in_their_report(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    period = world.round_two()
    first, second, third, *_ = world.nominees
    world.file(period, first, "2026-09-18 Fri 09:00")
    world.file(period, second, "2026-09-18 Fri 09:00", against_handler=True)  # the office's
    recused, _ = world.file(period, third, "2026-09-18 Fri 09:00")
    world.act(investigation.recuse, recused, "handler2", world.people["handler2"], "亲属。", now="2026-09-18 Fri 10:00")
    clock.to("2026-09-19 Sat 09:00")
    numbers = {}
    for login in ("office", "head"):
        text = text_of(saved(staff(login).open(f"/papers/periods/{period}/cases"))[1])
        numbers[login] = (set(re.findall(r"案件2026-000(\d)", text)), re.findall(r"共收到异议(\d)件", text))
    assert numbers == {
        "office": ({"1", "3"}, ["2"]),  # the unit's report, in the office's hands too
        "head": ({"1", "3"}, ["2"]),
    }
    refused = staff("handler2").get(f"/papers/periods/{period}/cases")
    assert (refused.status, "没有回避的同事" in refused.text) == (409, True)


def test_a_notice_says_when_it_must_not_hang_and_reports_wait_for_what_they_report(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    period, head = world.round_two(), staff("head")
    for moment, first in (
        ("2026-09-17 Thu 23:59", "（稿本：公示开始前不得张贴）"),
        ("2026-09-18 Fri 00:00", "麒麟区"),
        ("2026-09-23 Wed 23:59", "麒麟区"),
        ("2026-09-24 Thu 00:00", "麒麟区"),  # the archive copy
    ):
        clock.to(moment)
        text = text_of(saved(head.open(f"/papers/periods/{period}/notice"))[1])
        assert next(line for line in text.split("\n") if line.strip()).startswith(first), moment
    closing = head.get(f"/papers/periods/{period}/closing")
    assert (closing.status, "公示办结以后才有办结报告" in closing.text) == (409, True)
    clock.to("2026-09-17 Thu 12:00")
    cases = head.get(f"/papers/periods/{period}/cases")
    assert (cases.status, "公示还没有开始" in cases.text) == (409, True)


def test_a_name_with_a_path_in_it_stays_in_its_folder(world: World, staff: Callable[[str], Browser]) -> None:
    with world.database.writer() as session:
        session.get_one(Nominee, world.nominees[4]).name = "../../张\u202e三:*?<b>{{7*7}}"
        session.commit()
    files = unzipped(saved(staff("head").open(f"{PAPERS}/units/2/preliminary.zip"))[1])
    assert "推荐表/附件5 麒麟区—.._.._张_三____b_{{7_7}}.docx" in files
    assert not [name for name in files if name.startswith(("/", ".")) or "/../" in name]
    assert "../../张" in text_of(files["推荐表/附件5 麒麟区—.._.._张_三____b_{{7_7}}.docx"])


def test_a_restyled_template_is_taken_and_a_broken_one_is_refused_by_name(
    world: World, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    world.round_two()
    folder = tmp_path / "restyled"
    folder.mkdir()
    office = Browser(make_app(templates_dir=str(folder))).sign_in(world.people["office"])
    plain = office.open("/papers/templates/notice.docx").get_data()
    paper = docx.Document(io.BytesIO(plain))
    paper.paragraphs[0].insert_paragraph_before("本单位自己的抬头")
    paper.save(str(folder / "notice.docx"))
    assert "本单位自己的抬头" in text_of(saved(office.open("/papers/periods/6/notice"))[1])
    assert "改版的模板" in office.get(f"{PAPERS}/templates").text
    (folder / "notice.docx").write_bytes(b"not a document")
    broken = office.get("/papers/periods/6/notice")
    assert (broken.status, "notice.docx" in broken.text) == (409, True)
    assert office.get("/papers/templates/..%2Fconfig.py").status == 404
    assert office.get("/papers/templates/unknown.docx").status == 404


def test_a_nominees_page_leads_to_its_forms_for_who_may_have_them(
    world: World, staff: Callable[[str], Browser]
) -> None:
    forms = {"/papers/nominees/5/form", "/papers/nominees/5/opinions"}
    for login in ("office", "head"):
        assert forms <= set(staff(login).get("/nominees/5").links)


def test_a_paper_is_offered_as_pdf_where_there_is_libreoffice_and_nowhere_else(
    world: World, make_app: Callable[..., Flask], staff: Callable[[str], Browser], tmp_path: Path
) -> None:
    path, listed = "/papers/nominees/5/form", f"{PAPERS}/nominees"
    without = staff("office")
    assert "as=pdf" not in without.get(listed).source
    assert without.open(f"{path}?as=pdf").status_code == 404
    program = tmp_path / "soffice"
    program.write_text(
        '#!/bin/sh\nfor each; do last=$each; done\nprintf "%%PDF-1.7" > "$(dirname "$last")/paper.pdf"\n'
    )
    program.chmod(0o700)
    having = Browser(make_app(soffice=str(program), instance_dir=tmp_path)).sign_in(world.people["office"])
    assert f"{path}?as=pdf" in having.get(listed).source
    name, content = saved(having.open(f"{path}?as=pdf"))
    assert (name, content) == ("附件5 麒麟区—麒小5.pdf", b"%PDF-1.7")
    # A sheet is no paper to print, and a package is no paper at all.
    assert having.open(f"{PAPERS}/units/2/annex-3?as=pdf").status_code == 404
    program.write_text("#!/bin/sh\nexit 1\n")
    refused = having.get(f"{path}?as=pdf")
    assert "请下载 Word 文件" in refused.text


def test_the_nominees_forms_are_sorted_narrowed_and_searched_and_nobody_is_there_who_left(
    there: World, staff: Callable[[str], Browser]
) -> None:
    head = staff("head")

    def names(query: str) -> list[str]:
        found = re.findall(
            r'<th scope="row"><a href="/nominees/\d+">(.*?)</a>', head.get(f"{PAPERS}/nominees?{query}").source
        )
        return [name for name in found if isinstance(name, str)]

    assert names("") == ["麒麟区第1中队", "麒小4", "麒小5"]
    assert names("sort=-name") == ["麒麟区第1中队", "麒小5", "麒小4"]
    assert names("kind=individual") == names("q=先进个人") == ["麒小4", "麒小5"]
    assert names(f"recommender={there.qilin}&q=麒麟区第4单位") == ["麒小4"]
    assert names("q=罗平县") == []
