"""Forms of a nominee's page: reversal, photo, 事迹材料."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import FileField

from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.models import ReviewStage
from app.services.nominees import reversal
from app.web.award.forms import DropForm, RevocationForm
from app.web.nominees.standing_forms import ReviewForm, opinion_form
from app.web.shared.forms import PlainForm, text_area


class ReversalForm(PlainForm):
    text = text_area("撤销决定全文", *reversal.DECISION_LENGTH, hint="写明文号、事实、理由和决定。", rows=6)


class PhotoForm(PlainForm):
    photo = FileField("照片文件", render_kw={"accept": ".jpg,.jpeg"})


class MaterialForm(PlainForm):
    material = FileField("事迹材料文件", render_kw={"accept": ".docx,.pdf"})


def empty_forms(notice: AwardNotice) -> dict[str, PlainForm]:
    """Return every form of a nominee's page, empty, by the name that the template uses."""
    return {
        "reversal": ReversalForm(formdata=None),
        "photo": PhotoForm(formdata=None),
        "material": MaterialForm(formdata=None),
        "opinion": opinion_form(notice, "opinion", empty=True),
        **{f"review-{stage}": ReviewForm(formdata=None).with_ids(f"review-{stage}") for stage in ReviewStage},
        "revocation": RevocationForm(formdata=None).with_ids("revocation"),
        "drop_revocation": DropForm(formdata=None).with_ids("drop"),
    }


def describe_files(forms: Mapping[str, PlainForm], notice: AwardNotice) -> None:
    """Set the hints of photo and 事迹材料 to what the notice asks of them."""
    photo, limits = notice.photo, notice.material_limits
    forms["photo"]["photo"].description = (
        f"近期2寸正面免冠白底彩色证件照，JPG 格式，不小于{photo.least_bytes // 1000} KB，"
        f"宽{photo.width}×高{photo.height}像素，文件名是“推荐单位—姓名”，例如“{photo.example}.jpg”。"
    )
    forms["material"]["material"].description = (
        f"Word（.docx）或 PDF 文件。集体不超过{limits[Kind.COLLECTIVE]}字，个人不超过{limits[Kind.INDIVIDUAL]}字，"
        "标点也算，空格不算。Word 文件由系统数字数；PDF 数不了，请自己核对。"
    )
