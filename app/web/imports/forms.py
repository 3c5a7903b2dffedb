"""The form for uploading lists. Which annex a file is, is read from the file."""

from __future__ import annotations

from wtforms import MultipleFileField

from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.web.shared.forms import PlainForm, UnitField, needed


class UploadForm(PlainForm):
    """The upload form. `follow` names the annexes as the programme's notice numbers them."""

    unit = UnitField("推荐单位", coerce=str, validators=[needed("请选择推荐单位。")])
    files = MultipleFileField(
        "文件",
        render_kw={"accept": ".xlsx,.docx,.jpg,.jpeg,.zip"},
    )

    def follow(self, notice: AwardNotice) -> None:
        summary, form = notice.summaries[Kind.COLLECTIVE].short, notice.forms[Kind.COLLECTIVE].short
        self.files.description = (
            f"{summary}（{notice.annexes(notice.summaries.values())}）一次一个 .xlsx 文件；"
            f"{form}（{notice.annexes(notice.forms.values())}）是 .docx，一个对象一份，"
            "一次最多选90个；更多的连同照片放进一个 .zip 里。"
        )
