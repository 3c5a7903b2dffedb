"""The authorities' opinions (annex 6), recorded for one nominee, or for many of a unit with one letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import FileRefused, NothingChosen
from app.evidence.names import StoreDown
from app.models import OpinionOutcome
from app.services.nominees import access, opinions
from app.services.nominees.opinions import OpinionAnswer
from app.services.shared.documents import Upload
from app.web.nominees.blueprint import blueprint
from app.web.nominees.pages import nominee_page
from app.web.nominees.standing_forms import OpinionForm, opinion_form
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import Attempt, attempt
from app.web.shared.portal import portal, session
from app.web.shared.uploads import FORM, check_spooled, sent_files, takes_files

STORE_DOWN = "暂时存不下这个文件，没有录入，请过几分钟再传。"


@blueprint.post("/<int:nominee_id>/opinions")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def record_opinion(nominee_id: int) -> ResponseReturnValue:
    notice = access.find_recommended(session(), nominee_id, actor()).programme.rules
    form = opinion_form(notice, "opinion")
    return record_answer(
        [nominee_id],
        notice,
        form,
        lambda tried: nominee_page(nominee_id, tried, "opinion", form),
        redirect(url_for("nominees.nominee", nominee_id=nominee_id, _anchor="opinions"), 303),
    )


def record_answer(
    nominee_ids: Sequence[int],
    notice: AwardNotice,
    form: OpinionForm,
    again: Callable[[Attempt[None]], ResponseReturnValue],
    then: Response,
) -> ResponseReturnValue:
    """Validate the form and record the opinion. Errors go beside their fields; `again` renders the page."""

    def write() -> None:
        if not nominee_ids:
            raise NothingChosen("没有勾选任何对象，请至少勾选一个。")
        said = OpinionAnswer(
            form.authority.data, OpinionOutcome(form.outcome.data), form.text.data or "", form.dated.data
        )
        try:
            opinions.record_opinion(work(), portal().vault, nominee_ids, said, _scan())
        except StoreDown:
            raise FileRefused(STORE_DOWN) from None

    tried = attempt(write, form)
    if tried.refused:
        return again(tried)
    count = f"，共{len(nominee_ids)}个对象" if len(nominee_ids) > 1 else ""
    flash(f"{notice.authority_names[form.authority.data]}的意见已经录入{count}。")
    return then


def _scan() -> Upload | None:
    """Return the file that came with the form, if any. Raises FileRefused where there was no room for it."""
    sent = sent_files("scan")
    if not sent:
        return None
    check_spooled(sent[0][1])
    return Upload(*sent[0])
