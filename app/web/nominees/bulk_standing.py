"""One act on many nominees: they are ticked on the list, reviewed on a second page, then all changed or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.nominees.annexes import Rank
from app.domain.programmes.notice import AwardNotice
from app.models import Nominee
from app.services.nominees import access, eligibility, reviews
from app.web.nominees.blueprint import blueprint
from app.web.nominees.opinions import record_answer
from app.web.nominees.standing import stage_of
from app.web.nominees.standing_forms import YES, ConfirmManyForm, ReviewForm, opinion_form
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.lists import ids_ticked
from app.web.shared.notices import notice_for
from app.web.shared.portal import number, session
from app.web.shared.uploads import FORM, takes_files

_BETWEEN = "-"
_MOST = 300  # twice the number of rows on one page of the list


@blueprint.post("/many")
@allow(*OFFICE_AND_UNITS)
def choose() -> ResponseReturnValue:
    """Redirect from the ticked rows of the list to the page of the act. Its address holds their ids."""
    chosen = ids_ticked("chosen")
    if len(chosen) > _MOST:
        abort(404)
    if not chosen:
        flash("还没有选择推荐对象，请在名单里至少选一个。")
        return redirect(url_for("nominees.nominees", programme=request.args.get("programme", type=number)), 303)
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "conditions": ("nominees.many_conditions", {}),
        "preliminary": ("nominees.many_reviews", {"stage": "preliminary"}),
        "final": ("nominees.many_reviews", {"stage": "final"}),
        "opinions": ("nominees.many_opinions", {}),
    }
    endpoint, values = places.get(request.form.get("what", ""), ("", {}))
    if not endpoint:
        abort(404)
    return redirect(url_for(endpoint, chosen=_BETWEEN.join(map(str, chosen)), **values), 303)


@blueprint.get("/many/conditions")
@allow(Role.OFFICE)
def many_conditions() -> ResponseReturnValue:
    return _page("conditions", ConfirmManyForm(formdata=None))


@blueprint.post("/many/conditions")
@allow(Role.OFFICE)
def confirm_many() -> ResponseReturnValue:
    form, nominees = ConfirmManyForm(), _chosen()
    tried = attempt(lambda: eligibility.confirm(work(), _ids(nominees), rank=Rank(form.rank.data)), form)
    if tried.refused:
        return _page("conditions", form, tried)
    return _back(nominees, "评选条件已经确认")


@blueprint.get("/many/reviews/<stage>")
@allow(Role.OFFICE)
def many_reviews(stage: str) -> ResponseReturnValue:
    stage_of(stage)
    return _page(stage, ReviewForm(formdata=None, passed=YES))


@blueprint.post("/many/reviews/<stage>")
@allow(Role.OFFICE)
def review_many(stage: str) -> ResponseReturnValue:
    reviewed, form, nominees = stage_of(stage), ReviewForm(), _chosen()
    passed = form.passed.data == YES
    tried = attempt(lambda: reviews.review(work(), _ids(nominees), reviewed, passed, form.reason.data or ""), form)
    if tried.refused:
        return _page(stage, form, tried)
    return _back(nominees, f"{reviews.STAGE_NAMES[reviewed]}{'通过' if passed else '不通过'}")


@blueprint.get("/many/opinions")
@allow(*OFFICE_AND_UNITS)
def many_opinions() -> ResponseReturnValue:
    form = opinion_form(_rules(_chosen() if request.args.get("chosen") else []), empty=True)
    form.authority.data = request.args.get("authority")  # a link from the letters to the authorities names it
    return _page("opinions", form)


@blueprint.post("/many/opinions")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def record_many_opinions() -> ResponseReturnValue:
    nominees = _chosen()
    form = opinion_form(_rules(nominees))
    return record_answer(
        _ids(nominees),
        _rules(nominees),
        form,
        lambda tried: _page("opinions", form, tried),
        redirect(_list_of(nominees), 303),
    )


_TITLES = {
    "conditions": "一并确认评选条件",
    "preliminary": "初审",
    "final": "复审",
    "opinions": "录入征求意见",
}


def _page(what: str, form: PlainForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    chosen = request.args.get("chosen", "")
    nominees = _chosen() if chosen else []
    html = render_template(
        "nominees/bulk_standing.html",
        what=what,
        title=_TITLES[what],
        nominees=nominees,
        chosen=chosen,
        form=form,
        refusal=tried.on_top,
        back=_list_of(nominees),
    )
    return html, tried.status


def _chosen() -> list[Nominee]:
    """Return the nominees that the address names. Raises NothingChosen or NotYourCase."""
    try:
        ids = [number(each) for each in request.args.get("chosen", "").split(_BETWEEN) if each]
    except ValueError:
        abort(404)
    if len(ids) > _MOST:
        abort(404)
    return access.find_chosen(session(), ids, actor())


def _rules(nominees: Sequence[Nominee]) -> AwardNotice:
    """Return the notice that they all stand under: nominees that are chosen together are of one programme."""
    return notice_for(nominees[0].programme if nominees else None)


def _ids(nominees: Sequence[Nominee]) -> list[int]:
    return [nominee.id for nominee in nominees]


def _list_of(nominees: Sequence[Nominee]) -> str:
    return url_for("nominees.nominees", programme=nominees[0].programme_id if nominees else None)


def _back(nominees: Sequence[Nominee], said: str) -> ResponseReturnValue:
    flash(f"{said}，共{len(nominees)}个对象。")
    return redirect(_list_of(nominees), 303)
