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


class FormStep(StrEnum):
    """A page of the form, by the value of its hidden field `at`."""

    WHO = "who"
    CONTACT = "contact"
    FACTS = "facts"
    CHECK = "check"


STEP_NAMES = {
    FormStep.WHO: "您是谁",
    FormStep.CONTACT: "联系方式",
    FormStep.FACTS: "事实和证据",
    FormStep.CHECK: "核对",
}
ASKED = {
    FormStep.WHO: ("objector_kind", "name"),
    FormStep.CONTACT: ("contact_person", "contact", "tell_me"),
    FormStep.FACTS: ("category", "facts", "letter", "evidence", "against_handler"),
}
_OF_UNITS = frozenset({"contact_person", "letter"})  # asked of units alone
# The values of the buttons. Each button to change an answer is EDIT with the name of its step.
BACK, SUBMIT, CLEAR, EDIT = "back", "submit", "clear", "edit-"
# What only the sender's page can know: never taken from a draft.
_OF_THE_PAGE = frozenset(
    {"form_token", "draft", "slip", "ticket", "answer", "files_seen", "letters_seen", "csrf_token"}
)


def page_sent() -> FormStep | None:
    """Return the page that this request's form came from; None for a request that holds the whole form at once."""
    sent = request.form.get("at", "")
    return FormStep(sent) if sent in list(FormStep) else None


def pressed() -> str:
    """Return the value of the pressed button."""
    return request.form.get("step", "")


def asked(step: FormStep, *, of_unit: bool) -> list[str]:
    """Return the names of the fields that a page asks for."""
    return [name for name in ASKED.get(step, ()) if of_unit or name not in _OF_UNITS]


def merged(at: FormStep, kept: dict[str, str]) -> MultiDict[str, str]:
    """Return this request's form with everything that its page does not ask for as the draft has it.

    A page reached by going back holds what was typed before it was left, and must not put that over later answers.
    """
    own = {*asked(at, of_unit=kept.get("objector_kind") == ObjectorKind.UNIT), *_OF_THE_PAGE}
    sent = {name: value for name, value in request.form.items() if name in own}
    return MultiDict({name: value for name, value in kept.items() if name not in own} | sent)


def steps_with_errors(form: Any) -> list[FormStep]:
    return [step for step, names in ASKED.items() if any(form[name].errors for name in names)]


def page_after(at: FormStep | None, button: str, wrong: Sequence[FormStep], *, checked: bool) -> tuple[FormStep, bool]:
    """Return the page to which a request leads, and whether the errors of that page are shown.

    `wrong` are the steps with errors. `checked` tells that the check page was reached before: an answer changed since
    then leads back to it. A page that was not asked for yet is shown without errors.
    """
    if button.startswith(EDIT):
        named = button.removeprefix(EDIT)
        return (FormStep(named) if named in list(ASKED) else FormStep.WHO), False
    pages = list(FormStep)
    place = pages.index(at or FormStep.CHECK)
    if button == BACK:
        return pages[max(place - 1, 0)], False
    seen = [step for step in wrong if pages.index(step) <= place]
    if seen:
        return seen[0], True
    if place + 1 < len(pages) and not checked:
        return pages[place + 1], False
    return (wrong[0], False) if wrong else (FormStep.CHECK, False)


assert [*ASKED, FormStep.CHECK] == list(FormStep) == list(STEP_NAMES), "every step has its fields and its name"  # noqa: S101 - a table checked once, at import
