"""Bounced messages: each is marked, and its address is not used until it is set anew (R28)."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.messages.fate import MOVES, Delivery
from app.models import Dispatch, Reach
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


@use_case
def mark_bounced(work: Work, token: str, words: str) -> bool:
    """Mark a message as bounced. Returns False if no message has this token, or it is marked already."""
    row = work.session.scalar(
        select(Dispatch)
        .where(Dispatch.token == token)
        .with_for_update(of=Dispatch)
        .execution_options(populate_existing=True)
    )
    if row is None or Delivery.BOUNCED not in MOVES[row.fate]:
        return False
    reach = lock_row(work.session, Reach, row.reach_id)
    if row.ended_at is None or row.ended_at >= reach.code_at:  # an address set anew since is another one
        reach.bounced_at = work.now
    row.fate, row.words, row.ended_at = Delivery.BOUNCED, words.replace("\n", " "), work.now
    return True
