"""Requests of people about their own data, for the office alone: list, registration, reading, answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import case as sql_case
from wtforms import RadioField, StringField
from wtforms.validators import StopValidation

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Role
from app.domain.objections.arrival import CHANNEL_NAMES, REGISTERED_CHANNELS, Channel
from app.domain.refusals import BeyondHorizon
from app.domain.shared.wording import full_day
from app.domain.upkeep.data_requests import (
    DATA_OUTCOME_NAMES,
    DATA_REQUEST_NAMES,
    DATA_REQUEST_STATE_NAMES,
    REQUESTER_NAMES,
    DataOutcome,
    DataRequestKind,
    DataRequestState,
    Requester,
    propose_due,
    state_of,
)
from app.models import DataRequest
from app.services.calendar.calendars import calendar_of
from app.services.shared.stored_rows import a_date, a_moment, a_name, a_number, a_text
from app.services.upkeep import data_requests
from app.services.upkeep.data_requests import AnsweredByUs, AskedOfUs, NewDataRequest
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, needed, of_length, options, text_area
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, portal, session

blueprint = Blueprint("data_requests", __name__, url_prefix="/office/data-requests")
_SOON = dt.timedelta(days=3)
_BADGES = {DataRequestState.OPEN: "waiting", DataRequestState.LATE: "", DataRequestState.ANSWERED: "concluded"}
_STATES = {str(state): name for state, name in DATA_REQUEST_STATE_NAMES.items()}
_KINDS = {str(kind): name for kind, name in DATA_REQUEST_NAMES.items()}
_CHANNELS = {channel: CHANNEL_NAMES[channel] for channel in REGISTERED_CHANNELS}


class RegisterDataRequestForm(PlainForm):
    kind = RadioField("要求什么", choices=options(DATA_REQUEST_NAMES), validators=[needed("请选要求什么。")])
    requester = RadioField(
        "以什么身份提出", choices=options(REQUESTER_NAMES), validators=[needed("请选以什么身份提出。")]
    )
    channel = RadioField("怎样收到的", choices=options(_CHANNELS), validators=[needed("请选怎样收到的。")])
    received_on = StringField("收到日期", render_kw={"type": "date"})
    due_on = StringField("答复期限", render_kw={"type": "date"})
    name = StringField(
        "请求人姓名",
        validators=[of_length(*data_requests.NAME_LENGTH, "姓名")],
        description="加密保存。不愿意写姓名的异议人，写“持查询码的异议人”，不要写查询码。",
        render_kw={"autocomplete": "off"},
    )
    contact = StringField(
        "联系方式",
        validators=[of_length(*data_requests.CONTACT_LENGTH, "联系方式")],
        description="加密保存。电话、邮箱或者通信地址，答复送到这里。",
        render_kw={"autocomplete": "off"},
    )
    verified = text_area(
        "怎样核实的身份",
        *data_requests.VERIFIED_LENGTH,
        hint="例如：当面看过身份证；当面用查询码打开了异议；拨打登记的电话核对。不抄证件号码。",
        rows=2,
    )
    asked = text_area(
        "具体要求", *data_requests.ASKED_LENGTH, hint="照原意写：要看什么、改什么、删什么，理由（没有可以不写）。"
    )

    def validate_received_on(self, field: Any) -> None:
        if _day(field.data) is None:
            raise StopValidation("请填写收到的日期，例如2026-09-18。")

    def validate_due_on(self, field: Any) -> None:
        if _day(field.data) is None:
            raise StopValidation("请填写答复期限，例如2026-10-12。")

    def content(self) -> NewDataRequest:
        """Return what was filled in. Call it only after the form has been validated."""
        received_on, due_on = _day(self.received_on.data), _day(self.due_on.data)
        assert received_on is not None  # noqa: S101 - validated
        assert due_on is not None  # noqa: S101 - validated
        asked = AskedOfUs(self.name.data, self.contact.data, self.verified.data, self.asked.data)
        kind, requester = DataRequestKind(self.kind.data), Requester(self.requester.data)
        return NewDataRequest(kind, requester, Channel(self.channel.data), received_on, due_on, asked)


class ReadDataRequestForm(PlainForm):
    reason = text_area("为什么要查看", *data_requests.REASON_LENGTH, hint="理由会永久记录在案。", rows=2)


class AnswerDataRequestForm(PlainForm):
    outcome = RadioField("办理结果", choices=options(DATA_OUTCOME_NAMES), validators=[needed("请选办理结果。")])
    text = text_area(
        "答复了什么",
        *data_requests.ANSWER_LENGTH,
        hint="不予办理、部分办理的，必须写明理由和依据，并告诉对方可以投诉、起诉。",
    )
    evidence = text_area(
        "怎样送达，材料存放在哪里",
        *data_requests.EVIDENCE_LENGTH,
        hint="例如：当面交付，签收单存专班档案第3卷。",
        rows=2,
    )


@blueprint.get("")
@allow(Role.OFFICE)
def all_requests() -> ResponseReturnValue:
    today = local_date(now())
    state = sql_case(
        (DataRequest.answered_at.is_not(None), DataRequestState.ANSWERED.value),
        (DataRequest.due_on < today, DataRequestState.LATE.value),
        else_=DataRequestState.OPEN.value,
    )
    return Listing(
        title="个人信息请求",
        columns=[
            Column(
                "id", "编号", lambda r: r.id, 8, href=_url, shown=lambda r: f"请求{r.id}", sql=a_number(DataRequest.id)
            ),
            Column(
                "kind",
                "要求",
                lambda r: DATA_REQUEST_NAMES[r.kind],
                14,
                sql=a_name(DataRequest.kind, DATA_REQUEST_NAMES),
            ),
            Column(
                "requester",
                "谁提出",
                lambda r: REQUESTER_NAMES[r.requester],
                14,
                sql=a_name(DataRequest.requester, REQUESTER_NAMES),
            ),
            Column(
                "channel",
                "怎样收到",
                lambda r: CHANNEL_NAMES[r.channel],
                12,
                sql=a_name(DataRequest.channel, CHANNEL_NAMES),
            ),
            Column(
                "received",
                "收到日期",
                lambda r: r.received_on,
                16,
                shown=lambda r: full_day(r.received_on),
                sql=a_date(DataRequest.received_on),
            ),
            Column(
                "due",
                "答复期限",
                lambda r: r.due_on,
                16,
                shown=lambda r: full_day(r.due_on),
                sql=a_date(DataRequest.due_on),
            ),
            Column(
                "state",
                "状态",
                lambda r: DATA_REQUEST_STATE_NAMES[_state(r, today)],
                14,
                badge=lambda r: _badge(r, today),
                sql=a_name(state, DATA_REQUEST_STATE_NAMES),
            ),
            Column(
                "outcome",
                "办理结果",
                lambda r: DATA_OUTCOME_NAMES[r.outcome] if r.outcome else "",
                14,
                sql=a_name(DataRequest.outcome, DATA_OUTCOME_NAMES),
            ),
            Column("answered", "答复时间", lambda r: r.answered_at, 26, sql=a_moment(DataRequest.answered_at)),
            Column(
                "answerer",
                "答复人",
                lambda r: r.answerer.name if r.answerer else "",
                14,
                sql=a_text(data_requests.ANSWERER.name),
            ),
            Column(
                "registrar",
                "登记人",
                lambda r: r.registrar.name,
                14,
                sheet_only=True,
                sql=a_text(data_requests.REGISTRAR.name),
            ),
            Column(
                "registered",
                "登记时间",
                lambda r: r.registered_at,
                26,
                sheet_only=True,
                sql=a_moment(DataRequest.registered_at),
            ),
        ],
        rows=data_requests.stored_requests(session(), actor()),
        empty="还没有登记过。有人要求查阅、复制、更正、删除自己的个人信息的，请点“登记请求”。",
        filters=[
            Filter("state", "状态", _STATES, tabs=True, where=lambda value: state == value),
            Filter("kind", "要求", _KINDS, where=lambda value: DataRequest.kind == value),
        ],
        urgent=lambda r: _state(r, today) is DataRequestState.OPEN and r.due_on <= today + _SOON,
        wrong=lambda r: _state(r, today) is DataRequestState.LATE,
    ).answer("upkeep/data_requests.html")


@blueprint.get("/new")
@allow(Role.OFFICE)
def new_request() -> ResponseReturnValue:
    form = RegisterDataRequestForm(formdata=None)
    today = local_date(now())
    form.received_on.data = today.isoformat()
    form.due_on.data = _proposed(today)
    return _new_page(form)


@blueprint.post("/new")
@allow(Role.OFFICE)
def register_request() -> ResponseReturnValue:
    form = RegisterDataRequestForm()
    tried = attempt(lambda: data_requests.register(work(), form.content()), form)
    if tried.refused:
        return _new_page(form, tried)
    flash(f"已经登记为请求{tried.result}。")
    return redirect(url_for("data_requests.one_request", request_id=tried.result), 303)


@blueprint.get("/<int:request_id>")
@allow(Role.OFFICE)
def one_request(request_id: int) -> ResponseReturnValue:
    return _page(request_id, ReadDataRequestForm(formdata=None), AnswerDataRequestForm(formdata=None))


@blueprint.post("/<int:request_id>/read")
@allow(Role.OFFICE)
def read_request(request_id: int) -> ResponseReturnValue:
    """Show what is sealed in the answer to the POST, without a redirect: each reading is recorded."""
    form = ReadDataRequestForm()
    tried = attempt(lambda: data_requests.read(work(), request_id, form.reason.data or ""), form)
    if tried.refused:
        return _page(request_id, form, AnswerDataRequestForm(formdata=None), tried)
    row = data_requests.find_request(session(), request_id, actor())
    return render_template("upkeep/data_request_read.html", row=row, opened=tried.result, **_names())


@blueprint.post("/<int:request_id>/answer")
@allow(Role.OFFICE)
def answer_request(request_id: int) -> ResponseReturnValue:
    form = AnswerDataRequestForm()

    def answer() -> None:
        given = AnsweredByUs(form.text.data or "", form.evidence.data or "")
        data_requests.answer(work(), request_id, DataOutcome(form.outcome.data), given)

    tried = attempt(answer, form)
    if tried.refused:
        return _page(request_id, ReadDataRequestForm(formdata=None), form, tried)
    flash("答复已经记录。")
    return redirect(url_for("data_requests.one_request", request_id=request_id), 303)


def _page(
    request_id: int, read_form: ReadDataRequestForm, answer_form: AnswerDataRequestForm, tried: Attempt[Any] = UNTRIED
) -> ResponseReturnValue:
    row = data_requests.find_request(session(), request_id, actor())
    html = render_template(
        "upkeep/data_request.html",
        row=row,
        state=_state(row, local_date(now())),
        read_form=read_form,
        answer_form=answer_form,
        refusal=tried.on_top,
        **_names(),
    )
    return html, tried.status


def _new_page(form: RegisterDataRequestForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    days = portal().settings.request_days
    return render_template("upkeep/data_request_new.html", form=form, days=days, refusal=tried.on_top), tried.status


def _names() -> dict[str, Any]:
    return {
        "kinds": DATA_REQUEST_NAMES,
        "requesters": REQUESTER_NAMES,
        "states": DATA_REQUEST_STATE_NAMES,
        "outcomes": DATA_OUTCOME_NAMES,
    }


def _proposed(received_on: dt.date) -> str:
    """Return the day proposed for the answer, "" where no holiday notice reaches so far (R3)."""
    calendar = calendar_of(session(), portal().settings.demonstration)
    try:
        return propose_due(received_on, portal().settings.request_days, calendar).isoformat()
    except BeyondHorizon:
        return ""


def _state(row: DataRequest, today: dt.date) -> DataRequestState:
    return state_of(row.due_on, row.answered_at, today)


def _badge(row: DataRequest, today: dt.date) -> str:
    return _BADGES[_state(row, today)]


def _url(row: DataRequest) -> str:
    return url_for("data_requests.one_request", request_id=row.id)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
