"""Each letter of a case in full, paragraph by paragraph, as its reader gets it (R34)."""

from __future__ import annotations

from dataclasses import astuple, replace

import pytest

from app.domain.cases.letter_words import LetterFacts, LetterText, Party, TurnFacts, write_letter_text
from app.domain.cases.letters import LETTERS, Reader, Turn
from app.domain.cases.states import Conclusion
from app.domain.cases.verdict import Ground
from tests.domain.cases.test_letter_words import FACTS, MORE

OBJECTOR, NOMINEE, UNIT, HANDLER = Reader.OBJECTOR, Reader.NOMINEE, Reader.UNIT, Reader.HANDLER
HEAD = "推荐对象：麒小3"
ABOUT = "您在2026年评选表彰活动推荐单位公示期间对上述推荐对象提出的异议，已于2026年9月18日收到，受理编号2026-0001。"
CLAUSE = "依据：评选通知第四部分。"
WHO = (
    "异议由办理单位（麒麟区）调查核实，提出处理意见。办结期限为2026年9月29日 24:00。"
    "到时没有结论的，依据评选通知第五部分，取消参评资格。"
)
MEANWHILE = "作出结论以前，您可以凭查询码在“查询进度”页补充事实和证据，也可以撤回异议。"
ASK_BOTH = (
    "需要询问的，请与办理单位（电话：0874-0000002）联系；对办理有意见的，请向市级专班（电话：0874-0000001）反映。"
)
ASK_OFFICE = "需要询问的，请与市级专班（电话：0874-0000001）联系。"
LOOK = (
    "不同意本决定的，最迟2026年9月28日 24:00，凭查询码在“查询进度”页申请复核，只能申请一次，"
    "由市级专班里没有办理过本案的人员复核。办结期限不因复核顺延；到办结期限没有复核结果的，本决定有效。"
)
LATER = "如有新的事实和证据，可以向市级专班书面反映。"
LAPSED = (
    "在2026年评选表彰活动推荐单位公示期间，对上述推荐对象的参评收到异议，到办结期限2026年9月29日 24:00没有作出结论。"
)
OUT_LAPSED = "依据评选通知第五部分，自2026年9月29日 24:00起取消上述推荐对象的参评资格。"
ANSWER_OF_NOMINEE = (
    "不同意本决定的，可以在表彰决定作出以前，向市级专班书面陈述、申辩，并提交材料。"
    "经核实决定有错误的，由市级专班撤销决定，恢复参评资格。"
)
ANSWER_OF_UNIT = (
    "请将取消参评资格告知书送达推荐对象。不同意本决定的，可以在表彰决定作出以前，向市级专班书面反映。"
    "空出的名额可以另行推荐递补对象，递补对象从本单位公示开始；不推荐的，名额空缺。"
)
BACK = (
    "取消上述推荐对象在2026年评选表彰活动中参评资格的决定，经市级专班复查，已于2026年9月21日撤销，"
    "参评资格自即日起恢复。"
)

