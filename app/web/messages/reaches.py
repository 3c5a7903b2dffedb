"""The addresses at which a person or a unit gets warnings: set, confirm by code, change the times."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.messages.channels import CHANNEL_NAMES, PERSONAL, OutgoingChannel
from app.domain.messages.hours import TIMES_NAMES
from app.domain.refusals import NoChannel
from app.services.accounts import units
from app.services.messages import feeds, reaches
from app.services.messages.reaches import AddressOwner
from app.web.messages.forms import ReachCodeForm, ReachForm, TimesForm
from app.web.shared.access import STAFF, actor, allow, me, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.portal import portal, session

blueprint = Blueprint("reaches", __name__)
MANAGERS = (Role.OFFICE, Role.HEAD)


@blueprint.get("/account/messages")
@allow(*STAFF)
def own() -> ResponseReturnValue:
    return _page(None)


@blueprint.post("/account/messages")
@allow(*STAFF)
def set_own() -> ResponseReturnValue:
    return _set(None)


@blueprint.get("/units/<int:unit_id>/messages")
@allow(*MANAGERS)
def of_unit(unit_id: int) -> ResponseReturnValue:
    return _page(unit_id)


@blueprint.post("/units/<int:unit_id>/messages")
@allow(*MANAGERS)
def set_of_unit(unit_id: int) -> ResponseReturnValue:
    return _set(unit_id)


@blueprint.post("/account/messages/<int:reach_id>/confirm")
@allow(*STAFF)
def confirm_own(reach_id: int) -> ResponseReturnValue:
    return _confirm(None, reach_id)


@blueprint.post("/units/<int:unit_id>/messages/<int:reach_id>/confirm")
@allow(*MANAGERS)
def confirm_of_unit(unit_id: int, reach_id: int) -> ResponseReturnValue:
    return _confirm(unit_id, reach_id)


@blueprint.post("/account/messages/<int:reach_id>/<any(code,times,stop):what>")
@allow(*STAFF)
def change_own(reach_id: int, what: str) -> ResponseReturnValue:
    return _change(None, reach_id, what)


@blueprint.post("/units/<int:unit_id>/messages/<int:reach_id>/<any(code,times,stop):what>")
@allow(*MANAGERS)
def change_of_unit(unit_id: int, reach_id: int, what: str) -> ResponseReturnValue:
    return _change(unit_id, reach_id, what)


def _set(unit_id: int | None) -> ResponseReturnValue:
    form = ReachForm().offer(_channels(unit_id))

    def set_address() -> int:
        channel = form.chosen()
        if channel is None:
            raise NoChannel
        offered = portal().gateways.available
        return reaches.set_address(
            work(), AddressOwner(unit_id), channel, form.address.data or "", form.times.data, offered
        )

    tried = attempt(set_address, form)
    if tried.refused:
        return _page(unit_id, tried, form=form)
    flash("确认码已经发出，收到后请填在下面。确认以后才会往这个地址发提醒。")
    return redirect(_address(unit_id), 303)


def _confirm(unit_id: int | None, reach_id: int) -> ResponseReturnValue:
    reaches.require_of(session(), actor(), AddressOwner(unit_id), reach_id)
    form = ReachCodeForm().with_ids(f"code{reach_id}")
    tried = attempt(lambda: reaches.confirm_address(work(), reach_id, form.code.data or ""), form)
    if tried.refused:
        return _page(unit_id, tried, code=(reach_id, form))
    flash("地址已经确认，从现在起往这里发提醒。")
    return redirect(_address(unit_id), 303)


def _change(unit_id: int | None, reach_id: int, what: str) -> ResponseReturnValue:
    reaches.require_of(session(), actor(), AddressOwner(unit_id), reach_id)
    form = TimesForm()
    if what == "times":
        tried = attempt(lambda: reaches.choose_times(work(), reach_id, form.times.data), form)
    else:
        change = {"code": reaches.send_code_again, "stop": reaches.stop_address}[what]
        tried = attempt(lambda: change(work(), reach_id))
    if tried.refused:
        return _page(unit_id, tried)
    flash({"code": "确认码已经重新发出。", "times": "已经保存。", "stop": "不再往这个地址发消息。"}[what])
    return redirect(_address(unit_id), 303)


def _page(
    unit_id: int | None,
    tried: Attempt[Any] = UNTRIED,
    form: ReachForm | None = None,
    code: tuple[int, PlainForm] | None = None,
) -> ResponseReturnValue:
    unit = units.visible(session(), unit_id, actor()) if unit_id is not None else None
    owner = {"unit_id": unit_id} if unit_id is not None else {"user_id": me().id}
    shown = reaches.list_shown(session(), portal().keyring, **owner)
    codes = {each.id: ReachCodeForm(formdata=None).with_ids(f"code{each.id}") for each in shown}
    html = render_template(
        "messages/reaches.html",
        unit=unit,
        shown=shown,
        codes=codes | dict([code] if code else []),
        times={each.id: TimesForm(formdata=None, times=each.times).with_ids(f"times{each.id}") for each in shown},
        form=form or ReachForm(formdata=None).offer(_channels(unit_id)),
        tried=form or (code[1] if code else None),
        channels=_channels(unit_id),
        CHANNEL_NAMES=CHANNEL_NAMES,
        TIMES_NAMES=TIMES_NAMES,
        address=_address(unit_id),
        has_calendar=feeds.has_calendar(session(), me().id),
        refusal=tried.on_top,
    )
    return html, tried.status


def _channels(unit_id: int | None) -> list[OutgoingChannel]:
    offered = portal().gateways.available
    return [
        channel for channel in OutgoingChannel if channel in offered and (unit_id is not None or channel in PERSONAL)
    ]


def _address(unit_id: int | None) -> str:
    return url_for("reaches.of_unit", unit_id=unit_id) if unit_id is not None else url_for("reaches.own")
