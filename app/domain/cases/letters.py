"""The kinds of letters, and which turn of a case sends which letter to whom (R34). Closed tables."""

from __future__ import annotations

from enum import StrEnum

from app.domain.cases.states import OPEN_STATES, State


class LetterKind(StrEnum):
    """The kinds of letters."""

    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    SUPPLEMENT = "supplement"
    ANSWER = "answer"
    DISQUALIFICATION = "disqualification"
    RESTORATION = "restoration"
    SUPERVISION = "supervision"


LETTER_NAMES = {
    LetterKind.ACCEPTANCE: "受理通知书",
    LetterKind.DECLINE: "不予受理告知书",
    LetterKind.SUPPLEMENT: "补正通知书",
    LetterKind.ANSWER: "异议处理答复书",
    LetterKind.DISQUALIFICATION: "取消参评资格告知书",
    LetterKind.RESTORATION: "恢复参评资格告知书",
    LetterKind.SUPERVISION: "督办单",
}


class Reader(StrEnum):
    """Whom a letter is for."""

    OBJECTOR = "objector"
    NOMINEE = "nominee"
    UNIT = "unit"  # the recommending unit
    HANDLER = "handler"  # the unit that handles the case


READER_NAMES = {
    Reader.OBJECTOR: "异议人",
    Reader.NOMINEE: "推荐对象",
    Reader.UNIT: "推荐单位",
    Reader.HANDLER: "办理单位",
}


class Turn(StrEnum):
    """The events of a case, or of a nominee because of one, that are told by letter."""

    ACCEPTED = "accepted"
    JOINED = "joined"  # joined into a case that is already accepted
    SUPPLEMENT_ASKED = "supplement_asked"
    DECLINED = "declined"
    CONCLUDED = "concluded"
    LAPSED = "lapsed"
    DISQUALIFIED = "disqualified"
    REVERSED = "reversed"  # the disqualification (R29)
    LOOK_CONFIRMED = "look_confirmed"  # the second look changed nothing (R35)
    REOPENED = "reopened"  # the second look opened the case again (R35)
    URGED = "urged"


_TO_BOTH = (Reader.NOMINEE, Reader.UNIT)
LETTERS: dict[Turn, tuple[tuple[LetterKind, Reader], ...]] = {
    Turn.ACCEPTED: ((LetterKind.ACCEPTANCE, Reader.OBJECTOR),),
    Turn.JOINED: ((LetterKind.ACCEPTANCE, Reader.OBJECTOR),),
    Turn.SUPPLEMENT_ASKED: ((LetterKind.SUPPLEMENT, Reader.OBJECTOR),),
    Turn.DECLINED: ((LetterKind.DECLINE, Reader.OBJECTOR),),
    Turn.CONCLUDED: ((LetterKind.ANSWER, Reader.OBJECTOR),),
    Turn.LAPSED: ((LetterKind.ANSWER, Reader.OBJECTOR),),
    Turn.DISQUALIFIED: tuple((LetterKind.DISQUALIFICATION, reader) for reader in _TO_BOTH),
    Turn.REVERSED: (
        (LetterKind.ANSWER, Reader.OBJECTOR),
        *((LetterKind.RESTORATION, reader) for reader in _TO_BOTH),
    ),
    Turn.LOOK_CONFIRMED: ((LetterKind.ANSWER, Reader.OBJECTOR),),
    Turn.REOPENED: ((LetterKind.ACCEPTANCE, Reader.OBJECTOR),),
    Turn.URGED: ((LetterKind.SUPERVISION, Reader.HANDLER),),
}
# The letter that every objector has in each final state. The objections of a joined case belong to the leading one.
ENDS: dict[State, LetterKind | None] = {
    State.CONCLUDED: LetterKind.ANSWER,
    State.DECLINED: LetterKind.DECLINE,
    State.LAPSED: LetterKind.ANSWER,
    State.JOINED: None,
}
# Turns whose letters the office signs; those of every other are signed by whoever handles the case.
SIGNED_BY_OFFICE = frozenset(
    {Turn.LAPSED, Turn.DISQUALIFIED, Turn.REVERSED, Turn.LOOK_CONFIRMED, Turn.REOPENED, Turn.URGED}
)
OFFICE_NAME, OF_COMPLAINTS = "市级专班", "市级专班专办"


def find_series(signed_by: str, *, by_office: bool, against_unit: bool) -> str:
    """Return the series before 〔年〕N号: of a unit's letters, of the office's, or of complaints against a unit.

    Each series has its own numbers. So no number that a unit reads reveals how many letters others got, or that there
    is a complaint against it (R19).
    """
    if against_unit:
        return OF_COMPLAINTS
    return f"{OFFICE_NAME if by_office else signed_by}异议"


assert LETTERS.keys() == set(Turn), "every turn says who is written to"  # noqa: S101 - a table checked once, at import
assert ENDS.keys() == set(State) - OPEN_STATES, "every final state has its letter"  # noqa: S101 - as above
assert LETTER_NAMES.keys() == set(LetterKind), "every letter has its heading"  # noqa: S101 - as above
