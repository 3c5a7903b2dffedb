"""From the last review to the award: who is on the list, whose paper counts, what is still missing. Pure.

Notice, 四（三）-（五）: 复审, 建议名单, 征求意见, 报批, 全市公示, 审批, 表彰决定; 七（二）: 撤销.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.cases.verdict import GROUND_NAMES, LEFT_NAMES, Ground, Left
from app.domain.periods.roll import counts_in_words
from app.domain.periods.rounds import LAST_ROUND, SHORT_KIND_NAMES, Kind
from app.domain.programmes.notice import AwardNotice


class ProceedingKind(StrEnum):
    """The papers by which a list becomes an award."""

    CONSULTATION = "consultation"  # 征求有关部门意见
    SUBMISSION = "submission"  # 请示，报批
    APPROVAL = "approval"  # 批复
    DECISION = "decision"  # 表彰决定


PROCEEDING_NAMES = {
    ProceedingKind.CONSULTATION: "征求意见",
    ProceedingKind.SUBMISSION: "请示",
    ProceedingKind.APPROVAL: "批复",
    ProceedingKind.DECISION: "表彰决定",
}
ANSWERS = frozenset({ProceedingKind.CONSULTATION, ProceedingKind.APPROVAL})  # these say yes or no


class RevocationGround(StrEnum):
    """Why an award is taken back (notice, 七（二）)."""

    UNLAWFUL = "unlawful"
    DECEIT = "deceit"


REVOCATION_GROUND_NAMES = {
    RevocationGround.UNLAWFUL: "存在严重违纪违法行为、影响恶劣",
    RevocationGround.DECEIT: "隐瞒情况、弄虚作假骗取表彰奖励",
}

# --- who is on the list ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FinalRound:
    """A nominee in one period of round 3: the edition of the deeds, whether it is closed, and the day after its window,
    from which the award itself can be approved."""

    edition: int
    closed: bool
    over_on: dt.date


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about one nominee at some moment.

    `passed` is the latest result of 复审, None without one. `doubt` says in words what was recorded against the nominee
    since, which blocks the award."""

    nominee_id: int
    name: str
    kind: Kind
    recommender_id: int
    edition: int = 1
    passed: bool | None = None
    shown: Collection[FinalRound] = ()
    out: Collection[Ground] = ()
    withdrawn: bool = False
    open_cases: int = 0
    doubt: str = ""


class Fate(StrEnum):
    """Where a nominee stands on the way to the award."""

    NAMED = "named"  # passed every step: on the list of the award
    PENDING = "pending"  # proposed, with a step still open: the decision waits for it
    LEFT_OUT = "left_out"  # never proposed, or has left


FATE_NAMES = {Fate.NAMED: "可以表彰", Fate.PENDING: "还在办理", Fate.LEFT_OUT: "不列入"}


@dataclass(frozen=True, slots=True)
class JudgedNominee:
    """A nominee's fate, and the reason in words where it is not named."""

    facts: Facts
    fate: Fate
    reason: str = ""


def judge(facts: Facts, notice: AwardNotice) -> JudgedNominee:
    """Judge one nominee. A reason that excludes it comes before a step that is not done yet."""
    if facts.out:
        grounds = "、".join(GROUND_NAMES[ground] for ground in sorted(facts.out))
        return JudgedNominee(facts, Fate.LEFT_OUT, f"取消参评资格（{grounds}）")
    if facts.withdrawn:
        return JudgedNominee(facts, Fate.LEFT_OUT, LEFT_NAMES[Left.WITHDRAWN])
    if not facts.passed:
        return JudgedNominee(facts, Fate.LEFT_OUT, "没有经过复审" if facts.passed is None else "复审未通过")
    if why := _why_pending(facts, notice.rounds[LAST_ROUND].name):
        return JudgedNominee(facts, Fate.PENDING, why)
    return JudgedNominee(facts, Fate.NAMED)


def _why_pending(facts: Facts, last_round: str) -> str:
    if facts.doubt:
        return facts.doubt
    current = [shown for shown in facts.shown if shown.edition == facts.edition]
    if not facts.shown:
        return f"还没有列入{last_round}"
    if not current:
        return f"事迹修改过，须重新进行{last_round}"
    if not any(shown.closed for shown in current):
        return f"{last_round}还没有办结"
    return "还有异议没有结论" if facts.open_cases else ""


