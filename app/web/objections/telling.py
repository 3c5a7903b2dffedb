"""Whether this installation has a channel by which objectors can be told of news (R14, R36)."""

from __future__ import annotations

from app.domain.messages.channels import PERSONAL
from app.services.messages.followers import MessageChoice
from app.web.shared.portal import portal


def telling(*, wants_news: bool = False, code_at_once: bool = True) -> MessageChoice | None:
    """Return how an objector is told, or None where no channel leads to a person."""
    reachable = portal().gateways.available & set(PERSONAL)
    return MessageChoice(reachable, wants_news, code_at_once) if reachable else None
