"""A flood of objections on one page: for the head of a unit here, for the office under another address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectMultipleField, TextAreaField

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, Conclusion, DeclineGround, Role
from app.domain.shared.wording import coarse
from app.models import GROUP_ACT_NAMES
from app.services.cases import bulk, flood
from app.services.cases.flood import LIKENESS_NAMES, Flood, Likeness
from app.services.cases.investigation import REASON
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, options, text_area
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, number, session

PATH = "/flood"
GROUP_PATH = "/flood/<likeness>/<int:case_id>"
ACT_PATH = "/flood/acts/<int:act_id>"


class GroupForm(PlainForm):
    """The cases chosen of the group, and the act for all of them. Each act has required fields of its own."""

    chosen = SelectMultipleField("案件", coerce=number, validate_choice=False)
    ground = RadioField(
        "依据", choices=options(DECLINE_GROUND_NAMES), default=DeclineGround.DUPLICATE.value, validate_choice=True
    )
    text = TextAreaField("理由", description="每位异议人都会看到这段话。", render_kw={"rows": 3})
    conclusion = RadioField(
        "处理意见",
        choices=options({kind: CONCLUSION_NAMES[kind] for kind in bulk.CONCLUSIONS}),
        default=Conclusion.DISMISSED.value,
        validate_choice=True,
    )
    findings = TextAreaField("核查情况", render_kw={"rows": 3})
    grounds = TextAreaField("依据的规定", render_kw={"rows": 2})
    answer = TextAreaField("给异议人的答复", description="每位异议人都会看到这段话。", render_kw={"rows": 3})


class ReturnForm(PlainForm):
    text = text_area("退回的理由", *REASON, rows=2)


def list_page(home: str) -> ResponseReturnValue:
    """Show every group. `home` is the blueprint whose addresses are linked to."""
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
    home: str, likeness: str, case_id: int, form: GroupForm | None = None, tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    """Show one group with its cases, and the form that joins, declines or concludes them together."""
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
        form=form or GroupForm(formdata=None),
        most=flood.MOST,
        LIKENESS_NAMES=LIKENESS_NAMES,
    )
    return html, tried.status


@dataclass(frozen=True)
class GroupStep:
    """What a button of the group's page does: the use case, its arguments from the form, and the sentence when done."""

    use_case: Callable[..., int]
    arguments: Callable[[GroupForm], tuple[Any, ...]]
    done: str  # {} is the number that the use case returns


def _conclusion(form: GroupForm) -> tuple[Any, ...]:
    texts = (form.findings.data or "", form.grounds.data or "", form.answer.data or "")
    return Conclusion(form.conclusion.data), texts


GROUP_STEPS = {
    "join": GroupStep(bulk.join_group, lambda form: (), "{}件已经并案，以后只办留下的那一件，每位异议人都会得到答复。"),
    "conclude": GroupStep(bulk.propose_conclusion, _conclusion, "处理意见已经提出，请另一人确认。"),
    "decline": GroupStep(
        bulk.propose_decline,
        lambda form: (DeclineGround(form.ground.data), form.text.data or ""),
        "不予受理的意见已经提出，请另一人确认。",
    ),
}


def act_on_group(home: str, likeness: str, case_id: int) -> ResponseReturnValue:
    """Join the chosen cases, or propose to decline or to conclude them."""
    form, known = GroupForm(), _known(likeness)
    step = GROUP_STEPS.get(request.form.get("step", ""), GROUP_STEPS["decline"])
    tried = attempt(lambda: step.use_case(work(), known, case_id, form.chosen.data or [], *step.arguments(form)), form)
    if tried.refused:
        return group_page(home, likeness, case_id, form, tried)
    flash(step.done.format(tried.result))
    return redirect(url_for(f"{home}.flood_page"), 303)


def act_page(
    home: str, act_id: int, form: ReturnForm | None = None, tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    """Show a proposal for many cases, with every case it names, to be confirmed or returned."""
    act, cases = bulk.one_act(session(), actor(), act_id)
    html = render_template(
        "cases/group_act.html",
        home=home,
        act=act,
        mine=act.proposed_by == actor().user_id,
        cases=cases,
        is_past=bulk.too_late(cases, now()),
        refusal=tried.on_top,
        form=form or ReturnForm(formdata=None),
        GROUP_ACT_NAMES=GROUP_ACT_NAMES,
        DECLINE_GROUND_NAMES=DECLINE_GROUND_NAMES,
    )
    return html, tried.status


def confirm(home: str, act_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: bulk.confirm_group(work(), act_id))
    if tried.refused:
        return act_page(home, act_id, None, tried)
    flash(f"{tried.result}件已经办结，每位异议人都能看到答复。")
    return redirect(_home(home), 303)


def give_back(home: str, act_id: int) -> ResponseReturnValue:
    form = ReturnForm()
    tried = attempt(lambda: bulk.return_group(work(), act_id, form.text.data or ""), form)
    if tried.refused:
        return act_page(home, act_id, form, tried)
    flash("已经退回。")
    return redirect(_home(home), 303)


def _home(home: str) -> str:
    return url_for("office.overview") if home.startswith("office") else url_for("cases.queue_page")


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
    def end_flood(likeness: str, case_id: int) -> ResponseReturnValue:
        return act_on_group(home, likeness, case_id)

    # Handlers may confirm too: the act needs two people, and only heads see the list of floods.
    confirming = (role,) if role is Role.OFFICE else (Role.HEAD, Role.HANDLER)

    @blueprint.get(ACT_PATH)
    @allow(*confirming)
    def group_act(act_id: int) -> ResponseReturnValue:
        return act_page(home, act_id)

    @blueprint.post(f"{ACT_PATH}/confirm")
    @allow(*confirming)
    def confirm_group(act_id: int) -> ResponseReturnValue:
        return confirm(home, act_id)

    @blueprint.post(f"{ACT_PATH}/return")
    @allow(*confirming)
    def return_group(act_id: int) -> ResponseReturnValue:
        return give_back(home, act_id)
