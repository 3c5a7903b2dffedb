"""Entering nominees by hand, editing them before their first period, their order; vacant places and replacements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.periods.rounds import Kind
from app.models import Nominee, Programme, Unit
from app.services.nominees import access, changes, nominating, replacements
from app.services.nominees.replacements import Vacancy
from app.services.programmes.listing import all_programmes
from app.web.nominees.blueprint import blueprint
from app.web.nominees.change_forms import CollectiveForm, FactsForm, IndividualForm, facts_form, nominee_form
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.portal import now, number, session


class OrderForm(PlainForm):
    """Holds the CSRF token of the page. The numbers are read one a nominee."""


# --- 录入 ------------------------------------------------------------------------------------------


@blueprint.get("/new")
@allow(*OFFICE_AND_UNITS)
def new() -> ResponseReturnValue:
    programme, recommender, kind = _list_asked_for()
    return _new_page(programme, recommender, kind, nominee_form(kind, programme.rules))


@blueprint.post("/new")
@allow(*OFFICE_AND_UNITS)
def enter() -> ResponseReturnValue:
    programme, recommender, kind = _list_asked_for()
    form = nominee_form(kind, programme.rules)
    tried = attempt(lambda: nominating.nominate(work(), programme.id, kind, recommender.id, form.particulars()), form)
    if tried.refused:
        return _new_page(programme, recommender, kind, form, tried)
    nominee = tried.result
    flash(f"{nominee.name}已经录入，排在{recommender.name}{programme.rules.kind_names[kind]}的第{nominee.position}位。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee.id), 303)


def _new_page(
    programme: Programme,
    recommender: Unit,
    kind: Kind,
    form: CollectiveForm | IndividualForm,
    tried: Attempt[Any] = UNTRIED,
) -> ResponseReturnValue:
    html = render_template(
        "nominees/enter.html",
        programme=programme,
        recommender=recommender,
        recommenders=_recommenders(programme),
        kind=kind,
        kinds=list(Kind),
        left=None,
        form=form,
        refusal=tried.on_top,
    )
    return html, tried.status


# --- 递补 ------------------------------------------------------------------------------------------


@blueprint.get("/vacancies")
@allow(*OFFICE_AND_UNITS)
def vacancies() -> ResponseReturnValue:
    programmes = all_programmes(session())
    programme_id = request.args.get("programme", type=number) or (programmes[0].id if programmes else 0)
    listing = _vacancies(replacements.list_vacancies(session(), programme_id, actor(), now()))
    return listing.answer("nominees/vacancies.html", programmes=programmes, programme_id=programme_id)


def _vacancies(rows: list[Vacancy]) -> Listing[Vacancy]:
    def link(nominee: Nominee | None) -> str:
        return url_for("nominees.nominee", nominee_id=nominee.id) if nominee else ""

    units = unit_options(row.nominee.recommender for row in rows)
    return Listing(
        title="空缺和递补",
        columns=[
            Column("name", "离开的对象", lambda row: row.nominee.name, 18, href=lambda row: link(row.nominee)),
            Column("recommender", "推荐单位", lambda row: row.nominee.recommender.name, 18),
            Column("kind", "类别", lambda row: row.nominee.programme.rules.kind_names[row.nominee.kind], 12),
            Column("position", "排序", lambda row: row.nominee.position, 8),
            Column("why", "原因", lambda row: row.why, 18, badge=lambda _: "lapsed"),
            Column("since", "时间", lambda row: row.since, 16),
            Column(
                "replacement",
                "递补对象",
                lambda row: row.replacement.name if row.replacement else "空缺",
                18,
                href=lambda row: link(row.replacement),
                badge=lambda _: "waiting",
            ),
        ],
        rows=rows,
        empty="没有空缺：没有对象退出或者被取消参评资格。",
        filters=[
            Filter("recommender", "推荐单位", units, lambda row, unit: str(row.nominee.recommender_id) == unit),
            Filter(
                "open",
                "递补",
                {"1": "还空缺", "0": "已递补"},
                lambda row, still: (row.replacement is None) == (still == "1"),
            ),
        ],
        keep=("programme",),
    )


@blueprint.get("/<int:nominee_id>/replacement")
@allow(*OFFICE_AND_UNITS)
def replacement(nominee_id: int) -> ResponseReturnValue:
    left = access.find_recommended(session(), nominee_id, actor())
    replacements.require_vacant(session(), left, now())
    return _replacement_page(left, nominee_form(left.kind, left.programme.rules))


@blueprint.post("/<int:nominee_id>/replacement")
@allow(*OFFICE_AND_UNITS)
def replace(nominee_id: int) -> ResponseReturnValue:
    left = access.find_recommended(session(), nominee_id, actor())
    form = nominee_form(left.kind, left.programme.rules)
    tried = attempt(lambda: replacements.replace(work(), nominee_id, form.particulars()), form)
    if tried.refused:
        return _replacement_page(left, form, tried)
    named = tried.result
    flash(f"{named.name}已经递补{left.name}的名额，从本单位公示开始，每轮公示5个工作日。")
    return redirect(url_for("nominees.nominee", nominee_id=named.id), 303)


def _replacement_page(
    left: Nominee, form: CollectiveForm | IndividualForm, tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    html = render_template(
        "nominees/enter.html", left=left, recommender=left.recommender, kind=left.kind, form=form, refusal=tried.on_top
    )
    return html, tried.status


# --- 修改 ------------------------------------------------------------------------------------------


@blueprint.get("/<int:nominee_id>/edit")
@allow(*OFFICE_AND_UNITS)
def facts(nominee_id: int) -> ResponseReturnValue:
    found = access.find_recommended(session(), nominee_id, actor())
    changes.require_standing(session(), found, now())
    nominating.require_unshown(session(), found)
    return _facts_page(found, facts_form(found))


@blueprint.post("/<int:nominee_id>/edit")
@allow(*OFFICE_AND_UNITS)
def edit(nominee_id: int) -> ResponseReturnValue:
    found = access.find_recommended(session(), nominee_id, actor())
    form = facts_form(found)
    tried = attempt(lambda: nominating.edit(work(), nominee_id, form.facts()), form)
    if tried.refused:
        return _facts_page(found, form, tried)
    flash("修改已经保存。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


def _facts_page(found: Nominee, form: FactsForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    html = render_template(
        "nominees/change.html",
        nominee=found,
        form=form,
        title="修改基本情况",
        lead=["列入公示以前可以直接修改，每次修改都有记录。"],
        button="保存",
        refusal=tried.on_top,
    )
    return html, tried.status


# --- 排序 ------------------------------------------------------------------------------------------


@blueprint.get("/order")
@allow(*OFFICE_AND_UNITS)
def order() -> ResponseReturnValue:
    return _order_page(*_list_asked_for(), {})


@blueprint.post("/order")
@allow(*OFFICE_AND_UNITS)
def reorder() -> ResponseReturnValue:
    """Save the order. Numbers come as `place-<nominee>`; a value that is no number stays on the page with an error."""
    programme, recommender, kind = _list_asked_for()
    nominees = nominating.list_in_order(session(), programme.id, recommender.id, kind, now())
    typed = {nominee.id: request.form.get(f"place-{nominee.id}", "").strip() for nominee in nominees}
    places = {each: int(text) for each, text in typed.items() if text.isascii() and text.isdecimal() and len(text) < 6}
    tried = attempt(lambda: nominating.reorder(work(), programme.id, recommender.id, kind, places))
    if tried.refused:
        return _order_page(programme, recommender, kind, typed, tried)
    flash("推荐顺序已经保存。")
    return redirect(url_for("nominees.order", programme=programme.id, unit=recommender.id, kind=kind.value), 303)


def _order_page(
    programme: Programme, recommender: Unit, kind: Kind, typed: dict[int, str], tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    nominees = nominating.list_in_order(session(), programme.id, recommender.id, kind, now())
    html = render_template(
        "nominees/order.html",
        programme=programme,
        recommender=recommender,
        recommenders=_recommenders(programme),
        kind=kind,
        kinds=list(Kind),
        nominees=nominees,
        typed=typed,
        wrong=_wrong(typed, len(nominees)),
        form=OrderForm(formdata=None),
        refusal=tried.on_top,
    )
    return html, tried.status


def _wrong(typed: dict[int, str], count: int) -> dict[int, str]:
    """Return the fault of each number that was typed wrongly."""
    wrong = {}
    for each, text in typed.items():
        if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= count):
            wrong[each] = f"请填1到{count}之间的整数。"
        elif list(typed.values()).count(text) > 1:
            wrong[each] = f"{text}用了不止一次。"
    return wrong


# --- shared lookups ---------------------------------------------------------------------------------


def _list_asked_for() -> tuple[Programme, Unit, Kind]:
    """Return the list that the address names: a programme, a unit that this person may act for, and a kind."""
    programmes = all_programmes(session())
    wanted = request.args.get("programme", type=number)
    programme = next((each for each in programmes if wanted in (None, each.id)), None)
    if programme is None:
        abort(404)
    recommenders = _recommenders(programme)
    unit_id = request.args.get("unit", type=number) if actor().is_office else actor().unit_id
    recommender = next((unit for unit in recommenders if unit_id in (None, unit.id)), None)
    if recommender is None:
        abort(404)
    kind = request.args.get("kind", "")
    return programme, recommender, Kind(kind) if kind in set(Kind) else Kind.COLLECTIVE


def _recommenders(programme: Programme) -> Sequence[Unit]:
    return nominating.recommenders(session(), programme.id, actor())
