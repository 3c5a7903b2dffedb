"""Files of a form that is not filed yet: store, list, remove, whether a script or the form sent them."""

from __future__ import annotations

from typing import BinaryIO

from wtforms import Field

from app.domain.refusals import RecordingRefused
from app.services.objections import evidence
from app.services.objections.evidence import Attached, SentFile
from app.services.periods.publication import the_office
from app.services.record.chain import OBJECTOR
from app.web.bodies import beside_turns
from app.web.shared.access import work
from app.web.shared.form_files import file_to_remove, form_hash, take_each
from app.web.shared.limits import address, limiter
from app.web.shared.portal import portal, session
from app.web.shared.uploads import check_spooled, sent_files

FIELD, LETTER = "evidence", "letter"


def files_sent() -> int:
    """Count the files that came with this form. Each counts like one that a script sent."""
    return len(sent_files(FIELD)) + len(sent_files(LETTER))


def _limit() -> str:
    return portal().settings.limit_upload


# Both count into one bucket: a script's requests one by one, a form's files all at once.
upload_limit = limiter.shared_limit(_limit, scope="upload", key_func=address)
form_upload_limit = limiter.shared_limit(
    _limit, scope="upload", key_func=address, cost=lambda: files_sent() or 1, exempt_when=lambda: not files_sent()
)


def take(
    token: str,
    title: str,
    upload: BinaryIO,
    objection_id: int | None = None,
    *,
    letter: bool = False,
    by: str = OBJECTOR,
) -> Attached:
    """Store one file for a form. Raises Refusal and StoreDown as `evidence.take` does."""
    check_spooled(upload)
    vault = portal().vault
    sent = SentFile(title, upload, objection_id, letter, by)
    try:
        with beside_turns():  # the copy of a document takes up to half a minute
            return evidence.take(work(), vault, form_hash(token), sent)
    except RecordingRefused:
        if by == OBJECTOR:
            raise recordings() from None
        raise


def recordings() -> RecordingRefused:
    """Return the refusal of a recording that tells an objector where to take it."""
    office = the_office(session())
    return RecordingRefused(office.name, office.phone) if office else RecordingRefused()


def take_sent(
    token: str | None, objection_id: int | None = None, *, field: str = FIELD, by: str = OBJECTOR
) -> list[str]:
    """Store the files of a field of the form. Returns a sentence for each file refused; the others stay."""
    return take_each(
        field,
        lambda title, upload: take(token or "", title, upload, objection_id, letter=field == LETTER, by=by),
    )


def files_of(token: str | None) -> list[Attached]:
    """Return the files attached to a form that is not filed yet."""
    return evidence.list_unfiled(session(), portal().keyring, form_hash(token))


def letters_among(files: list[Attached]) -> int:
    return sum(file.letter for file in files)


def remove_asked(token: str | None, by: str = OBJECTOR) -> None:
    """Remove the file whose button was pressed. A value that no button has removes nothing."""
    evidence_id = file_to_remove()
    if evidence_id is not None:
        evidence.remove(work(), portal().vault, form_hash(token), evidence_id, by)


def say_refused(field: Field, refused: list[str]) -> bool:
    """Put the refusals beside the field. Returns whether there were any."""
    if refused:
        field.errors = refused
    return bool(refused)
