"""The only place that turns refusals and faults into pages. What a person typed stays on the page."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound, SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.domain.refusals import NotAllowed, NotThere, Refusal
from app.evidence.names import StoreDown
from app.web.shared import limits, metrics, requests
from app.web.shared.attempts import status_of
from app.web.shared.indexing import keep_out

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]

_log = logging.getLogger("gongshi.web")
_NEVER_SHOWN_AGAIN = frozenset({"csrf_token", "password", "new_password", "repeated", "code"})

_TITLES = {
    400: "请求有误",
    401: "登录已经失效",
    404: "没有找到这个页面",
    405: "不能这样访问这个地址",
    408: "内容没有传完",
    411: "没有说明内容有多长",
    413: "内容太长了",
    429: "提交得太频繁了",
    500: "系统出了问题",
    503: "系统暂时有困难",
}
_SENTENCES = {
    400: "请返回上一页检查后再试。",
    401: "请在另一个窗口重新登录，再回到本页点“再试一次”。您填写的内容在下面。",
    404: "地址可能写错了，或者内容已不在这里。",
    405: "请从首页重新进入。",
    408: "内容传得太慢，没有收全，所以没有收下。请换一个信号好的地方再试，文件请一个一个上传。",
    411: "浏览器没有说明要传的内容有多长，所以没有收下。请换一个浏览器再试。",
    413: "一次提交的内容过长，或者文件太多。请精简，或者分几次提交。",
    500: "问题已经记录，不是您的操作有误。刚才的操作没有生效。",
    503: "刚才的操作没有生效。请稍等一两分钟再试。",
}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(NoResultFound, _missing)
    app.register_error_handler(SQLAlchemyError, storage_fault)
    app.register_error_handler(StoreDown, storage_fault)
    app.register_error_handler(Exception, _fault)


def page(status: int, title: str, sentence: str, headers: dict[str, str] | None = None) -> Answer:
    """Render an error page. After a POST it keeps what was typed, with a button that sends it again."""
    keep_out()
    html = render_template(
        "shared/error.html",
        status=status,
        title=title,
        sentence=sentence,
        kept=keep_fields(),
        number=requests.short_number(),
    )
    return html, status, headers or {}


def keep_fields() -> list[tuple[str, str]]:
    """Return the fields of a POST that may be shown again."""
    if request.method != "POST":
        return []
    try:
        typed = request.form.items(multi=True)
        return [(key, value) for key, value in typed if key is not None and key not in _NEVER_SHOWN_AGAIN]
    except HTTPException:  # the form itself was refused: too long, or too many parts
        return []


def wait_words(seconds: int) -> str:
    """Put a wait into words, never shorter than it is."""
    minutes = max(1, -(-seconds // 60))
    if minutes < 90:
        return f"{minutes}分钟后"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}小时{minutes}分钟后" if minutes else f"{hours}小时后"


def _http(error: HTTPException) -> Answer:
    status = error.code or 500
    methods = {"Allow": ", ".join(sorted(error.valid_methods or ()))} if isinstance(error, MethodNotAllowed) else None
    return page(status, _TITLES.get(status, _TITLES[400]), _SENTENCES.get(status, _SENTENCES[400]), methods)


def _stale_form(_error: CSRFError) -> Answer:
    return page(400, "页面停留得太久了", "为了安全，请核对下面的内容，再点一次“再试一次”。")


def _too_many(error: RateLimitExceeded) -> Answer:
    metrics.count_refusal(limits.bucket(error))
    seconds = limits.seconds_until_room()
    sentence = f"请在{wait_words(seconds)}再试。您填写的内容仍在本页。"
    return page(429, _TITLES[429], sentence, {"Retry-After": str(seconds)})


def _refused(refusal: Refusal) -> Answer:
    if isinstance(refusal, NotThere):
        return not_found()
    status = 403 if isinstance(refusal, NotAllowed) else status_of(refusal)
    return page(status, "没有提交成功", str(refusal))


def _missing(_error: NoResultFound) -> Answer:
    return not_found()


def not_found() -> Answer:
    return page(404, _TITLES[404], _SENTENCES[404])


def storage_fault(error: SQLAlchemyError | StoreDown) -> Answer:
    log_storage_fault(error)
    return page(503, _TITLES[503], _SENTENCES[503], {"Retry-After": "60"})


def log_storage_fault(error: SQLAlchemyError | StoreDown) -> None:
    # Its message may contain an objector's text, so logs.py logs type and place only (R19).
    _log.error("storage fault", exc_info=error)
    metrics.count_fault("storage")


def _fault(error: Exception) -> Answer:
    _log.error("fault", exc_info=error)
    metrics.count_fault("fault")
    return page(500, _TITLES[500], _SENTENCES[500])
