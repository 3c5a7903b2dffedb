"""The receipt: shown once after filing, then the only key to follow a case; never in an address (R18)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import OPEN_STATES
from app.domain.refusals import UnknownReceipt
from app.models import Objection
from app.services.cases import evidence_reading
from app.services.objections import evidence, following
from app.services.objections.evidence import Attached
from app.web.objections import attaching, showing
from app.web.objections.attaching import form_upload_limit
from app.web.objections.forms import ReceiptForm, SupplementForm, WithdrawForm
from app.web.periods.public import the_office
from app.web.shared import errors
from app.web.shared.access import everyone, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.downloads import sent_out
from app.web.shared.limits import address, limiter
from app.web.shared.portal import let_go, now, portal, session
from app.web.shared.uploads import FORM, takes_files

followed_objection = showing.followed_objection
blueprint = Blueprint("receipts", __name__)


@blueprint.get("/receipt")
@everyone
def receipt() -> ResponseReturnValue:
    shown = showing.shown()
    if shown is not None:
        objection, case = following.followed(session(), shown.objection_id)
        return render_template(
            "objections/receipt_new.html",
            code=shown.code,
            minutes=showing.SHOWN_FOR // dt.timedelta(minutes=1),
            follow_at=portal().settings.public_url + url_for("receipts.receipt"),
            objection=objection,
            case=case,
            files=_files_of(objection),
            period=objection.entry.period,
            office=the_office(),
            now=now(),
        )
    if (objection_id := followed_objection()) is not None:
        return _case_page(objection_id)
    return _find_page(ReceiptForm(formdata=None))


@blueprint.get("/receipt/file")
@everyone
def receipt_file() -> ResponseReturnValue:
    """Send the receipt as a text file, for whoever has no printer: a phone keeps it with its downloads."""
    shown = showing.shown()
    if shown is None:
        return redirect(url_for("receipts.receipt"))
    objection, case = following.followed(session(), shown.objection_id)
    text = render_template(
        "objections/receipt.txt",
        code=shown.code,
        follow_at=portal().settings.public_url + url_for("receipts.receipt"),
        objection=objection,
        case=case,
        period=objection.entry.period,
        office=the_office(),
    )
    # With a mark of its encoding and Windows' ends of lines: what opens it may be an old editor.
    content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Disposition": f"attachment; filename=receipt.txt; filename*=UTF-8''{quote('异议回执.txt')}",
    }
    return content, 200, headers


@blueprint.post("/receipt/kept")
@everyone
def receipt_kept() -> ResponseReturnValue:
    """Stop showing the code: its owner has it (我已经记好了)."""
    showing.end()
    flash("查询码不再显示。以后凭它在本页查询进度。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.post("/receipt")
@everyone
@limiter.limit(lambda: portal().settings.limit_receipt, key_func=address)
def find() -> ResponseReturnValue:
    form = ReceiptForm()
    tried = attempt(lambda: following.find_by_receipt(session(), portal().keyring, form.code.data or ""), form)
    if isinstance(tried.refusal, UnknownReceipt):
        following.note_unknown_receipt(work())
    if tried.refused:
        return _find_page(form), tried.status
    showing.end()  # whoever types a code has it
    showing.begin_following(tried.result)
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.post("/receipt/supplement")
@everyone
@takes_files(FORM)
@form_upload_limit
def supplement() -> ResponseReturnValue:
    if (objection_id := followed_objection()) is None:
        return _asked_again()
    form = SupplementForm()
    form.ensure_token()
    token = form.form_token.data
    if attaching.removal_asked():
        attaching.remove_asked(token)
        return _case_page(objection_id, supplement_form=form)
    may = attempt(lambda: following.check_supplement(work(), objection_id))
    if may.refused:
        return _case_page(objection_id, may, supplement_form=form)
    not_taken = attaching.take_sent(token, objection_id)
    if not_taken:
        form.validate()
        attaching.say_refused(form.evidence, not_taken)
        return _case_page(objection_id, Attempt(422), supplement_form=form)
    tried = attempt(
        lambda: following.supplement(work(), objection_id, form.text.data or "", attaching.form_hash(token)), form
    )
    if tried.refused:
        return _case_page(objection_id, tried, supplement_form=form)
    flash("补充内容已经收到。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.get("/receipt/evidence/<int:evidence_id>")
@everyone
def own_evidence(evidence_id: int) -> ResponseReturnValue:
    if (objection_id := followed_objection()) is None:
        return redirect(url_for("receipts.receipt"))
    return sent_out(evidence_reading.open_for_objector(session(), portal().vault, objection_id, evidence_id))


@blueprint.post("/receipt/withdraw")
@everyone
def withdraw() -> ResponseReturnValue:
    if (objection_id := followed_objection()) is None:
        return _asked_again()
    form = WithdrawForm().with_ids("withdraw")
    tried = attempt(lambda: following.withdraw(work(), objection_id, form.text.data or ""), form)
    if tried.refused:
        return _case_page(objection_id, tried, withdraw_form=form)
    flash("撤回已经记录。是否停止核查，由办理单位决定，并会在这里告诉您。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.post("/receipt/leave")
@everyone
def leave() -> ResponseReturnValue:
    showing.end_following()
    flash("已经退出查询，本机不再保留。")
    return redirect(url_for("receipts.receipt"), 303)


def _asked_again() -> ResponseReturnValue:
    """Ask for the code again once the half hour is over. The page keeps what was typed."""
    form = ReceiptForm(formdata=None)
    return _find_page(form, expired=True), 401


def _find_page(form: ReceiptForm, *, expired: bool = False) -> str:
    kept = errors.kept() if expired else []
    return render_template("objections/receipt_find.html", form=form, expired=expired, kept=kept, office=the_office())


def _case_page(
    objection_id: int,
    tried: Attempt[Any] = UNTRIED,
    *,
    supplement_form: SupplementForm | None = None,
    withdraw_form: WithdrawForm | None = None,
) -> ResponseReturnValue:
    let_go()
    objection, case = following.followed(session(), objection_id)
    state = case.state_at(now())
    supplement_form = supplement_form or SupplementForm(formdata=None)
    supplement_form.ensure_token()
    html = render_template(
        "objections/receipt_case.html",
        objection=objection,
        case=case,
        files=_files_of(objection),
        unfiled=attaching.files_of(supplement_form.form_token.data) if request.method == "POST" else [],
        state=state,
        refusal=tried.on_top,
        is_open=state in OPEN_STATES,
        period=objection.entry.period,
        office=the_office(),
        supplement_form=supplement_form,
        withdraw_form=withdraw_form or WithdrawForm(formdata=None).with_ids("withdraw"),
        now=now(),
    )
    return html, tried.status


def _files_of(objection: Objection) -> list[Attached]:
    return evidence.of_objection(session(), portal().keyring, objection.id)
