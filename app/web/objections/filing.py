"""The objection form: who you are → contact → facts → check → receipt, the same without JavaScript (R6, R14-R17).

Every POST redirects to an address that shows its outcome, so going back or reloading is always a GET. What was typed is
kept on the server for an hour at most (`drafting`). The form carries it as well, so filing works without the draft.
`steps` says which page asks for what.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from app.domain.objections.receipt import new_form_token
from app.domain.refusals import AnswerSpent, FilesChanged, FormAlreadyUsed, NomineeLeft, WindowClosed
from app.services.objections import evidence, intake
from app.services.objections.drafts import Content
from app.services.objections.intake import Filed, Filing
from app.services.objections.shares import Guard
from app.web.objections import attaching, drafting, receipt_session, slips, steps, upload_challenge
from app.web.objections.attaching import form_upload_limit
from app.web.objections.form_pages import (
    form_address,
    form_page,
    note_files,
    open_entry,
    show_check,
    show_step,
    this_form,
)
from app.web.objections.forms import ObjectionForm
from app.web.objections.steps import ASKED, FormStep
from app.web.objections.telling import telling
from app.web.shared import challenge, errors, limits, metrics, own_share
from app.web.shared.access import everyone, work
from app.web.shared.form_files import form_hash, removal_asked
from app.web.shared.forms import TypedBefore
from app.web.shared.portal import end_transaction, now, portal, session
from app.web.shared.uploads import FORM, takes_files

blueprint = Blueprint("objections", __name__)
PATH = "/periods/<int:period_id>/nominees/<int:nominee_id>/objection"

_BUSY = "现在提交的人比较多，要先做一次安全检查。异议还没有提交，您写的内容都在。请等检查做完，再点一次“确认提交”。"
_PAGES = {step: f"objections.draft_{step}" for step in FormStep} | {FormStep.WHO: "objections.draft_form"}


@blueprint.get(PATH)
@everyone
def objection_form(period_id: int, nominee_id: int) -> ResponseReturnValue:
    """Lead to the first step, or to where this browser left off within the hour."""
    _, entry = open_entry(period_id, nominee_id)
    if entry is None:
        return redirect(url_for("public.period", period_id=period_id))
    if entry.left:  # the nominee's page explains why there is no form
        return redirect(url_for("public.nominee", period_id=period_id, nominee_id=nominee_id))
    handle = drafting.unfinished(this_form())
    content = drafting.kept(this_form(), handle) if handle else None
    if handle is None or content is None:
        return redirect(url_for("objections.draft_form", handle=drafting.new_handle(), **form_address()))
    return redirect(url_for(_PAGES[FormStep(content["stage"])], handle=handle, **form_address()))


@blueprint.get(f"{PATH}/<handle>")
@everyone
def draft_form(period_id: int, nominee_id: int, handle: str) -> ResponseReturnValue:
    """Show the first step: empty at first, then with what this browser sent last."""
    content = drafting.kept(this_form(), handle)
    period, entry = open_entry(period_id, nominee_id)
    if content is not None:
        return show_step(period, entry, FormStep.WHO, content, handle)
    if entry is None:
        return redirect(url_for("public.period", period_id=period_id))
    form = ObjectionForm(formdata=None)
    form.draft.data, form.form_token.data = handle, drafting.token_for(handle)
    return form_page(period, entry, FormStep.WHO, form)


@blueprint.get(f"{PATH}/<handle>/contact")
@everyone
def draft_contact(period_id: int, nominee_id: int, handle: str) -> ResponseReturnValue:
    return _later_step(FormStep.CONTACT, handle)


@blueprint.get(f"{PATH}/<handle>/facts")
@everyone
def draft_facts(period_id: int, nominee_id: int, handle: str) -> ResponseReturnValue:
    return _later_step(FormStep.FACTS, handle)


@blueprint.get(f"{PATH}/<handle>/check")
@everyone
def draft_check(period_id: int, nominee_id: int, handle: str) -> ResponseReturnValue:
    """Show the check page. A draft with something missing is shown at its step instead."""
    content = drafting.kept(this_form(), handle)
    if content is None or not content["complete"]:
        stage = FormStep.WHO if content is None else FormStep(content["stage"])
        return redirect(url_for(_PAGES[stage], handle=handle, **form_address()))
    period, entry = open_entry(period_id, nominee_id)
    return show_check(period, entry, content, handle)


@blueprint.post(PATH)
@everyone
@takes_files(FORM)
@form_upload_limit
@limits.filing_is_counted
def submit_objection(period_id: int, nominee_id: int) -> ResponseReturnValue:
    """Take a step of the form, or the whole form at once."""
    return _taken(period_id, nominee_id)


def _taken(period_id: int, nominee_id: int) -> ResponseReturnValue:
    at, button = steps.page_sent(), steps.pressed()
    form = _form_sent(at)
    form.ensure_token()
    if button == steps.CLEAR:
        return _cleared(form)
    refused, refused_letters = _take_files(period_id, nominee_id, form)
    if removal_asked():
        attaching.remove_asked(form.form_token.data)
    valid = _judged(form, refused, refused_letters)
    submits = button == steps.SUBMIT
    due = submits and limits.challenge_is_due()
    if valid and submits and not due:
        return _file(period_id, nominee_id, form)
    if valid and due:
        return _hold_up(period_id, nominee_id, form, _BUSY, 428, challenge.WAIT)
    period, entry = open_entry(period_id, nominee_id)
    if entry is None:
        raise WindowClosed(period.opens_at, period.closes_at, now())
    intake.require_still_there(session(), nominee_id, now())
    if at is FormStep.CHECK:
        form.checked.data = "y"
    page, says_errors = steps.page_after(at, button, steps.steps_with_errors(form), checked=bool(form.checked.data))
    if removal_asked() and at is FormStep.FACTS:
        page, says_errors = at, False
    return _lead_to(page, form, 422 if says_errors else 200)


def _form_sent(at: FormStep | None) -> ObjectionForm:
    """Return this request's form. What its page did not ask for is as the draft has it."""
    form = ObjectionForm()
    if at not in ASKED:
        return form
    content = drafting.kept(this_form(), drafting.handle_of(form))
    if content is None or content["typed"].get("form_token") != form.form_token.data:
        return form
    return ObjectionForm(TypedBefore(steps.merged(at, content["typed"])))


