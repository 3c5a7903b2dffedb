"""The challenge before a file is taken while much lies unfiled already (SECURITY 49).

A script that is asked for it solves it and sends the file again. Without a script the way through is to wait, as before
an objection (`challenge`).
"""

from __future__ import annotations

from flask import request

from app.domain.refusals import Refusal
from app.services.objections import shares, unfiled
from app.web.shared import challenge, limits
from app.web.shared.access import work
from app.web.shared.portal import portal, session

SOLVER = "/static/vendor/altcha/pbkdf2.js"


class ChallengeWanted(Refusal):
    """A file that is taken once a challenge is solved: `puzzle` is the challenge as JSON."""

    def __init__(self, puzzle: str) -> None:
        self.puzzle = puzzle
        super().__init__("现在上传的人比较多，要先做一次安全检查，几秒钟就好。请再传一次。")


def is_due() -> bool:
    """Tell whether so much lies unfiled that a file is taken after a challenge only."""
    settings = portal().settings
    if not settings.limits_enabled:
        return False
    return unfiled.unfiled_bytes(session()) * 100 >= settings.unfiled_bytes * settings.challenge_at


def require_solved(form_token: str) -> None:
    """Take the answer that came with a bare file. Raises ChallengeWanted, AnswerSpent."""
    if not is_due():
        return
    answer = challenge.solved(request.headers.get("X-Answer", ""))
    if answer is None:
        raise ChallengeWanted(challenge.ask(form_token, "").puzzle)
    shares.spend_answer(work(), answer)


def waits(form_token: str, ticket: str) -> tuple[str, str]:
    """Return what a form is told whose files are not taken yet, "" where they are, and the form's ticket.

    A wait counts as before an objection (R17): one address has few of them.
    """
    if not is_due() or (challenge.has_waited(form_token, ticket) and limits.take_wait()):
        return "", ticket
    ticket, _ = challenge.ticket_for(form_token, ticket)
    minutes = int(challenge.WAIT.total_seconds() // 60)
    told = (
        f"现在上传的人比较多，文件还没有收下，填写的内容都在。请过{minutes}分钟再选一次，"
        "或者把材料寄来、送来，由工作人员登记。"
    )
    return told, ticket
