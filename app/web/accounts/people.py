"""People: invite, disable, move. The office manages everybody, the head of a unit its own people."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy import case as sql_case
from wtforms import RadioField, StringField

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import ROLE_NAMES, Role
from app.domain.messages.channels import PERSONAL
from app.models import Unit, User
from app.papers import slips as slip_sheets
from app.services.accounts import deputies, handing_over, resets, staffing, two_people, units
from app.services.cases.visibility import cases_visible_to
from app.services.messages import proving
from app.services.shared.stored_rows import a_name, a_number, a_text, of_ids
from app.web.accounts.deputies import DeputyForm, deputy_form
from app.web.accounts.slips import login_at, shown_once, slips_of_page
from app.web.messages.forms import AddressForm
from app.web.shared.access import actor, allow, me, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import MOST_SUGGESTED, PlainForm, UnitField, needed, options
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.portal import now, number, portal, session
from app.web.shared.uploads import FORM, takes_files

blueprint = Blueprint("people", __name__, url_prefix="/people")
MANAGERS = (Role.OFFICE, Role.HEAD)
AGREERS = (*MANAGERS, Role.AUDITOR)  # the auditor agrees to accounts of the office
_STATES = {
    "used": "在用",
    "waits": "待上一级同意",
    "invited": "已邀请，还没有登录",
    "expired": "邀请已过期",
    "disabled": "已停用",
}
_BADGES = {"used": "", "waits": "waiting", "invited": "waiting", "expired": "lapsed", "disabled": ""}


class PlaceForm(PlainForm):
    role = RadioField("角色", coerce=Role, validate_choice=False, validators=[needed("请选择角色。")])
    unit = UnitField("单位", coerce=number, validate_choice=False, validators=[needed("请选择单位。")])


class PersonNameForm(PlainForm):
    name = StringField("姓名", render_kw={"maxlength": 60})


class InviteForm(PlainForm):
    login = StringField(
        "登录名",
        description="2到60个小写字母、数字，例如 qilin01。以后不能改。",
        render_kw={"maxlength": 60, "autocapitalize": "none", "spellcheck": "false"},
    )
    name = StringField("姓名", render_kw={"maxlength": 60})
    role = RadioField("角色", coerce=Role, validate_choice=False, validators=[needed("请选择角色。")])
    unit = UnitField("单位", coerce=number, validate_choice=False, validators=[needed("请选择单位。")])


@blueprint.get("/")
@allow(*MANAGERS)
def people_page() -> ResponseReturnValue:
    return people_list()


@blueprint.get("/new")
@allow(*MANAGERS)
def new() -> ResponseReturnValue:
    form = InviteForm(formdata=None)
    form.unit.data = request.args.get("unit", type=number) or me().unit_id
    _with_places(form, unsent=True)
    form.role.data = Role.OFFICE if me().role is Role.OFFICE and form.unit.data == me().unit_id else Role.HANDLER
    return render_template("accounts/new_person.html", form=form)


@blueprint.post("/new")
@allow(*MANAGERS)
def invite() -> ResponseReturnValue:
    form = _with_places(InviteForm())
    tried = attempt(
        lambda: staffing.invite(work(), form.login.data or "", form.name.data or "", form.role.data, form.unit.data),
        form,
    )
    if tried.refused:
        return render_template("accounts/new_person.html", form=form, refusal=tried.on_top), tried.status
    return shown_once([tried.result])


@blueprint.post("/invite")
@allow(*MANAGERS)
def invite_again() -> ResponseReturnValue:
    tried = attempt(lambda: staffing.invite_again(work(), chosen()))
    return people_list(tried) if tried.refused else shown_once(tried.result)


@blueprint.get("/<int:user_id>")
@allow(*MANAGERS)
def person(user_id: int) -> ResponseReturnValue:
    return person_page(user_id)


@blueprint.post("/<int:user_id>/enable")
@allow(*MANAGERS)
def enable(user_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: staffing.enable(work(), user_id))
    if tried.refused:
        return person_page(user_id, tried)
    flash("账号已经启用。本人忘了密码的，可以重新邀请。")
    return redirect(url_for("people.person", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/agree")
@allow(*MANAGERS)
def agree(user_id: int) -> ResponseReturnValue:
    """Agree to an account that a colleague of its owner made or reset (R22)."""
    tried = attempt(lambda: two_people.agree(work(), user_id))
    if tried.refused:
        return person_page(user_id, tried)
    flash("已经同意启用，本人可以提出意见和确认意见。")
    return redirect(url_for("people.person", user_id=user_id), 303)


@blueprint.get("/agreements")
@allow(*AGREERS)
def agreements() -> ResponseReturnValue:
    """List the accounts that wait for somebody of the next level (R22)."""
    return _agreements()


@blueprint.post("/agreements")
@allow(*AGREERS)
def agree_to_each() -> ResponseReturnValue:
    tried = attempt(lambda: two_people.agree_to_each(work(), chosen()))
    if tried.refused:
        return _agreements(tried)
    flash(f"已经同意启用{tried.result}个账号，他们可以提出意见和确认意见。")
    return redirect(url_for("people.agreements"), 303)


@blueprint.post("/resets/seen")
@allow(Role.OFFICE)
def resets_seen() -> ResponseReturnValue:
    """Remove the listed resets from the office's page (R22)."""
    seen = resets.note_seen(work(), chosen())
    flash(f"{seen}次账号重置已经看过。")
    return redirect(url_for("office.overview"), 303)