def _judged(form: ObjectionForm, refused: list[str], refused_letters: list[str]) -> bool:
    """Validate the whole form and its files. Each fault stands beside its field."""
    valid = form.validate()
    if form.is_a_units and not _letter_seen(form):
        refused_letters = [*refused_letters, "单位提出异议，请在这里上传盖有公章的书面材料，照片或者扫描件都可以。"]
    valid = not attaching.say_refused(form.evidence, refused) and valid
    return not attaching.say_refused(form.letter, refused_letters) and valid


def _cleared(form: ObjectionForm) -> ResponseReturnValue:
    """Delete what was typed and sent, for whoever gives up on a shared computer."""
    files = attaching.files_of(form.form_token.data)
    for file in files:
        evidence.remove(work(), portal().vault, form_hash(form.form_token.data), file.id)
    drafting.forget(this_form(), drafting.handle_of(form))
    drafting.end_unfinished(this_form())
    flash("填写的内容已经清除，没有提交。")
    return redirect(url_for("objections.objection_form", **form_address()), 303)


def _take_files(period_id: int, nominee_id: int, form: ObjectionForm) -> tuple[list[str], list[str]]:
    """Store the files of the form, inside the window (R6). Returns the refusals of evidence and of sealed letters."""
    if not attaching.files_sent():
        return [], []
    period, entry = open_entry(period_id, nominee_id)
    if entry is None:
        raise WindowClosed(period.opens_at, period.closes_at, now())
    told, form.ticket.data = upload_challenge.waits(form.form_token.data or "", form.ticket.data or "")
    if told:
        return [told], []
    # The letter first: a file chosen in both fields is the letter.
    letters = attaching.take_sent(form.form_token.data, field=attaching.LETTER)
    refused = attaching.take_sent(form.form_token.data)
    note_files(form)
    return refused, letters


