"""Units: the tree, and one page each, for the office and for the heads of units."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import case as sql_case
from sqlalchemy import literal, or_
from sqlalchemy.orm import joinedload
from wtforms import StringField

from app.domain.cases.states import Role
from app.domain.papers.issuing import MOST_SIGNED_AS
from app.domain.programmes.contacts import LINES, NAME_LENGTH, Contact
from app.models import Unit, UnitKind
from app.services.accounts import rosters, staffing, units
from app.services.shared.stored_rows import a_name, a_number, a_text
from app.web.shared.access import actor, allow, me, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, UnitField, needed, options
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.portal import number, session

blueprint = Blueprint("units", __name__, url_prefix="/units")
OFFICE, MANAGERS = (Role.OFFICE,), (Role.OFFICE, Role.HEAD)
UNIT_KIND_NAMES = {UnitKind.OFFICE: "市级专班", UnitKind.RECOMMENDER: "推荐单位", UnitKind.OWN: "所在单位"}
_STATES = {"used": "在用", "retired": "已停用"}


class NameForm(PlainForm):
    name = StringField("单位名称", description="写规范全称。", render_kw={"maxlength": NAME_LENGTH[1]})


class ParentForm(PlainForm):
    parent = UnitField("上级单位", coerce=number, validate_choice=False, validators=[needed("请选择上级单位。")])


class NewUnitForm(ParentForm, NameForm):
    """A unit's name and its parent unit."""


class ContactForm(PlainForm):
    phone = StringField("电话", description="办公电话，带区号，例如 0874-0000000。不要写个人手机号码。")
    address = StringField("地址")
    email = StringField("邮箱")
    hours = StringField("受理时间", description="例如：工作日 8:30-12:00，14:00-17:30。")
    signed_as = StringField(
        "文书落款",
        description="在文书上署名、盖章的单位，联合署名的用“、”隔开，例如：中共罗平县委员会、罗平县人民政府。空着就用单位名称。",
        render_kw={"maxlength": MOST_SIGNED_AS},
    )

    def contact(self) -> Contact:
        return Contact(**{line: self[line].data or "" for line in LINES})


@blueprint.get("/")
@allow(*MANAGERS)
def units_page() -> ResponseReturnValue:
    rows = units.stored_units(session(), actor())
    people = staffing.count_in_use(session(), actor())
    retired = sql_case((Unit.retired_at.is_not(None), "retired"), else_="used")

    def state(unit: Unit) -> str:
        return "retired" if unit.retired_at else "used"

    recommenders = unit_options(
        session().scalars(
            rows.source.with_only_columns(Unit)
            .where(Unit.kind == UnitKind.RECOMMENDER)
            .options(joinedload(Unit.parent))
        )
    )
    listing = Listing(
        title="单位",
        columns=[
            Column(
                "name",
                "单位名称",
                lambda u: u.name,
                30,
                href=lambda u: url_for("units.unit", unit_id=u.id),
                sql=a_text(Unit.name),
            ),
            Column("kind", "类别", lambda u: UNIT_KIND_NAMES[u.kind], 12, sql=a_name(Unit.kind, UNIT_KIND_NAMES)),
            Column(
                "parent", "上级单位", lambda u: u.parent.name if u.parent else "", 26, sql=a_text(units.ABOVE.c.name)
            ),
            Column("phone", "电话", lambda u: u.phone, 18, sql=a_text(Unit.phone)),
            Column(
                "people",
                "在用账号",
                lambda u: people.get(u.id, 0),
                10,
                sql=a_number(sql_case(people, value=Unit.id, else_=0) if people else literal(0)),
            ),
            Column("address", "地址", lambda u: u.address, 30, sheet_only=True, sql=a_text(Unit.address)),
            Column("email", "邮箱", lambda u: u.email, 24, sheet_only=True, sql=a_text(Unit.email)),
            Column("hours", "受理时间", lambda u: u.hours, 30, sheet_only=True, sql=a_text(Unit.hours)),
            Column("state", "状态", lambda u: _STATES[state(u)], 10, badge=lambda u: "", sql=a_name(retired, _STATES)),
        ],
        rows=rows,
        empty="还没有单位。",
        filters=[
            Filter(
                "kind", "类别", {k.value: n for k, n in UNIT_KIND_NAMES.items()}, where=lambda kind: Unit.kind == kind
            ),
            Filter(
                "under",
                "推荐单位",
                recommenders,
                where=lambda unit: or_(Unit.id == int(unit), Unit.parent_id == int(unit)),
            ),
            Filter("state", "状态", _STATES, where=lambda wanted: retired == wanted),
        ],
    )
    without = rosters.count_without_accounts(session(), actor())
    return listing.answer("accounts/units.html", me=me(), without=without)


