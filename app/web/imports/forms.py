"""What is chosen when a list is handed in. The files themselves are judged by the service, by their content."""

from __future__ import annotations

from wtforms import MultipleFileField, RadioField, SelectField

from app.models import ImportForm
from app.services.imports import FORM_NAMES
from app.web.forms import PlainForm, needed, options


class UploadForm(PlainForm):
    unit = SelectField("推荐单位", coerce=str, validators=[needed("请选择推荐单位。")])
    form = RadioField(
        "是什么表",
        choices=options(FORM_NAMES),
        default=ImportForm.INDIVIDUALS,
        validators=[needed("请选择这是哪一种表。")],
    )
    files = MultipleFileField(
        "文件",
        description="汇总表是一个 .xlsx 文件；推荐表是 .docx，一个对象一份，可以一次选几个，也可以连同照片放进一个 .zip 里。",
        render_kw={"accept": ".xlsx,.docx,.jpg,.jpeg,.zip"},
    )
