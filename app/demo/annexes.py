"""Made-up forms for made-up nominees: everything that annexes 2 to 5 ask for, and the files to try the import with.

ID numbers begin with a district that does not exist, so no person has one. Telephone numbers are of the range reserved
for examples.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path

from app.demo import people
from app.demo.faults import WRONG_UNIT, faulty_rows
from app.demo.people import DemoNominee, DemoQuota
from app.demo.words import AGENCY, CIVIL, FARMER, INSTITUTION, RETIRED, SELF_EMPLOYED, STATE_FIRM, WORKER
from app.domain.nominees.annexes import NONE
from app.domain.periods.rounds import Kind
from app.domain.shared.identity_numbers import credit_check_character, id_check_character
from app.notices.offered import built_in
from app.papers.forms import write_form
from app.papers.summaries import write_summary

_NOWHERE = "539999"  # no district has this code
_STATUSES = built_in().words("political")
_POLITICAL = (*_STATUSES[:1] * 6, _STATUSES[2], *_STATUSES[-1:] * 4)
_ETHNICITIES = ("汉族",) * 8 + ("彝族", "回族", "苗族", "壮族")
_TITLES = {"教师": "一级教师", "医师": "主治医师", "护": "主管护师", "工程师": "工程师"}
_FIRST_POSTS = {FARMER: "务农", WORKER: "工人", SELF_EMPLOYED: "个体经营", RETIRED: "职员"}


def fields_of(person: DemoNominee, quota: DemoQuota, number: int) -> dict[str, str]:
    """Return one nominee as annex 4 or 5 holds it, by the keys of FIELD_NAMES. Equal arguments give an equal result."""
    dice = random.Random(f"{quota.recommender} {number} {person.name}")  # noqa: S311 - made-up content, not a secret
    return _collective(person, quota, dice) if person.kind == Kind.COLLECTIVE else _individual(person, quota, dice)


def write_files(folder: Path, recommender: str, title: str, dated: dt.date, seed: int) -> list[Path]:
    """Write the lists of one unit (annexes 2 and 3) and its first nominees' forms (annexes 4 and 5) as files.

    The last file is an annex 3 that contains nearly every kind of fault.
    """
    quota = next(quota for quota in people.quotas() if quota.recommender == recommender)
    by_kind = unit_rows(quota, seed)
    files: dict[str, bytes] = {}
    notice = built_in()
    for kind in Kind:
        rows, honour = by_kind[kind], notice.kind_names[kind]
        annex, form = notice.summaries[kind].number, notice.forms[kind].number
        heading = f"{title}{honour}推荐对象汇总表"
        files[f"附件{annex}-{honour}推荐对象汇总表-{recommender}.xlsx"] = write_summary(
            kind, heading, recommender, dated, rows, notice=notice, extended=True
        )
        files[f"附件{form}-{honour}推荐表-{recommender}-{rows[0]['name']}.docx"] = write_form(
            kind, rows[0], f"{title}{honour}推荐表", None, notice=notice
        )
    spoilt = write_summary(
        Kind.INDIVIDUAL, heading, WRONG_UNIT, dated, faulty_rows(by_kind[Kind.INDIVIDUAL]), notice=notice, extended=True
    )
    files = dict(sorted(files.items())) | {f"附件3-有错误，供试核对-{recommender}.xlsx": spoilt}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def _collective(person: DemoNominee, quota: DemoQuota, dice: random.Random) -> dict[str, str]:
    level = "正科级" if person.category in (AGENCY, INSTITUTION) else NONE
    return {
        "name": person.name,
        "unit": person.workplace,
        "unit_type": person.category,
        "trade": person.trade,
        "level": level,
        "leader": dice.choice(("李", "王", "张", "杨")) + dice.choice(("建国", "春兰", "永明", "丽华")),
        "phone": f"1300000{dice.randrange(10**4):04d}",
        "credit_code": _credit_code(dice),
        "awards": dice.choice((NONE, "2024年12月，市级平安建设先进单位，市平安建设领导小组颁发")),
        "penalties": NONE,
        "deeds": person.deeds,
        "recommender": quota.recommender,
        "remark": "",
    }


def _individual(person: DemoNominee, quota: DemoQuota, dice: random.Random) -> dict[str, str]:
    birth = dt.date(dice.randrange(1966, 1997), dice.randrange(1, 13), dice.randrange(1, 29))
    female = dice.random() < 0.4
    return {
        "name": person.name,
        "sex": "女" if female else "男",
        "ethnicity": dice.choice(_ETHNICITIES),
        "birth": f"{birth.year}年{birth.month}月{birth.day}日",
        "political": dice.choice(_POLITICAL),
        "status": person.category,
        "unit": person.workplace,
        "unit_type": _unit_type(person.category, dice),
        "trade": person.trade,
        "post": person.post,
        "title": next((title for sign, title in _TITLES.items() if sign in person.post), NONE),
        "work": person.post.split("、")[0],
        "phone": f"1300000{dice.randrange(10**4):04d}",
        "id_number": _id_number(birth, female, dice),
        "resume": _resume(person, birth, dice),
        "awards": dice.choice((NONE, NONE, "2023年11月，县级先进工作者，县人力资源和社会保障局颁发")),
        "penalties": NONE,
        "deeds": person.deeds,
        "recommender": quota.recommender,
        "remark": "",
    }


def _credit_code(dice: random.Random) -> str:
    first = f"11{_NOWHERE}{dice.randrange(10**9):09d}"
    return first + credit_check_character(first)


def _id_number(birth: dt.date, female: bool, dice: random.Random) -> str:
    first = f"{_NOWHERE}{birth:%Y%m%d}{dice.randrange(100, 998) // 2 * 2 + (not female):03d}"
    return first + id_check_character(first)


def _unit_type(status: str, dice: random.Random) -> str:
    if status == CIVIL:
        return AGENCY
    return dice.choice((INSTITUTION, INSTITUTION, STATE_FIRM)) if status not in (FARMER, SELF_EMPLOYED) else "其他"


def _resume(person: DemoNominee, birth: dt.date, dice: random.Random) -> str:
    """Return a résumé from senior school on, by month and without a gap, as annex 5 asks."""
    school, work = birth.year + 16, birth.year + 19
    lines = [f"{school}.09—{work}.07 高级中学学生", f"{work}.07—{work + 4}.07 高等学校学生"]
    moved = work + 4 + dice.randrange(1, 6)
    lines.append(f"{work + 4}.07—{moved}.03 {_FIRST_POSTS.get(person.category, '工作人员')}")
    lines.append(f"{moved}.03— {person.workplace}{person.post}")
    return "\n".join(lines)


def unit_rows(quota: DemoQuota, seed: int) -> Mapping[Kind, list[dict[str, str]]]:
    """Return every nominee of one unit as rows of its lists, in the order of preference."""
    rows: dict[Kind, list[dict[str, str]]] = {kind: [] for kind in Kind}
    for number, person in enumerate(people.nominees(quota, seed), start=1):
        rows[Kind(person.kind)].append(fields_of(person, quota, number))
    return rows
