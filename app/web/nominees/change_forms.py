"""The forms to change a nominee, to replace one, or to enter one by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from app.domain.nominees.annexes import RANK_NAMES, SEXES, Rank
from app.domain.nominees.misprints import CORRECTABLE, LONGEST, WORD_LISTS
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.shared.identity_numbers import is_credit_code, is_id_number
from app.models import Nominee
from app.services.nominees import revisions, withdrawals
from app.services.nominees.nominating import Particulars, PlainFacts
from app.services.periods import corrections
from app.web.shared.forms import PlainForm, counted, needed, of_length, options, text_area

_PHONE = re.compile(r"[0-9+（）() -]{5,30}")


def words(terms: Iterable[str], kept: str = "") -> Any:
    """Return the terms of a form as options. The term `kept` stays an option even if the form does not list it."""
    chosen = [*terms] if not kept or kept in terms else [kept, *terms]
    return options({"": "请选择"} | {term: term for term in chosen})


def limit_deeds(field: TextAreaField, label: str, notice: AwardNotice) -> None:
    """Let a field take as many characters as the notice allows the deeds to have."""
    field.validators = [of_length(*notice.deeds_bounds, label)]
    field.render_kw = {**field.render_kw, **counted(notice.deeds_limit)}


def short_text(label: str, low: int, high: int, hint: str = "") -> StringField:
    """Create a one-line text field.

    A refusal uses the field's label at that time, which may follow the kind of nominee.
    """

    def check(form: Any, field: Any) -> None:
        of_length(low, high, field.label.text)(form, field)

    return StringField(label, validators=[check], description=hint, render_kw={"maxlength": high + 50})


def _id_number(_form: Any, field: Any) -> None:
    if field.data and not is_id_number(field.data.upper()):
        raise StopValidation("身份证号码不对：应为18位，最后一位是校验码（数字或者X），请对照证件核对。")


def _credit_code(_form: Any, field: Any) -> None:
    if field.data and not is_credit_code(field.data.upper()):
        raise StopValidation("统一社会信用代码不对：应为18位数字和大写字母，最后一位是校验码，请对照证照核对。")


def _phone(_form: Any, field: Any) -> None:
    if field.data and not _PHONE.fullmatch(field.data):
        raise StopValidation("请填电话号码，只含数字和短横，如0874-3120000。")


class CorrectionForm(PlainForm):
    """Corrects one public field. It is filled in with the text that the public reads."""

    field = HiddenField()
    text = short_text("更正后的文字", 1, LONGEST["name"])
    reason = text_area("更正的理由", *corrections.REASON, hint="会写在公示页面上，比如“录入时漏字”。", rows=2)


class DeedsCorrectionForm(CorrectionForm):
    text = text_area("更正后的文字", 1, LONGEST["deeds"], rows=10)


class WordCorrectionForm(CorrectionForm):
    text = SelectField("更正后的文字", validators=[needed("请选择正确的一项。")], validate_choice=False)


def correction_form(field: str, current: str, kind: Kind, notice: AwardNotice) -> CorrectionForm:
    """Create the form for this field, filled in with the current value unless something was sent."""
    classes = {"deeds": DeedsCorrectionForm, "category": WordCorrectionForm, "trade": WordCorrectionForm}
    form = classes.get(field, CorrectionForm)(data={"field": field, "text": current})
    if field in WORD_LISTS:
        form.text.choices = words(notice.words("trade") if field == "trade" else notice.categories(kind), current)
    if isinstance(form, DeedsCorrectionForm):
        limit_deeds(form.text, "更正后的文字", notice)
    form.text.label.text = f"更正后的{CORRECTABLE[field]}"
    return form


class RevisionForm(PlainForm):
    deeds = text_area("变更后的简要事迹", 1, LONGEST["deeds"], hint="不写身份证号码、电话号码。", rows=12)
    reason = text_area("变更的理由", *revisions.REASON, rows=3)


def revision_form(notice: AwardNotice, deeds: str = "") -> RevisionForm:
    """Return the form for changed deeds, filled in with what stands now unless something was sent."""
    form = RevisionForm(data={"deeds": deeds})
    limit_deeds(form.deeds, "变更后的简要事迹", notice)
    return form


class WithdrawalForm(PlainForm):
    reason = text_area(
        "退出的理由", *withdrawals.REASON, hint="本人（本集体）要求退出的，写明何时以何种方式提出。", rows=3
    )
    sure = BooleanField("已与本人（本集体）核实，知道退出后不能恢复", validators=[needed("请核实后打勾。")])


class _Named(PlainForm):
    """Declares the name first, since WTForms orders fields by their creation."""

    name = short_text("姓名", 1, LONGEST["name"])


class FactsForm(PlainForm):
    """The facts that both kinds of nominee have."""

    unit = short_text("所在单位", 1, LONGEST["unit"], "写全称；还没有这个单位的，会在推荐单位下面新建。")
    post = short_text("职务职级", 0, LONGEST["post"])
    category = SelectField("人员身份", default="")
    trade = SelectField("所属行业", default="")

    def of_kind(self, kind: Kind, notice: AwardNotice, category: str = "", trade: str = "") -> None:
        """Use the word lists of annex 4 or of annex 5, by the kind of nominee."""
        self.category.choices = words(notice.categories(kind), category)
        self.category.label.text = "单位类型" if kind is Kind.COLLECTIVE else "人员身份"
        self.trade.choices = words(notice.words("trade"), trade)

    def facts(self) -> PlainFacts:
        return PlainFacts(
            unit=self.unit.data or "",
            post=self.post.data or "",
            category=self.category.data or "",
            trade=self.trade.data or "",
        )


class _NomineeForm(_Named, FactsForm):
    """A nominee entered by hand. The sealed fields come last."""

    rank = SelectField(
        "行政级别",
        choices=options({rank.value: name for rank, name in RANK_NAMES.items()}),
        default=Rank.UNKNOWN.value,
    )
    deeds = text_area("简要事迹", 1, LONGEST["deeds"], rows=10)

    first = ("name", "unit", "rank", "post", "category", "trade", "deeds")
    sealed: tuple[str, ...] = ()

    @property
    def public_part(self) -> list[Any]:
        return [self[name] for name in self.first]

    @property
    def sealed_part(self) -> list[Any]:
        return [self[name] for name in self.sealed]

    def particulars(self) -> Particulars:
        facts = self.facts()
        return Particulars(
            name=self.name.data or "",
            unit=facts.unit,
            deeds=self.deeds.data or "",
            post=facts.post,
            category=facts.category,
            trade=facts.trade,
            rank=Rank(self.rank.data),
            sealed={name: self._sealed_text(name) for name in self.sealed},
        )

    def _sealed_text(self, name: str) -> str:
        text: str = self[name].data or ""
        return text.upper() if name in ("id_number", "credit_code") else text


class CollectiveForm(_NomineeForm):
    leader = short_text("负责人", 0, 60)
    phone = StringField("联系电话", validators=[_phone])
    credit_code = StringField("统一社会信用代码", validators=[_credit_code])
    sealed = ("leader", "phone", "credit_code")


class IndividualForm(_NomineeForm):
    sex = SelectField("性别", choices=words(SEXES), default="")
    ethnicity = short_text("民族", 0, 20)
    political = SelectField("政治面貌", default="")
    phone = StringField("联系电话", validators=[_phone])
    id_number = StringField("身份证号码", validators=[_id_number])
    sealed = ("sex", "ethnicity", "political", "phone", "id_number")


def nominee_form(kind: Kind, notice: AwardNotice) -> CollectiveForm | IndividualForm:
    form = CollectiveForm() if kind is Kind.COLLECTIVE else IndividualForm()
    form.of_kind(kind, notice)
    limit_deeds(form.deeds, "简要事迹", notice)
    form.deeds.description = f"{notice.deeds_limit}字以内。会公示，不写身份证号码、电话号码。"
    if isinstance(form, IndividualForm):
        form.political.choices = words(notice.words("political"))
    if kind is Kind.COLLECTIVE:
        form.name.label.text = "集体名称"
    return form


def facts_form(nominee: Nominee) -> FactsForm:
    """Create the form of the facts, filled in with the current ones unless something was sent."""
    form = FactsForm(
        data={
            "unit": nominee.unit.name,
            "post": nominee.post,
            "category": nominee.category,
            "trade": nominee.trade,
        }
    )
    form.of_kind(nominee.kind, nominee.programme.rules, nominee.category, nominee.trade)
    return form
