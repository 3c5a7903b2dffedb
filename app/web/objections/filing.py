"""The objection form: guidance and details → check → receipt, the same without JavaScript (R6, R14-R17).

The text travels with the form through every step; the server keeps nothing until it is filed.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from app.domain.objections.receipt import new_form_token
from app.domain.refusals import AnswerSpent, FilesChanged, FormAlreadyUsed, NomineeLeft, WindowClosed
from app.models import Period
from app.services.objections import intake
from app.services.objections.evidence import Attached
from app.services.objections.shares import Guard
from app.services.periods import publication
from app.services.periods.corrected_text import EntryView
from app.web.objections import attaching
from app.web.objections.attaching import form_upload_limit
from app.web.objections.forms import ObjectionForm
from app.web.periods.public import the_office
from app.web.shared import challenge, errors, limits, metrics, own_share
from app.web.shared.access import everyone
from app.web.shared.portal import let_go, now, portal, session
from app.web.shared.uploads import FORM, takes_files

blueprint = Blueprint("objections", __name__)
PATH = "/periods/<int:period_id>/nominees/<int:nominee_id>/objection"


_BUSY = "现在提交的人比较多，要先做一次安全检查。异议还没有提交，您写的内容都在。请等检查做完，再点一次“确认提交”。"


@blueprint.get(PATH)
@everyone
def objection_form(period_id: int, nominee_id: int) -> ResponseReturnValue:
    period, entry = open_entry(period_id, nominee_id)
    if entry is None:
        return redirect(url_for("public.period", period_id=period.id))
    if entry.left:  # the nominee's page says why there is no form
        return redirect(url_for("public.nominee", period_id=period.id, nominee_id=nominee_id))
    form = ObjectionForm(formdata=None)
    form.ensure_token()
    return _page(period, entry, form)


@blueprint.post(PATH)
@everyone
@takes_files(FORM)
@form_upload_limit
@limits.filing_is_counted
def submit_objection(period_id: int, nominee_id: int) -> ResponseReturnValue:
    form = ObjectionForm()
    form.ensure_token()
    refused, refused_letters = _take_files(period_id, nominee_id, form)
    if attaching.removal_asked():
        attaching.remove_asked(form.form_token.data)
    valid = form.validate()
    if form.is_a_units and not _letter_seen(form):
        refused_letters.append("单位提出异议，请在这里上传盖有公章的书面材料，照片或者扫描件都可以。")
    valid = not attaching.say_refused(form.evidence, refused) and valid
    valid = not attaching.say_refused(form.letter, refused_letters) and valid
    submits = request.form.get("step") == "submit"
    if valid and submits and not limits.challenge_is_due():
        return _file(period_id, nominee_id, form)
    period, entry = open_entry(period_id, nominee_id)
    if not valid:
        return _page(period, entry, form, status=422)
    if entry is None:
        raise WindowClosed(period.opens_at, period.closes_at, now())
    intake.require_still_there(session(), nominee_id, now())
    if request.form.get("step") == "edit":
        return _page(period, entry, form)
    return _check_page(period, entry, form, *((428, _BUSY) if submits else ()))


def _take_files(period_id: int, nominee_id: int, form: ObjectionForm) -> tuple[list[str], list[str]]:
    """Take what came with the form, inside the window (R6). Says what was not taken: evidence, sealed letters."""
    if not attaching.files_sent():
        return [], []
    period, entry = open_entry(period_id, nominee_id)
    if entry is None:
        raise WindowClosed(period.opens_at, period.closes_at, now())
    # The letter first: a file chosen in both fields is the letter.
    letters = attaching.take_sent(form.form_token.data, field=attaching.LETTER)
    refused = attaching.take_sent(form.form_token.data)
    _note_files(form)
    return refused, letters


def _note_files(form: ObjectionForm) -> list[Attached]:
    """Return the files that lie with the form, their numbers noted in it."""
    files = attaching.files_of(form.form_token.data)
    form.saw(attaching.letters_among(files), len(files))
    return files


def _letter_seen(form: ObjectionForm) -> bool:
    """Whether a unit's sealed letter lies with its form (R14); once filed, what the form itself says is looked at."""
    filing = request.form.get("step") == "submit"
    if filing:
        return bool(form.number_of_letters_seen)
    return bool(attaching.letters_among(attaching.files_of(form.form_token.data)))


