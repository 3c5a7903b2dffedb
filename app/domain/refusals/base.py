"""Named refusals. Each carries the facts it was refused for, and says in Chinese what would be right.

A refusal is an answer, not a fault: one place in `web` turns it into a page, the command line prints it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.shared.instants import day_and_time, end_day_and_time, written


@dataclass(frozen=True, slots=True)
class Fault:
    """Words about one field of a form, by the name that the form has for it; "" for no field."""

    field: str
    words: str


class Refusal(Exception):
    """What the portal will not do, and why. `str()` is a sentence for the person who asked.

    `field` names the form's field that was filled in wrongly; it is "" where the state of things forbids the act.
    """

    field = ""

    def __init__(self, words: str, field: str = "") -> None:
        self.field = field or self.field
        super().__init__(words)

    @property
    def faults(self) -> Sequence[Fault]:
        """What is wrong, field by field."""
        return [Fault(self.field, str(self))]


class NotThere(Refusal):
    """Something that this person asked for and that does not exist for them; a page answers 404."""


class Unfit(Refusal):
    """Several fields may have been filled in wrongly; `faults` has the words for each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = list(faults)
        super().__init__("".join(fault.words for fault in faults))

    @property
    def faults(self) -> Sequence[Fault]:
        return self._faults


class BadValue(Unfit):
    """One field was filled in wrongly."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__([Fault(field, words)])
        self.field = field


class WrongState(Refusal):
    """The state of things forbids the act; the sentence says what has to happen first, or what to do instead."""


class ChangedMeanwhile(Refusal):
    """What was looked at before the act is no longer what is there: nothing is done."""


def end(instant: dt.datetime) -> str:
    """Return the end of something as every page writes it: midnight is 24:00 of the day that ends."""
    return written(*end_day_and_time(instant))


def begin(instant: dt.datetime) -> str:
    """Return the beginning of something, or a point of time, as every page writes it."""
    return written(*day_and_time(instant))
