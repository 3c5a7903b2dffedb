"""The office confirms conditions, sets ranks, and reviews (R8, R10), one nominee at a time."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.nominees.annexes import Rank
from app.models import ReviewStage
from app.services.nominees import access, eligibility, reviews
from app.web.nominees.blueprint import blueprint
from app.web.nominees.pages import nominee_page
from app.web.nominees.standing_forms import YES, ConditionForm, RankForm, ReviewForm
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import attempt
from app.web.shared.forms import PlainForm
from app.web.shared.portal import session


@blueprint.post("/<int:nominee_id>/conditions/<condition>")
@allow(Role.OFFICE)
def say_condition(nominee_id: int, condition: str) -> ResponseReturnValue:
    name, form = f"condition-{condition}", ConditionForm().with_ids(f"condition-{condition}")
    return _done(
        nominee_id,
        name,
        form,
        lambda: eligibility.confirm_or_deny(work(), nominee_id, condition, form.met.data == YES, form.note.data or ""),
        "核对结果已经记下。",
    )


@blueprint.post("/<int:nominee_id>/rank")
@allow(Role.OFFICE)
def set_rank(nominee_id: int) -> ResponseReturnValue:
    form = RankForm().with_ids("rank")

    def write() -> None:
        eligibility.set_rank(work(), nominee_id, Rank(form.rank.data))

    return _done(nominee_id, "rank", form, write, "行政级别已经确认。")


@blueprint.post("/<int:nominee_id>/reviews/<stage>")
@allow(Role.OFFICE)
def review(nominee_id: int, stage: str) -> ResponseReturnValue:
    reviewed = stage_of(stage)
    name, form = f"review-{stage}", ReviewForm().with_ids(f"review-{stage}")

    def write() -> None:
        passed, reason = form.passed.data == YES, form.reason.data or ""
        reviews.review(work(), [nominee_id], reviewed, passed, reason)

    return _done(nominee_id, name, form, write, f"{reviews.STAGE_NAMES[reviewed]}结果已经记下。")


def stage_of(name: str) -> ReviewStage:
    """Return the review stage that an address names; any other name is answered with 404."""
    if name not in set(ReviewStage):
        abort(404)
    return ReviewStage(name)


def _done(nominee_id: int, name: str, form: PlainForm, write: Callable[[], None], said: str) -> ResponseReturnValue:
    """Validate the form, write, and redirect to the nominee's page."""
    access.find_visible(session(), nominee_id, actor())
    tried = attempt(write, form)
    if tried.refused:
        return nominee_page(nominee_id, tried, name, form)
    flash(said)
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id, _anchor="standing"), 303)
