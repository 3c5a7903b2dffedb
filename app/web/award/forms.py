"""The forms of the way to the award, and how a scan is received with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from wtforms import BooleanField, DateField, FileField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired

from app.domain.award.decision import PROCEEDING_NAMES, REVOCATION_GROUND_NAMES, ProceedingKind, RevocationGround
from app.domain.refusals import Refusal
from app.models import Document, Purpose
from app.services.award import deciding, revocation
from app.services.award.deciding import PaperText
from app.services.award.revocation import RevocationText
from app.services.shared import documents
from app.services.shared.documents import Upload
from app.web.shared.access import actor
from app.web.shared.attempts import Attempt, Result, attempt
from app.web.shared.forms import PlainForm, needed, of_length, options, text_area
from app.web.shared.portal import end_transaction, now, portal
from app.web.shared.uploads import sent_file

_ANSWER_NAMES = {"yes": "同意", "no": "不同意"}
_SCAN_HINT = "PDF 或者照片。提交没有成功时，文件要重新选择。"


def line_field(label: str, length: tuple[int, int], hint: str = "") -> StringField:
    """Create a one-line text field with bounds on its length."""
    return StringField(
        label, validators=[of_length(*length, label)], description=hint, render_kw={"maxlength": length[1] + 20}
    )


def day_field(label: str) -> DateField:
    return DateField(label, validators=[InputRequired("请填写文件上的日期，例如 2025-11-28。")])


class FormWithScan(PlainForm):
    """A form about a paper, which always comes with its scan."""

    scan = FileField("扫描件", description=_SCAN_HINT, render_kw={"accept": ".pdf,.jpg,.jpeg,.png"})


def attempt_with_scan(use_case: Callable[[Document], Result], form: FormWithScan, programme_id: int) -> Attempt[Result]:
    """Call a use case that stores the form's scan, as `attempt` does. A refusal removes the scan again."""

    def run() -> Result:
        end_transaction()  # no transaction stays open while a file is inspected
        upload = Upload(*sent_file(form.scan.name, "请选择一个扫描件。"))
        scan = documents.store_document(portal().vault, Purpose.PROCEEDING, programme_id, upload, actor(), now())
        try:
            return use_case(scan)
        except Refusal:
            documents.discard(portal().vault, scan)
            raise

    return attempt(run, form)


class PaperForm(FormWithScan):
    """A consultation, a submission or an approval."""

    kind = RadioField(
        "种类",
        choices=options({kind: name for kind, name in PROCEEDING_NAMES.items() if kind is not ProceedingKind.DECISION}),
        validators=[needed("请选择文件的种类。")],
    )
    issuer = line_field(
        "发文机关",
        deciding.ISSUER,
        "答复、批复的机关；请示写报送的单位。同一机关的写法要一致。",
    )
    number = line_field("文号", deciding.NUMBER, "没有文号的写“无文号”。")
    title = line_field("标题", deciding.TITLE)
    dated = day_field("文件日期")
    agreed = RadioField("答复（请示不用选）", choices=options(_ANSWER_NAMES), validate_choice=False)
    text = text_area("要点", *deciding.TEXT, hint="可以不填。只有市级专班看得到。", rows=3)

    @property
    def paper(self) -> PaperText:
        return _paper_of(self, agreed={"yes": True, "no": False}.get(self.agreed.data or ""))


class DecisionForm(FormWithScan):
    """The award decision, with the list that stands beside it on the page."""

    issuer = line_field("作出决定的机关", deciding.ISSUER)
    number = line_field("文号", deciding.NUMBER)
    title = line_field("标题", deciding.TITLE)
    dated = day_field("决定日期")
    text = text_area(
        "决定正文", *deciding.DECISION_TEXT, hint="原样公布，分段写。名单不用写，公布时接在正文后面。", rows=10
    )
    checked = BooleanField("我已经逐一核对上面的名单，与批复一致", validators=[needed("请核对名单后勾选。")])
    seen = HiddenField()

    @property
    def paper(self) -> PaperText:
        return _paper_of(self)


def _paper_of(form: PaperForm | DecisionForm, agreed: bool | None = None) -> PaperText:
    return PaperText(
        issuer=form.issuer.data or "",
        number=form.number.data or "",
        title=form.title.data or "",
        dated=form.dated.data or dt.date.min,
        agreed=agreed,
        text=form.text.data or "",
    )


class RevocationForm(FormWithScan):
    """A decision to take an award back."""

    ground = RadioField("撤销的原因", choices=options(REVOCATION_GROUND_NAMES), validators=[needed("请选择原因。")])
    number = line_field("撤销决定文号", deciding.NUMBER)
    dated = day_field("撤销决定日期")
    text = text_area(
        "撤销决定全文", *revocation.DECISION_LENGTH, hint="公开页面上只显示原因、文号和日期，不显示全文。", rows=6
    )

    @property
    def paper(self) -> RevocationText:
        return RevocationText(
            ground=RevocationGround(self.ground.data),
            number=self.number.data or "",
            dated=self.dated.data or dt.date.min,
            decision=self.text.data or "",
        )


class DropForm(PlainForm):
    text = text_area("退回的理由", *revocation.REASON, rows=2)
