"""The clause of a disqualification, round by round, and its wording on papers and pages (R26, R27).

The notice regulates a missing conclusion for round 2 only. In rounds 1 and 3 the 公示公告 announces the consequence, so
its own sentence is cited.
"""

from __future__ import annotations

from app.domain.periods.rounds import Round

NOTICE_SPEAKS_OF = 2
ANNOUNCED = "在规定时间内无法作出结论的，取消该推荐对象参评资格"
_SEPARATOR = "："  # separates the place of a clause in the notice from its words


def lapse_clause(round_: Round, of_notice: str) -> str:
    """Return the clause that a lapse in this round cites. `of_notice` is the notice's own, "第四部分（二）3：若在…"."""
    return of_notice if round_.number == NOTICE_SPEAKS_OF else f"{round_.name}公告{_SEPARATOR}{ANNOUNCED}"


def lapse_sentence(round_: Round, of_notice: str) -> str:
    """Return what the 公示公告 says of a lapse: in round 2 with the place in the notice, else as its own rule.

    The clause is printed once, and no brackets go around a place that has brackets itself.
    """
    place, _, _ = of_notice.partition(_SEPARATOR)
    if round_.number == NOTICE_SPEAKS_OF and place:
        return f"依据{place}，{ANNOUNCED}。"
    return f"{ANNOUNCED}。"