# What stands between the line of the nominee and the line of whom to ask.
IN_FULL: dict[tuple[Turn, Reader], list[str]] = {
    (Turn.ACCEPTED, OBJECTOR): [f"{ABOUT}经审查，现予受理。", CLAUSE, WHO, MEANWHILE],
    (Turn.JOINED, OBJECTOR): [
        f"{ABOUT}现予受理，与对同一推荐对象提出的另一件异议并案办理。您会单独得到答复。",
        CLAUSE,
        WHO,
        MEANWHILE,
    ],
    (Turn.SUPPLEMENT_ASKED, OBJECTOR): [
        f"{ABOUT}办理中需要您补充下列内容：",
        "请说明记录在哪里。",
        CLAUSE,
        "请最迟2026年9月23日 24:00，凭查询码在“查询进度”页补充。每个案件只要求补正一次。"
        "到时没有补充的，按已有材料继续办理；办结期限（2026年9月29日 24:00）照常计算。",
    ],
    (Turn.DECLINED, OBJECTOR): [
        f"{ABOUT}经审查，决定不予受理。",
        "不予受理的情形：没有具体事实或者线索",
        "理由：没有线索",
        CLAUSE,
        LOOK,
        LATER,
    ],
    (Turn.CONCLUDED, OBJECTOR): [
        f"{ABOUT}经调查核实，处理意见为：异议不成立。",
        "核查情况：走访群众五名",
        "依据：评选通知第三部分",
        "答复：已核实",
        LOOK,
        LATER,
    ],
    (Turn.LAPSED, OBJECTOR): [
        f"{ABOUT}到办结期限2026年9月29日 24:00，没有作出结论。",
        "依据：评选通知第五部分。该推荐对象的参评资格自2026年9月29日 24:00起取消。",
        "您的异议到此办结，不再继续核查。取消参评资格的决定以后如有撤销，会在“查询进度”页告诉您。",
        LATER,
    ],
    (Turn.DISQUALIFIED, NOMINEE): [LAPSED, OUT_LAPSED, ANSWER_OF_NOMINEE],
    (Turn.DISQUALIFIED, UNIT): [LAPSED, OUT_LAPSED, ANSWER_OF_UNIT],
    (Turn.REVERSED, OBJECTOR): [
        f"{ABOUT}因该异议作出的取消其参评资格的决定，经市级专班复查，已于2026年9月21日撤销，该推荐对象的参评资格恢复。",
        "撤销决定：没有线索",
        LATER,
    ],
    (Turn.REVERSED, NOMINEE): [BACK, "撤销决定：没有线索", "该推荐对象按评选程序继续参评。"],
    (Turn.REVERSED, UNIT): [BACK, "撤销决定：没有线索", "该推荐对象按评选程序继续参评。"],
    (Turn.LOOK_CONFIRMED, OBJECTOR): [
        f"{ABOUT}您对处理决定申请了复核。经市级专班里没有办理过本案的人员复核，维持原决定。",
        "理由：没有线索",
        CLAUSE,
        "复核只进行一次，原决定有效。",
        LATER,
    ],
    (Turn.REOPENED, OBJECTOR): [
        f"{ABOUT}经复核，原来的决定不再适用，由市级专班接办，重新办理。",
        "理由：没有线索",
        CLAUSE,
        WHO,
        MEANWHILE,
    ],
    (Turn.URGED, HANDLER): [
        "你单位办理的案件2026-0001（2026年评选表彰活动推荐单位公示），2026年9月18日收到，现在的状态为“已受理”。",
        "办结期限为2026年9月29日 24:00，还有5个工作日。到时没有结论的，依据评选通知第五部分，取消参评资格。",
        "督办要求：没有线索",
        CLAUSE,
        "请抓紧办理，最迟2026年9月29日 24:00作出结论；办理有困难的，请马上移交市级专班。",
    ],
}
ASKS = {OBJECTOR: [ASK_BOTH], NOMINEE: [ASK_OFFICE], UNIT: [ASK_OFFICE], HANDLER: []}
TO = {OBJECTOR: "异议人（案件2026-0001）", NOMINEE: "麒小3", UNIT: "麒麟区", HANDLER: "沾益区"}
TITLES = {
    **dict.fromkeys((Turn.ACCEPTED, Turn.JOINED, Turn.REOPENED), "受理通知书"),
    **dict.fromkeys((Turn.CONCLUDED, Turn.LAPSED, Turn.REVERSED, Turn.LOOK_CONFIRMED), "异议处理答复书"),
    Turn.SUPPLEMENT_ASKED: "补正通知书",
    Turn.DECLINED: "不予受理告知书",
    Turn.DISQUALIFIED: "取消参评资格告知书",
    Turn.URGED: "督办单",
}


def letter(turn: Turn, reader: Reader, facts: LetterFacts = FACTS, more: TurnFacts = MORE) -> LetterText:
    [kind] = [kind for kind, each in LETTERS[turn] if each is reader]
    return write_letter_text(turn, kind, reader, facts, more)


def middle(turn: Turn, reader: Reader, more: TurnFacts = MORE) -> list[str]:
    first, *between = letter(turn, reader, more=more).paragraphs
    asks = ASKS[reader]
    assert (first, between[len(between) - len(asks) :]) == (HEAD, asks)
    return between[: len(between) - len(asks)]


def test_every_letter_stands_here_in_full() -> None:
    assert IN_FULL.keys() == {(turn, reader) for turn, letters in LETTERS.items() for _, reader in letters}


@pytest.mark.parametrize(("turn", "reader"), IN_FULL)
def test_a_letter_in_full(turn: Turn, reader: Reader) -> None:
    assert middle(turn, reader) == IN_FULL[turn, reader]


@pytest.mark.parametrize(("turn", "reader"), IN_FULL)
def test_a_letter_says_what_it_is_to_whom_and_from_whom(turn: Turn, reader: Reader) -> None:
    facts = replace(FACTS, handler=Party("沾益区", "0874-0000002"))
    found = letter(turn, reader, facts)
    title = (
        "恢复参评资格告知书" if (turn, reader) in {(Turn.REVERSED, NOMINEE), (Turn.REVERSED, UNIT)} else TITLES[turn]
    )
    assert (found.title, found.to, found.signed_by, found.dated) == (title, TO[reader], facts.signed_by, facts.dated)


