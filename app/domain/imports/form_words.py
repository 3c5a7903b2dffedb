"""Words of the forms' lists as people write them: brought to the form's own, or the nearest one suggested."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches

from app.domain.imports.fields import FIELD_NAMES, Problem
from app.domain.nominees.annexes import ETHNICITIES, PERSON_STATUSES, POLITICAL_STATUSES, SEXES, TRADES, UNIT_TYPES

LISTS: Mapping[str, tuple[str, ...]] = {
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "political": POLITICAL_STATUSES,
    "status": PERSON_STATUSES,
    "unit_type": UNIT_TYPES,
    "trade": TRADES,
}
# The notice puts 、 between some trades where it puts ， between others: who reads them as one is not wrong.
_JOINED_TRADES = (
    "批发和零售业、住宿和餐饮业",
    "科学研究、技术服务和地质勘查业、水利、环境和公共设施管理业",
    "教育、卫生和社会工作",
)

# What people write for one word and mean exactly that one.
_MEANT: Mapping[str, Mapping[str, str]] = {
    "sex": {"男性": "男", "女性": "女"},
    "political": {
        "中共党员": "中国共产党党员",
        "党员": "中国共产党党员",
        "中共正式党员": "中国共产党党员",
        "中共预备党员": "中国共产党预备党员",
        "预备党员": "中国共产党预备党员",
        "共青团员": "中国共产主义青年团团员",
        "团员": "中国共产主义青年团团员",
        "民革党员": "中国国民党革命委员会会员",
        "民革会员": "中国国民党革命委员会会员",
        "中国国民党革命委员会党员": "中国国民党革命委员会会员",
        "民盟盟员": "中国民主同盟盟员",
        "民建会员": "中国民主建国会会员",
        "民进会员": "中国民主促进会会员",
        "农工党党员": "中国农工民主党党员",
        "致公党党员": "中国致公党党员",
        "台盟盟员": "台湾民主自治同盟盟员",
        "无党派人士": "无党派民主人士",
        "无党派": "无党派民主人士",
    },
    "status": {
        "公务员": PERSON_STATUSES[0],
        "国家公务员": PERSON_STATUSES[0],
        "参公人员": PERSON_STATUSES[0],
        "参公管理人员": PERSON_STATUSES[0],
        "退休人员": "退（离）休人员",
        "离休人员": "退（离）休人员",
        "离退休人员": "退（离）休人员",
        "退休": "退（离）休人员",
    },
    "unit_type": {"机关": "行政机关", "党政机关": "行政机关", "国企": "国有企业", "事业": "事业单位", "其它": "其他"},
    "trade": {
        "国家机关": "国家机关、党政机关和社会团体",
        "党政机关": "国家机关、党政机关和社会团体",
        "科学研究和技术服务业": "科学研究、技术服务和地质勘查业",
        "农林牧渔业": "农、林、牧、渔业",
        "其它": "其他",
    },
}


def _key(text: str) -> str:
    """A word without marks and spaces, which people put in or leave out."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


_BY_KEY: dict[str, dict[str, str]] = {
    field: {_key(word): word for word in (*words, *(_JOINED_TRADES if field == "trade" else ()))}
    for field, words in LISTS.items()
}
_MEANT_BY_KEY: dict[str, dict[str, str]] = {
    field: {_key(word): right for word, right in meant.items()} for field, meant in _MEANT.items()
}


def form_word(field: str, text: str) -> str:
    """The word of the form that is meant by `text`, or `text` itself where none is plainly meant."""
    words, key = _BY_KEY[field], _key(text)
    if field == "ethnicity" and key + "族" in words:
        return words[key + "族"]
    return words.get(key) or _MEANT_BY_KEY.get(field, {}).get(key) or text


def word_problem(field: str, text: str) -> Problem | None:
    """What is wrong with `text` in a field that has a list: the nearest right word, or the list itself."""
    if form_word(field, text) in _BY_KEY[field].values():
        return None
    column = FIELD_NAMES[field]
    wrong = f"“{_short(text)}”不在“{column}”可以填写的范围内"
    near = get_close_matches(_key(text), _BY_KEY[field], n=1, cutoff=0.5)
    if near:
        return Problem(column, wrong, f"是不是“{_BY_KEY[field][near[0]]}”？请照表上的写法填写")
    if field == "ethnicity":
        return Problem(column, wrong, "请填写民族全称，如“汉族”“彝族”")
    return Problem(column, wrong, f"请从这些里面选一个：{'；'.join(LISTS[field])}")


def _short(text: str) -> str:
    """As much of a text as tells which one it is; a number that strayed into this field is not repeated."""
    hidden = re.sub(r"[0-9０-９]{4,}[Xx]?", "…", text.replace("\n", " "))
    return hidden if len(hidden) <= 20 else hidden[:20] + "…"
