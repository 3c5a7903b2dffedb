"""The second factor: time-based codes (RFC 6238), each taken once, and recovery codes for a lost telephone.

Whoever asks for a change here has given their password just before (`logins.prove_identity`).
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import unicodedata

import pyotp
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.domain.accounts.logins import RECOVERY_CODES, SECRET_SHOWN_FOR, code_steps
from app.domain.objections.receipt import keyed_hash
from app.domain.refusals import WrongCode
from app.models import RecoveryCode, SecondFactor, User
from app.sealing import Keyring
from app.services.record.chain import by_user
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case

_RECOVERY_DIGITS = 16  # 53 bits, and digits alone: they are typed where the code is, on a telephone too
_GROUP = 4
_ISSUER = "公示与异议处理"


@use_case
def propose(work: Work, user_id: int) -> None:
    """Propose a new secret, to be confirmed with a code. The secret in force stays in force until then."""
    factor = _lock_factor(work, user_id) or SecondFactor(user_id=user_id)
    factor.sealed_proposal = work.keyring.seal(pyotp.random_base32(), place(user_id))
    factor.proposed_at = work.now
    work.session.add(factor)


def proposed(session: Session, keyring: Keyring, user_id: int, now: dt.datetime) -> str | None:
    """Return the secret that waits to be confirmed, in base 32.

    Returns None where there is none, or where it is too old.
    """
    factor = session.get(SecondFactor, user_id)
    if factor is None or factor.sealed_proposal is None or factor.proposed_at is None:
        return None
    if now >= factor.proposed_at + SECRET_SHOWN_FOR:
        return None
    return keyring.unseal_text(factor.sealed_proposal, place(user_id))


def address_of(secret: str, login: str) -> str:
    """Return the otpauth:// address that an authenticator on a telephone takes, as a QR code or a link."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


@use_case
def confirm(work: Work, user_id: int, code: str) -> list[str]:
    """Put the proposed secret into force and return new recovery codes. Raises WrongCode.

    The codes can't be had again later.
    """
    _lock_factor(work, user_id)
    secret = proposed(work.session, work.keyring, user_id, work.now)
    step = _step_of(secret, _digits(code), work.now) if secret is not None else None
    if step is None:
        raise WrongCode
    factor = work.session.get_one(SecondFactor, user_id)
    factor.sealed_secret, factor.confirmed_at, factor.last_step = factor.sealed_proposal, work.now, step
    factor.sealed_proposal = factor.proposed_at = None
    codes = _new_recovery_codes(work, user_id)
    work.did_by(by_user(user_id), "user.second_factor_set", f"user:{user_id}")
    return codes


@use_case
def renew_recovery_codes(work: Work, user_id: int) -> list[str]:
    """Make ten new recovery codes. The earlier ones stop working. Raises WrongCode without a second factor."""
    factor = _lock_factor(work, user_id)
    if factor is None or factor.confirmed_at is None:
        raise WrongCode
    codes = _new_recovery_codes(work, user_id)
    work.did_by(by_user(user_id), "user.recovery_codes_renewed", f"user:{user_id}")
    return codes


def _lock_factor(work: Work, user_id: int) -> SecondFactor | None:
    """Lock the account and read its second factor as it is now: of two who set it at once, one comes first."""
    lock_row(work.session, User, user_id)
    return work.session.get(SecondFactor, user_id, populate_existing=True)


def recovery_codes_left(session: Session, user_id: int) -> int:
    query = select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def take(session: Session, keyring: Keyring, user_id: int, typed: str, now: dt.datetime) -> str:
    """Use a code up, in the caller's transaction.

    Returns which kind it was, "code" or "recovery_code". Where two requests send the same code at once, the database
    lets one pass. Raises WrongCode.
    """
    digits = _digits(typed)
    if len(digits) == _RECOVERY_DIGITS and _take_recovery_code(session, keyring, user_id, digits, now):
        return "recovery_code"
    if _take_code(session, keyring, user_id, digits, now):
        return "code"
    raise WrongCode


def remove(session: Session, user_id: int) -> None:
    """Remove the second factor and its recovery codes, for a lost telephone. In the caller's transaction."""
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _take_code(session: Session, keyring: Keyring, user_id: int, code: str, now: dt.datetime) -> bool:
    factor = session.get(SecondFactor, user_id)
    if factor is None or factor.sealed_secret is None:
        return False
    step = _step_of(keyring.unseal_text(factor.sealed_secret, place(user_id)), code, now)
    if step is None:
        return False
    taken = session.scalar(
        update(SecondFactor)
        .where(SecondFactor.user_id == user_id, or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step))
        .values(last_step=step)
        .returning(SecondFactor.user_id)
    )
    return taken is not None


def _step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Return the time step that a code belongs to, among those accepted now; None for any other code."""
    totp = pyotp.TOTP(secret)
    fitting = [step for step in code_steps(now) if hmac.compare_digest(totp.generate_otp(step), code)]
    return fitting[-1] if fitting else None


def _take_recovery_code(session: Session, keyring: Keyring, user_id: int, digits: str, now: dt.datetime) -> bool:
    hashes = [_recovery_hash(key, user_id, digits) for key in keyring.hash_keys]
    taken = session.scalar(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash.in_(hashes), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return taken is not None


def _new_recovery_codes(work: Work, user_id: int) -> list[str]:
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [f"{secrets.randbelow(10**_RECOVERY_DIGITS):0{_RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]
    work.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=_recovery_hash(work.keyring.hash_key, user_id, code), made_at=work.now)
        for code in codes
    )
    return ["-".join(code[at : at + _GROUP] for at in range(0, _RECOVERY_DIGITS, _GROUP)) for code in codes]


def _recovery_hash(key: bytes, user_id: int, digits: str) -> str:
    return keyed_hash(key, "recovery-code", f"{user_id}\0{digits}")


def _digits(typed: str) -> str:
    """Return the digits of a typed code. Spaces and hyphens are dropped, full-width digits become plain ones."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign in "0123456789")


def place(user_id: int) -> str:
    """Return the place a secret is sealed to. Moved to another account, the secret does not open."""
    return f"totp:{user_id}"
