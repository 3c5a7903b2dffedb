"""One act on many nominees: they are ticked on the list, and looked through on a second page.

That page says beside each name why the act does not reach it, before anything is typed. Those that stay ticked are all
changed or none; after a refusal one press goes on without whoever held it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.nominees.annexes import Rank
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NothingChosen, NotReady
from app.models import Nominee
from app.services.nominees import access, batches, eligibility, reviews
from app.services.nominees.batches import BatchReach
from app.services.papers import asking
from app.web.nominees.blueprint import blueprint
from app.web.nominees.opinions import record_answer
from app.web.nominees.standing import stage_of
from app.web.nominees.standing_forms import YES, ConfirmManyForm, ReviewForm, opinion_form
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.lists import ids_ticked
from app.web.shared.notices import notice_for
from app.web.shared.portal import now, number, portal, session
from app.web.shared.uploads import FORM, takes_files

_BETWEEN = "-"


@blueprint.post("/many")
@allow(*OFFICE_AND_UNITS)
def choose() -> ResponseReturnValue:
    """Redirect from the ticked rows of the list to the page of the act. Its address holds their ids."""
    chosen = ids_ticked("chosen")
    if len(chosen) > batches.MOST:
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
    return redirect(url_for(endpoint, chosen=_joined(chosen), **values), 303)


@blueprint.get("/many/conditions")
@allow(Role.OFFICE)
def many_conditions() -> ResponseReturnValue:
    return _page("conditions", ConfirmManyForm(formdata=None))


@blueprint.post("/many/conditions")
@allow(Role.OFFICE)
def confirm_many() -> ResponseReturnValue:
    form, ids = ConfirmManyForm(), _ticked(_chosen())
    tried = attempt(lambda: eligibility.confirm(work(), _some(ids), rank=Rank(form.rank.data)), form)
    if tried.refused:
        return _page("conditions", form, tried, ids)
    return _back(ids, "评选条件已经确认")


@blueprint.get("/many/reviews/<stage>")
@allow(Role.OFFICE)
def many_reviews(stage: str) -> ResponseReturnValue:
    stage_of(stage)
    return _page(stage, ReviewForm(formdata=None, passed=YES))


@blueprint.post("/many/reviews/<stage>")
@allow(Role.OFFICE)
def review_many(stage: str) -> ResponseReturnValue:
    reviewed, form, ids = stage_of(stage), ReviewForm(), _ticked(_chosen())
    passed = form.passed.data == YES
    tried = attempt(lambda: reviews.review(work(), _some(ids), reviewed, passed, form.reason.data or ""), form)
    if tried.refused:
        return _page(stage, form, tried, ids)
    return _back(ids, f"{reviews.STAGE_NAMES[reviewed]}{'通过' if passed else '不通过'}")


@blueprint.get("/many/opinions")
@allow(*OFFICE_AND_UNITS)
def many_opinions() -> ResponseReturnValue:
    form = opinion_form(_rules(_chosen() if request.args.get("chosen") else []), empty=True)
    form.authority.data = request.args.get("authority")  # a link from the letters to the authorities names it
    return _page("opinions", form)


@blueprint.get("/many/opinions/<int:programme_id>/<int:unit_id>/<authority>")
@allow(*OFFICE_AND_UNITS)
def opinions_still_missing(programme_id: int, unit_id: int, authority: str) -> ResponseReturnValue:
    """Redirect to the page that records an authority's answer about those who lack it, as many as it takes at once."""
    asked = asking.find_asked(session(), portal().keyring, programme_id, unit_id, authority, actor(), now())
    if not asked.missing:
        flash(f"{asked.name}对{asked.unit.name}的名单已经全部答复。")
        return redirect(url_for("papers.letters_to_authorities", programme_id=programme_id))
    ids = [one.id for one in asked.missing[: batches.MOST]]
    return redirect(url_for("nominees.many_opinions", chosen=_joined(ids), authority=authority))


