"""What is chosen when a list is handed in. The files say themselves which form they are."""

from __future__ import annotations

from wtforms import MultipleFileField, SelectField

from app.web.shared.forms import PlainForm, needed


class UploadForm(PlainForm):
    unit = SelectField("推荐单位", coerce=str, validators=[needed("请选择推荐单位。")])
    files = MultipleFileField(
        "文件",
        description="汇总表（附件2、3）一次一个 .xlsx 文件；推荐表（附件4、5）是 .docx，一个对象一份，"
        "一次最多选90个；更多的连同照片放进一个 .zip 里。",
        render_kw={"accept": ".xlsx,.docx,.jpg,.jpeg,.zip"},
    )
