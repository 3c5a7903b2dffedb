"""What is public about a period outside its window: no title or figure that reveals a nominee (R5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.cases.outcomes import OUTCOME_NAMES, CaseEnd
from app.domain.periods.rounds import Organiser, Round

FEWEST_SHOWN_ALONE = 5
# What became of the objections, as the sentence about a closing says it.
_OF_OBJECTIONS = {
    "accepted": "受理",
    **{
        outcome.value: OUTCOME_NAMES[outcome]
        for outcome in (CaseEnd.DECLINED, CaseEnd.UPHELD, CaseEnd.PARTLY_UPHELD, CaseEnd.DISMISSED, CaseEnd.LAPSED)
    },
}
FIGURES = ("entries", "filed", *_OF_OBJECTIONS, "goes_out")


def organiser_is_shown(round_: Round, collectives: int) -> bool:
    """Whether a period's organiser is itself among those it shows: a unit's own period that shows a collective."""
    return round_.organiser is Organiser.OWN_UNIT and collectives > 0


def title_of(round_: Round, organiser: str) -> str:
    """Return the title inside the window, and for staff at any time."""
    if round_.organiser is Organiser.OFFICE:
        return f"拟表彰对象公示（{_where(round_)}）"
    own = f"（{_where(round_)}）" if round_.organiser is Organiser.OWN_UNIT else ""
    return f"{organiser}拟推荐对象公示{own}"


def title_by_recommender(round_: Round, recommender: str, organiser: str) -> str:
    """Return the title outside the window where the organiser is itself a nominee; no unit where both are one."""
    by = recommender if recommender != organiser else ""
    return f"{by}拟推荐集体公示（{_where(round_)}）"


def _where(round_: Round) -> str:
    """Return where a round is public, as its name in the notice says: 全市公示 is 全市."""
    return round_.name.removesuffix("公示")


def is_shown_alone(entries: int) -> bool:
    """Return whether a period has enough entries for its figures to give nobody away."""
    return entries >= FEWEST_SHOWN_ALONE


@dataclass(frozen=True, slots=True)
class ClosingFigures:
    """What the public reads of a closing, by the names in FIGURES.

    `periods` is how many periods the figures are of, `pooled_by` the recommending unit whose they are; "" for the
    period's own. No `counts` where even the pool is too small, or where one of its periods still runs.
    """

    counts: Mapping[str, int] | None
    periods: int = 1
    pooled_by: str = ""
    still_running: bool = False

    @property
    def sentence(self) -> str:
        """The counts in one sentence that names no zero; "" without counts."""
        if not self.counts:
            return ""
        shown = f"公示对象{self.counts['entries']}个" if self.counts["entries"] else "没有公示对象"
        parts = [f"{name}{self.counts[key]}件" for key, name in _OF_OBJECTIONS.items() if self.counts[key]]
        filed = self.counts["filed"]
        what = f"（{'，'.join(parts)}）" if parts else ""
        said = f"收到异议{filed}件{what}" if filed else "没有收到异议"
        out = self.counts["goes_out"]
        went = f"{out}个推荐对象被取消参评资格" if out else "没有推荐对象被取消参评资格" if filed else ""
        return f"{shown}，{said}。" + (f"{went}。" if went else "")


def figures_of(report: Mapping[str, Any]) -> dict[str, int]:
    """Return the public figures of one closing report."""
    return {
        "entries": report["entries"],
        "filed": report["filed"],
        "accepted": report["accepted"],
        "declined": report["by_state"]["declined"],
        **{key: report["by_conclusion"][key] for key in ("upheld", "partly_upheld", "dismissed")},
        "lapsed": report["by_state"]["lapsed"],
        "goes_out": len(report["goes_out"]),
    }


def pool_figures(reports: Iterable[Mapping[str, Any]], unit: str, running: int) -> ClosingFigures:
    """Return the figures of a recommending unit's small periods together.

    None are given while one of these periods runs: the difference after its closing would be its own figures.
    """
    parts = [figures_of(report) for report in reports]
    total = {key: sum(part[key] for part in parts) for key in FIGURES}
    told = not running and is_shown_alone(total["entries"])
    return ClosingFigures(total if told else None, len(parts), unit, still_running=bool(running))
