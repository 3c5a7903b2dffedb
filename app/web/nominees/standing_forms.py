"""The forms of a nominee's conditions, reviews and opinions."""

from __future__ import annotations

from wtforms import DateField, FileField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired

from app.domain.nominees.annexes import RANK_NAMES, Rank
from app.domain.programmes.notice import AwardNotice
from app.models import OpinionOutcome
from app.services.nominees import eligibility, opinions, reviews
from app.web.shared.forms import PlainForm, needed, options, text_area

YES, NO = "yes", "no"
_MET, _PASSED = options({YES: "符合", NO: "不符合"}), options({YES: "通过", NO: "不通过"})
_KNOWN_RANKS = {rank.value: name for rank, name in RANK_NAMES.items() if rank is not Rank.UNKNOWN}


def _long_text(label: str, high: int, hint: str, rows: int = 2) -> TextAreaField:
    """Create a text field that may stay empty. The service refuses it where it may not be empty."""
    return text_area(label, 0, high, hint=hint, rows=rows)


class ConditionForm(PlainForm):
    met = RadioField("核对结果", choices=_MET, validators=[needed("请选择符合或者不符合。")])
    note = _long_text("理由", eligibility.REASON[1], "不符合的，必须写明；符合的可以不写。")


class RankForm(PlainForm):
    rank = SelectField("行政级别", choices=options(_KNOWN_RANKS))


class ReviewForm(PlainForm):
    passed = RadioField("结果", choices=_PASSED, validators=[needed("请选择通过或者不通过。")])
    reason = _long_text("理由", reviews.REASON[1], "不通过的，必须写明；通过的可以不写。")


class ConfirmManyForm(PlainForm):
    rank = SelectField(
        "行政级别还没有确认的，都填",
        choices=options({Rank.UNKNOWN.value: "（不填）"} | _KNOWN_RANKS),
        default=Rank.UNKNOWN.value,
        description="只填给行政级别还没有确认的对象，已经确认的不改。",
    )


class OpinionForm(PlainForm):
    """`opinion_form` makes it with the authorities of a notice."""

    authority = SelectField("征求意见的机关")
    outcome = RadioField(
        "意见",
        choices=options({each.value: opinions.OUTCOME_NAMES[each] for each in OpinionOutcome}),
        validators=[needed("请选择意见。")],
    )
    dated = DateField("落款日期", validators=[InputRequired("请填写盖章处的日期。")])
    text = _long_text(
        "意见内容", opinions.LONGEST_TEXT, "照抄意见原文。有不同意见或者不需征求的，必须写明内容或者理由。", rows=3
    )
    scan = FileField(
        "盖章原件的扫描件",
        description="PDF、JPG 或 PNG 文件，不超过50 MB。更正已经录入的意见时，不选文件就沿用上次的扫描件。",
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png"},
    )


def opinion_form(notice: AwardNotice, prefix: str = "", *, empty: bool = False) -> OpinionForm:
    """Return the form with the notice's authorities, as it was sent, or `empty`. `prefix` goes before its field ids."""
    form = OpinionForm(formdata=None) if empty else OpinionForm()
    form.authority.choices = options(notice.authority_names)
    return form.with_ids(prefix) if prefix else form
