"""The words of every letter: what happened, ground, clause, what its reader can do now and until when (R34).

Pure functions of facts. No letter says who objected (R19). Contacts have two names only: 办理单位 and 市级专班.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.cases.letters import LETTER_NAMES, LETTERS, LetterKind, Reader, Turn
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, Conclusion, DeclineGround
from app.domain.cases.verdict import LEFT_NAMES, Ground, Left
from app.domain.shared.wording import end_moment, full_day

_NO_LOOK = "距办结期限已不足1个工作日，本决定不再复核。"


@dataclass(frozen=True, slots=True)
class Party:
    """A unit that handles or watches a case, with its contact lines."""

    name: str
    phone: str = ""
    address: str = ""
    hours: str = ""

    @property
    def reached(self) -> str:
        """Return the contact lines as part of a sentence, "" without any."""
        lines = (("电话", self.phone), ("地址", self.address), ("受理时间", self.hours))
        return "，".join(f"{name}：{line}" for name, line in lines if line)


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """The facts of a letter at its turn."""

    programme: str
    round_name: str
    nominee: str
    case_number: str
    received: dt.date
    deadline: dt.datetime
    handler: Party
    office: Party
    by_office: bool  # the office handles the case
    handling: str  # the clause of the round on objections; "" where the notice has none
    lapse: str  # the clause of the round on a lapse
    signed_by: str
    dated: dt.date
    recommender: str = ""


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """The facts that a turn adds. Each turn uses some of them."""

    ground: DeclineGround | None = None
    reason: str = ""
    conclusion: Conclusion | None = None
    findings: str = ""
    grounds: str = ""
    answer: str = ""
    question: str = ""
    answer_by: dt.datetime | None = None
    look_until: dt.datetime | None = None  # until when a second look may be asked for; None where it may not
    may_look: bool = False  # whether the decision is one that a second look is for
    out: Ground | None = None  # the ground of the disqualification
    since: dt.datetime | None = None  # since when it is disqualified, or restored
    clause: str = ""
    left: Left | None = None  # how the nominee had left before
    workdays_left: int | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class LetterText:
    """The text of a letter, without its number."""

    title: str
    to: str
    paragraphs: tuple[str, ...]
    signed_by: str
    dated: dt.date


Writer = Callable[[LetterFacts, TurnFacts], list[str]]


def write_letter_text(turn: Turn, kind: LetterKind, reader: Reader, facts: LetterFacts, more: TurnFacts) -> LetterText:
    """Return the words of one letter of a turn."""
    written = [part for part in _WRITERS[turn, reader](facts, more) if part]
    to = {
        Reader.OBJECTOR: f"异议人（案件{facts.case_number}）",
        Reader.NOMINEE: facts.nominee,
        Reader.UNIT: facts.recommender,
        Reader.HANDLER: facts.handler.name,
    }[reader]
    # The nominee has a line of its own at the head: a name in running text would be broken over two lines.
    paragraphs = (f"推荐对象：{facts.nominee}", *written, *_turn_to(reader, facts))
    return LetterText(LETTER_NAMES[kind], to, paragraphs, facts.signed_by, facts.dated)


# --- parts ---------------------------------------------------------------------------------------


def _about(facts: LetterFacts) -> str:
    return (
        f"您在{facts.programme}{facts.round_name}期间对上述推荐对象提出的异议，"
        f"已于{full_day(facts.received)}收到，受理编号{facts.case_number}。"
    )


def _clause(facts: LetterFacts) -> str:
    return f"依据：{facts.handling or f'{facts.round_name}公告关于异议提出和处理的规定'}。"


def _handler(facts: LetterFacts) -> str:
    return "市级专班" if facts.by_office else f"办理单位（{facts.handler.name}）"


def _turn_to(reader: Reader, facts: LetterFacts) -> list[str]:
    """Return whom to contact. The nominee and its unit contact the office, which alone disqualifies and restores."""
    office = f"市级专班（{facts.office.reached}）" if facts.office.reached else "市级专班"
    if reader is Reader.HANDLER:
        return []
    if reader is not Reader.OBJECTOR or facts.by_office:
        return [f"需要询问的，请与{office}联系。"]
    handler = f"办理单位（{facts.handler.reached or facts.handler.name}）"
    return [f"需要询问的，请与{handler}联系；对办理有意见的，请向{office}反映。"]


def _look(more: TurnFacts) -> str:
    if not more.may_look:
        return ""
    if more.look_until is None:
        return _NO_LOOK
    return (
        f"不同意本决定的，最迟{end_moment(more.look_until)}，凭查询码在“查询进度”页申请复核，只能申请一次，"
        "由市级专班里没有办理过本案的人员复核。办结期限不因复核顺延；到办结期限没有复核结果的，本决定有效。"
    )


def _named(name: str, text: str) -> str:
    return f"{name}：{text}" if text else ""


def _later(facts: LetterFacts) -> str:
    return "如有新的事实和证据，可以向市级专班书面反映。"


# --- to the objector -----------------------------------------------------------------------------


def _accepted(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        f"{_about(facts)}经审查，现予受理。",
        _clause(facts),
        *_from_here_on(facts),
    ]


def _from_here_on(facts: LetterFacts) -> list[str]:
    return [
        f"异议由{_handler(facts)}调查核实，提出处理意见。办结期限为{end_moment(facts.deadline)}。"
        f"到时没有结论的，依据{facts.lapse}。",
        "作出结论以前，您可以凭查询码在“查询进度”页补充事实和证据，也可以撤回异议。",
    ]


def _joined(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        f"{_about(facts)}现予受理，与对同一推荐对象提出的另一件异议并案办理。您会单独得到答复。",
        _clause(facts),
        *_from_here_on(facts),
    ]


def _reopened(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        f"{_about(facts)}经复核，原来的决定不再适用，由市级专班接办，重新办理。",
        _named("理由", more.reason),
        _clause(facts),
        *_from_here_on(facts),
    ]


def _supplement(facts: LetterFacts, more: TurnFacts) -> list[str]:
    assert more.answer_by is not None  # noqa: S101 - a supplement is asked for until a day
    return [
        f"{_about(facts)}办理中需要您补充下列内容：",
        more.question,
        _clause(facts),
        f"请最迟{end_moment(more.answer_by)}，凭查询码在“查询进度”页补充。每个案件只要求补正一次。"
        f"到时没有补充的，按已有材料继续办理；办结期限（{end_moment(facts.deadline)}）照常计算。",
    ]


def _declined(facts: LetterFacts, more: TurnFacts) -> list[str]:
    assert more.ground is not None  # noqa: S101 - a CHECK holds it
    return [
        f"{_about(facts)}经审查，决定不予受理。",
        _named("不予受理的情形", DECLINE_GROUND_NAMES[more.ground]),
        _named("理由", more.reason),
        _clause(facts),
        _look(more),
        _later(facts),
    ]


def _concluded(facts: LetterFacts, more: TurnFacts) -> list[str]:
    assert more.conclusion is not None  # noqa: S101 - a CHECK holds it
    return [
        f"{_about(facts)}经调查核实，处理意见为：{CONCLUSION_NAMES[more.conclusion]}。",
        _named("核查情况", more.findings),
        _named("依据", more.grounds),
        _named("答复", more.answer),
        _what_became(facts, more) if more.conclusion is Conclusion.UPHELD else "",
        _look(more),
        _later(facts) if more.conclusion is not Conclusion.UPHELD else "",
    ]


def _what_became(facts: LetterFacts, more: TurnFacts) -> str:
    if more.left is not None:
        return f"该推荐对象此前{LEFT_NAMES[more.left]}，不再重复处理。"
    return f"依据{more.clause}，该推荐对象的参评资格自{full_day(facts.dated)}起取消。"


def _lapsed(facts: LetterFacts, more: TurnFacts) -> list[str]:
    became = (
        f"该推荐对象此前{LEFT_NAMES[more.left]}，不再重复处理。"
        if more.left is not None
        else f"该推荐对象的参评资格自{end_moment(facts.deadline)}起取消。"
    )
    return [
        f"{_about(facts)}到办结期限{end_moment(facts.deadline)}，没有作出结论。",
        f"依据：{more.clause}。{became}",
        "您的异议到此办结，不再继续核查。取消参评资格的决定以后如有撤销，会在“查询进度”页告诉您。",
        _later(facts),
    ]


def _reversed_to_objector(facts: LetterFacts, more: TurnFacts) -> list[str]:
    assert more.since is not None  # noqa: S101 - a reversal is dated
    return [
        f"{_about(facts)}因该异议作出的取消其参评资格的决定，经市级专班复查，已于{full_day(facts.dated)}撤销，"
        "该推荐对象的参评资格恢复。",
        _named("撤销决定", more.reason),
        _later(facts),
    ]


def _look_confirmed(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        f"{_about(facts)}您对处理决定申请了复核。经市级专班里没有办理过本案的人员复核，维持原决定。",
        _named("理由", more.reason),
        _clause(facts),
        "复核只进行一次，原决定有效。",
        _later(facts),
    ]


# --- to the nominee, its unit, and whoever handles the case ----------------------------------------


def _why_out(facts: LetterFacts, more: TurnFacts) -> list[str]:
    assert more.since is not None  # noqa: S101 - a disqualification is dated
    if more.out is Ground.UPHELD:
        told = [
            f"在{facts.programme}{facts.round_name}期间，对上述推荐对象的参评收到异议，经调查核实，异议成立。",
            _named("核查情况", more.findings),
            _named("认定的依据", more.grounds),
        ]
    else:
        told = [
            f"在{facts.programme}{facts.round_name}期间，对上述推荐对象的参评收到异议，"
            f"到办结期限{end_moment(facts.deadline)}没有作出结论。"
        ]
    since = end_moment(more.since) if more.out is Ground.LAPSED else full_day(facts.dated)
    return [*told, f"依据{more.clause}，自{since}起取消上述推荐对象的参评资格。"]


def _out_to_nominee(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        *_why_out(facts, more),
        "不同意本决定的，可以在表彰决定作出以前，向市级专班书面陈述、申辩，并提交材料。"
        "经核实决定有错误的，由市级专班撤销决定，恢复参评资格。",
    ]


def _out_to_unit(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        *_why_out(facts, more),
        "请将取消参评资格告知书送达推荐对象。不同意本决定的，可以在表彰决定作出以前，向市级专班书面反映。"
        "空出的名额可以另行推荐递补对象，递补对象从本单位公示开始；不推荐的，名额空缺。",
    ]


def _back(facts: LetterFacts, more: TurnFacts) -> list[str]:
    return [
        f"取消上述推荐对象在{facts.programme}中参评资格的决定，经市级专班复查，已于{full_day(facts.dated)}撤销，"
        "参评资格自即日起恢复。",
        _named("撤销决定", more.reason),
        "该推荐对象按评选程序继续参评。",
    ]


def _urged(facts: LetterFacts, more: TurnFacts) -> list[str]:
    left = f"还有{more.workdays_left}个工作日" if more.workdays_left else "今天为止"
    return [
        f"你单位办理的案件{facts.case_number}（{facts.programme}{facts.round_name}），"
        f"{full_day(facts.received)}收到，现在的状态为“{more.state}”。",
        f"办结期限为{end_moment(facts.deadline)}，{left}。到时没有结论的，依据{facts.lapse}。",
        _named("督办要求", more.reason),
        _clause(facts),
        f"请抓紧办理，最迟{end_moment(facts.deadline)}作出结论；办理有困难的，请马上移交市级专班。",
    ]


_WRITERS: dict[tuple[Turn, Reader], Writer] = {
    (Turn.ACCEPTED, Reader.OBJECTOR): _accepted,
    (Turn.JOINED, Reader.OBJECTOR): _joined,
    (Turn.SUPPLEMENT_ASKED, Reader.OBJECTOR): _supplement,
    (Turn.DECLINED, Reader.OBJECTOR): _declined,
    (Turn.CONCLUDED, Reader.OBJECTOR): _concluded,
    (Turn.LAPSED, Reader.OBJECTOR): _lapsed,
    (Turn.DISQUALIFIED, Reader.NOMINEE): _out_to_nominee,
    (Turn.DISQUALIFIED, Reader.UNIT): _out_to_unit,
    (Turn.REVERSED, Reader.OBJECTOR): _reversed_to_objector,
    (Turn.REVERSED, Reader.NOMINEE): _back,
    (Turn.REVERSED, Reader.UNIT): _back,
    (Turn.LOOK_CONFIRMED, Reader.OBJECTOR): _look_confirmed,
    (Turn.REOPENED, Reader.OBJECTOR): _reopened,
    (Turn.URGED, Reader.HANDLER): _urged,
}
assert _WRITERS.keys() == {(turn, reader) for turn, row in LETTERS.items() for _, reader in row}, "each has its words"  # noqa: S101 - a table checked once, at import
