"""Files that go along with a form of a case: taken before the form is judged, so that no refusal loses them (R22)."""

from __future__ import annotations

from flask import request

from app.domain.cases.states import Action
from app.domain.refusals import FileRefused, TooManyFiles
from app.evidence.names import StoreDown
from app.services.cases import enclosing, enclosures
from app.services.cases.enclosures import Enclosed
from app.web.cases.actions import WithFiles
from app.web.shared.access import actor, work
from app.web.shared.portal import number, portal, session
from app.web.shared.uploads import check_spooled, sent_files

_FIELD, _REMOVE = "files", "remove-"
_STORE_DOWN = "暂时存不下，没有收下，请过几分钟再传。"


def take(case_id: int, action: Action, form: WithFiles) -> bool:
    """Take what came with the form. What is not taken stands beside the field; the others stay with the form.

    Returns whether all was taken. Raises what the rules say to whoever may not do now what the form is for.
    """
    refused = []
    for title, upload in sent_files(_FIELD):
        try:
            check_spooled(upload)
            enclosing.receive(work(), portal().vault, case_id, action, form.form_hash, title, upload)
        except (FileRefused, TooManyFiles) as refusal:
            refused.append(f"“{title}”：{refusal}")
        except StoreDown:
            refused.append(f"“{title}”：{_STORE_DOWN}")
    form.refused_files = refused
    return not refused


def removal_asked() -> bool:
    """Whether the button pressed was one that removes a file."""
    return request.form.get("step", "").startswith(_REMOVE)


def remove_asked(case_id: int, form: WithFiles) -> None:
    """Remove the file whose button was pressed; a value that no button has removes nothing."""
    try:
        file_id = number(request.form.get("step", "").removeprefix(_REMOVE))
    except ValueError:
        return
    enclosing.remove(work(), portal().vault, case_id, form.form_hash, file_id)


def lying_with(case_id: int, form: WithFiles) -> list[Enclosed]:
    """Return the files that lie with a form."""
    return enclosures.waiting_with(session(), portal().keyring, actor(), case_id, form.form_hash)
