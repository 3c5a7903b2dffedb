"""Which page of the objection form comes after a request, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.web.objections.steps import FormStep, page_after

WHO, CONTACT, FACTS, CHECK = FormStep


@pytest.mark.parametrize(
    ("at", "button", "wrong", "checked", "page", "says_errors"),
    [
        # refused: the errors of the first page with some are shown, if it was asked for
        (WHO, "next", [WHO, CONTACT, FACTS], False, WHO, True),
        (CONTACT, "next", [CONTACT, FACTS], False, CONTACT, True),
        (FACTS, "next", [WHO, FACTS], False, WHO, True),
        (None, "submit", [CONTACT, FACTS], False, CONTACT, True),
        (CHECK, "submit", [FACTS], True, FACTS, True),
        # on, one page at a time: what was not asked for yet is no error
        (WHO, "next", [CONTACT, FACTS], False, CONTACT, False),
        (CONTACT, "next", [FACTS], False, FACTS, False),
        (WHO, "next", [], False, CONTACT, False),
        (FACTS, "next", [], False, CHECK, False),
        (None, "check", [], False, CHECK, False),
        # an answer changed from the check page: back to it, or to what is asked for because of it
        (WHO, "next", [], True, CHECK, False),
        (WHO, "next", [CONTACT, FACTS], True, CONTACT, False),
        (CHECK, "edit-contact", [], True, CONTACT, False),
        (CHECK, "edit-nonsense", [], True, WHO, False),
        (CHECK, "edit-check", [], True, WHO, False),
        # back, whatever is wrong
        (CHECK, "back", [], True, FACTS, False),
        (FACTS, "back", [FACTS], False, CONTACT, False),
        (WHO, "back", [WHO], False, WHO, False),
    ],
)
def test_the_page_after_a_request(
    at: FormStep | None, button: str, wrong: Sequence[FormStep], checked: bool, page: FormStep, says_errors: bool
) -> None:
    assert page_after(at, button, wrong, checked=checked) == (page, says_errors)
