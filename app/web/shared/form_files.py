"""Files of a form that is not accepted yet, of objectors and of handlers. A token in the form identifies them.

They are stored before the form is validated, so that a refusal does not lose them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from flask import request
from wtforms import HiddenField

from app.domain.objections.receipt import keyed_hash, looks_like_form_token, new_form_token
from app.domain.refusals import FileRefused, TooManyFiles
from app.evidence.names import StoreDown
from app.web.shared.forms import PlainForm
from app.web.shared.portal import number, portal
from app.web.shared.uploads import sent_files

STORE_DOWN = "暂时存不下，没有收下，请过几分钟再传。"
_REMOVE = "remove-"


class TokenForm(PlainForm):
    """A form with a token of its own, which identifies its files until it is accepted."""

    form_token = HiddenField()

    def ensure_token(self) -> None:
        """Ensure that the form has a token made by the portal: the one sent with it, or a fresh one."""
        if not looks_like_form_token(self.form_token.data or ""):
            self.form_token.data = new_form_token()


def form_hash(token: str | None) -> str:
    """Hash a form's token with a key. The form's files are stored under the hash, which does not reveal the token."""
    return keyed_hash(portal().keyring.hash_key, "form", token or "")


def take_each(field: str, take: Callable[[str, BinaryIO], object]) -> list[str]:
    """Pass each file of a field to `take`, with its title. Returns a sentence for each refused file."""
    refused = []
    for title, upload in sent_files(field):
        try:
            take(title, upload)
        except (FileRefused, TooManyFiles) as refusal:
            refused.append(f"“{title}”：{refusal}")
        except StoreDown:
            refused.append(f"“{title}”：{STORE_DOWN}")
    return refused


def removal_asked() -> bool:
    """Tell whether the pressed button removes a file."""
    return request.form.get("step", "").startswith(_REMOVE)


def file_to_remove() -> int | None:
    """Return the id of the file whose button was pressed; None for a value that no button has."""
    try:
        return number(request.form.get("step", "").removeprefix(_REMOVE))
    except ValueError:
        return None
