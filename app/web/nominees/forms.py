"""What is filled in about a nominee."""

from __future__ import annotations

from app.models import ReviewStage
from app.services import reversal
from app.web.award.forms import DropForm, RevocationForm
from app.web.forms import PlainForm, text_area
from app.web.nominees.standing_forms import OpinionForm, RankForm, ReviewForm


class ReversalForm(PlainForm):
    text = text_area("撤销决定全文", *reversal.DECISION_LENGTH, hint="写明文号、事实、理由和决定。", rows=6)


def empty_forms() -> dict[str, PlainForm]:
    """Every form of a nominee's page, by the name that its template asks for."""
    return {
        "reversal": ReversalForm(formdata=None),
        "rank": RankForm(formdata=None).with_ids("rank"),
        "opinion": OpinionForm(formdata=None).with_ids("opinion"),
        **{f"review-{stage}": ReviewForm(formdata=None).with_ids(f"review-{stage}") for stage in ReviewStage},
        "revocation": RevocationForm(formdata=None).with_ids("revocation"),
        "drop_revocation": DropForm(formdata=None).with_ids("drop"),
    }
