"""The challenge: proof of work by the browser before a busy portal takes an objection, or a wait instead.

Challenges are made and checked here by altcha's protocol. No other host is asked, no personal data goes in, and neither
sight nor a mouse is needed. A browser that cannot run it waits: the page carries a ticket that becomes valid a few
minutes later.
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
_ROUNDS = 1000  # of one attempt
_LONGEST = 2000  # characters; an answer has some 900


@dataclass(frozen=True, slots=True)
class Pass:
    """What lets a form through: the number of a solved challenge, "" after a wait."""

    answer: str


@dataclass(frozen=True, slots=True)
class ChallengeTask:
    """The data of a challenge's page: the puzzle as JSON, and the ticket for waiting instead."""

    puzzle: str
    ticket: str
    minutes: int


def ask(
    form_token: str, ticket: str, hardness: int = 1, effort: int = 1, at_least: dt.timedelta = dt.timedelta(0)
) -> ChallengeTask:
    """Create a fresh puzzle and this form's ticket. A form that already has a ticket keeps its time.

    `hardness` is how many times harder than usual the puzzle is because of everybody's traffic; `effort` multiplies it,
    and the wait, by what this browser filed before. `at_least` is how long this address may not pass by waiting again.
    """
    ticket, opens_at = ticket_for(form_token, ticket, effort)
    wait = max(opens_at - now(), at_least)
    return ChallengeTask(_puzzle(hardness * effort), ticket, max(1, -(-wait // dt.timedelta(minutes=1))))


def ticket_for(form_token: str, ticket: str, effort: int = 1) -> tuple[str, dt.datetime]:
    """Return the form's ticket, a new one if it has none, and the instant from which it is valid."""
    opens_at = _ticket_opens_at(form_token, ticket)
    if opens_at is None:
        opens_at = now() + WAIT * effort
        ticket = str(_signer().dumps([form_token, opens_at.isoformat()]))
    return ticket, opens_at


def passed(hardness: int = 1) -> Pass | None:
    """Return the pass of this request's form, judged once a request. The filing checks whether it was used before.

    A puzzle must have been at least that hard. `limits` decides whether a wait counts.
    """
    if "challenge_pass" not in g:
        g.challenge_pass = _judge(hardness)
    found: Pass | None = g.challenge_pass
    return found


def solved(answer: str) -> str | None:
    """Return the number of a solved puzzle, for a request that is no form."""
    return _solved(answer, 1)


def has_waited(form_token: str, ticket: str) -> bool:
    """Tell whether a form's ticket is valid by now."""
    opens_at = _ticket_opens_at(form_token, ticket)
    return opens_at is not None and now() >= opens_at


def _judge(hardness: int) -> Pass | None:
    solved = _solved(request.form.get("answer", ""), hardness)
    if solved:
        return Pass(solved)
    opens_at = _ticket_opens_at(request.form.get("form_token", ""), request.form.get("ticket", ""))
    return Pass("") if opens_at is not None and now() >= opens_at else None


def _puzzle(hardness: int) -> str:
    most = portal().settings.challenge_attempts * hardness
    made = altcha.create_challenge(
        _ALGORITHM,
        _ROUNDS,
        counter=most // 2 + secrets.randbelow(most - most // 2),
        # Checked here instead of by altcha, whose expiry does not use the portal's clock.
        data={"until": int((now() + GOOD_FOR).timestamp()), "hardness": hardness},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("challenge key"),
    )
    return json.dumps(made.to_dict())


def _solved(answer: str, hardness: int) -> str | None:
    """Return the number of the solved puzzle. Returns None unless it is ours, solved, in time and hard enough."""
    if not answer or len(answer) > _LONGEST:
        return None
    result = altcha.verify_solution(answer, hmac_secret=_secret("challenge"), hmac_key_secret=_secret("challenge key"))
    if not result.verified:
        return None
    puzzle = altcha.Payload.from_base64(answer).challenge.parameters
    data: dict[str, Any] = puzzle.data or {}
    in_time = now().timestamp() < data.get("until", 0)
    return puzzle.nonce if in_time and data.get("hardness", 0) >= hardness else None


def _ticket_opens_at(form_token: str, ticket: str) -> dt.datetime | None:
    """Return the instant from which the form's own ticket is valid. Returns None without one, or for an expired one."""
    try:
        token, instant = _signer().loads(ticket)
    except BadData:
        return None
    opens_at = dt.datetime.fromisoformat(instant)
    # A form makes one objection, so its ticket is used once.
    return opens_at if token == form_token and now() < opens_at + TICKET_GOOD_FOR else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_secret("ticket"))


def _secret(purpose: str) -> str:
    return keyed_hash(portal().keyring.hash_key, purpose, "")
