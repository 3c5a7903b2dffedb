"""The receipt: shown once after filing, then the only key to follow a case; never in an address (R18)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError

from app.domain.cases.second_look import may_request_look
from app.domain.cases.states import OPEN_STATES
from app.domain.objections import progress
from app.domain.objections.progress import Course
from app.domain.refusals import UnknownReceipt
from app.models import Case, MessageKind, Objection, Unit
from app.services.cases import evidence_reading, letters, second_looks
from app.services.messages import followers
from app.services.objections import evidence, following
from app.services.objections.drafts import Content
from app.services.objections.evidence import Attached
from app.services.record import proofs
from app.services.shared.leavers import find_departures
from app.web.objections import attaching, drafting, receipt_session
from app.web.objections.attaching import form_upload_limit
from app.web.objections.forms import LookForm, ReceiptForm, SupplementForm, WithdrawForm
from app.web.periods.public import the_office
from app.web.shared import errors, limits, metrics, own_share
from app.web.shared.access import everyone, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.downloads import send_stored_file
from app.web.shared.form_files import form_hash, removal_asked
from app.web.shared.forms import TypedBefore
from app.web.shared.limits import address, limiter
from app.web.shared.portal import end_transaction, now, portal, session
from app.web.shared.uploads import FORM, takes_files

followed_objection = receipt_session.followed_objection
blueprint = Blueprint("receipts", __name__)
_DRAFTS = "receipt"  # the name under which the drafts of these pages are kept
_ASK = "ask"  # the page that asks once more before a withdrawal
_OF_A_CASE = ("supplement", "withdraw", "look", _ASK)  # the forms of an objector's case page


@blueprint.get("/receipt")
@everyone
def receipt() -> ResponseReturnValue:
    shown = receipt_session.shown()
    if shown is not None:
        facts = facts_of(shown)
        return render_template("objections/receipt_new.html", **facts, files=_files_of(facts["objection"]), now=now())
    if (objection_id := followed_objection()) is not None:
        return _case_page(objection_id)
    return _find_page(ReceiptForm(formdata=None))


def facts_of(shown: receipt_session.Shown) -> dict[str, Any]:
    """Return the facts of a receipt, for the page, the slip and the file (R18)."""
    objection, case = following.followed(session(), shown.objection_id)
    return {
        "code": shown.code,
        "minutes": receipt_session.SHOWN_FOR // dt.timedelta(minutes=1),
        "follow_at": portal().settings.public_url + url_for("receipts.receipt"),
        "check_at": portal().settings.public_url + url_for("log_proofs.check"),
        "objection": objection,
        "case": case,
        "period": objection.entry.period,
        "office": the_office(),
        "can_be_told": _can_be_told(shown.objection_id),
        "filed_act": proofs.filed_act(session(), objection),
    }


@blueprint.get("/receipt/file")
@everyone
def receipt_file() -> ResponseReturnValue:
    """Send the receipt as a text file, for whoever has no printer: a phone keeps it with its downloads."""
    shown = receipt_session.shown()
    if shown is None:
        return redirect(url_for("receipts.receipt"))
    text = render_template("objections/receipt.txt", **facts_of(shown))
    # A byte order mark and CRLF line ends, for old editors on Windows.
    content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Disposition": f"attachment; filename=receipt.txt; filename*=UTF-8''{quote('异议回执.txt')}",
    }
    return content, 200, headers


@blueprint.post("/receipt/kept")
@everyone
def receipt_kept() -> ResponseReturnValue:
    """Stop showing the code, after the button 我已经记好了."""
    receipt_session.end()
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
        return _lead_to("find", form, tried)
    receipt_session.end()  # a code that is typed in has been kept
    receipt_session.begin_following(tried.result)
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
    if removal_asked():
        attaching.remove_asked(token)
        return _lead_to("supplement", form, UNTRIED)
    may = attempt(lambda: following.check_supplement(work(), objection_id))
    if may.refused:
        return _lead_to("supplement", form, may)
    letters = attaching.take_sent(token, objection_id, field=attaching.LETTER)
    not_taken = attaching.take_sent(token, objection_id)
    if letters or not_taken:
        form.validate()
        attaching.say_refused(form.letter, letters)
        attaching.say_refused(form.evidence, not_taken)
        return _lead_to("supplement", form, Attempt(422))
    tried = attempt(lambda: following.supplement(work(), objection_id, form.text.data or "", form_hash(token)), form)
    if tried.refused:
        return _lead_to("supplement", form, tried)
    flash("补充内容已经收到。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.get("/receipt/evidence/<int:evidence_id>")
@everyone
def own_evidence(evidence_id: int) -> ResponseReturnValue:
    if (objection_id := followed_objection()) is None:
        return redirect(url_for("receipts.receipt"))
    return send_stored_file(evidence_reading.open_for_objector(session(), portal().vault, objection_id, evidence_id))


@blueprint.post("/receipt/withdraw")
@everyone
def withdraw() -> ResponseReturnValue:
    """Withdraw. The first request leads to a page that asks once more."""
    if (objection_id := followed_objection()) is None:
        return _asked_again()
    form = WithdrawForm().with_ids("withdraw")
    act = following.withdraw if request.form.get("sure") else following.check_withdrawal
    tried = attempt(lambda: act(work(), objection_id, form.text.data or ""), form)
    if tried.refused:
        return _lead_to("withdraw", form, tried)
    if not request.form.get("sure"):
        return _lead_to(_ASK, form, UNTRIED)
    flash("撤回已经记录。是否停止核查，由办理单位决定，并会在这里告诉您。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.post("/receipt/look")
@everyone
def look() -> ResponseReturnValue:
    """Ask the superior to look at the decision again (R35)."""
    if (objection_id := followed_objection()) is None:
        return _asked_again()
    form = LookForm().with_ids("look")
    tried = attempt(lambda: second_looks.ask(work(), objection_id, form.text.data or ""), form)
    if tried.refused:
        return _lead_to("look", form, tried)
    flash("复核申请已经收到，由市级专班里没有办理过本案的人员复核，结果会在这里告诉您。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.post("/receipt/leave")
@everyone
def leave() -> ResponseReturnValue:
    receipt_session.end_following()
    own_share.forget_filings()
    flash("已经退出查询，本机不再保留。")
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.get("/receipt/again/<handle>")
@everyone
def again(handle: str) -> ResponseReturnValue:
    """Show a refused form of these pages again, with its errors and what was typed."""
    content = drafting.kept(_DRAFTS, handle)
    return redirect(url_for("receipts.receipt")) if content is None else _show(content)


@blueprint.errorhandler(RateLimitExceeded)
def _too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    metrics.count_refusal(limits.bucket(error))
    seconds = limits.seconds_until_room()
    tried: Attempt[Any] = Attempt(429, on_top=f"请在{errors.wait_words(seconds)}再试。")
    what, form = _sent()
    return _lead_to(what, form, tried, headers={"Retry-After": str(seconds)})


@blueprint.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> ResponseReturnValue:
    what, form = _sent()
    return _lead_to(what, form, Attempt(400, on_top="页面停留得太久了。为了安全，请核对下面的内容，再提交一次。"))


def _sent() -> tuple[str, FlaskForm]:
    """Return the form that this request sent, by name, with what was typed. A code is not shown again."""
    if request.endpoint == "receipts.supplement":
        return "supplement", SupplementForm()
    if request.endpoint == "receipts.withdraw":
        return "withdraw", WithdrawForm().with_ids("withdraw")
    if request.endpoint == "receipts.look":
        return "look", LookForm().with_ids("look")
    return "find", ReceiptForm(formdata=None)


def _lead_to(
    what: str, form: FlaskForm, tried: Attempt[Any], *, headers: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    """Keep a draft and redirect to its page with 303. Where no draft can be kept, answer with the page itself."""
    content: Content = {
        "what": what,
        "typed": drafting.typed_in(form),
        "errors": drafting.errors_in(form),
        "status": tried.status,
        "said": tried.on_top,
        "headers": dict(headers or {}),
        "kept": errors.keep_fields() if what == "expired" else [],
    }
    end_transaction()
    handle = drafting.new_handle()
    if drafting.keep(_DRAFTS, handle, content):
        return redirect(url_for("receipts.again", handle=handle), 303)
    return _show(content)


def _show(content: Content) -> ResponseReturnValue:
    what = content["what"]
    objection_id = followed_objection()
    if objection_id is None and what in _OF_A_CASE:
        kept = [(name, text) for name, text in content["typed"].items() if name == "text"]
        content = {**content, "what": "expired", "kept": kept, "status": 400 if content["status"] == 400 else 401}
    elif objection_id is not None and what in _OF_A_CASE:
        tried: Attempt[Any] = Attempt(content["status"], on_top=content["said"])
        if what == "supplement":
            form = _again_filled(SupplementForm, content)
            return _case_page(objection_id, tried, supplement_form=form)
        if what == _ASK:
            form = _again_filled(WithdrawForm, content)
            return render_template("objections/withdraw_ask.html", form=form, handler=_handler_of(objection_id))
        if what == "look":
            return _case_page(objection_id, tried, look_form=_again_filled(LookForm, content))
        return _case_page(objection_id, tried, withdraw_form=_again_filled(WithdrawForm, content))
    if content["what"] == "expired":
        return _find_page(ReceiptForm(formdata=None), kept=content["kept"]), content["status"]
    form = _again_filled(ReceiptForm, content)
    return _find_page(form, said=content["said"]), content["status"], content["headers"]


def _again_filled(kind: type[Any], content: Content) -> Any:
    form = kind(TypedBefore(content["typed"]))
    if kind in (WithdrawForm, LookForm):
        form.with_ids(content["what"])
    drafting.say_errors(form, content)
    return form


def _asked_again() -> ResponseReturnValue:
    """Ask for the code again once the half hour is over. The page keeps what was typed."""
    return _lead_to("expired", ReceiptForm(formdata=None), Attempt(401))


def _find_page(form: ReceiptForm, *, kept: Sequence[Sequence[str]] | None = None, said: str = "") -> str:
    return render_template(
        "objections/receipt_find.html",
        form=form,
        expired=kept is not None,
        kept=kept or [],
        refusal=said,
        office=the_office(),
    )


def _can_be_told(objection_id: int) -> bool:
    return followers.find_shown(session(), portal().keyring, objection_id) is not None


def _case_page(
    objection_id: int,
    tried: Attempt[Any] = UNTRIED,
    *,
    supplement_form: SupplementForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    look_form: LookForm | None = None,
) -> ResponseReturnValue:
    end_transaction()
    objection, case = following.followed(session(), objection_id)
    state = case.state_at(now())
    if supplement_form is None:
        supplement_form = SupplementForm(formdata=None)
        # One token a page, so that a file that a script sent is still listed after going back.
        sent = sum(message.kind is MessageKind.SUPPLEMENT for message in objection.messages)
        supplement_form.form_token.data = drafting.token_for(f"supplement:{objection_id}:{sent}")
    supplement_form.ensure_token()
    wished = second_looks.wish(session(), objection, case)
    course = _course_of(objection, case)
    html = render_template(
        "objections/receipt_case.html",
        objection=objection,
        case=case,
        files=_files_of(objection),
        unfiled=attaching.files_of(supplement_form.form_token.data),
        state=state,
        heading=progress.heading(course),
        line=progress.line(course),
        left=find_departures(session(), [objection.entry.nominee_id], now()).get(objection.entry.nominee_id),
        refusal=tried.on_top,
        is_open=state in OPEN_STATES,
        is_past=now() >= objection.entry.period.conclude_by,
        can_be_told=_can_be_told(objection_id),
        period=objection.entry.period,
        office=the_office(),
        supplement_form=supplement_form,
        withdraw_form=withdraw_form or WithdrawForm(formdata=None).with_ids("withdraw"),
        letters=letters.list_of_objection(session(), objection.id),
        looks=[each for each in case.looks if each.objection_id == objection.id],
        look_until=wished.until if may_request_look(wished, now()) else None,
        proof=_proof_of(objection),
        look_form=look_form or LookForm(formdata=None).with_ids("look"),
        now=now(),
    )
    return html, tried.status


def _proof_of(objection: Objection) -> dict[str, Any] | None:
    """Return what the page says of the proof: the leaf, and whether a checkpoint holds it yet."""
    act = proofs.filed_act(session(), objection)
    if act is None:
        return None
    return {"leaf": act.leaf, "ready": proofs.covering(session(), act.number) is not None}


def _course_of(objection: Objection, case: Case) -> Course:
    return Course(
        state=case.state_at(now()),
        filed_at=objection.filed_at,
        conclude_by=objection.entry.period.conclude_by,
        decided_at=case.decided_at,
        confirmed_at=case.confirmed_at,
        conclusion=case.conclusion,
        withdrawn_at=objection.withdrawn_at,
    )


def _handler_of(objection_id: int) -> Unit:
    end_transaction()
    _, case = following.followed(session(), objection_id)
    return case.handler_unit


def _files_of(objection: Objection) -> list[Attached]:
    return evidence.of_objection(session(), portal().keyring, objection.id)