def _letter_seen(form: ObjectionForm) -> bool:
    """Tell whether a unit's form has its sealed letter (R14). Once it is filed, the number in the form decides."""
    filing = request.form.get("step") == "submit"
    if filing:
        return bool(form.number_of_letters_seen)
    return bool(attaching.letters_among(attaching.files_of(form.form_token.data)))


def _file(period_id: int, nominee_id: int, form: ObjectionForm) -> ResponseReturnValue:
    entry_id = _entry_or_closed(period_id, nominee_id)
    filing = dataclasses.replace(_with_slip(form, entry_id), telling=telling(wants_news=bool(form.tell_me.data)))
    passed = limits.take_turn()
    if passed is None:
        return _hold_up(period_id, nominee_id, form, _BUSY, 428, challenge.WAIT)
    filed = intake.file_objection(session(), portal().keyring, entry_id, filing, now(), Guard(passed.answer))
    if not filed.repeated:
        own_share.note_filing(form.form_token.data or "", form.contact.data or "")
    drafting.end_unfinished(this_form())
    return _receipt(filed, form)


def _receipt(filed: Filed, form: ObjectionForm) -> ResponseReturnValue:
    receipt_session.begin(filed, drafting.named(this_form(), drafting.handle_of(form)))
    return redirect(url_for("receipts.receipt"), 303)


def _entry_or_closed(period_id: int, nominee_id: int) -> int:
    entry_id = intake.entry_against(session(), period_id, nominee_id)
    if entry_id is None:
        period, _ = open_entry(period_id, nominee_id)
        # After the window the answer must not tell who was in the list and who was not (R5).
        raise WindowClosed(period.opens_at, period.closes_at, now())
    return entry_id


def _with_slip(form: ObjectionForm, entry_id: int) -> Filing:
    filing = form.filing()
    return dataclasses.replace(filing, first_made=slips.first_made(form.slip.data or "", entry_id, filing))


