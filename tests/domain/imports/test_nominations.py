"""What is wrong with a nomination is said field by field, in words that repeat no number of a person."""

import datetime as dt
from dataclasses import replace

import pytest

from app.domain.imports.fields import NAMESAKES
from app.domain.imports.nominations import Nomination, Problem, Seen, order_problems
from app.domain.periods.rounds import Kind
from tests.qujing import QUJING, TRADES, normalised, problems_of

TODAY = dt.date(2025, 10, 20)
PERSON = {
    "name": "张三",
    "sex": "女",
    "ethnicity": "汉族",
    "birth": "1949年12月31日",
    "political": "中国共产党党员",
    "status": "专业技术人员",
    "unit": "麒麟区人民医院",
    "unit_type": "事业单位",
    "trade": "卫生和社会工作",
    "post": "主任",
    "title": "",
    "phone": "13800000000",
    "id_number": "11010519491231002X",
    "resume": "1965.09—1968.07 高中学习\n1968.08至今 麒麟区人民医院",
    "awards": "无",
    "penalties": "无",
    "deeds": "坚持以人民为中心。",
    "recommender": "麒麟区",
}
COLLECTIVE = {
    "name": "麒麟区公安局",
    "unit_type": "行政机关",
    "level": "正科级",
    "trade": "公共管理、社会保障和社会组织",
    "leader": "李四",
    "credit_code": "91350100M000100Y43",
    "phone": "0874-3120000",
    "unit": "",
    "awards": "无",
    "penalties": "无",
    "deeds": "成效显著。",
    "remark": "",
}


def person(number: int = 5, order: str = "", **fields: str) -> Nomination:
    return Nomination(Kind.INDIVIDUAL, number, "附件3.xlsx", PERSON | fields, (), order)


def collective(number: int = 5, **fields: str) -> Nomination:
    return Nomination(Kind.COLLECTIVE, number, "附件2.xlsx", COLLECTIVE | fields)


def told(nomination: Nomination) -> list[tuple[str, str]]:
    return [(problem.column, problem.wrong) for problem in problems_of(nomination, TODAY)]


def test_what_is_right_passes() -> None:
    assert told(person()) == told(collective()) == []


def test_a_blank_form_is_told_every_field_by_its_own_name() -> None:
    blank = Nomination(Kind.COLLECTIVE, 1, "a.docx", dict.fromkeys(COLLECTIVE, ""))
    columns = ["集体名称", "单位类型", "集体级别", "所属行业", "负责人", "社会信用代码", "单位联系电话"]
    columns += ["何时何地受过何种奖励", "何时何地受过何种处分", "主要事迹"]
    assert told(blank) == [(column, "没有填写") for column in columns]
    rights = {problem.column: problem.right for problem in problems_of(blank, TODAY)}
    assert "“无”" in rights["何时何地受过何种奖励"]
    assert "“无”" in rights["集体级别"]


def test_only_what_the_form_has_is_asked_for() -> None:
    assert told(Nomination(Kind.COLLECTIVE, 5, "附件2.xlsx", {"name": "麒麟区公安局"})) == []