@pytest.mark.parametrize(("reader", "answer"), [(NOMINEE, ANSWER_OF_NOMINEE), (UNIT, ANSWER_OF_UNIT)])
def test_whoever_an_upheld_objection_puts_out_reads_what_was_found(reader: Reader, answer: str) -> None:
    assert middle(Turn.DISQUALIFIED, reader, replace(MORE, out=Ground.UPHELD)) == [
        "在2026年评选表彰活动推荐单位公示期间，对上述推荐对象的参评收到异议，经调查核实，异议成立。",
        "核查情况：走访群众五名",
        "认定的依据：评选通知第三部分",
        "依据评选通知第五部分，自2026年9月21日起取消上述推荐对象的参评资格。",
        answer,
    ]


def test_the_objector_reads_what_became_of_an_upheld_objection_and_of_no_new_facts() -> None:
    more = replace(MORE, conclusion=Conclusion.UPHELD, may_look=False)
    assert middle(Turn.CONCLUDED, OBJECTOR, more) == [
        f"{ABOUT}经调查核实，处理意见为：异议成立。",
        "核查情况：走访群众五名",
        "依据：评选通知第三部分",
        "答复：已核实",
        "依据评选通知第五部分，该推荐对象的参评资格自2026年9月21日起取消。",
    ]


@pytest.mark.parametrize(
    ("turn", "empty", "left_out"),
    [
        (Turn.CONCLUDED, {"findings": "", "answer": ""}, {"核查情况：走访群众五名", "答复：已核实"}),
        (Turn.CONCLUDED, {"grounds": "", "may_look": False}, {"依据：评选通知第三部分", LOOK}),
        (Turn.DECLINED, {"reason": "", "may_look": False}, {"理由：没有线索", LOOK}),
    ],
)
def test_what_a_turn_does_not_have_makes_no_empty_line(
    turn: Turn, empty: dict[str, object], left_out: set[str]
) -> None:
    found = middle(turn, OBJECTOR, replace(MORE, **empty))  # type: ignore[arg-type] # fields of a turn
    assert found == [paragraph for paragraph in IN_FULL[turn, OBJECTOR] if paragraph not in left_out]


def test_a_turn_has_nothing_but_what_is_said_of_it() -> None:
    """Nobody may ask for a second look unless it is said, and nothing of a case is made up."""
    assert not any(astuple(TurnFacts()))


@pytest.mark.parametrize(
    ("left", "words"), [(5, "还有5个工作日"), (1, "还有1个工作日"), (0, "今天为止"), (None, "今天为止")]
)
def test_a_handler_reads_how_many_days_are_left(left: int | None, words: str) -> None:
    found = middle(Turn.URGED, HANDLER, replace(MORE, workdays_left=left))
    assert f"办结期限为2026年9月29日 24:00，{words}。" in found[1]


@pytest.mark.parametrize(
    ("handling", "words"),
    [
        ("评选通知第四部分", "依据：评选通知第四部分。"),
        ("", "依据：推荐单位公示公告关于异议提出和处理的规定。"),  # the notice says nothing of it in this round
    ],
)
def test_a_letter_cites_the_clause_of_its_round(handling: str, words: str) -> None:
    assert words in letter(Turn.ACCEPTED, OBJECTOR, replace(FACTS, handling=handling)).paragraphs


@pytest.mark.parametrize(
    ("by_office", "handler", "office", "who", "asks"),
    [
        # the lines that a unit has, in their order; without any its name, of the office not even that
        (False, Party("麒麟区", "0874-2", "文昌街78号", "工作日"), Party("市级专班", "0874-1"), "办理单位（麒麟区）",
         "需要询问的，请与办理单位（电话：0874-2，地址：文昌街78号，受理时间：工作日）联系；"
         "对办理有意见的，请向市级专班（电话：0874-1）反映。"),
        (False, Party("麒麟区"), Party("市级专班"), "办理单位（麒麟区）",
         "需要询问的，请与办理单位（麒麟区）联系；对办理有意见的，请向市级专班反映。"),
        (True, Party("市级专班", "0874-1"), Party("市级专班", "0874-1"), "市级专班",
         "需要询问的，请与市级专班（电话：0874-1）联系。"),
    ],
)  # fmt: skip
def test_two_names_alone_for_who_handles_and_who_watches(
    by_office: bool, handler: Party, office: Party, who: str, asks: str
) -> None:
    facts = replace(FACTS, by_office=by_office, handler=handler, office=office)
    *_, about_who, _, last = letter(Turn.ACCEPTED, OBJECTOR, facts).paragraphs
    assert about_who.startswith(f"异议由{who}调查核实")
    assert last == asks
