"""A use case tried on behalf of a form: whatever refuses it is put where the person looks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from wtforms import FileField

from app.domain.refusals import FileRefused, NotThere, Refusal
from app.web.shared.portal import let_go

Result = TypeVar("Result")


class Fields(Protocol):
    """What a form is here: it judges itself, and has fields by name."""

    def validate(self) -> bool: ...
    def __contains__(self, name: str) -> bool: ...
    def __getitem__(self, name: str) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Result]):
    """What became of it. Where it was refused, the page is shown again with `status`, and `on_top` above the form.

    A page that nobody tried anything on yet takes UNTRIED.
    """

    status: int
    refusal: Refusal | None = None  # None also where the form itself found something wrong
    on_top: str = ""
    results: tuple[Result, ...] = ()

    @property
    def refused(self) -> bool:
        return not self.results

    @property
    def result(self) -> Result:
        """What the use case returned."""
        return self.results[0]


UNTRIED: Attempt[Any] = Attempt(200)


def attempt(use_case: Callable[[], Result], form: Fields | None = None) -> Attempt[Result]:
    """Call a use case if its form is filled in rightly; `form` is None for a button.

    A refusal is undone in the session, and each fault stands beside its field; what belongs to no field of the form
    goes on top. What does not exist for this person stays so: NotThere goes on, to be answered with 404.
    """
    if form is not None and not form.validate():
        return Attempt(422)
    try:
        return Attempt(200, results=(use_case(),))
    except NotThere:
        raise
    except Refusal as refusal:
        let_go()
        return Attempt(status_of(refusal), refusal, place(refusal, form))


def status_of(refusal: Refusal) -> int:
    """Return 422 where a field was filled in wrongly, 409 where the current state forbids the act."""
    return 422 if any(fault.field for fault in refusal.faults) else 409


def place(refusal: Refusal, form: Fields | None) -> str:
    """Put each fault beside its field. Returns what is left to say on top of the page, "" for nothing."""
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
