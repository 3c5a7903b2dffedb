"""Login through an identity provider (OpenID Connect): whom it vouches for, and which account that opens (SECURITY 22).

The provider takes the place of the password and of nothing else: role, unit, second factor and agreements (R22) stay
the portal's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain.objections.receipt import keyed_hash
from app.domain.refusals import NotKnownHere
from app.models import User
from app.sealing import Keyring
from app.services.accounts import logins
from app.services.shared.work import Work


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for: its lasting id of the person, and the login name that it gives."""

    issuer: str
    subject: str
    login: str


def recognise(work: Work, vouched: Vouched) -> User:
    """Return the account of whom the provider vouches for. Raises NotKnownHere; no account is ever made.

    An account is bound to the subject that opened it first (`logins.let_in`). From then on that subject opens it, under
    whatever name, and no other: a login name that the provider gives to somebody else opens nothing.
    """
    marks = [_mark(key, vouched) for key in work.keyring.hash_keys]
    query = select(User).options(joinedload(User.second_factor))
    user = work.session.scalar(query.where(User.provider_subject.in_(marks)))
    if user is None:
        user = work.session.scalar(query.where(User.login == vouched.login, User.provider_subject.is_(None)))
    if user is None or not user.can_log_in(work.now):
        logins.note_failure(work, user)
        raise NotKnownHere
    return user


def subject_of(keyring: Keyring, vouched: Vouched) -> str:
    """Return the mark of a subject: a keyed hash, since some providers use ID numbers."""
    return _mark(keyring.hash_key, vouched)


def _mark(key: bytes, vouched: Vouched) -> str:
    return keyed_hash(key, "provider-subject", f"{vouched.issuer}\0{vouched.subject}")
