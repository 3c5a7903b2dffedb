"""Somebody who is away, or whose account ends: who stands in, and to whom goes what is open in their hands."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.services.accounts import handing_over, staffing
from app.services.cases.visibility import cases_visible_to
from app.web.accounts.deputies import deputy_form, ended, named, said
from app.web.accounts.people import MANAGERS, blueprint, chosen, people_list, person_page
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.portal import now, number, session

__all__ = ["blueprint"]  # that of people, with the routes below
_BETWEEN = "-"
_MOST = 300


@blueprint.post("/<int:user_id>/deputies")
@allow(*MANAGERS)
def name_deputy(user_id: int) -> ResponseReturnValue:
    absent = staffing.visible(session(), user_id, actor())
    form = deputy_form(absent, empty=False)
    tried = named(absent, form)
    if tried.refused:
        return person_page(user_id, tried, standing_in=form)
    return said(url_for("people.person", user_id=user_id, _anchor="deputies"))


@blueprint.post("/<int:user_id>/deputies/<int:deputy_id>/end")
@allow(*MANAGERS)
def end_deputy(user_id: int, deputy_id: int) -> ResponseReturnValue:
    staffing.visible(session(), user_id, actor())
    answer = ended(user_id, deputy_id, url_for("people.person", user_id=user_id, _anchor="deputies"))
    return person_page(user_id, answer) if isinstance(answer, Attempt) else answer


@blueprint.get("/leaving")
@allow(*MANAGERS)
def leaving() -> ResponseReturnValue:
    """Show what is open in the hands of these people, and ask to whom it goes, before their accounts end."""
    return _leaving(_named_in_address())


@blueprint.post("/disable")
@allow(*MANAGERS)
def disable() -> ResponseReturnValue:
    """Disable the chosen accounts. Where something is open in their hands, its page asks first to whom it goes."""
    ids, asked = chosen(), "listed" in request.form
    if len(ids) > _MOST:
        abort(404)
    if not asked and any(not each.is_empty for each in _in_hands(ids)):
        return redirect(url_for("people.leaving", chosen=_BETWEEN.join(map(str, ids))), 303)
    successors = {each: request.form.get(f"to-{each}", type=number) or None for each in ids}
    tried = attempt(lambda: staffing.disable(work(), ids, successors))
    if tried.refused:
        return _leaving(ids, tried) if asked else people_list(tried)
    flash(f"已停用{tried.result}个账号，原有登录全部退出{'，手上的事项已经移交' if asked else ''}。")
    return redirect(url_for("people.people_page"), 303)


def _leaving(ids: list[int], tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    hands = _in_hands(ids)
    html = render_template(
        "accounts/leaving.html",
        hands=hands,
        successors={
            each.user.id: [user for user in handing_over.list_successors(session(), each.user) if user.id not in ids]
            for each in hands
        },
        too_few={each.user.id for each in hands if handing_over.leaves_too_few(each.user, now())},
        typed=request.form,
        refusal=tried.on_top,
    )
    return html, tried.status


def _named_in_address() -> list[int]:
    parts = [each for each in request.args.get("chosen", "").split(_BETWEEN) if each]
    if len(parts) > _MOST:
        abort(404)
    try:
        return [number(each) for each in parts]
    except ValueError:
        abort(404)


def _in_hands(ids: list[int]) -> list[handing_over.InHands]:
    """Return what is in the hands of these people. Raises NotYourCase for somebody this person does not manage."""
    openable = cases_visible_to(actor(), now())
    return [
        handing_over.find_in_hands(session(), staffing.visible(session(), each, actor()), openable, now())
        for each in dict.fromkeys(ids)
    ]
