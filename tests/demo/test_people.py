"""The demonstration's made-up content: the quota table whole, 150 nominees, objections and short texts."""

import re

import pytest

from app.demo import objections, words
from app.demo.deeds import SETTINGS
from app.demo.people import DemoNominee, DemoQuota, _programme, nominees, quotas
from app.models import Category
from tests.qujing import PERSON_STATUSES, TRADES, UNIT_TYPES

CITY = "市级机关企事业单位"
COUNTY = "县（市、区）、曲靖经开区"
ANNEX_1 = [
    (CITY, "市委政法委", "群众安全感满意度", 3, 6),
    (CITY, "市司法局", "法治建设满意度", 3, 6),
    (CITY, "市生态环境局", "生态环境建设满意度", 3, 6),
    (CITY, "市发展改革委", "基本公共服务满意度", 3, 6),
    (COUNTY, "麒麟区", "", 5, 9),
    (COUNTY, "沾益区", "", 4, 8),
    (COUNTY, "马龙区", "", 4, 8),
    (COUNTY, "陆良县", "", 3, 7),
    (COUNTY, "师宗县", "", 5, 9),
    (COUNTY, "罗平县", "", 5, 9),
    (COUNTY, "富源县", "", 3, 7),
    (COUNTY, "会泽县", "", 4, 8),
    (COUNTY, "宣威市", "", 4, 8),
    (COUNTY, "曲靖经开区", "", 1, 3),
]
# The notice, annexes 4 and 5, word for word.
NOTICE_CATEGORIES = (
    "国有企业、集体企业、股份合作企业、联营企业、有限责任公司股份有限公司、私营企业、港澳台商投资企业、外商投资企业、"
    "行政机关、事业单位和社会团体、其他"
)
NOTICE_STATUSES = (
    "国家公务员（包括参公管理人员）、专业技术人员、职员、企业管理人员、工人、农民、学生、现役军人、"
    "自由职业者、个体经营者、无业人员、退（离）休人员、其他"
)
NOTICE_TRADES = (
    "农、林、牧、渔业，采矿业，制造业，电力、热力、燃气及水生产和供应业，建筑业，交通运输、仓储和邮政业，"
    "信息传输、软件和信息技术服务业，批发和零售业、住宿和餐饮业，金融业，房地产业，租赁和商务服务业，"
    "科学研究、技术服务和地质勘查业、水利、环境和公共设施管理业，居民服务、修理和其他服务业，教育、卫生和社会工作，"
    "文化、体育和娱乐业，公共管理、社会保障和社会组织，国家机关、党政机关和社会团体，其他"
)
SEEDS = (1, 2, 7, 239, 2025)


def everyone(seed: int) -> list[DemoNominee]:
    return [person for quota in quotas() for person in nominees(quota, seed)]


def bare(text: str) -> str:
    return re.sub("[、，]", "", text)


def test_the_quota_table_is_annex_1():
    assert [(q.group, q.recommender, q.field, q.collectives, q.individuals) for q in quotas()] == ANNEX_1
    assert len(quotas()) == 14
    assert sum(quota.collectives for quota in quotas()) == 50
    assert sum(quota.individuals for quota in quotas()) == 100