@pytest.mark.parametrize(
    ("fields", "column", "wrong"),
    [
        ({"name": "张三、李四"}, "姓名", "姓名里有数字或标点"),
        ({"sex": "男"}, "性别", "与身份证号码中的性别不一致"),
        ({"birth": "1949年11月"}, "出生年月", "与身份证号码中的出生日期不一致"),
        ({"birth": "1949年12月30日"}, "出生年月", "与身份证号码中的出生日期不一致"),
        ({"birth": "1949年"}, "出生年月", "看不出是哪年哪月"),
        ({"birth": "2024年1月", "id_number": ""}, "身份证号码", "没有填写"),
        ({"id_number": "110105194912310021"}, "身份证号码", "校验不通过，至少有一位写错了"),
        ({"id_number": "110105491231002"}, "身份证号码", "共15位"),
        ({"id_number": "1.10105E+17"}, "身份证号码", "共11位"),
        ({"phone": "1380000000"}, "联系电话", "不像是电话号码"),
        ({"phone": "张三"}, "联系电话", "不像是电话号码"),
        ({"deeds": "好" * 801}, "主要事迹", "共801字，超出1字"),
        ({"deeds": "联系13800000000"}, "主要事迹", "里面有手机号码，公示后会被所有人看到"),
        ({"remark": "11010519491231002X"}, "备注", "里面有居民身份证号码，公示后会被所有人看到"),
        ({"political": "党员群众"}, "政治面貌", "“党员群众”不在“政治面貌”可以填写的范围内"),
        ({"trade": "13800000000"}, "所属行业", "“…”不在“所属行业”可以填写的范围内"),
        ({"resume": "1965.09至1968.01 高中"}, "个人简历", "经历中断：1968年2月至2025年10月没有说明"),
    ],
)
def test_each_mistake_is_told(fields: dict[str, str], column: str, wrong: str) -> None:
    assert (column, wrong) in told(person(**fields))
    if "id_number" not in fields:
        assert len(told(person(**fields))) == 1


@pytest.mark.parametrize(
    ("field", "text", "number"),
    [
        ("id_number", "530302199003070018", "530302"),
        ("phone", "138000000001", "138000"),
        ("deeds", "13800000000", "138"),
    ],
)
def test_no_problem_repeats_a_number(field: str, text: str, number: str) -> None:
    problems = problems_of(person(**{field: text}), TODAY)
    assert problems
    assert not [problem for problem in problems if number in problem.wrong + problem.right]


@pytest.mark.parametrize("age", [15, 111])
def test_nobody_is_too_young_or_too_old(age: int) -> None:
    fields = {key: text for key, text in PERSON.items() if key != "id_number"} | {"birth": f"{2025 - age}年10月1日"}
    wrong = "按这个日期算，年龄不合常理"
    assert told(Nomination(Kind.INDIVIDUAL, 5, "a", fields)) == [("出生年月", wrong)]


@pytest.mark.parametrize("code", ["无", "91350100m000100y43", "9135 0100 M000 100Y 43"])
def test_a_collective_without_a_code_of_its_own_says_so(code: str) -> None:
    assert told(collective(credit_code=code)) == []
    assert told(collective(credit_code="91350100M000100Y44")) == [("社会信用代码", "校验不通过，至少有一位写错了")]


@pytest.mark.parametrize(
    "phone", ["0874-3120000", "0874－3120000", "(0874)3120000", "3120000", "+8613800000000", "110"]
)
def test_telephones_of_every_kind_can_be_dialled(phone: str) -> None:
    assert told(person(phone=phone)) == told(person(phone=f"{phone}、13800000000")) == []


def test_what_could_not_be_read_comes_first_and_alone() -> None:
    reading = Problem("出生年月", "这一格是公式，读不出结果", "请粘贴为数值")
    nomination = Nomination(Kind.INDIVIDUAL, 5, "a", PERSON | {"birth": "", "sex": ""}, (reading,))
    assert told(nomination) == [("出生年月", "这一格是公式，读不出结果"), ("性别", "没有填写")]


def test_fields_are_brought_to_the_words_of_the_form() -> None:
    written = {
        "name": "张 三",
        "sex": "女性",
        "ethnicity": "汉",
        "birth": "1949.12",
        "political": "中共党员",
        "status": "公务员",
        "trade": "文化,体育和娱乐业",
        "id_number": "１１０１０５１９４９１２３１００２ｘ",
        "phone": "0874—3120000",
        "post": "主任\n医师",
        "deeds": " 第一段\n第二段 ",
    }
    assert normalised(person(**written)).fields == PERSON | {
        "name": "张三",
        "birth": "1949年12月",
        "status": "国家公务员（包括参公管理人员）",
        "trade": "文化、体育和娱乐业",
        "phone": "0874-3120000",
        "post": "主任医师",
        "deeds": " 第一段\n第二段 ",
    }
    assert normalised(person(name="阿依古丽•买买提")).fields["name"] == "阿依古丽·买买提"


