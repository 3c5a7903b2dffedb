"""The steps of the objection form: which page asks for what, and which page comes after a request.

Every page sends the whole form to one address: its own fields as inputs, all others hidden. So filing works without a
draft, and one request with all fields files at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from app.models import ObjectorKind


class Step(StrEnum):
    """A page of the form, by the value of its hidden field `at`."""

    WHO = "who"
    CONTACT = "contact"
    FACTS = "facts"
    CHECK = "check"


STEP_NAMES = {Step.WHO: "您是谁", Step.CONTACT: "联系方式", Step.FACTS: "事实和证据", Step.CHECK: "核对"}
ASKED = {
    Step.WHO: ("objector_kind", "name"),
    Step.CONTACT: ("contact_person", "contact", "tell_me"),
    Step.FACTS: ("category", "facts", "letter", "evidence", "against_handler"),
}
_OF_UNITS = frozenset({"contact_person", "letter"})  # asked of units alone
# The values of the buttons. Each button to change an answer is EDIT with the name of its step.
NEXT, BACK, SUBMIT, CLEAR, EDIT = "next", "back", "submit", "clear", "edit-"
# What only the sender's page can know: never taken from a draft.
_OF_THE_PAGE = frozenset(
    {"form_token", "draft", "slip", "ticket", "answer", "files_seen", "letters_seen", "csrf_token"}
)


def page_sent() -> Step | None:
    """Return the page that this request's form came from; None for a request that holds the whole form at once."""
    sent = request.form.get("at", "")
    return Step(sent) if sent in list(Step) else None


def pressed() -> str:
    """Return the value of the pressed button."""
    return request.form.get("step", "")


def asked(step: Step, *, of_unit: bool) -> list[str]:
    """Return the names of the fields that a page asks for."""
    return [name for name in ASKED.get(step, ()) if of_unit or name not in _OF_UNITS]


def merged(at: Step, kept: dict[str, str]) -> MultiDict[str, str]:
    """Return this request's form with everything that its page does not ask for as the draft has it.

    A page reached by going back holds what was typed before it was left, and must not put that over later answers.
    """
    own = {*asked(at, of_unit=kept.get("objector_kind") == ObjectorKind.UNIT), *_OF_THE_PAGE}
    sent = {name: value for name, value in request.form.items() if name in own}
    return MultiDict({name: value for name, value in kept.items() if name not in own} | sent)


def steps_with_errors(form: Any) -> list[Step]:
    return [step for step, names in ASKED.items() if any(form[name].errors for name in names)]


def page_after(at: Step | None, button: str, wrong: Sequence[Step], *, checked: bool) -> tuple[Step, bool]:
    """Return the page to which a request leads, and whether the errors of that page are shown.

    `wrong` are the steps with errors. `checked` tells that the check page was reached before: an answer changed since
    then leads back to it. A page that was not asked for yet is shown without errors.
    """
    if button.startswith(EDIT):
        named = button.removeprefix(EDIT)
        return (Step(named) if named in list(ASKED) else Step.WHO), False
    pages = list(Step)
    place = pages.index(at or Step.CHECK)
    if button == BACK:
        return pages[max(place - 1, 0)], False
    seen = [step for step in wrong if pages.index(step) <= place]
    if seen:
        return seen[0], True
    if place + 1 < len(pages) and not checked:
        return pages[place + 1], False
    return (wrong[0], False) if wrong else (Step.CHECK, False)


assert [*ASKED, Step.CHECK] == list(Step) == list(STEP_NAMES), "every step has its fields and its name"  # noqa: S101 - a table checked once, at import
