"""Calling a use case for a form: its refusal is placed beside the form's field, or on top of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import FileField

from app.domain.refusals import FileRefused, NotThere, Refusal
from app.web.shared.portal import end_transaction

Result = TypeVar("Result")


class Fields(Protocol):
    """The protocol of a form: it validates itself, and has fields by name."""

    def validate(self) -> bool: ...
    def __contains__(self, name: str) -> bool: ...
    def __getitem__(self, name: str) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Result]):
    """The outcome. After a refusal the page is shown again with `status`, and `on_top` above the form.

    A page before any attempt takes UNTRIED.
    """

    status: int
    refusal: Refusal | None = None  # None also where the form's own validation failed
    on_top: str = ""
    results: tuple[Result, ...] = ()

    @property
    def refused(self) -> bool:
        return not self.results

    @property
    def result(self) -> Result:
        """Return what the use case returned."""
        return self.results[0]


UNTRIED: Attempt[Any] = Attempt(200)


def attempt(use_case: Callable[[], Result], form: Fields | None = None) -> Attempt[Result]:
    """Call a use case if its form is valid; `form` is None for a button.

    On a refusal the session is rolled back and each fault placed beside its field; faults without a field of the form
    go on top. NotThere is raised on, to be answered with 404.
    """
    if form is not None and not form.validate():
        return Attempt(422)
    try:
        return Attempt(200, results=(use_case(),))
    except NotThere:
        raise
    except Refusal as refusal:
        end_transaction()
        return Attempt(status_of(refusal), refusal, place_faults(refusal, form))


def nothing_done(tried: Attempt[Any], back: str, back_name: str) -> ResponseReturnValue:
    """Show that an act on many things was refused as a whole, with the way back to their list."""
    html = render_template(
        "shared/outcome.html",
        title="没有提交成功",
        back=back,
        back_name=back_name,
        problem=tried.on_top,
        done=[],
        refused=[],
    )
    return html, tried.status


def status_of(refusal: Refusal) -> int:
    """Return 422 where a field was filled in wrongly, 409 where the current state forbids the act."""
    return 422 if any(fault.field for fault in refusal.faults) else 409


def place_faults(refusal: Refusal, form: Fields | None) -> str:
    """Place each fault beside its field. Returns the sentence for the top of the page, "" for none."""
    left = []
    for fault in refusal.faults:
        name = _file_field(form) if isinstance(refusal, FileRefused) else fault.field
        if form is not None and name in form:
            form[name].errors = [*form[name].errors, fault.words]
        else:
            left.append(fault.words)
    return "".join(left)


def _file_field(form: Fields | None) -> str:
    """Return the form's name for the file that came with it."""
    return next((field.name for field in form or () if isinstance(field, FileField)), "")