@pytest.mark.parametrize("trade", [*TRADES, "批发和零售业、住宿和餐饮业", "教育、卫生和社会工作"])
def test_trades_may_be_joined_as_the_notice_joins_them(trade: str) -> None:
    assert told(person(trade=trade)) == told(person(trade=trade.replace("、", "，"))) == []


def test_the_nearest_word_is_suggested() -> None:
    problems = problems_of(person(trade="卫生与社会工作者", ethnicity="英国"), TODAY)
    assert [problem.right for problem in problems] == [
        "请填写民族全称，如“汉族”“彝族”",
        "是不是“卫生和社会工作”？请照表上的写法填写",
    ]


# --- several together ----------------------------------------------------------------------------


def test_the_same_nominee_twice_is_told_at_the_second() -> None:
    other = {"id_number": "440524188001010014", "unit": "别处", "birth": "1880年1月1日"}
    rows = [
        person(5),
        person(6, **other),  # another of the same name
        person(7, name="李四"),  # the same ID number
        person(8, **other | {"id_number": "", "name": "张 三"}),
        collective(9),
        collective(10, name="交警大队"),
        collective(11, credit_code="无"),
        collective(12, name="法制科", credit_code="无"),
    ]
    seen = Seen(QUJING)
    assert {row.number: (problem.column, problem.wrong) for row in rows if (problem := seen.problem(row))} == {
        6: ("姓名", "与第5行同名"),
        7: ("身份证号码", "与第5行重复"),
        8: ("姓名", "与第6行重复"),
        10: ("社会信用代码", "与第9行重复"),
        11: ("集体名称", "与第9行重复"),
    }


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (collective(9), collective(10, name="交警大队"),
         Problem("社会信用代码", "与第9行重复",
                 "同一推荐对象只能推荐一次，请删去多余的那一个；同一单位的两个内设机构没有自己的代码的，请写“无”")),
        (collective(9), collective(10, credit_code="无"),
         Problem("集体名称", "与第9行重复", "同一推荐对象只能推荐一次，请删去多余的那一个")),
        (person(5), person(6, name="李四"),
         Problem("身份证号码", "与第5行重复", "同一推荐对象只能推荐一次，请删去多余的那一个")),
        (person(5), person(6, id_number="440524188001010014", unit="别处"),
         Problem("姓名", "与第5行同名", "是两个人的，请在下面确认；是同一个人的，请删去多余的那一行", asks=True)),
        # of one name in one unit: their numbers tell them apart, and without a number they are one
        (person(5), person(6, id_number="440524188001010014"),
         Problem("姓名", "与第5行同名", "是两个人的，请在下面确认；是同一个人的，请删去多余的那一行", asks=True)),
        (person(5), person(6, id_number=""),
         Problem("姓名", "与第5行重复", f"同一推荐对象只能推荐一次，请删去多余的那一个；{NAMESAKES}")),
    ],
)  # fmt: skip
def test_what_is_right_depends_on_what_two_rows_have_in_common(
    first: Nomination, second: Nomination, told: Problem
) -> None:
    seen = Seen(QUJING)
    assert (seen.problem(first), seen.problem(second)) == (None, told)


def test_in_a_list_of_several_sheets_each_counts_from_one_and_a_likeness_names_the_sheet() -> None:
    first = replace(person(5, "1"), where="“一”第5行")
    second = [replace(person(10, "1", name="李四"), where="“二”第5行"), replace(person(11, "3"), where="“二”第6行")]
    assert {number: problem.right for number, problem in order_problems([first, *second]).items()} == {
        11: "请按推荐的优先顺序排好，序号写“2”"
    }
    seen = Seen(QUJING)
    assert [problem.wrong for row in (first, second[1]) if (problem := seen.problem(row))] == ["与“一”第5行重复"]


def test_a_number_that_contradicts_the_order_is_told() -> None:
    rows = [person(5, "1"), person(6, "３"), person(7, ""), person(8, "4.")]
    assert {number: problem.right for number, problem in order_problems(rows).items()} == {
        6: "请按推荐的优先顺序排好，序号写“2”"
    }


# --- rank, photo ---------------------------------------------------------------------------------
