"""The challenge: some work a browser does by itself before a busy portal takes an objection, or a wait instead of it.

Made and judged here, with altcha's protocol: no other host is asked, nothing of a person goes into it, it needs no
eyes and no mouse. Whoever cannot run it waits: the same page carries a ticket that opens a few minutes later.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass
from typing import Any

import altcha
from flask import g, request
from itsdangerous import BadData, URLSafeSerializer

from app.domain.objections.receipt import keyed_hash
from app.web.shared.portal import now, portal

GOOD_FOR = dt.timedelta(minutes=20)
WAIT = dt.timedelta(minutes=3)
TICKET_GOOD_FOR = dt.timedelta(hours=1)
_ALGORITHM = "PBKDF2/SHA-256"
_ROUNDS = 1000  # of one try
_LONGEST = 2000  # characters; an answer has some 900


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets a form through: a challenge's own number where one was solved, "" for one who waited."""

    answer: str


@dataclass(frozen=True, slots=True)
class ChallengeTask:
    """What the page of a challenge needs: the puzzle as JSON, and the ticket of who waits instead."""

    puzzle: str
    ticket: str
    minutes: int


def ask(form_token: str, effort: int = 1) -> ChallengeTask:
    """Create a fresh puzzle and this form's ticket. A form that already has a ticket keeps its time.

    `effort` is how many times harder than usual the puzzle is, and how many times longer the wait.
    """
    opens_at = _ticket_opens_at(form_token)
    ticket = request.form.get("ticket", "")
    if opens_at is None:
        opens_at = now() + WAIT * effort
        ticket = _signer().dumps([form_token, opens_at.isoformat()])
    return ChallengeTask(_puzzle(effort), ticket, max(1, -(-(opens_at - now()) // dt.timedelta(minutes=1))))


def passed(effort: int = 1) -> Pass | None:
    """Return the pass of this request's form, judged once a request. The filing checks whether it was used before.

    A puzzle that was made for less than this `effort` lets nothing through.
    """
    if "challenge_pass" not in g:
        g.challenge_pass = _judge(effort)
    found: Pass | None = g.challenge_pass
    return found


def _judge(effort: int) -> Pass | None:
    solved = _solved(request.form.get("answer", ""), effort)
    if solved:
        return Pass(solved)
    opens_at = _ticket_opens_at(request.form.get("form_token", ""))
    return Pass("") if opens_at is not None and now() >= opens_at else None


def _puzzle(effort: int) -> str:
    most = portal().settings.challenge_attempts * effort
    made = altcha.create_challenge(
        _ALGORITHM,
        _ROUNDS,
        counter=most // 2 + secrets.randbelow(most - most // 2),
        # Not altcha's own expiry, which asks another clock than the portal's.
        data={"until": int((now() + GOOD_FOR).timestamp())} | ({"effort": effort} if effort > 1 else {}),
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("challenge key"),
    )
    return json.dumps(made.to_dict())


def _solved(answer: str, effort: int) -> str | None:
    """Return the number of the solved puzzle. Returns None unless it is ours, hard enough, solved and in time."""
    if not answer or len(answer) > _LONGEST:
        return None
    result = altcha.verify_solution(answer, hmac_secret=_secret("challenge"), hmac_key_secret=_secret("challenge key"))
    if not result.verified:
        return None
    puzzle = altcha.Payload.from_base64(answer).challenge.parameters
    data: dict[str, Any] = puzzle.data or {}
    good = now().timestamp() < data.get("until", 0) and data.get("effort", 1) >= effort
    return puzzle.nonce if good else None


def _ticket_opens_at(form_token: str) -> dt.datetime | None:
    """From when the form's ticket lets it through; None without one of its own, or long after it opened."""
    try:
        token, instant = _signer().loads(request.form.get("ticket", ""))
    except BadData:
        return None
    opens_at = dt.datetime.fromisoformat(instant)
    # A form makes one objection, so its ticket is used once.
    return opens_at if token == form_token and now() < opens_at + TICKET_GOOD_FOR else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_secret("ticket"))


def _secret(purpose: str) -> str:
    return keyed_hash(portal().keyring.hash_key, purpose, "")
