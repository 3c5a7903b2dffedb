"""The panel of a nominee's page with conditions, reviews and opinions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.nominees.eligibility import ConditionAnswer, CountyShare
from app.services.nominees import dossiers, eligibility, opinions, reviews
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.opinions import RecordedOpinion
from app.services.nominees.reviews import RecordedReview
from app.services.programmes import decisions
from app.services.shared import leavers
from app.web.nominees.standing_forms import ConditionForm, RankForm
from app.web.shared.access import actor
from app.web.shared.forms import PlainForm
from app.web.shared.portal import now, portal, session


@dataclass(frozen=True, slots=True)
class StandingPanel:
    """What the panel shows.

    `may_answer`: this person reads and records opinions, and reads what the form says of penalties. `over`: nothing is
    recorded any more, since the nominee has left, the programme is archived or the award decided."""

    standing: NomineeStanding
    share: CountyShare
    said: Sequence[tuple[str, ConditionAnswer]]
    reviewed: Sequence[RecordedReview]
    recorded: Sequence[RecordedOpinion]
    may_answer: bool
    over: bool
    penalties: str

    @property
    def rank_form(self) -> PlainForm:
        return RankForm(formdata=None, rank=self.standing.nominee.rank.value).with_ids("rank")

    def condition_form(self, key: str) -> PlainForm:
        return ConditionForm(formdata=None).with_ids(f"condition-{key}")


def panel_of(standing: NomineeStanding) -> StandingPanel:
    """Return the panel of a nominee that stands so. Opinions are for the office and the recommending unit alone."""
    nominee, keyring, who = standing.nominee, portal().keyring, actor()
    may_answer = who.is_office or nominee.recommender_id == who.unit_id
    fields = dossiers.fields_of(session(), keyring, [nominee.id])[nominee.id] if may_answer else {}
    return StandingPanel(
        standing=standing,
        share=standing.share(),
        said=eligibility.list_confirmations(session(), nominee),
        reviewed=reviews.list_reviews(session(), nominee.id),
        recorded=opinions.list_opinions(session(), nominee.id) if may_answer else [],
        may_answer=may_answer,
        over=decisions.is_over(session(), nominee.programme_id)
        or bool(leavers.describe_left(session(), [nominee], now())),
        penalties=fields.get("penalties", ""),
    )
