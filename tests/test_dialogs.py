"""A dialog of confirmation stands before what can't be undone, and nowhere else (docs/design.md)."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
_QUESTION = re.compile(r'data-confirm="((?:\{\{.*?\}\}|[^"{])*)"')
# What a dialog says of an act that can't be undone. A page says the rest where it is read before the press.
FINAL = re.compile(r"不能|只能申请一次")
# Every dialog there is: template, and how many stand in it. A new one has to be weighed.
DIALOGS = {
    "accounts/agreements.html": 1,  # whoever is agreed to may decide from then on
    "accounts/people.html": 1,  # the old password is gone
    "accounts/person.html": 2,
    "award/decision.html": 1,  # public at once
    "award/nominee.html": 1,
    "calendar/calendar.html": 2,
    "cases/bursts.html": 1,  # a deadline grows no shorter
    "cases/case.html": 1,  # asked for the actions that are `final` or `once`, below
    "cases/confirm_many.html": 1,
    "cases/flood.html": 1,  # cases that were joined can't be taken apart
    "cases/group_act.html": 1,
    "cases/letter.html": 1,
    "cases/letters.html": 1,
    "imports/import.html": 2,
    "messages/reaches.html": 2,  # an address that is made void
    "nominees/change.html": 1,  # the questions stand in app/web/nominees/changing.py, below
    "nominees/enter.html": 1,  # a vacant place is filled once
    "nominees/nominee.html": 1,
    "objections/identity.html": 1,
    "objections/identity_request.html": 1,
    "objections/receipt_case.html": 1,
    "periods/close.html": 1,
    "periods/close_many.html": 1,
    "upkeep/data_request.html": 1,  # an answer is written once
    "periods/period.html": 2,  # a window and a deadline grow no shorter
}


def _questions() -> list[tuple[str, str]]:
    return [
        (path.relative_to(TEMPLATES).as_posix(), question)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for question in _QUESTION.findall(path.read_text("utf-8"))
    ]


def test_every_dialog_is_one_of_those_that_were_weighed() -> None:
    written = sum(path.read_text("utf-8").count("data-confirm") for path in TEMPLATES.rglob("*.html"))
    assert len(_questions()) == written
    assert Counter(name for name, _ in _questions()) == DIALOGS


def test_every_dialog_says_that_the_act_cannot_be_undone() -> None:
    changing = (ROOT / "app/web/nominees/changing.py").read_text("utf-8")
    asked = [question for _, question in _questions() if question != "{{ confirm }}"]
    asked += re.findall(r'confirm=f?"(.*?)"', changing)
    assert [question for question in asked if not FINAL.search(question)] == []


def test_only_the_acts_on_a_case_that_end_something_are_asked_about() -> None:
    from app.web.cases.actions import BUTTONS

    asked = {action.value for action, button in BUTTONS.items() if button.final or button.once}
    assert asked == {
        "confirm_decline",
        "ask_supplement",
        "confirm",
        "join",
        "recuse",
        "hand_up",
        "take_over",
        "confirm_look",
        "reopen",
    }
