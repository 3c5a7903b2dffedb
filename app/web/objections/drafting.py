"""Drafts of public forms: a POST keeps what was typed and leads to an address that shows it (R17).

So going back, forward or reloading is always a GET. The address holds a handle, which shows nothing in another browser:
the draft also needs the secret in this browser's session.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import session as cookie
from wtforms import FileField, Form

from app.services.objections import drafts
from app.services.objections.drafts import Content
from app.web.shared.access import work
from app.web.shared.forms import TypedBefore
from app.web.shared.portal import now, portal, session

_HANDLE = re.compile(r"[A-Za-z0-9_-]{22}")
_NOT_KEPT = frozenset({"csrf_token", "draft"})
_UNFINISHED = "unfinished"
_MOST_UNFINISHED = 5  # forms that a browser finds again; a cookie has little room


def new_handle() -> str:
    return secrets.token_urlsafe(16)


def handle_of(form: Any) -> str:
    """Return the handle sent with a form, or a fresh one."""
    found = form.draft.data or ""
    if not _HANDLE.fullmatch(found):
        found = form.draft.data = new_handle()
    return found


def token_for(handle: str) -> str:
    """Return the form token of a page that was not submitted yet."""
    return drafts.token_of(portal().keyring.hash_key, browser(), handle)


def typed_in(form: Form) -> dict[str, str]:
    """Return the texts and choices of a form, as a browser would send them again."""
    fields = [field for field in form if field.name not in _NOT_KEPT and not isinstance(field, FileField)]
    return {field.name: "y" if field.data is True else str(field.data) for field in fields if field.data}


def errors_in(form: Form) -> dict[str, list[str]]:
    return {field.name: [str(error) for error in field.errors] for field in form if field.errors}


def filled(kind: type[Any], content: Content, handle: str) -> Any:
    """Return a form of this kind, filled in from a draft."""
    return kind(TypedBefore({**content["typed"], "draft": handle}))


def say_errors(form: Form, content: Content) -> None:
    """Put a draft's errors back beside their fields."""
    for name, errors in content.get("errors", {}).items():
        if name in form:
            form[name].errors = errors


def named(what: str, handle: str) -> str:
    """Return the name of a draft of a form. At the address of another form, the same handle finds nothing."""
    return f"{what}/{handle}"


def keep(what: str, handle: str, content: Content) -> bool:
    """Keep a draft of a form. Returns False where there is no room: the page then answers the POST itself."""
    if drafts.keep(work(), browser(), named(what, handle), content):
        return True
    forget(what, handle)  # an earlier draft would be taken for the newest
    return False


def kept(what: str, handle: str) -> Content | None:
    """Return a draft of a form. None for a handle that is none: other notes of this browser have names of their own."""
    if not _HANDLE.fullmatch(handle):
        return None
    return drafts.find(session(), portal().keyring, browser(), named(what, handle), now())


def forget(what: str, handle: str) -> None:
    drafts.forget(work(), browser(), named(what, handle))


def begin_unfinished(what: str, handle: str) -> None:
    """Remember which draft this browser has under way for a form, so that opening the form again goes on with it."""
    others = {key: value for key, value in _unfinished().items() if key != _mark(what)}
    latest = [*others.items(), (_mark(what), handle)][-_MOST_UNFINISHED:]
    cookie[_UNFINISHED] = dict(latest)


def unfinished(what: str) -> str | None:
    """Return the handle of the draft that this browser has under way for a form, less than an hour old."""
    handle = _unfinished().get(_mark(what)) if _UNFINISHED in cookie else None
    return handle if handle is not None and kept(what, handle) is not None else None


def end_unfinished(what: str) -> None:
    """Let the form begin anew when it is opened again: it was filed, or cleared."""
    if _UNFINISHED in cookie:
        cookie[_UNFINISHED] = {key: value for key, value in _unfinished().items() if key != _mark(what)}


def _unfinished() -> dict[str, str]:
    found: dict[str, str] = cookie.get(_UNFINISHED, {})
    return found


def _mark(what: str) -> str:
    """Return the name of a form for the session cookie, which is signed and not secret: it does not tell which form."""
    return drafts.token_of(portal().keyring.hash_key, browser(), what)[:12]


def browser() -> str:
    """Return this browser's secret, created when it first opens a form."""
    if "browser" not in cookie:
        cookie["browser"] = secrets.token_urlsafe(16)
    secret: str = cookie["browser"]
    return secret