def _agreements(tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    there = two_people.waiting(session(), actor())
    html = render_template(
        "accounts/agreements.html",
        mine=[row for row in there if row.mine],
        others=[row for row in there if not row.mine],
        me=me(),
        refusal=tried.on_top,
    )
    return html, tried.status


@blueprint.post("/<int:user_id>/place")
@allow(*MANAGERS)
def place(user_id: int) -> ResponseReturnValue:
    form = _with_places(PlaceForm())
    tried = attempt(lambda: staffing.place(work(), user_id, form.role.data, form.unit.data), form)
    if tried.refused:
        return person_page(user_id, tried, form)
    flash("角色和单位已经调整，原有登录全部退出。")
    return redirect(url_for("people.person", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/name")
@allow(*MANAGERS)
def rename(user_id: int) -> ResponseReturnValue:
    form = PersonNameForm()
    tried = attempt(lambda: staffing.rename(work(), user_id, form.name.data or ""), form)
    if tried.refused:
        return person_page(user_id, tried, naming=form)
    flash("姓名已经保存。")
    return redirect(url_for("people.person", user_id=user_id), 303)


@blueprint.post("/<int:user_id>/address")
@allow(Role.OFFICE)
def enter_address(user_id: int) -> ResponseReturnValue:
    """Enter an address that the office knows to be this person's: a code to it proves the owner (R22)."""
    form = _address_form()
    there = portal().gateways.available
    tried = attempt(lambda: proving.enter_address(work(), user_id, form.chosen(), form.address.data or "", there), form)
    if tried.refused:
        return person_page(user_id, tried, address=form)
    flash("地址已经登记。请告诉本人：登录以后在“我的账号”里收确认码。")
    return redirect(url_for("people.person", user_id=user_id), 303)


def _address_form(**options: Any) -> AddressForm:
    form: AddressForm = AddressForm(**options).with_ids("held")
    return form.offer(channel for channel in PERSONAL if channel in portal().gateways.available)


def people_list(tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    rows = staffing.stored_people(session(), actor())
    cases = staffing.open_case_counts(session(), now())
    with_people = {unit_id for (unit_id,) in rows.distinct(User.unit_id)}
    there = unit_options(session().scalars(select(Unit).where(of_ids(Unit.id, with_people))))
    state = _state_in_sql()
    second = sql_case((staffing.has_second_factor(), "已设置"), else_="没有")

    def page_of(user: User) -> str:
        return url_for("people.person", user_id=user.id)

    listing = Listing(
        title="人员",
        columns=[
            Column("name", "姓名", lambda u: u.name, 14, href=page_of, sql=a_text(User.name)),
            Column("login", "登录名", lambda u: u.login, 16, sql=a_text(User.login)),
            Column("role", "角色", lambda u: ROLE_NAMES[u.role], 14, sql=a_name(User.role, ROLE_NAMES)),
            Column("unit", "单位", lambda u: u.unit.name, 30, sql=a_text(Unit.name)),
            Column(
                "state",
                "状态",
                lambda u: _STATES[state_of(u)],
                20,
                badge=lambda u: _BADGES[state_of(u)],
                sql=a_name(state, _STATES),
            ),
            Column("second", "二次验证", lambda u: "已设置" if u.has_second_factor else "没有", 12, sql=a_text(second)),
            Column("cases", "手上的案件", lambda u: cases[u.id], 12, sql=a_number(staffing.cases_in_hand(now()))),
        ],
        rows=rows,
        empty="还没有人员。请邀请第一个人。",
        filters=[
            Filter("role", "角色", {r.value: n for r, n in ROLE_NAMES.items()}, where=lambda role: User.role == role),
            Filter("unit", "单位", there, where=lambda unit: User.unit_id == int(unit)),
            Filter("state", "状态", _STATES, where=lambda wanted: state == wanted),
        ],
        row_id=lambda u: u.id,
        path=url_for("people.people_page"),
    )
    answer = listing.answer("accounts/people.html", refusal=tried.on_top)
    return (answer, tried.status) if isinstance(answer, str) else answer


def _state_in_sql() -> ColumnElement[str]:
    """Return the state of an account as the database has it; the counterpart of `state_of`."""
    own = User.password_expires_at.is_(None)
    return sql_case(
        (User.disabled_at.is_not(None), "disabled"),
        (and_(own, staffing.waits_for_agreement()), "waits"),
        (own, "used"),
        (User.password_expires_at > now(), "invited"),
        else_="expired",
    )


def state_of(user: User) -> str:
    if user.disabled_at is not None:
        return "disabled"
    if user.password_expires_at is None:
        return "waits" if user.waits_for_agreement else "used"
    return "invited" if now() < user.password_expires_at else "expired"


def person_page(
    user_id: int,
    tried: Attempt[Any] = UNTRIED,
    form: PlaceForm | None = None,
    address: AddressForm | None = None,
    naming: PersonNameForm | None = None,
    standing_in: DeputyForm | None = None,
) -> ResponseReturnValue:
    shown = staffing.visible(session(), user_id, actor())
    html = render_template(
        "accounts/person.html",
        person=shown,
        state=_STATES[state_of(shown)],
        badge=_BADGES[state_of(shown)],
        hands=handing_over.find_in_hands(session(), shown, cases_visible_to(actor(), now()), now()),
        deputies=deputies.list_coming(session(), user_id, now()),
        deputy_form=standing_in or deputy_form(shown, empty=True),
        standing_in=standing_in is not None,
        form=form or _with_places(_place_form(shown), unsent=True),
        address=address or _address_form(formdata=None),
        name_form=naming or PersonNameForm(formdata=None, obj=shown),
        tried=form or address or naming or standing_in,
        placing=form is not None,
        entering=address is not None,
        naming=naming is not None,
        refusal=tried.on_top,
        waiting=two_people.waiting_for(session(), actor(), shown),
        resets=resets.of_user(session(), user_id),
        me=me(),
    )
    return html, tried.status


@blueprint.post("/slips.docx")
@allow(*MANAGERS)
@takes_files(FORM)
def slips_file() -> ResponseReturnValue:
    """Send the slips of the page as one file to print. Only whom the page was shown to can have it, for an hour."""
    slips = slips_of_page(request.form.get("slips", ""))
    if slips is None:
        abort(422)
    title = f"登录单-{local_date(now()):%Y%m%d}.docx"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(title, safe='')}"}
    return Response(slip_sheets.written(slips, login_at()), mimetype=slip_sheets.MEDIA_TYPE, headers=headers)


def chosen() -> list[int]:
    return [int(value) for value in request.form.getlist("chosen") if value.isdecimal() and len(value) < 10]


def _place_form(user: User) -> PlaceForm:
    return PlaceForm(formdata=None, data={"role": user.role, "unit": user.unit_id})


def _with_places(form: PlaceForm | InviteForm, *, unsent: bool = False) -> PlaceForm | InviteForm:
    """Offer roles and units: every one to what was sent, the first to a form that is only shown."""
    there = (
        units.first_to_choose(session(), actor(), MOST_SUGGESTED, form.unit.data)
        if unsent
        else staffing.places_for(session(), actor())
    )
    form.role.choices = options({role.value: ROLE_NAMES[role] for role in staffing.roles_for(actor())})
    form.unit.choices = options({unit.id: units.full_name(unit) for unit in there})
    return form
