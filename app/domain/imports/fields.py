"""The fields of the forms of the notice (annexes 2 to 5), and the problem of one field."""

from __future__ import annotations

from dataclasses import dataclass

# Every field that a form has, with its name as the form prints it.
FIELD_NAMES = {
    "name": "姓名",  # of a collective: 集体名称
    "sex": "性别",
    "ethnicity": "民族",
    "birth": "出生年月",  # annex 3: year and month; annex 5: the day too (出生日期)
    "political": "政治面貌",
    "status": "人员身份",
    "unit": "工作单位",  # of a collective: the unit it belongs to, where it is not the collective itself
    "unit_type": "单位类型",
    "trade": "所属行业",
    "post": "职务职级",
    "title": "职称",
    "work": "从事工作",
    "level": "集体级别",
    "leader": "负责人",
    "phone": "联系电话",
    "id_number": "身份证号码",
    "credit_code": "社会信用代码",
    "resume": "个人简历",
    "awards": "何时何地受过何种奖励",
    "penalties": "何时何地受过何种处分",
    "deeds": "主要事迹",
    "recommender": "推荐单位",
    "remark": "备注",
}

# How two people of one name and unit are told apart, at every door: list, form, entry by hand.
NAMESAKES = "是同名的两个人的，请把两个人的身份证号码都填上"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one field: what is wrong, and what would be right. Repeats no number that names a person.

    One that `asks` may be right as it stands: whoever confirms the import answers for it.
    """

    column: str  # as the form prints it
    wrong: str
    right: str
    asks: bool = False
