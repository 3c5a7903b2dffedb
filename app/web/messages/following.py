"""Messages to objectors: the code that confirms the contact, and how to stop them (R14, R36)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.messages.hours import Times
from app.services.messages import followers
from app.services.objections.drafts import Content
from app.web.messages.forms import ReachCodeForm
from app.web.objections import drafting, receipt_session
from app.web.shared.access import everyone, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import csrf
from app.web.shared.limits import address, limiter
from app.web.shared.portal import portal, session

blueprint = Blueprint("following", __name__)
_DRAFTS = "following"  # the name under which the drafts of this page are kept


@blueprint.get("/receipt/messages")
@everyone
def messages() -> ResponseReturnValue:
    """Show the page, or a refused form of it again where the address names a draft."""
    content = drafting.kept(_DRAFTS, request.args.get("draft", ""))
    if content is None:
        return _page()
    form = ReachCodeForm(formdata=None)
    drafting.say_errors(form, content)
    return _page(Attempt(content["status"], on_top=content["said"]), form)


@blueprint.post("/receipt/messages/confirm")
@everyone
@limiter.limit(lambda: portal().settings.limit_receipt, key_func=address)
def confirm() -> ResponseReturnValue:
    form = ReachCodeForm()
    objection_id = _objection()
    if objection_id is None:
        return redirect(url_for("receipts.receipt"), 303)
    tried = attempt(lambda: followers.confirm(work(), objection_id, form.code.data or ""), form)
    if tried.refused:
        return _lead_to(tried, form)
    flash("联系方式已经确认。")
    return redirect(url_for("following.messages"), 303)


@blueprint.post("/receipt/messages/<any(code,begin,end):what>")
@everyone
@limiter.limit(lambda: portal().settings.limit_receipt, key_func=address)
def change(what: str) -> ResponseReturnValue:
    objection_id = _objection()
    if objection_id is None:
        return redirect(url_for("receipts.receipt"), 303)
    if what == "code":
        tried = attempt(lambda: followers.send_code_again(work(), objection_id))
    else:
        tried = attempt(lambda: followers.choose_news(work(), objection_id, what == "begin"))
    if tried.refused:
        return _lead_to(tried, ReachCodeForm(formdata=None))
    flash({"code": "确认码已经发出。", "begin": "有新进展时会告诉您。", "end": "不再发消息给您。"}[what])
    return redirect(url_for("following.messages"), 303)


@blueprint.get("/stop/<token>")
@everyone
def ask_stop(token: str) -> ResponseReturnValue:
    return render_template(
        "messages/stop.html", token=token, done=followers.has_stopped(session(), portal().keyring, token)
    )


@blueprint.post("/stop/<token>")
@everyone
@csrf.exempt  # type: ignore[untyped-decorator] # a mail program posts here when its reader unsubscribes (RFC 8058)
def stop(token: str) -> ResponseReturnValue:
    followers.stop_by_link(work(), token)
    if "List-Unsubscribe" in request.form:  # a mail program, which follows no redirect
        return render_template("messages/stop.html", token=token, done=True)
    return redirect(url_for("following.ask_stop", token=token), 303)


def _objection() -> int | None:
    """Return the objection of this browser: just filed, or opened with its code."""
    receipt = receipt_session.shown()
    return receipt.objection_id if receipt is not None else receipt_session.followed_objection()


def _lead_to(tried: Attempt[Any], form: ReachCodeForm) -> ResponseReturnValue:
    """Keep the errors as a draft and redirect to the page with 303. A code is not shown again."""
    content: Content = {"typed": {}, "errors": drafting.errors_in(form), "status": tried.status, "said": tried.on_top}
    handle = drafting.new_handle()
    if drafting.keep(_DRAFTS, handle, content):
        return redirect(url_for("following.messages", draft=handle), 303)
    return _page(tried, form)


def _page(tried: Attempt[Any] = UNTRIED, form: ReachCodeForm | None = None) -> ResponseReturnValue:
    objection_id = _objection()
    shown = followers.find_shown(session(), portal().keyring, objection_id) if objection_id is not None else None
    if objection_id is None or shown is None:
        return redirect(url_for("receipts.receipt"), 303)
    html = render_template(
        "messages/following.html",
        shown=shown,
        code_was_asked_for=followers.code_was_asked_for(session(), objection_id),
        wants_news=shown.times is Times.AT_ONCE and not shown.stopped,
        form=form or ReachCodeForm(formdata=None),
        tried=form,
        refusal=tried.on_top,
    )
    return html, tried.status
