"""A programme of another notice, from lists to award: other honours, three authorities, other conditions and words.

岚河县 2031 (tests/data/notices) is made up; nothing of 曲靖 2025 may be met on its way.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update

from app.domain.award.decision import ProceedingKind
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind
from app.domain.programmes import programme_book
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import BadValue, NotEligible, UnreadableForm
from app.models import Nominee, OpinionOutcome, Period, Programme, ReviewStage
from app.notices.offered import built_in, notice_of, offer_notices
from app.papers import forms, programme_writing, summaries
from app.papers.programme_book import read_sheets
from app.services.award import award_list
from app.services.imports import blanks, confirming, receiving
from app.services.nominees import eligibility, gates, opinions, reviews
from app.services.papers import nominees as papers
from app.services.papers import periods as period_papers
from app.services.papers import reports
from app.services.papers.paper import Clerk, Paper, Stationery
from app.services.papers.reports import HandInStage
from app.services.periods import closing
from tests import lists
from tests.awards import decided, decision_text, paper, recorded, standing
from tests.files import vault_in
from tests.lists import checked, photo, room_for, state_of, told
from tests.papers.reading import text_of
from tests.qujing import FOLDER
from tests.standing import scan
from tests.web.browsing import Browser
from tests.world import World, at

KEY = "lanhe-2031"
# What is of 曲靖 2025 alone.
OF_THE_OTHER = ("曲靖", "先进", "全市", "纪检", "组织人事", "公安", "审计", "市委", "附件2", "附件3", "附件6", "副厅级")
WORKED = "2026-09-16 Wed 11:00"
OVER = "2026-09-24 Thu 16:00"
TO_ALL = "2026-09-28"  # to Friday 2026-10-09


@pytest.fixture
def lanhe() -> Iterator[AwardNotice]:
    offer_notices(str(FOLDER))
    yield notice_of(KEY)
    offer_notices()


@pytest.fixture
def county(world: World, lanhe: AwardNotice) -> World:
    """The small world under the other notice, without a nominee."""
    room_for(world)
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        programme.notice, programme.county_share = lanhe.key, lanhe.county_share
        programme.title = "岚河县护河模范评选"
        programme.collective_honour, programme.individual_honour = "岚河县护河模范单位", "岚河县护河模范"
        programme.lapse_clause, programme.upheld_clause = lanhe.clauses.lapse, lanhe.clauses.upheld
        for nominee in session.scalars(select(Nominee)):
            session.delete(nominee)
        session.commit()
    world.nominees.clear()
    world.others.clear()
    return world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def person(number: int, **changes: str) -> dict[str, str]:
    """One row of annex 6 of this notice."""
    words = {"political": "党员", "unit": "上岚镇水管站", "work": "护河", "trade": "旅游、餐饮"}
    return lists.person(number, **{"name": "赵钱孙李"[number] + "小河"} | words | changes)


def team(**changes: str) -> dict[str, str]:
    """One row of annex 5 of this notice."""
    words = {"name": "上岚镇护河队", "unit_type": "乡镇", "trade": "水利", "unit": "上岚镇"}
    return lists.team(**words | changes)


def sheet(notice: AwardNotice, kind: Kind, *rows: dict[str, str]) -> bytes:
    title = f"岚河县{notice.summary_name(kind)}"
    return summaries.write_summary(kind, title, "麒麟区", None, rows, notice=notice, extended=True)


def form(notice: AwardNotice, **changes: str) -> bytes:
    """The form of the first individual, filled in by its unit."""
    fields = person(0, birth="1980年3月1日", **changes) | {
        "status": "在编人员",
        "unit_type": "县直单位",
        "resume": "1995年9月至1998年7月，岚河一中学习\n1998年7月至今，上岚镇水管站工作",
        "recommender": "麒麟区",
    }
    return forms.write_form(Kind.INDIVIDUAL, fields, "岚河县护河模范登记表", None, notice=notice)


def imported(county: World, folder: Path, notice: AwardNotice) -> list[int]:
    """A collective and three individuals, from their lists. Their ids, in the order of the lists."""
    for files in (
        {"单位.xlsx": sheet(notice, Kind.COLLECTIVE, team())},
        {"个人.xlsx": sheet(notice, Kind.INDIVIDUAL, person(0), person(1, post="处长（正处级）"), person(2))},
        {"登记表.docx": form(notice), "麒麟区—赵小河.jpg": photo(480, 640, 40)},
    ):
        import_id = checked(county, folder, files)
        assert (state_of(county, import_id), told(county, import_id)) == ("checked", [])
        county.run(confirming.confirm, import_id, by=county.actor("handler"), now=at("2026-09-02 Wed 10:00"))
    with county.database.reader() as session:
        return list(session.scalars(select(Nominee.id).order_by(Nominee.kind, Nominee.position)))


def written(made: Paper) -> str:
    return text_of(made.write())


def has_nothing_of_the_other(text: str) -> bool:
    return not any(words in text for words in OF_THE_OTHER)


def test_the_blanks_are_those_of_the_other_notice(county: World, lanhe: AwardNotice) -> None:
    with county.database.reader() as session:
        head = (session, county.programme, county.qilin)
        made = {name: blanks.blank(*head, name, county.actor("handler")) for name in blanks.BLANKS}
    names = {name: blank.name(lanhe) for name, blank in blanks.BLANKS.items()}
    assert names == {
        "2": "附件5 护河模范单位推荐名册",
        "2-extended": "附件5 护河模范单位推荐名册（加列）",
        "3": "附件6 护河模范推荐名册",
        "3-extended": "附件6 护河模范推荐名册（加列）",
        "4": "附件7 护河模范单位登记表",
        "5": "附件8 护河模范登记表",
    }
    page = load_workbook(io.BytesIO(made["3"])).worksheets[0]
    assert (page.title, page["A1"].value, page["A2"].value) == ("附件6", "附件 6", "岚河县护河模范推荐名册")
    assert {each.formula1 for each in page.data_validations.dataValidation} == {
        '"男,女"',
        '"党员,团员,群众"',
        '"水利,农业,旅游、餐饮,其他行业"',
    }
    said = text_of(made["5"])
    for words in (
        "附件8",
        "岚河县护河模范登记表",
        "本表适用于“岚河县护河模范”推荐评选工作",
        "1.人员身份从这些里选：在编人员、聘用人员、村民。",
        "3.所属行业：水利，农业，旅游、餐饮，其他行业。",
        "（300字以",
        "县护河评选小组",
        "县委 县政府",
        "注：由乡镇盖章。",
    ):
        assert words in said
    assert has_nothing_of_the_other(said + text_of(made["4"]))


def test_lists_are_checked_by_the_words_and_limits_of_the_other_notice(
    county: World, folder: Path, lanhe: AwardNotice
) -> None:
    wrong = [
        person(0, political="中国共产党党员"),
        person(1, trade="教育"),
        person(2, deeds="护" * 301),
        person(3, political="团员", trade="旅游餐饮"),
    ]
    import_id = checked(county, folder, {"个人.xlsx": sheet(lanhe, Kind.INDIVIDUAL, *wrong)})
    assert told(county, import_id) == [
        (5, "政治面貌", "“中国共产党党员”不在“政治面貌”可以填写的范围内"),
        (6, "所属行业", "“教育”不在“所属行业”可以填写的范围内"),
        (7, "主要事迹", "共301字，超出1字"),
    ]
    small = checked(county, folder, {"登记表.docx": form(lanhe), "麒麟区—赵小河.jpg": photo()})
    assert [(column, what) for _, column, what in told(county, small)] == [("照片", "图片是768×1024像素（宽×高）")]
    assert receiving.form_names(lanhe) == {
        "collectives": "附件5 护河模范单位名册",
        "individuals": "附件6 护河模范名册",
        "forms": "附件7、8 登记表",
    }


def test_conditions_and_opinions_are_those_of_the_other_notice(county: World, folder: Path, lanhe: AwardNotice) -> None:
    group, first, second, third = imported(county, folder, lanhe)
    everybody = [group, first, second, third]
    office, vault = county.actor("office"), vault_in(folder, county.key)
    with county.database.reader() as session:
        rows = {row.id: row for row in session.scalars(select(Nominee))}
        checks = eligibility.check_conditions(session, county.keyring, rows.values())
        found = {id_: [(c.condition.key, c.condition.clause, c.outcome) for c in checks[id_]] for id_ in everybody}
        needed = opinions.find_needed_authorities(session, county.keyring, rows.values())
        categories = {row.id: (row.category, row.trade, row.rank) for row in rows.values()}
    assert categories[first] == ("在编人员", "旅游、餐饮", Rank.BELOW)
    assert found[group] == [
        ("level", "第四条", "passed"),
        ("reach", "第六条（二）", "to_confirm"),
        ("clean", "第七条", "to_confirm"),
    ]
    assert found[second] == [
        ("level", "第四条", "failed"),  # 县处级, who may stand in the other notice
        ("years", "第六条（一）", "to_confirm"),
        ("clean", "第七条", "to_confirm"),
    ]
    every, always = frozenset({"water", "integrity", "safety"}), frozenset({"water", "safety"})
    # A civil servant, and two of whom no form says where they work; 乡镇 is a public body of this notice.
    assert needed == {group: every, first: every, second: every, third: every}
    county.run(eligibility.confirm, [group, first, third], by=office, now=at(WORKED))
    with county.database.reader() as session:
        assert gates.standing_of(session, county.keyring, session.get_one(Nominee, second), at(WORKED)).obstacles(
            lanhe.rounds[1]
        ) == ("不符合评选条件第四条“干部级别”",)

    def record(authority: str, outcome: OpinionOutcome, text: str = "") -> None:
        said = opinions.OpinionAnswer(authority, outcome, text, at(WORKED).date())
        with_scan = scan() if outcome is not OpinionOutcome.NOT_ASKED else None
        county.run(opinions.record_opinion, vault, [group], said, with_scan, by=office, now=at(WORKED))

    with pytest.raises(BadValue, match="请选择征求意见的机关"):
        record("audit", OpinionOutcome.FAVOURABLE)
    with pytest.raises(BadValue) as refused:
        record("safety", OpinionOutcome.NOT_ASKED, "不涉及")
    assert str(refused.value) == "水行政主管部门和应急管理部门的意见都要征求（附件九说明），不能填不需征求。"
    record("integrity", OpinionOutcome.NOT_ASKED, "不涉及")
    record("water", OpinionOutcome.FAVOURABLE)
    with county.database.reader() as session:
        standing = gates.standing_of(session, county.keyring, session.get_one(Nominee, group), at(WORKED))
        assert standing.obstacles(lanhe.rounds[3]) == (
            "上一轮（乡镇和部门公示）还没有办结",
            "初审还没有进行",
            "复审还没有进行",
            "还缺应急管理部门的意见",
        )
    assert frozenset(standing.opinions) | set(standing.unanswered) == every
    assert always < every


def test_papers_and_award_are_those_of_the_other_notice(county: World, folder: Path, lanhe: AwardNotice) -> None:
    group, first, second, third = imported(county, folder, lanhe)
    going, office = [group, first, third], county.actor("office")
    vault, by = vault_in(folder, county.key), county.actor("handler")
    with county.database.reader() as session:
        clerk = Clerk(by, at(WORKED), Stationery("https://gongshi.example.gov.cn"), vault)
        head = (session, county.programme, county.qilin)
        asked = papers.opinion_forms_of_unit(*head, clerk)
        single = papers.form_of_nominee(session, first, clerk)
        leaders = papers.leaders_form_of_unit(*head, clerk)
        listed = papers.summary(*head, Kind.INDIVIDUAL, clerk)
        report = reports.work_report(*head, HandInStage.PRELIMINARY, clerk)
    assert [each.file_name for each in (asked, single, leaders, listed)] == [
        "附件九 麒麟区意见表.docx",
        "附件8 麒麟区—赵小河.docx",
        "附件十 麒麟区县直单位班子名单.docx",
        "附件6 麒麟区推荐名册.xlsx",
    ]
    table = written(asked)
    # Four nominees, three authorities each: the fourth cell is empty, and has no seal.
    assert [table.count(words) for words in ("水行政主管部门意见：", "监察机关意见：", "应急管理部门意见：")] == [
        4,
        4,
        4,
    ]
    assert table.count("（盖　章）") == 12
    assert "部门意见表" in table
    assert "说明：水行政主管部门和应急管理部门必须签署。" in table
    assert "县直单位班子名单\n（县直单位填写）" in written(leaders)
    assert "护河模范单位1个、护河模范3名" in written(report)
    for text in (table, written(single), written(leaders), written(report)):
        assert has_nothing_of_the_other(text)

    county.past_round_one(going)
    second_round = county.schedule(2, county.qilin, going, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    county.run(closing.close_period, second_round, by=office, now=at("2026-09-24 Thu 09:00"))
    for authority in lanhe.authority_names:
        said = opinions.OpinionAnswer(authority, OpinionOutcome.FAVOURABLE, "", at(OVER).date())
        county.run(opinions.record_opinion, vault, going, said, scan(), by=office, now=at(OVER))
    county.run(reviews.review, going, ReviewStage.FINAL, True, "", by=office, now=at(OVER))
    with pytest.raises(NotEligible):
        county.schedule(3, county.office, [*going, second], TO_ALL, 3, "2026-09-25 Fri 10:00")
    assert [step.name for step in standing(county, OVER).steps] == [
        "建议名单",
        "征求意见",
        "报批",
        "全县公示",
        "审批",
        "表彰决定",
    ]
    reasons = {each.reason for each in standing(county, OVER).award.pending}
    assert reasons == {"还没有列入全县公示"}
    last = county.schedule(3, county.office, going, TO_ALL, 3, "2026-09-25 Fri 10:00")
    with county.database.reader() as session:
        assert session.get_one(Period, last).title == "拟表彰对象公示（全县）"
        clerk = Clerk(office, at("2026-09-28 Mon 09:00"), Stationery("https://gongshi.example.gov.cn"), vault)
        hung = written(period_papers.notice(session, last, clerk))
    assert "经评选小组审定，现将拟命名人选在全县公示。" in hung
    assert "护河模范单位（1个）" in hung
    assert has_nothing_of_the_other(hung)
    county.run(closing.close_period, last, by=office, now=at("2026-10-10 Sat 09:00"))
    assert standing(county).obstacles == ["还没有登记县委、县政府同意表彰的批复（日期须在全县公示结束以后）"]
    for issuer in lanhe.approvers:
        recorded(county, folder, ProceedingKind.APPROVAL, paper(issuer))
    decided(county, folder, decision_text())
    with county.database.reader() as session:
        shown = award_list.standing_of(session, session.get_one(Programme, county.programme), at("2026-10-14 09:00"))
        assert {honour.nominee_id for honour in shown.honours.values()} == set(going)


def test_pages_call_honours_and_lists_what_the_other_notice_calls_them(
    county: World, folder: Path, lanhe: AwardNotice, make_app: Callable[..., Flask]
) -> None:
    group, first, _, third = imported(county, folder, lanhe)
    county.run(eligibility.confirm, [group, first, third], by=county.actor("office"), now=at(WORKED))
    county.past_round_one([group, first, third])
    shown = county.schedule(2, county.qilin, [group, first, third], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    app = make_app(notices_dir=str(FOLDER))
    office, programme = Browser(app).sign_in(county.people["office"]), f"/programmes/{county.programme}"
    for path, words in {
        "/": ("集体1、个人2",),
        f"/periods/{shown}": ("护河模范单位1个", "护河模范2名"),
        f"/office/periods/{shown}": ("护河模范单位1个、护河模范2名",),
        f"{programme}/papers": ("护河模范单位1个、护河模范3名", "护河模范单位名册", "护河模范名册", "附件5", "附件6"),
        f"{programme}/papers/templates": ("附件7 护河模范单位登记表", "附件8 护河模范登记表"),
        programme: ("护河模范单位称号 岚河县护河模范单位", "护河模范称号 岚河县护河模范"),
        f"{programme}/edit": ("护河模范单位称号", "护河模范称号", "例如：岚河县护河模范评选（2031年）。"),
    }.items():
        page = office.get(path).text
        assert [text for text in words if text not in page] == [], path
        assert has_nothing_of_the_other(page.replace("附件6", "")), path  # a list here, not the opinions


def test_a_workbook_calls_the_honours_what_the_other_notice_calls_them(lanhe: AwardNotice) -> None:
    sheets = read_sheets(io.BytesIO(programme_writing.written(None, lanhe)))
    labels = [cells[0] for _, cells in sheets["活动"]][2:]
    assert labels[:5] == ["市级专班", "活动名称", "通知文号", "护河模范单位称号", "护河模范称号"]
    of_the_other = read_sheets(io.BytesIO(programme_writing.written(None, built_in())))
    _, wrong = programme_book.read(of_the_other, lanhe)
    said = [each.words for each in wrong if each.column == "A" and each.sheet == "活动"]
    assert [words.partition("。")[0] for words in said] == ["没有“先进集体称号”这个项目", "没有“先进个人称号”这个项目"]


@pytest.mark.parametrize(
    ("kind", "row", "head", "own_head"),
    [(Kind.COLLECTIVE, team(), "集体名称", "护河模范单位名称"), (Kind.INDIVIDUAL, person(0), "姓名", "护河模范姓名")],
)
def test_a_list_may_head_the_name_with_the_honour_of_its_notice(
    lanhe: AwardNotice, kind: Kind, row: dict[str, str], head: str, own_head: str
) -> None:
    book, renamed = load_workbook(io.BytesIO(sheet(lanhe, kind, row))), io.BytesIO()
    [cell] = [cell for line in book.worksheets[0].iter_rows() for cell in line if cell.value == head]
    cell.value = own_head
    book.save(renamed)
    read = summaries.read_summary(renamed, "名册.xlsx", lanhe)
    assert (read.kind, [dict(each.fields)["name"] for each in read.nominations]) == (kind, [row["name"]])
    with pytest.raises(UnreadableForm):
        summaries.read_summary(renamed, "名册.xlsx", built_in())


def test_programmes_of_two_notices_stand_side_by_side(county: World, lanhe: AwardNotice) -> None:
    with county.database.writer() as session:
        session.add(
            Programme(
                title="另一个活动",
                collective_honour="先进集体",
                individual_honour="先进个人",
                lapse_clause="第四部分",
                upheld_clause="第七部分",
                created_at=at(WORKED),
            )
        )
        session.commit()
        session.execute(update(Programme).values(archived_at=None))
        found = {each.title: each.rules.rounds[3].name for each in session.scalars(select(Programme))}
    assert found == {"岚河县护河模范评选": "全县公示", "另一个活动": "全市公示"}
