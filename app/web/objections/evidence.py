"""Evidence uploaded by the page's script, one file a request, answered in JSON (static/js/evidence.js).

Without the script the forms themselves carry the files.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from app.domain.objections.receipt import looks_like_form_token
from app.domain.refusals import FileRefused, Refusal, WindowClosed
from app.evidence.inspection import FILE_LIMIT
from app.evidence.names import StoreDown
from app.services.objections import evidence, following
from app.services.objections.evidence import Attached
from app.web.bodies import BodyRefused
from app.web.objections import upload_challenge
from app.web.objections.attaching import take, upload_limit
from app.web.objections.filing import PATH
from app.web.objections.form_pages import open_entry
from app.web.objections.receipts import followed_objection
from app.web.objections.upload_challenge import SOLVER, ChallengeWanted
from app.web.shared import errors, limits, metrics
from app.web.shared.access import everyone, work
from app.web.shared.attempts import status_of
from app.web.shared.form_files import STORE_DOWN, form_hash
from app.web.shared.portal import end_transaction, now, portal
from app.web.shared.uploads import BARE, bare_file, takes_files

blueprint = Blueprint("evidence", __name__)


@blueprint.post(f"{PATH}/evidence")
@everyone
@takes_files(BARE)
@upload_limit
def upload(period_id: int, nominee_id: int) -> ResponseReturnValue:
    return _upload(period_id, nominee_id, letter=False)


@blueprint.post(f"{PATH}/letter")
@everyone
@takes_files(BARE)
@upload_limit
def upload_letter(period_id: int, nominee_id: int) -> ResponseReturnValue:
    """Take the sealed letter of a unit (R14)."""
    return _upload(period_id, nominee_id, letter=True)


def _upload(period_id: int, nominee_id: int, *, letter: bool) -> ResponseReturnValue:
    token = _form_token()
    period, entry = open_entry(period_id, nominee_id)
    if entry is None:
        raise WindowClosed(period.opens_at, period.closes_at, now())
    upload_challenge.require_solved(token)
    end_transaction()  # no transaction stays open while the file is received
    title, file = bare_file()
    return _taken(take(token, title, file, letter=letter))


@blueprint.post(f"{PATH}/evidence/<int:evidence_id>/remove")
@everyone
def remove(period_id: int, nominee_id: int, evidence_id: int) -> ResponseReturnValue:
    evidence.remove(work(), portal().vault, form_hash(_form_token()), evidence_id)
    return {}


@blueprint.post(f"{PATH}/letter/<int:evidence_id>/remove")
@everyone
def remove_letter(period_id: int, nominee_id: int, evidence_id: int) -> ResponseReturnValue:
    evidence.remove(work(), portal().vault, form_hash(_form_token()), evidence_id)
    return {}


@blueprint.post("/receipt/evidence")
@everyone
@takes_files(BARE)
@upload_limit
def upload_supplement() -> ResponseReturnValue:
    return _upload_supplement(letter=False)


@blueprint.post("/receipt/letter")
@everyone
@takes_files(BARE)
@upload_limit
def upload_supplement_letter() -> ResponseReturnValue:
    return _upload_supplement(letter=True)


def _upload_supplement(*, letter: bool) -> ResponseReturnValue:
    token = _form_token()
    if (objection_id := followed_objection()) is None:
        return _refused("查询页面打开超过半小时，已经自动退出。请先复制您写的内容，再重新输入查询码。", 401)
    following.check_supplement(work(), objection_id)
    upload_challenge.require_solved(token)
    title, file = bare_file()
    return _taken(take(token, title, file, objection_id, letter=letter))


@blueprint.post("/receipt/evidence/<int:evidence_id>/remove")
@everyone
def remove_supplement(evidence_id: int) -> ResponseReturnValue:
    evidence.remove(work(), portal().vault, form_hash(_form_token()), evidence_id)
    return {}


@blueprint.post("/receipt/letter/<int:evidence_id>/remove")
@everyone
def remove_supplement_letter(evidence_id: int) -> ResponseReturnValue:
    evidence.remove(work(), portal().vault, form_hash(_form_token()), evidence_id)
    return {}


def _form_token() -> str:
    token = request.headers.get("X-Form-Token", "")
    if not looks_like_form_token(token):
        raise FileRefused("这个页面不能上传文件，请从公示页面重新打开表单。")
    return token


def _taken(file: Attached) -> tuple[dict[str, Any], int]:
    return {"id": file.id, "title": file.title, "size": file.size, "sha256": file.sha256}, 201


def _refused(sentence: str, status: int, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    return {"error": sentence}, status, headers or {}


@blueprint.errorhandler(ChallengeWanted)
def _challenged(wanted: ChallengeWanted) -> ResponseReturnValue:
    return {"error": str(wanted), "puzzle": wanted.puzzle, "solver": SOLVER}, 428


@blueprint.errorhandler(Refusal)
def _not_taken(refusal: Refusal) -> ResponseReturnValue:
    return _refused(str(refusal), status_of(refusal))


@blueprint.errorhandler(BodyRefused)
def _broke_off(refused: BodyRefused) -> ResponseReturnValue:
    return _refused(refused.description, refused.code)


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return _refused(f"文件超过{FILE_LIMIT // 1024**2} MB，没有收下。请压缩或者分成几个文件。", 413)


@blueprint.errorhandler(RateLimitExceeded)
def _too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    metrics.count_refusal(limits.bucket(error))
    seconds = limits.seconds_until_room()
    sentence = f"现在上传的人比较多，请在{errors.wait_words(seconds)}再传。"
    return _refused(sentence, 429, {"Retry-After": str(seconds)})


@blueprint.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> ResponseReturnValue:
    return _refused("页面停留得太久了。请先点表单下面的按钮（内容不会丢），再传这个文件。", 400)


@blueprint.errorhandler(StoreDown)
@blueprint.errorhandler(SQLAlchemyError)
def _storage(error: StoreDown | SQLAlchemyError) -> ResponseReturnValue:
    errors.log_storage_fault(error)
    return _refused(f"服务器{STORE_DOWN}", 503, {"Retry-After": "60"})
