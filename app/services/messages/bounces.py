"""Bounced messages: each is marked, and its address is not used until it is set anew (R28)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.domain.messages.fate import MOVES, Delivery, kept_words
from app.models import Dispatch, Reach
from app.services.messages.codes import unseal_address
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


@use_case
def mark_bounced(work: Work, token: str, words: str) -> bool:
    """Mark a message, with everything that it carried, as bounced.

    Returns False if no message has this token, or it is marked already.
    """
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
    words = kept_words(words, unseal_address(work.keyring, reach))
    for one in (row, *_sent_with(work, row)):
        one.fate, one.words, one.ended_at = Delivery.BOUNCED, words, work.now
    return True


def _sent_with(work: Work, row: Dispatch) -> Sequence[Dispatch]:
    """Return the others of the same morning's digest: only its first has the token, and all ended at one instant."""
    if not row.digest:
        return []
    return work.session.scalars(
        select(Dispatch)
        .where(
            Dispatch.reach_id == row.reach_id,
            Dispatch.digest,
            Dispatch.fate == Delivery.SENT,
            Dispatch.ended_at == row.ended_at,
            Dispatch.id != row.id,
        )
        .with_for_update(of=Dispatch)
        .execution_options(populate_existing=True)
    ).all()