def _hold_up(
    period_id: int,
    nominee_id: int,
    form: ObjectionForm,
    sentence: str,
    status: int,
    wait: dt.timedelta,
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Have a valid objection solve a challenge or wait before it is filed (R17).

    Where that may last past the close, a slip keeps the moment at which the request was first made.
    """
    entry_id = _entry_or_closed(period_id, nominee_id)
    filing = _with_slip(form, entry_id)
    repeated = intake.filed_before(session(), portal().keyring, entry_id, filing)
    if repeated is not None:
        return _receipt(repeated, form)
    period, entry = open_entry(period_id, nominee_id)
    if filing.first_made is None:
        form.slip.data = ""
        if entry is None:
            raise WindowClosed(period.opens_at, period.closes_at, now())
        # A challenge may have to be asked for again, so the last quarter of an hour always counts as close to the end.
        if now() + max(wait, dt.timedelta(minutes=15)) >= period.closes_at:
            form.slip.data = slips.issue(entry_id, filing)
    return _lead_to(FormStep.CHECK, form, status, sentence, headers=headers)


@blueprint.errorhandler(WindowClosed)
@blueprint.errorhandler(NomineeLeft)
@blueprint.errorhandler(FilesChanged)
def _not_filed(refusal: WindowClosed | NomineeLeft | FilesChanged) -> ResponseReturnValue:
    page = FormStep.FACTS if isinstance(refusal, FilesChanged) else None  # where the files are
    return _form_again(str(refusal), 409, page=page)


@blueprint.errorhandler(FormAlreadyUsed)
def _used(refusal: FormAlreadyUsed) -> ResponseReturnValue:
    return _form_again(str(refusal), 409, fresh_token=True)


@blueprint.errorhandler(AnswerSpent)
def _answered_before(refusal: AnswerSpent) -> ResponseReturnValue:
    end_transaction()
    return _lead_to(FormStep.CHECK, ObjectionForm(), 409, str(refusal), asked=True)


@blueprint.errorhandler(RateLimitExceeded)
def _too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    if not limits.refuses(error):  # the bucket filled up since this request read it: now the challenge is due
        limits.look_again()
        return _answered(lambda: _taken(**form_address()))
    metrics.count_refusal(limits.bucket(error))
    seconds = limits.seconds_until_room()
    sentence = (
        f"现在提交的人比较多，异议还没有提交。请在{errors.wait_words(seconds)}再点一次提交；"
        "您写的内容仍保留在本页，也可以打办理单位或者市级专班的电话。"
    )
    headers = {"Retry-After": str(seconds)}
    form = ObjectionForm()
    form.ensure_token()
    if form.validate() and not attaching.files_sent():
        wait = dt.timedelta(seconds=seconds)
        return _answered(
            lambda: _hold_up(sentence=sentence, status=429, wait=wait, form=form, headers=headers, **form_address())
        )
    return _form_again(sentence, 429, headers=headers, page=FormStep.FACTS if attaching.files_sent() else None)


def _answered(act: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Answer an exception raised inside an error handler: Flask calls no second handler for it."""
    try:
        return act()
    except (WindowClosed, NomineeLeft, FilesChanged) as refusal:
        return _not_filed(refusal)
    except FormAlreadyUsed as refusal:
        return _used(refusal)
    except AnswerSpent as refusal:
        return _answered_before(refusal)
    except NotFound:
        return errors.not_found()
    except SQLAlchemyError as fault:
        return errors.storage_fault(fault)


@blueprint.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> ResponseReturnValue:
    return _form_again("页面停留得太久，为了安全需要您再提交一次。内容都还在，请核对后重新提交。", 400)


@blueprint.errorhandler(SQLAlchemyError)
def _storage(error: SQLAlchemyError) -> ResponseReturnValue:
    """Show what was typed on a plain page: without the database no form page can be rendered."""
    return errors.storage_fault(error)


def _form_again(
    sentence: str,
    status: int,
    *,
    fresh_token: bool = False,
    headers: Mapping[str, str] | None = None,
    page: FormStep | None = None,
) -> ResponseReturnValue:
    """Show the form again with all that was typed and the reason for the refusal: the page that was sent, or `page`."""

    def again() -> ResponseReturnValue:
        end_transaction()
        at = steps.page_sent()
        form = _form_sent(at)
        form.ensure_token()
        if fresh_token:
            form.form_token.data = new_form_token()
            form.draft.data = ""  # the page of the filed form must not change: the next form gets a handle of its own
        _judged(form, [], [])
        wrong = steps.steps_with_errors(form)
        shown = page or (at if at in ASKED else next(iter(wrong), FormStep.CHECK))
        return _lead_to(shown, form, status, sentence, headers=headers)

    return _answered(again)


def _lead_to(
    page: FormStep,
    form: ObjectionForm,
    status: int = 200,
    sentence: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    asked: bool = False,
) -> ResponseReturnValue:
    """Keep a draft and redirect to its page with 303. Where no draft can be kept, answer with the page itself.

    The errors of the page are shown with 422 alone. The form has been judged, unless it leads to the check page.
    """
    handle = drafting.handle_of(form)
    if page is FormStep.CHECK:
        form.checked.data = "y"
    errors_of_page = {name: found for name, found in drafting.errors_in(form).items() if name in ASKED.get(page, ())}
    content: Content = {
        "stage": page.value,
        "complete": page is FormStep.CHECK or not steps.steps_with_errors(form),
        "typed": drafting.typed_in(form),
        "errors": errors_of_page if status == 422 else {},
        "status": status,
        "said": sentence,
        "headers": dict(headers or {}),
        "asked": asked,
    }
    end_transaction()
    args = form_address()
    period, entry = open_entry(args["period_id"], args["nominee_id"])
    end_transaction()
    if drafting.keep(this_form(), handle, content):
        drafting.begin_unfinished(this_form(), handle)
        return redirect(url_for(_PAGES[page], handle=handle, **args), 303)
    if page is FormStep.CHECK:
        return show_check(period, entry, content, handle)
    return show_step(period, entry, page, content, handle)


def _later_step(step: FormStep, handle: str) -> ResponseReturnValue:
    """Show a step after the first. Without a draft it leads to the first."""
    content = drafting.kept(this_form(), handle)
    if content is None:
        return redirect(url_for("objections.draft_form", handle=handle, **form_address()))
    period, entry = open_entry(**form_address())
    return show_step(period, entry, step, content, handle)
