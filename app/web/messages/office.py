"""The office's page of messages: the fate of each, who has no address, and testing a channel."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, String, cast, literal
from sqlalchemy import case as sql_case

from app.channels.filebox import read_box
from app.channels.gateways import FOLDER
from app.domain.cases.reminders import REMINDER_NAMES, Reminder
from app.domain.cases.states import Role
from app.domain.messages.channels import CHANNEL_NAMES, OutgoingChannel
from app.domain.messages.fate import FATE_NAMES, Delivery, Outcome
from app.domain.messages.wording import NOTICE_NAMES, NoticeKind, write_trial
from app.domain.refusals import NoChannel
from app.domain.shared.wording import moment
from app.models import Dispatch, OutboxRow
from app.services.cases.visibility import cases_visible_to, number_written
from app.services.messages import fates
from app.services.messages.fates import MessageFate
from app.services.messages.reaches import require_sound_address
from app.services.shared.stored_rows import a_moment, a_name, a_number, a_text
from app.web.messages.forms import AddressForm
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import end_transaction, now, portal, session

blueprint = Blueprint("messages", __name__, url_prefix="/office/messages")
_BADGES = {Delivery.SENT: "concluded", Delivery.FAILED: "escalated", Delivery.BOUNCED: "escalated"}


@blueprint.get("")
@allow(Role.OFFICE)
def messages() -> ResponseReturnValue:
    return _page()


@blueprint.post("/<int:dispatch_id>/again")
@allow(Role.OFFICE)
def send_again(dispatch_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: fates.send_again(work(), dispatch_id))
    if tried.refused:
        return _page(tried)
    flash("已经放回队列，马上再发一次。")
    return redirect(url_for("messages.messages"), 303)


@blueprint.post("/trial")
@allow(Role.OFFICE)
def try_out() -> ResponseReturnValue:
    """Send one message now and show the gateway's answer. Nothing is stored or retried."""
    form = AddressForm().offer(portal().gateways.available)

    def send() -> Outcome:
        channel = form.chosen()
        if channel is None or channel not in portal().gateways.available:
            raise NoChannel
        require_sound_address(channel, form.address.data or "")
        end_transaction()
        return portal().gateways.send(channel, form.address.data or "", write_trial(), secrets.token_hex(16))

    tried = attempt(send, form)
    return _page(tried, form)


@blueprint.get("/mailbox")
@allow(Role.OFFICE)
def mailbox() -> ResponseReturnValue:
    """Show the demonstration's mailbox. Answers 404 outside the demonstration."""
    if not portal().settings.demonstration:
        abort(404)
    return render_template("messages/mailbox.html", kept=read_box(portal().settings.instance_dir / FOLDER))


def _page(tried: Attempt[Any] = UNTRIED, form: AddressForm | None = None) -> ResponseReturnValue:
    available = portal().gateways.available
    answer = _listing().answer(
        "messages/office.html",
        channels=[CHANNEL_NAMES[channel] for channel in OutgoingChannel if channel in available],
        unreachable=fates.list_unreachable(session(), fates.list_units(session()), available, now()),
        form=form or AddressForm(formdata=None).offer(available),
        outcome=tried.results[0] if tried.results and isinstance(tried.results[0], Outcome) else None,
        tried=form if form is not None and tried.refused else None,
        refusal=tried.on_top,
        demonstration=portal().settings.demonstration,
    )
    return answer if tried.status == UNTRIED.status else (answer, tried.status)


def _listing() -> Listing[MessageFate]:
    rows = fates.stored_messages(session(), cases_visible_to(actor(), now()), now())
    return Listing(
        title="消息",
        path=url_for("messages.messages"),
        columns=[
            Column("what", "消息", lambda s: _what(s), 22, sql=a_name(_occasion(), _OCCASIONS)),
            Column("case", "案件", lambda s: s.case_number, 14, href=_case_page, sql=a_text(number_written())),
            Column("whose", "发给", lambda s: s.recipient, 24, sql=a_text(fates.recipient())),
            Column(
                "channel", "渠道", lambda s: CHANNEL_NAMES[s.channel], 16, sql=a_name(Dispatch.channel, CHANNEL_NAMES)
            ),
            Column("told_at", "事项发生", lambda s: s.told_at, 18, sql=a_moment(Dispatch.told_at)),
            Column(
                "fate",
                "结果",
                lambda s: FATE_NAMES[s.fate],
                10,
                badge=lambda s: _BADGES.get(s.fate, ""),
                note=_words,
                sql=a_name(Dispatch.fate, FATE_NAMES),
            ),
            Column("tries", "试过几次", lambda s: s.tries, 8, sql=a_number(Dispatch.tries)),
        ],
        rows=rows,
        empty="还没有消息。有案件需要提醒时，发出的每条消息和它的结果都列在这里。",
        filters=[
            Filter(
                "fate",
                "结果",
                {f.value: n for f, n in FATE_NAMES.items()},
                tabs=True,
                value=Dispatch.fate,
            ),
            Filter("given_up", "没有发出", {"1": "只看没有发出的"}, where=lambda _: Dispatch.fate.in_(fates.GIVEN_UP)),
            Filter(
                "by", "渠道", {c.value: n for c, n in CHANNEL_NAMES.items()}, where=lambda by: Dispatch.channel == by
            ),
        ],
        wrong=lambda s: s.given_up,
    )


def _occasion() -> ColumnElement[str]:
    warning = literal("warning ") + cast(OutboxRow.reminder, String)
    return sql_case((OutboxRow.id.is_not(None), warning), else_=cast(Dispatch.notice, String))


_OCCASIONS = {f"warning {each.value}": name for each, name in REMINDER_NAMES.items()}
_OCCASIONS |= {each.value: name for each, name in NOTICE_NAMES.items()}


def _what(sending: MessageFate) -> str:
    return REMINDER_NAMES[Reminder(sending.occasion)] if sending.occasion else NOTICE_NAMES[NoticeKind(sending.notice)]


def _case_page(sending: MessageFate) -> str:
    return url_for("cases.case_page", case_id=sending.case_id) if sending.case_id else ""


def _words(sending: MessageFate) -> str:
    if sending.fate is Delivery.WAITING and not sending.words and sending.due_at > now():
        return f"{moment(sending.due_at)}发"
    return sending.words if sending.given_up or sending.fate is Delivery.WAITING else ""
