"""Who is out, by R20-R29, from the acts that were accepted: the verdict alone, to be read in a minute."""

from __future__ import annotations

import datetime as dt

Act = tuple[dt.datetime, str, int, str]  # when, what, the case or the nominee, and the nominee or the proposal
Verdict = tuple[int, int, str, dt.datetime]  # nominee, case, ground, since when


def outs_by(acts: list[Act], deadline: dt.datetime) -> list[Verdict]:
    """Return every disqualification in order, reversed ones too."""
    nominee_of: dict[int, int] = {}
    still_open: set[int] = set()
    gone: set[int] = set()
    verdicts: list[Verdict] = []
    for when, act, number, what in acts:
        falls: list[tuple[int, str, dt.datetime]] = []
        if act == "file":
            nominee_of[number] = int(what)
        if act in ("file", "reopened"):
            still_open.add(number)
        if act in ("confirm", "confirm_decline", "join"):
            still_open.discard(number)
        if act == "confirm" and what == "upheld":
            falls = [(number, "upheld", when)]
        if act == "settle":
            falls = [(case, "lapsed", deadline) for case in sorted(still_open, key=lambda one: (nominee_of[one], one))]
        for case, ground, since in falls:
            verdicts += [(nominee_of[case], case, ground, since)] if nominee_of[case] not in gone else []
            gone.add(nominee_of[case])
        gone = gone | {number} if act == "leave" else gone - {number} if act == "reverse" else gone
    return verdicts
