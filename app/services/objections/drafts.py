"""Drafts: what a form of the public side holds between a POST and the page that answers it (R17, R18).

A draft is found by a secret of the browser together with the handle in the page's address, so an address alone shows
nothing. It is sealed, lives for an hour, and no record is made of it.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.objections.receipt import keyed_hash
from app.models import Draft
from app.sealing import Keyring, SealBroken
from app.services.shared.work import Work, use_case

KEPT_FOR = dt.timedelta(hours=1)
MOST = 2000  # at a time, over the whole portal: strangers' drafts must not fill the disk
LONGEST = 100_000  # bytes of one; a form of 3,000 characters has some 12,000

Content = dict[str, Any]


def name_of(key: bytes, browser: str, handle: str) -> str:
    """Return the name of a draft in the database: a keyed hash that gives away neither secret nor handle."""
    return keyed_hash(key, "draft", f"{browser}:{handle}")


def token_of(key: bytes, browser: str, handle: str) -> str:
    """Return the form token of a page that nothing was sent from yet: the same whenever the page is opened again."""
    return keyed_hash(key, "draft-token", f"{browser}:{handle}")[:24]


def keep(work: Work, browser: str, handle: str, content: Content) -> bool:
    """Keep a draft in place of the one before it. Returns False where there is no room for it."""
    plain = json.dumps(content, ensure_ascii=False).encode()
    if len(plain) > LONGEST:
        return False
    name = name_of(work.keyring.hash_key, browser, handle)
    sealed = work.keyring.seal(plain, _place(name))
    try:
        return _write(work, name, sealed, MOST)
    except IntegrityError:  # the same page sent twice at one moment: the other one wrote first
        return _write(work, name, sealed, MOST)


def note_over(work: Work, browser: str, handle: str) -> None:
    """Note, for an hour, that something under this name is over by now: there is always room for that."""
    name = name_of(work.keyring.hash_key, browser, handle)
    plain = json.dumps({"over_at": work.now.timestamp()})
    with suppress(IntegrityError):  # noted at the same moment by another request
        _write(work, name, work.keyring.seal(plain, _place(name)), None)


def find(session: Session, keyring: Keyring, browser: str, handle: str, now: dt.datetime) -> Content | None:
    """Find a draft that is less than an hour old, whichever key of the ring it was kept under."""
    for key in keyring.hash_keys:
        name = name_of(key, browser, handle)
        sealed = session.scalar(select(Draft.sealed).where(Draft.name == name, Draft.kept_at > now - KEPT_FOR))
        if sealed is not None:
            try:
                content: Content = json.loads(keyring.unseal_text(sealed, _place(name)))
            except SealBroken:
                return None
            return content
    return None


@use_case
def forget(work: Work, browser: str, handle: str) -> None:
    """Delete a draft: its text was filed, or its owner leaves."""
    names = [name_of(key, browser, handle) for key in work.keyring.hash_keys]
    work.session.execute(delete(Draft).where(Draft.name.in_(names)))


@use_case
def purge(work: Work) -> int:
    """Delete every draft that is an hour old. Returns how many."""
    gone = work.session.execute(delete(Draft).where(Draft.kept_at <= work.now - KEPT_FOR).returning(Draft.name))
    return len(gone.all())


@use_case
def _write(work: Work, name: str, sealed: bytes, most: int | None) -> bool:
    values = {"sealed": sealed, "kept_at": work.now}
    if work.session.execute(update(Draft).where(Draft.name == name).values(values).returning(Draft.name)).first():
        return True
    if most is not None and (work.session.scalar(select(func.count()).select_from(Draft)) or 0) >= most:
        return False
    work.session.execute(insert(Draft).values(name=name, **values))
    return True


def _place(name: str) -> str:
    return f"draft:{name}"
