"""A flood of objections on one page: for the head of a unit here, for the office under its own address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import DECLINE_GROUND_NAMES, DeclineGround, Role
from app.domain.shared.wording import coarse
from app.services.cases import flood
from app.services.cases.flood import LIKENESS_NAMES, Flood, Likeness
from app.services.cases.investigation import REASON
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, text_area
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, number, session

PATH = "/flood"
GROUP_PATH = "/flood/<likeness>/<int:case_id>"


class DuplicatesForm(PlainForm):
    """Which cases of the group, and why: the ground is one for all."""

    chosen = SelectMultipleField("案件", coerce=number, validate_choice=False)
    text = text_area("理由", *REASON, hint="每位异议人都会看到这段话。写明与哪一件重复，哪一件继续办理。", rows=3)


def list_page(home: str) -> ResponseReturnValue:
    """Every group; `home` is the blueprint whose addresses are linked to."""
    groups = flood.floods(session(), actor(), now())
    periods = {str(group.period.id): group.period.title for group in groups}
    likenesses = {each.value: LIKENESS_NAMES[each] for each in flood.likenesses_for(actor())}
    return Listing(
        title="相同的异议",
        columns=[
            Column(
                "likeness", "相同之处", lambda g: LIKENESS_NAMES[g.likeness], 14, href=lambda g: _group_url(home, g)
            ),
            Column("cases", "件数", lambda g: g.cases, 8),
            Column("period", "公示", lambda g: g.period.title, 30),
            Column("latest", "最近一件", lambda g: local_date(g.latest), 16, shown=lambda g: coarse(g.latest)),
        ],
        rows=groups,
        empty="现在没有这样的异议。",
        filters=[
            Filter("likeness", "相同之处", likenesses, lambda g, v: g.likeness == v),
            Filter("period", "公示", periods, lambda g, v: str(g.period.id) == v),
        ],
    ).answer("cases/floods.html")


def _group_url(home: str, group: Flood) -> str:
    return url_for(f"{home}.flood_group", likeness=group.likeness.value, case_id=group.first_case)


def group_page(
    home: str, likeness: str, case_id: int, form: DuplicatesForm | None = None, tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    """One group with its cases, and the form that declines some of them."""
    drops = flood.drops_of(session(), _known(likeness), case_id, actor(), now())
    chosen = {drop.case.id for drop in drops if drop.chosen} if form is None else set(form.chosen.data or ())
    html = render_template(
        "cases/flood.html",
        home=home,
        likeness=Likeness(likeness),
        case_id=case_id,
        drops=drops,
        chosen=chosen,
        refusal=tried.on_top,
        form=form or DuplicatesForm(formdata=None),
        ground=DECLINE_GROUND_NAMES[DeclineGround.DUPLICATE],
        most=flood.MOST,
        LIKENESS_NAMES=LIKENESS_NAMES,
    )
    return html, tried.status


def decline(home: str, likeness: str, case_id: int) -> ResponseReturnValue:
    """以重复为由不予受理 for the cases chosen."""
    form = DuplicatesForm()
    tried = attempt(
        lambda: flood.decline_duplicates(
            work(), _known(likeness), case_id, form.chosen.data or [], form.text.data or ""
        ),
        form,
    )
    if tried.refused:
        return group_page(home, likeness, case_id, form, tried)
    flash(f"{tried.result}件已提出按重复不予受理，由另一人在案件页面逐件确认后生效。")
    return redirect(url_for(f"{home}.flood_page"), 303)


def _known(likeness: str) -> Likeness:
    if likeness not in set(Likeness):
        abort(404)
    return Likeness(likeness)


def register(blueprint: Blueprint, role: Role) -> None:
    """Register the three routes under a blueprint's address, for one role."""
    home = blueprint.name

    @blueprint.get(PATH)
    @allow(role)
    def flood_page() -> ResponseReturnValue:
        return list_page(home)

    @blueprint.get(GROUP_PATH)
    @allow(role)
    def flood_group(likeness: str, case_id: int) -> ResponseReturnValue:
        return group_page(home, likeness, case_id)

    @blueprint.post(GROUP_PATH)
    @allow(role)
    def decline_flood(likeness: str, case_id: int) -> ResponseReturnValue:
        return decline(home, likeness, case_id)