@dataclass(frozen=True, slots=True)
class AwardList:
    """Every nominee of a programme, judged: collectives first, otherwise in the order they came in."""

    judged: tuple[JudgedNominee, ...]
    notice: AwardNotice

    def of(self, fate: Fate) -> list[Facts]:
        return [each.facts for each in self.judged if each.fate is fate]

    @property
    def named(self) -> list[Facts]:
        """The names of the award, in its order."""
        return self.of(Fate.NAMED)

    @property
    def pending(self) -> list[JudgedNominee]:
        return [each for each in self.judged if each.fate is Fate.PENDING]

    @property
    def left_out(self) -> list[JudgedNominee]:
        return [each for each in self.judged if each.fate is Fate.LEFT_OUT]

    @property
    def shown_until(self) -> dt.date | None:
        """The day after the last window in which anybody proposed was shown to the city; None before any."""
        proposed = [*self.named, *self.of(Fate.PENDING)]
        return max((shown.over_on for facts in proposed for shown in facts.shown), default=None)


def build_award_list(facts: Iterable[Facts], notice: AwardNotice) -> AwardList:
    """Judge every nominee. The list keeps the order of `facts`: unit by unit, in each unit's order of preference."""
    judged = (judge(each, notice) for each in facts)
    return AwardList(tuple(sorted(judged, key=lambda each: each.facts.kind is Kind.INDIVIDUAL)), notice)


@dataclass(frozen=True, slots=True)
class Tally:
    """The places of one kind, and how they are used. Secret ones are dealt with on paper alone (R11)."""

    places: int
    named: int
    secret: int = 0

    @property
    def vacant(self) -> int:
        return max(0, self.places - self.named - self.secret)


@dataclass(frozen=True, slots=True)
class UnitQuota:
    """What a unit may recommend, by kind (annex 1)."""

    unit: str
    places: Mapping[Kind, int]
    secret: Mapping[Kind, int] = field(default_factory=dict)


def count_places(names: Iterable[Kind], quotas: Mapping[int, UnitQuota]) -> dict[Kind, Tally]:
    """Count the names and the places of each kind. `kinds` has the kind of each name; `quotas` is by the unit's id."""
    named = Counter(names)
    return {
        kind: Tally(
            places=sum(each.places.get(kind, 0) for each in quotas.values()),
            named=named[kind],
            secret=sum(each.secret.get(kind, 0) for each in quotas.values()),
        )
        for kind in Kind
    }


def find_overfull_units(award: AwardList, quotas: Mapping[int, UnitQuota]) -> list[str]:
    """Return the units with more names than places, in words (R9)."""
    named = Counter((facts.recommender_id, facts.kind) for facts in award.named)
    found = []
    for (unit_id, kind), count in named.items():
        quota = quotas.get(unit_id, UnitQuota("没有名额的单位", {}))
        if count + quota.secret.get(kind, 0) > quota.places.get(kind, 0):
            places = quota.places.get(kind, 0)
            given = f"名额{places}个" if places else "没有名额"
            found.append(f"{quota.unit}的{SHORT_KIND_NAMES[kind]}超出名额（{given}，名单上{count}个）")
    return found


# --- whose paper counts ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordedPaper:
    """One paper as it was recorded. `agreed` is what a department or superior answered."""

    id: int
    kind: ProceedingKind
    issuer: str
    dated: dt.date
    agreed: bool | None = None


def find_papers_in_force(papers: Iterable[RecordedPaper], shown_until: dt.date | None) -> list[RecordedPaper]:
    """Of each issuer's papers of a kind the one recorded last: how a paper is corrected.

    Submissions and approvals come twice, for showing the list to the city and, once it was shown, for the award: the
    second replaces nothing of the first.
    """
    latest: dict[tuple[ProceedingKind, str, bool], RecordedPaper] = {}
    for paper in sorted(papers, key=lambda paper: paper.id):
        latest[paper.kind, paper.issuer, is_of_the_award(paper, shown_until)] = paper
    return sorted(latest.values(), key=lambda paper: paper.id)


def is_of_the_award(paper: RecordedPaper, shown_until: dt.date | None) -> bool:
    """Tell whether a paper came after the list was shown: a paper about showing the list itself does not count here."""
    if paper.kind is ProceedingKind.CONSULTATION:
        return False
    return shown_until is not None and paper.dated >= shown_until


