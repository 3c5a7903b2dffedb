"""Reading an objector's identity: one person of the office asks, another grants it, each reading is recorded (R19)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as request_sent
from flask.typing import ResponseReturnValue
from sqlalchemy import case

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Role
from app.domain.shared.wording import full_day, moment
from app.models import Entry, IdentityRequest
from app.services.objections import identities
from app.services.periods.titles import titles_of
from app.services.shared.stored_rows import a_moment, a_name, a_text
from app.web.shared.access import actor, allow, login_session, me, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.downloads import send_stored_file
from app.web.shared.forms import PlainForm, text_area
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, portal, session

blueprint = Blueprint("identities", __name__, url_prefix="/office")
_ANSWERS = {"waiting": "待答复", "granted": "同意", "refused": "不同意"}
_ANSWER_IN_SQL = case(
    (IdentityRequest.decided_at.is_(None), "waiting"), (IdentityRequest.granted.is_(True), "granted"), else_="refused"
)


class AskForm(PlainForm):
    text = text_area("为什么需要知道异议人是谁", *identities.REASON_LENGTH, hint="理由会永久记录在案。", rows=3)


@blueprint.get("/identities")
@allow(Role.OFFICE)
def identity_requests() -> ResponseReturnValue:
    rows = identities.stored_requests(session(), actor())
    groups = rows.counts_of_groups(Entry.period_id, _ANSWER_IN_SQL)
    titles = titles_of(session(), {period_id for period_id, *_ in groups})
    tally: Counter[str] = Counter()
    for _, given, count in groups:
        tally[given] += count
    made = IdentityRequest
    return Listing(
        title="查看异议人身份的申请",
        columns=[
            Column(
                "about",
                "对谁提出的异议",
                lambda r: r.objection.entry.name,
                22,
                href=_request_url,
                sql=a_text(Entry.name),
            ),
            Column("period", "公示", lambda r: r.objection.entry.period.title, 26, sql=a_name(Entry.period_id, titles)),
            Column(
                "asker",
                "申请人",
                lambda r: r.asker.name,
                14,
                note=lambda r: f"申请于{full_day(local_date(r.asked_at))}",
                sql=a_text(identities.ASKER.name),
            ),
            Column("asked", "申请时间", lambda r: moment(r.asked_at), 26, sheet_only=True, sql=a_moment(made.asked_at)),
            Column("reason", "理由", lambda r: r.reason, 40, sql=a_text(made.reason)),
            Column(
                "answer",
                "答复",
                lambda r: _ANSWERS[_answer(r)],
                14,
                badge=_answer_badge,
                note=_next_step,
                sql=a_name(_ANSWER_IN_SQL, _ANSWERS),
            ),
            Column(
                "decider",
                "答复人",
                lambda r: r.decider.name if r.decider else "",
                14,
                sql=a_text(identities.DECIDER.name),
            ),
            Column(
                "decided",
                "答复时间",
                lambda r: moment(r.decided_at) if r.decided_at else "",
                26,
                sheet_only=True,
                sql=a_moment(made.decided_at),
            ),
            Column(
                "read",
                "首次查看",
                lambda r: moment(r.first_read_at) if r.first_read_at else "",
                26,
                sql=a_moment(made.first_read_at),
            ),
        ],
        rows=rows,
        empty="还没有人申请过。需要查看的，请从案件页面申请。",
        filters=[Filter("answer", "答复", _ANSWERS, tabs=True, value=_ANSWER_IN_SQL, tally=tally)],
        waiting=lambda r: r.decided_at is None and r.asked_by != me().id,
    ).answer("objections/identities.html")


@blueprint.get("/identities/<int:request_id>")
@allow(Role.OFFICE)
def identity_request(request_id: int) -> ResponseReturnValue:
    request = identities.request_of(session(), request_id, actor(), now())
    return render_template("objections/identity_request.html", request_made=request, me=me())


@blueprint.get("/objections/<int:objection_id>/identity")
@allow(Role.OFFICE)
def ask_identity(objection_id: int) -> ResponseReturnValue:
    return _ask_page(objection_id, AskForm(formdata=None))


@blueprint.post("/objections/<int:objection_id>/identity")
@allow(Role.OFFICE)
def request_identity(objection_id: int) -> ResponseReturnValue:
    form = AskForm()
    tried = attempt(lambda: identities.ask(work(), objection_id, form.text.data or ""), form)
    if tried.refused:
        return _ask_page(objection_id, form, tried)
    flash("申请已经提交，请市级专班另一人答复。")
    return redirect(url_for("identities.identity_requests"), 303)


@blueprint.post("/identities/<int:request_id>/grant")
@allow(Role.OFFICE)
def grant_identity(request_id: int) -> ResponseReturnValue:
    identities.decide(work(), request_id, True)
    flash("已经同意。申请人须在一天内、同一次登录中查看。")
    return redirect(url_for("identities.identity_request", request_id=request_id), 303)


@blueprint.post("/identities/<int:request_id>/refuse")
@allow(Role.OFFICE)
def refuse_identity(request_id: int) -> ResponseReturnValue:
    identities.decide(work(), request_id, False)
    flash("已经答复不同意。")
    return redirect(url_for("identities.identity_requests"), 303)


@blueprint.post("/identities/<int:request_id>/read")
@allow(Role.OFFICE)
def read_identity(request_id: int) -> ResponseReturnValue:
    """Show the identity in the answer to the POST, without a redirect.

    Each look is recorded, so the page can't be loaded again without another look.
    """
    objector = identities.read(work(), request_id, login_session())
    request = identities.request_of(session(), request_id, actor(), now())
    return render_template(
        "objections/identity.html",
        objector=objector,
        objection=request.objection,
        request_made=request,
        files=identities.sealed_files(session(), request.objection_id),
    )


@blueprint.post("/identities/<int:request_id>/letters/<int:evidence_id>")
@allow(Role.OFFICE)
def open_letter(request_id: int, evidence_id: int) -> ResponseReturnValue:
    """Send a sealed file in the answer to the POST: each opening is recorded."""
    return send_stored_file(identities.open_letter(work(), portal().vault, request_id, evidence_id, login_session()))


@blueprint.post("/identities/<int:request_id>/letters/<int:evidence_id>/sort")
@allow(Role.OFFICE)
def sort_letter(request_id: int, evidence_id: int) -> ResponseReturnValue:
    """Sort a file from before sealed letters had a field of their own: a letter or evidence."""
    letter = request_sent.form.get("what") != "evidence"  # any other value keeps the file sealed
    identities.sort_file(work(), request_id, evidence_id, login_session(), letter)
    flash("已经记录：这是盖章材料，继续封存。" if letter else "已经记录：这是证据，办理单位可以看了。")
    return redirect(url_for("identities.identity_request", request_id=request_id), 303)


def _answer(request: IdentityRequest) -> str:
    """Return the key of the answer in `_ANSWERS`; `_ANSWER_IN_SQL` is the same for the database."""
    if request.decided_at is None:
        return "waiting"
    return "granted" if request.granted else "refused"


def _answer_badge(request: IdentityRequest) -> str:
    return "waiting" if request.decided_at is None else "concluded" if request.granted else ""


def _next_step(request: IdentityRequest) -> str:
    """Say who has to act next."""
    own = request.asked_by == me().id
    if request.decided_at is None:
        return "等市级专班另一人答复" if own else "请您答复"
    return "可以查看" if own and request.granted and request.first_read_at is None else ""


def _request_url(request: IdentityRequest) -> str:
    return url_for("identities.identity_request", request_id=request.id)


def _ask_page(objection_id: int, form: AskForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    objection, about = identities.objection_to_ask_about(session(), objection_id, actor(), now())
    html = render_template(
        "objections/identity_ask.html", objection=objection, case=about, form=form, refusal=tried.on_top
    )
    return html, tried.status
