"""Words of the forms' lists as people write them: brought to the form's own, or the nearest one suggested."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache

from app.domain.imports.fields import FIELD_NAMES, Problem
from app.domain.nominees.annexes import ETHNICITIES, SEXES
from app.domain.programmes.notice import AwardNotice, WordList

# The lists of a form: the first two are the State's, the others the notice's.
LISTS = ("sex", "ethnicity", "political", "status", "unit_type", "trade")
_STATE_LISTS = {"sex": WordList(SEXES, meant={"男性": "男", "女性": "女"}), "ethnicity": WordList(ETHNICITIES)}


def list_of(field: str, notice: AwardNotice) -> WordList:
    """Return the words that a field allows, and what people write for them."""
    return _STATE_LISTS.get(field) or notice.lists[field]


def _key(text: str) -> str:
    """Return a word without marks and spaces, which people put in or leave out."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


@lru_cache
def _allowed(field: str, notice: AwardNotice) -> dict[str, str]:
    """Return the words of a list by their keys, with those that are taken though not offered."""
    allowed = list_of(field, notice)
    return {_key(word): word for word in (*allowed.words, *allowed.joined)}


@lru_cache
def _meant(field: str, notice: AwardNotice) -> dict[str, str]:
    return {_key(word): right for word, right in (list_of(field, notice).meant or {}).items()}


def form_word(field: str, text: str, notice: AwardNotice) -> str:
    """Return the word of the form that is meant by `text`, or `text` itself where none is plainly meant."""
    words, key = _allowed(field, notice), _key(text)
    if field == "ethnicity" and key + "族" in words:
        return words[key + "族"]
    return words.get(key) or _meant(field, notice).get(key) or text


def word_problem(field: str, text: str, notice: AwardNotice) -> Problem | None:
    """Return what is wrong with `text` in a field that has a list: the nearest right word, or the list itself."""
    allowed = _allowed(field, notice)
    if form_word(field, text, notice) in allowed.values():
        return None
    column = FIELD_NAMES[field]
    wrong = f"“{_short(text)}”不在“{column}”可以填写的范围内"
    near = get_close_matches(_key(text), allowed, n=1, cutoff=0.5)
    if near:
        return Problem(column, wrong, f"是不是“{allowed[near[0]]}”？请照表上的写法填写")
    if field == "ethnicity":
        return Problem(column, wrong, "请填写民族全称，如“汉族”“彝族”")
    return Problem(column, wrong, f"请从这些里面选一个：{'；'.join(list_of(field, notice).words)}")


def _short(text: str) -> str:
    """Return a text shortened for a message, without long numbers: one may be a person's."""
    hidden = re.sub(r"[0-9０-９]{4,}[Xx]?", "…", text.replace("\n", " "))
    return hidden if len(hidden) <= 20 else hidden[:20] + "…"
