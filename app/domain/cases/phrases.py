"""Texts that a unit keeps to use again in its cases (常用语): of what kind, how long, how many."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PhraseKind(StrEnum):
    """The field that a phrase is for."""

    FINDINGS = "findings"  # 核查情况
    GROUNDS = "grounds"  # 依据
    ANSWER = "answer"  # 给异议人的答复
    DECLINE = "decline"  # 不予受理的理由
    SUPPLEMENT = "supplement"  # 要求补正的内容
    REPLY = "reply"  # 给异议人的留言


PHRASE_KIND_NAMES = {
    PhraseKind.FINDINGS: "核查情况",
    PhraseKind.GROUNDS: "依据",
    PhraseKind.ANSWER: "给异议人的答复",
    PhraseKind.DECLINE: "不予受理的理由",
    PhraseKind.SUPPLEMENT: "要求补正的内容",
    PhraseKind.REPLY: "给异议人的留言",
}
SHORTEST = 2  # characters
_LONGEST = 2000  # characters, as the field takes
_LONGEST_REASON = 500  # characters, as the field for a reason takes
MOST = 60  # phrases of one kind that a unit keeps: more are not looked through


def length_of(kind: PhraseKind) -> tuple[int, int]:
    """Return how long a phrase of this kind is, in characters: no longer than its field takes."""
    return SHORTEST, _LONGEST_REASON if kind is PhraseKind.DECLINE else _LONGEST


def put_into(typed: str, phrase: str) -> str:
    """Return the text of a field with a phrase put in: below what was typed, of which nothing is lost."""
    typed = typed.rstrip()
    return f"{typed}\n{phrase}" if typed else phrase


def find_used(phrases: Mapping[int, str], text: str) -> list[int]:
    """Return the ids of the phrases that stand in `text`, in order, whatever spaces and lines are between words."""
    there = _plain(text)
    return sorted(each for each, phrase in phrases.items() if _plain(phrase) in there)


def _plain(text: str) -> str:
    return "".join(text.split())