@blueprint.post("/many/opinions")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def record_many_opinions() -> ResponseReturnValue:
    nominees = _chosen()
    form, ids = opinion_form(_rules(nominees)), _ticked(nominees)
    later = [each for each in batches.of_opinions(session(), nominees, now()).later if each not in ids]
    there = url_for("nominees.many_opinions", chosen=_joined(later)) if later else _list_of(nominees)
    return record_answer(
        ids, _rules(nominees), form, lambda tried: _page("opinions", form, tried, ids), redirect(there, 303)
    )


_TITLES = {
    "conditions": "一并确认评选条件",
    "preliminary": "初审",
    "final": "复审",
    "opinions": "录入征求意见",
}


def _page(
    what: str, form: PlainForm, tried: Attempt[Any] = UNTRIED, ids: Sequence[int] | None = None
) -> ResponseReturnValue:
    """Show the page; `ids` are those that were ticked when the act was refused."""
    chosen = request.args.get("chosen", "")
    nominees = _chosen() if chosen else []
    reach = _reach(what, nominees) if nominees else BatchReach({})
    held_up = tried.refusal.reasons if isinstance(tried.refusal, NotReady) else {}
    ticked = {each.id for each in nominees} - reach.reasons.keys() if ids is None else set(ids) - reach.shut_out.keys()
    html = render_template(
        "nominees/bulk_standing.html",
        what=what,
        title=_TITLES[what],
        nominees=nominees,
        chosen=chosen,
        reach=reach,
        reasons=reach.reasons | {nominee_id: "；".join(why) for nominee_id, why in held_up.items()},
        ticked=ticked,
        held_up=sorted(held_up.keys() & ticked) if held_up.keys() != ticked else [],
        form=form,
        refusal=tried.on_top,
        back=_list_of(nominees),
    )
    return html, tried.status


def _reach(what: str, nominees: Sequence[Nominee]) -> BatchReach:
    if what == "conditions":
        return batches.of_conditions(session(), portal().keyring, nominees, now())
    if what == "opinions":
        return batches.of_opinions(session(), nominees, now())
    return batches.of_review(session(), portal().keyring, nominees, stage_of(what), now())


def _ticked(nominees: Sequence[Nominee]) -> list[int]:
    """Return the ids that the form acts on: those ticked on its page, without whom its second button leaves out.

    A request that was not made from the page names them in its address alone.
    """
    if "listed" not in request.form:
        return [nominee.id for nominee in nominees]
    ticked = set(ids_ticked("chosen"))
    left_out = {int(each) for each in request.form.get("without", "").split(_BETWEEN) if each.isdecimal()}
    return [nominee.id for nominee in nominees if nominee.id in ticked - left_out]


def _some(ids: list[int]) -> list[int]:
    """Return the ids. Raises NothingChosen for none, on the page with what was typed."""
    if not ids:
        raise NothingChosen("没有勾选任何对象，请至少勾选一个。")
    return ids


def _chosen() -> list[Nominee]:
    """Return the nominees that the address names. Raises NothingChosen or NotYourCase."""
    try:
        ids = [number(each) for each in request.args.get("chosen", "").split(_BETWEEN) if each]
    except ValueError:
        abort(404)
    if len(ids) > batches.MOST:
        abort(404)
    return access.find_chosen(session(), ids, actor())


def _rules(nominees: Sequence[Nominee]) -> AwardNotice:
    """Return the notice that they all stand under: nominees that are chosen together are of one programme."""
    return notice_for(nominees[0].programme if nominees else None)


def _joined(ids: Sequence[int]) -> str:
    return _BETWEEN.join(map(str, ids))


def _list_of(nominees: Sequence[Nominee]) -> str:
    return url_for("nominees.nominees", programme=nominees[0].programme_id if nominees else None)


def _back(ids: Sequence[int], said: str) -> ResponseReturnValue:
    flash(f"{said}，共{len(ids)}个对象。")
    return redirect(_list_of(_chosen()), 303)
