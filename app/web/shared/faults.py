"""What a service said of the values of a form, put beside the fields they stand in."""

from __future__ import annotations

from app.domain.refusals import Refusal, Unfit
from app.web.shared.forms import PlainForm


def beside_fields(form: PlainForm, refusal: Refusal) -> str:
    """Each fault goes to its field. Returns what is left to say on top of the page, "" if nothing."""
    if not isinstance(refusal, Unfit):
        return str(refusal)
    left = []
    for fault in refusal.faults:
        if fault.field in form:
            form[fault.field].errors = [*form[fault.field].errors, fault.words]
        else:
            left.append(fault.words)
    return "".join(left)