def test_the_lists_are_the_notices():
    assert bare("".join(TRADES)) == bare(NOTICE_TRADES)
    assert "、".join(PERSON_STATUSES) == NOTICE_STATUSES
    assert (
        "、".join(UNIT_TYPES)
        .replace("事业单位、社会团体", "事业单位和社会团体")
        .replace("有限责任公司、股份", "有限责任公司股份")
        == NOTICE_CATEGORIES
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_each_unit_fills_its_quota_collectives_first(seed):
    for quota in quotas():
        kinds = [person.kind for person in nominees(quota, seed)]
        assert kinds == ["collective"] * quota.collectives + ["individual"] * quota.individuals


@pytest.mark.parametrize("seed", SEEDS)
def test_names_and_deeds_differ_over_the_whole_programme(seed):
    people = everyone(seed)
    assert len({person.name for person in people}) == 150
    assert len({person.deeds for person in people}) == 150
    assert len({person.deeds.split("\n")[0] for person in people}) == 150


@pytest.mark.parametrize("seed", SEEDS)
def test_fields_hold_what_the_notice_lists(seed):
    for person in everyone(seed):
        assert person.trade in TRADES
        assert person.category in (UNIT_TYPES if person.kind == "collective" else PERSON_STATUSES)
        assert bool(person.post) == (person.kind == "individual")
        if person.kind == "collective":
            assert person.name.startswith(person.workplace)
        else:
            assert re.fullmatch("[一-鿿]{3}", person.name)
            assert person.name not in words.STOP_NAMES


@pytest.mark.parametrize("seed", SEEDS)
def test_workplaces_lie_in_the_unit_and_city_departments_keep_to_their_field(seed):
    for quota in quotas():
        texts = [
            lead
            for setting in SETTINGS
            if quota.field in ("", setting.field)
            for _, lead in (*setting.teams, *(each[1:3] for each in setting.people))
        ]
        patterns = [re.sub(r"\\\{[\w\\-]+\\\}", r"\\w+", re.escape(text)) for text in texts]
        for person in nominees(quota, seed):
            assert person.workplace.startswith("曲靖市" if quota.field else quota.recommender)
            first = person.deeds.split("\n")[0]
            assert any(re.fullmatch(pattern, first) for pattern in patterns), first


@pytest.mark.parametrize("seed", range(40))
def test_deeds_are_100_to_300_characters_and_carry_nothing_private(seed):
    for person in everyone(seed):
        assert 100 <= len(person.deeds) <= 300, person.deeds
        assert 2 <= len(person.deeds.split("\n\n")) <= 3
        whole = "".join((person.name, person.workplace, person.post, person.deeds))
        assert not re.search(r"\d{11,}", whole)
        assert not re.search("[{}]", whole)
        assert "副厅" not in whole
        assert person.deeds.count("**") in (0, 2, 4)


@pytest.mark.parametrize("seed", range(40))
def test_county_level_posts_stay_within_a_tenth(seed):
    assert sum("处级" in person.post for person in everyone(seed)) <= 10


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    first = everyone(11)
    _programme.cache_clear()
    again, other = everyone(11), everyone(12)
    assert first == again
    assert len({p.name for p in first if p.post} & {p.name for p in other if p.post}) < 10
    assert not {p.deeds for p in first} & {p.deeds for p in other}


def test_a_row_that_is_not_in_the_table_is_refused():
    with pytest.raises(ValueError, match="not a row"):
        nominees(DemoQuota(COUNTY, "别处", "", 1, 1), 1)


def test_every_field_and_kind_has_a_dozen_leads():
    for field in {quota.field for quota in quotas() if quota.field}:
        settings = [each for each in SETTINGS if each.field == field]
        assert sum(len(each.teams) for each in settings) >= 12
        assert sum(len(each.people) for each in settings) >= 12
        assert sum(len(each.acts) for each in settings) >= 12


def test_number_slots_run_upwards():
    for setting in SETTINGS:
        for low, high in re.findall(r"\{(\d+)-(\d+)\}", repr(setting)):
            assert int(low) < int(high), setting.county


def test_complaints():
    found = objections.complaints()
    assert len(found) >= 16
    assert {complaint.category for complaint in found} == set(Category)
    assert len({complaint.name for complaint in found}) == len(found)
    assert len({complaint.contact for complaint in found}) == len(found)
    for complaint in found:
        assert 40 <= len(complaint.facts) <= 300, complaint.facts
        assert re.fullmatch(r"1300000\d{4}|[a-z]+@example\.com", complaint.contact)
        assert not re.search(r"\d{11,}", complaint.facts)


@pytest.mark.parametrize(
    ("texts", "count", "shortest", "longest"),
    [
        (objections.FINDINGS, 8, 60, 200),
        (objections.GROUNDS, 6, 10, 120),
        (objections.DECLINE_REASONS, 4, 10, 120),
        (objections.SUPPLEMENT_QUESTIONS, 4, 10, 120),
        (objections.ANSWERS, 6, 10, 120),
        (objections.NOTES, 6, 10, 120),
    ],
)
def test_short_texts(texts, count, shortest, longest):
    assert len(texts) >= count
    assert len(set(texts)) == len(texts)
    assert all(shortest <= len(text) <= longest for text in texts), [len(text) for text in texts]
