"""Files of a form of a case: stored before the form is validated, so that a refusal does not lose them (R22)."""

from __future__ import annotations

from typing import BinaryIO

from app.domain.cases.states import Action
from app.services.cases import enclosing, enclosures
from app.services.cases.enclosures import Enclosed
from app.web.bodies import beside_turns
from app.web.cases.actions import WithFiles
from app.web.shared.access import actor, work
from app.web.shared.form_files import file_to_remove, take_each
from app.web.shared.portal import portal, session
from app.web.shared.uploads import check_spooled

_FIELD = "files"


def take(case_id: int, action: Action, form: WithFiles) -> bool:
    """Store the files of the form. Refused files are named beside the field; the others stay with the form.

    Returns whether all were stored. Raises the action's refusal if this person may not do the action now.
    """

    def take_one(title: str, upload: BinaryIO) -> None:
        check_spooled(upload)
        with beside_turns():  # looking through a document takes up to half a minute
            enclosing.receive(work(), portal().vault, case_id, action, form.form_hash, title, upload)

    form.refused_files = take_each(_FIELD, take_one)
    return not form.refused_files


def remove_asked(case_id: int, form: WithFiles) -> None:
    """Remove the file whose button was pressed. A value that no button has removes nothing."""
    file_id = file_to_remove()
    if file_id is not None:
        enclosing.remove(work(), portal().vault, case_id, form.form_hash, file_id)


def lying_with(case_id: int, form: WithFiles) -> list[Enclosed]:
    """Return the files that lie with a form."""
    return enclosures.list_waiting(session(), portal().keyring, actor(), case_id, form.form_hash)