def find_approvals(papers: Iterable[RecordedPaper], shown_until: dt.date | None) -> list[RecordedPaper]:
    """Return the answers in force to the request to award these nominees."""
    return [
        paper
        for paper in find_papers_in_force(papers, shown_until)
        if paper.kind is ProceedingKind.APPROVAL and is_of_the_award(paper, shown_until)
    ]


# --- what is missing -------------------------------------------------------------------------------

_NAMED_AT_MOST = 5


def list_obstacles(
    award: AwardList, papers: Sequence[RecordedPaper], quotas: Mapping[int, UnitQuota], *, unsettled: bool
) -> list[str]:
    """List in words why the decision cannot be recorded yet; empty when it can."""
    found = []
    if award.pending:
        names = "、".join(f"{each.facts.name}（{each.reason}）" for each in award.pending[:_NAMED_AT_MOST])
        more = "等" if len(award.pending) > _NAMED_AT_MOST else ""
        found.append(f"建议名单上还有{len(award.pending)}个对象没有走完程序：{names}{more}")
    elif not award.named:
        found.append("没有一个推荐对象走完程序，名单是空的")
    if unsettled:
        found.append("有公示的办结期限已到、系统还没有处理完，请过一分钟再试")
    answers = find_approvals(papers, award.shown_until)
    if refusing := [paper.issuer for paper in answers if not paper.agreed]:
        found.append(f"{'、'.join(refusing)}没有同意")
    elif not answers:
        approvers, last_round = award.notice.approver_words, award.notice.rounds[LAST_ROUND].name
        found.append(f"还没有登记{approvers}同意表彰的批复（日期须在{last_round}结束以后）")
    return found + find_overfull_units(award, quotas)


@dataclass(frozen=True, slots=True)
class AwardStep:
    """One step of the way to the award: done or not, and what there is or what is missing, in words."""

    name: str
    done: bool
    said: str


def list_steps(award: AwardList, papers: Sequence[RecordedPaper], decided: str, revoked: int) -> list[AwardStep]:
    """Return the steps in the order of the notice. `decided` is the number of the decision, empty before it."""
    counting = find_papers_in_force(papers, award.shown_until)
    proposed = len(award.named) + len(award.pending)
    found = [
        AwardStep("建议名单", proposed > 0, _of_list(award, proposed)),
        _answered("征求意见", [paper for paper in counting if paper.kind is ProceedingKind.CONSULTATION], "部门"),
        _before_showing(counting, award.shown_until),
        _shown(award, proposed),
        _answered("审批", find_approvals(papers, award.shown_until), "机关"),
        AwardStep("表彰决定", bool(decided), f"{decided}，已经公布" if decided else "还没有作出"),
    ]
    return [*found, AwardStep("撤销", True, f"撤销了{revoked}个")] if revoked else found


def _of_list(award: AwardList, proposed: int) -> str:
    if not proposed:
        return "还没有推荐对象通过复审"
    kinds = Counter(each.facts.kind for each in award.judged if each.fate is not Fate.LEFT_OUT)
    return f"复审通过、仍然参评的有{counts_in_words(SHORT_KIND_NAMES, kinds)}"


def _answered(name: str, answers: Sequence[RecordedPaper], who: str) -> AwardStep:
    refusing = [paper.issuer for paper in answers if not paper.agreed]
    if refusing:
        return AwardStep(name, False, f"{'、'.join(refusing)}没有同意")
    if not answers:
        return AwardStep(name, False, f"还没有登记{who}的答复")
    return AwardStep(name, True, f"{'、'.join(paper.issuer for paper in answers)}同意")


def _before_showing(counting: Sequence[RecordedPaper], shown_until: dt.date | None) -> AwardStep:
    before = [paper for paper in counting if not is_of_the_award(paper, shown_until)]
    answers = [paper for paper in before if paper.kind is ProceedingKind.APPROVAL]
    if answers:
        return _answered("报批", answers, "机关")
    submitted = any(paper.kind is ProceedingKind.SUBMISSION for paper in before)
    return AwardStep("报批", False, "已经请示，还没有登记批复" if submitted else "还没有登记公示前的请示和批复")


def _shown(award: AwardList, proposed: int) -> AwardStep:
    name = award.notice.rounds[LAST_ROUND].name
    if not proposed:
        return AwardStep(name, False, "要先有建议名单")
    if award.pending:
        return AwardStep(name, False, f"{len(award.named)}个已经公示办结，{len(award.pending)}个还没有")
    return AwardStep(name, True, f"{proposed}个都已公示办结，没有未了的异议")
