"""Files that lie with a form until it is filed: taken, listed, removed, whether a script or the form sent them."""

from __future__ import annotations

from typing import BinaryIO

from flask import request
from wtforms import Field

from app.domain.objections.receipt import keyed_hash
from app.domain.refusals import FileRefused, TooManyFiles
from app.evidence.names import StoreDown
from app.services.objections import evidence
from app.services.objections.evidence import Attached, SentFile
from app.services.record.chain import OBJECTOR
from app.web.shared.access import work
from app.web.shared.limits import address, limiter
from app.web.shared.portal import number, portal, session
from app.web.shared.uploads import check_spooled, sent_files

FIELD, LETTER = "evidence", "letter"
_REMOVE = "remove-"
STORE_DOWN = "暂时存不下，没有收下，请过几分钟再传。"


def files_sent() -> int:
    """How many files came with this form; each counts as one that a script sent."""
    return len(sent_files(FIELD)) + len(sent_files(LETTER))


def _limit() -> str:
    return portal().settings.limit_upload


# Both count into one bucket: a script's requests one by one, a form's files all at once.
upload_limit = limiter.shared_limit(_limit, scope="upload", key_func=address)
form_upload_limit = limiter.shared_limit(
    _limit, scope="upload", key_func=address, cost=lambda: files_sent() or 1, exempt_when=lambda: not files_sent()
)


def form_hash(token: str | None) -> str:
    """Hash a form's token with a key. The form's files are stored under the hash, which does not reveal the token."""
    return keyed_hash(portal().keyring.hash_key, "form", token or "")


def take(
    token: str,
    title: str,
    upload: BinaryIO,
    objection_id: int | None = None,
    *,
    letter: bool = False,
    by: str = OBJECTOR,
) -> Attached:
    """Take one file for a form. Raises Refusal and StoreDown as `evidence.take` does."""
    check_spooled(upload)
    vault = portal().vault
    sent = SentFile(title, upload, objection_id, letter, by)
    return evidence.take(work(), vault, form_hash(token), sent)


def take_sent(
    token: str | None, objection_id: int | None = None, *, field: str = FIELD, by: str = OBJECTOR
) -> list[str]:
    """Take the files of a field of the form. What is not taken comes back as a sentence each; the others stay."""
    refused = []
    for title, upload in sent_files(field):
        try:
            take(token or "", title, upload, objection_id, letter=field == LETTER, by=by)
        except (FileRefused, TooManyFiles) as refusal:
            refused.append(f"“{title}”：{refusal}")
        except StoreDown:
            refused.append(f"“{title}”：{STORE_DOWN}")
    return refused


def files_of(token: str | None) -> list[Attached]:
    """Return the files attached to a form that is not filed yet."""
    return evidence.unfiled(session(), portal().keyring, form_hash(token))


def letters_among(files: list[Attached]) -> int:
    return sum(file.letter for file in files)


def removal_asked() -> bool:
    """Whether the button pressed was one that removes a file."""
    return request.form.get("step", "").startswith(_REMOVE)


def remove_asked(token: str | None, by: str = OBJECTOR) -> None:
    """Remove the file whose button was pressed; a value that no button has removes nothing."""
    try:
        evidence_id = number(request.form.get("step", "").removeprefix(_REMOVE))
    except ValueError:
        return
    evidence.remove(work(), portal().vault, form_hash(token), evidence_id, by)


def say_refused(field: Field, refused: list[str]) -> bool:
    """Put the refusals beside the field. Returns whether there were any."""
    if refused:
        field.errors = refused
    return bool(refused)