def _file(period_id: int, nominee_id: int, form: ObjectionForm) -> ResponseReturnValue:
    entry_id = intake.entry_against(session(), period_id, nominee_id)
    if entry_id is None:
        period, _ = open_entry(period_id, nominee_id)
        # After the window it is not said who was in it, and who never was (R5).
        raise WindowClosed(period.opens_at, period.closes_at, now())
    effort = limits.effort()
    passed = challenge.passed(effort) if limits.look().hot or effort > 1 else None
    guard = Guard(passed.answer if passed else "")
    filed = intake.file_objection(session(), portal().keyring, entry_id, form.filing(), now(), guard)
    if not filed.repeated:
        own_share.note(form.form_token.data or "", form.contact.data or "")
    cookie["receipt"] = {"code": filed.receipt_code, "objection": filed.objection_id}
    return redirect(url_for("receipts.receipt"), 303)


@blueprint.errorhandler(WindowClosed)
@blueprint.errorhandler(NomineeLeft)
@blueprint.errorhandler(FilesChanged)
def _not_filed(refusal: WindowClosed | NomineeLeft | FilesChanged) -> ResponseReturnValue:
    return _form_again(str(refusal), 409)


@blueprint.errorhandler(FormAlreadyUsed)
def _used(refusal: FormAlreadyUsed) -> ResponseReturnValue:
    return _form_again(str(refusal), 409, fresh_token=True)


@blueprint.errorhandler(AnswerSpent)
def _answered_before(refusal: AnswerSpent) -> ResponseReturnValue:
    let_go()
    args = request.view_args or {}
    period, entry = open_entry(args["period_id"], args["nominee_id"])
    if entry is None:
        raise WindowClosed(period.opens_at, period.closes_at, now())
    return _check_page(period, entry, ObjectionForm(), 409, str(refusal), asked=True)


@blueprint.errorhandler(RateLimitExceeded)
def _too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    metrics.count_refusal(limits.bucket(error))
    seconds = limits.seconds_until_room()
    sentence = (
        f"现在提交的人比较多，异议还没有提交。请在{errors.wait_words(seconds)}再点一次提交；"
        "您写的内容仍保留在本页。公示截止前提交都有效，也可以直接联系受理机构。"
    )
    return _form_again(sentence, 429, headers={"Retry-After": str(seconds)})


@blueprint.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> ResponseReturnValue:
    return _form_again("页面停留得太久，为了安全需要您再提交一次。内容都还在，请核对后重新提交。", 400)


@blueprint.errorhandler(SQLAlchemyError)
def _storage(error: SQLAlchemyError) -> ResponseReturnValue:
    """Show what was typed on a plain page: without the database no form page can be rendered."""
    return errors.storage_fault(error)


def _form_again(
    sentence: str, status: int, *, fresh_token: bool = False, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """Render the form again with all that was typed and the reason why it was not taken."""
    form = ObjectionForm()
    form.ensure_token()
    if fresh_token:
        form.form_token.data = new_form_token()
    args = request.view_args or {}
    try:
        let_go()
        period, entry = open_entry(args["period_id"], args["nominee_id"])
    except NotFound:
        return errors.not_found()
    except SQLAlchemyError as error:
        return errors.storage_fault(error)
    return _page(period, entry, form, status=status, refusal=sentence, headers=headers)


def open_entry(period_id: int, nominee_id: int) -> tuple[Period, EntryView | None]:
    """Return the period, and the entry while it is public.

    Outside the window the entry is None: no name is shown (R5).
    """
    period = publication.public_period(session(), period_id)
    if period is None:
        abort(404)
    if not period.window.contains(now()):
        return period, None
    entry = publication.entry_of(session(), period_id, nominee_id, now())
    if entry is None:
        abort(404)
    return period, entry


def _check_page(
    period: Period, entry: EntryView, form: ObjectionForm, status: int = 200, refusal: str = "", *, asked: bool = False
) -> ResponseReturnValue:
    """Show what was written to be checked before filing, with a challenge if one is due or `asked` for again."""
    due = asked or limits.challenge_is_due()
    files = _note_files(form)
    html = render_template(
        "objections/check.html",
        period=period,
        entry=entry,
        form=form,
        files=files,
        refusal=refusal,
        challenge=challenge.ask(form.form_token.data or "", limits.effort()) if due else None,
        now=now(),
    )
    return html, status


def _page(
    period: Period,
    entry: EntryView | None,
    form: ObjectionForm,
    *,
    status: int = 200,
    refusal: str = "",
    headers: dict[str, str] | None = None,
) -> ResponseReturnValue:
    html = render_template(
        "objections/form.html",
        period=period,
        entry=entry,
        form=form,
        files=attaching.files_of(form.form_token.data) if request.method == "POST" else [],
        refusal=refusal,
        office=the_office(),
        now=now(),
    )
    return html, status, headers or {}