@blueprint.get("/new")
@allow(*OFFICE)
def new() -> ResponseReturnValue:
    form = _with_parents(NewUnitForm(formdata=None))
    form.parent.data = request.args.get("parent", type=number) or form.parent.choices[0].value
    return render_template("accounts/new_unit.html", form=form)


@blueprint.post("/new")
@allow(*OFFICE)
def add() -> ResponseReturnValue:
    form = _with_parents(NewUnitForm())
    tried = attempt(lambda: units.add(work(), form.parent.data, form.name.data or ""), form)
    if tried.refused:
        return render_template("accounts/new_unit.html", form=form, refusal=tried.on_top), tried.status
    flash("单位已经增加。请填写联系方式，并邀请它的人员。")
    return redirect(url_for("units.unit", unit_id=tried.result.id), 303)


@blueprint.get("/<int:unit_id>")
@allow(*MANAGERS)
def unit(unit_id: int) -> ResponseReturnValue:
    return _page(unit_id)


@blueprint.post("/<int:unit_id>/contact")
@allow(*MANAGERS)
def reach_at(unit_id: int) -> ResponseReturnValue:
    form = ContactForm()
    tried = attempt(lambda: units.reach_at(work(), unit_id, form.contact(), form.signed_as.data), form)
    if tried.refused:
        return _page(unit_id, tried, "contact", form)
    flash("联系方式已经保存，公示页面同时更新。")
    return redirect(url_for("units.unit", unit_id=unit_id), 303)


@blueprint.post("/<int:unit_id>/name")
@allow(*OFFICE)
def rename(unit_id: int) -> ResponseReturnValue:
    form = NameForm()
    tried = attempt(lambda: units.rename(work(), unit_id, form.name.data or ""), form)
    if tried.refused:
        return _page(unit_id, tried, "name", form)
    flash("名称已经修改。已经公示过的内容不变。")
    return redirect(url_for("units.unit", unit_id=unit_id), 303)


@blueprint.post("/<int:unit_id>/parent")
@allow(*OFFICE)
def move(unit_id: int) -> ResponseReturnValue:
    form = _with_parents(ParentForm())
    tried = attempt(lambda: units.move(work(), unit_id, form.parent.data), form)
    if tried.refused:
        return _page(unit_id, tried, "parent", form)
    flash("单位已经移到新的推荐单位下面。")
    return redirect(url_for("units.unit", unit_id=unit_id), 303)


@blueprint.post("/<int:unit_id>/retire")
@allow(*OFFICE)
def retire(unit_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: units.retire(work(), unit_id))
    if tried.refused:
        return _page(unit_id, tried)
    flash("单位已经停用，不能再增加人员和推荐对象。")
    return redirect(url_for("units.unit", unit_id=unit_id), 303)


@blueprint.post("/<int:unit_id>/restore")
@allow(*OFFICE)
def restore(unit_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: units.restore(work(), unit_id))
    if tried.refused:
        return _page(unit_id, tried)
    flash("单位已经重新启用。")
    return redirect(url_for("units.unit", unit_id=unit_id), 303)


def _page(
    unit_id: int, tried: Attempt[Any] = UNTRIED, name: str = "", form: PlainForm | None = None
) -> ResponseReturnValue:
    shown = units.visible(session(), unit_id, actor())
    forms = {
        "name": NameForm(formdata=None, obj=shown),
        "contact": ContactForm(formdata=None, obj=shown),
        "parent": _with_parents(ParentForm(formdata=None)),
    } | ({name: form} if form else {})
    tree = units.tree(session(), actor())
    html = render_template(
        "accounts/unit.html",
        unit=shown,
        below=[each for each in tree if each.parent_id == shown.id],
        people=[user for user in staffing.people(session(), actor()) if user.unit_id == shown.id],
        forms=forms,
        tried=name,
        refusal=tried.on_top,
        me=me(),
    )
    return html, tried.status


def _with_parents(form: ParentForm) -> ParentForm:
    """Fill in the units that a unit can stand under.

    The service moves only own units, and only under a recommending unit.
    """
    in_use = [each for each in units.tree(session(), actor()) if each.kind in units.BELOW and each.retired_at is None]
    form.parent.choices = options(
        {each.id: f"{each.name}（增加{UNIT_KIND_NAMES[units.BELOW[each.kind]]}）" for each in in_use}
        if isinstance(form, NewUnitForm)
        else {each.id: each.name for each in in_use if each.kind is UnitKind.RECOMMENDER}
    )
    return form
