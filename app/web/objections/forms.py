"""The objection form and those of the receipt page (R14, R15, R18)."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, MultipleFileField, RadioField, StringField
from wtforms.validators import StopValidation

from app.domain.objections.contacts import why_unreachable, written
from app.domain.objections.giveaways import giveaways
from app.domain.objections.real_names import why_no_real_name
from app.models import Category, ObjectorKind
from app.models.objections import CATEGORY_NAMES, OBJECTOR_KIND_NAMES
from app.services.cases.second_looks import WISH_LENGTH
from app.services.objections.following import SUPPLEMENT_LENGTH, WITHDRAW_LENGTH
from app.services.objections.intake import Filing
from app.web.shared.form_files import TokenForm
from app.web.shared.forms import PlainForm, needed, options, text_area
from app.web.shared.uploads import ACCEPTED

FACTS_LENGTH = (20, 3000)
_NAME_LENGTH = {ObjectorKind.PERSON: (2, 30), ObjectorKind.UNIT: (4, 60)}


_MUST = {"required": True}  # read out; the forms are `novalidate`, so that the server's sentence is what is shown


def evidence_field(label: str, *, must: bool = False) -> MultipleFileField:
    """Create a field for choosing files. `attaching` stores what is sent by it.

    Where a file `must` be sent it is marked, and not `required`: the file may have come before.
    """
    return MultipleFileField(label, render_kw={"accept": ACCEPTED, "data-must": must})


class FormWithFiles(TokenForm):
    """A form whose content and files are kept as a draft until it is filed."""

    draft = HiddenField()  # the handle in the address of this form's page, see web/objections/drafting.py


class ObjectionForm(FormWithFiles):
    """The fields of an objection. It asks for no ID number and no address."""

    files_seen = HiddenField()  # how many files the check page showed
    letters_seen = HiddenField()  # how many of these are sealed letters of a unit
    slip = HiddenField()  # set where a challenge or wait lasted past the close, see web/objections/slips.py
    ticket = HiddenField()  # set for waiting instead of solving a challenge, see web/shared/challenge.py
    answer = HiddenField()
    checked = HiddenField()  # set once the check page was reached, see web/objections/steps.py
    objector_kind = RadioField(
        "您以什么身份提出异议？",
        choices=options(OBJECTOR_KIND_NAMES),
        default=ObjectorKind.PERSON.value,
        render_kw=_MUST,
    )
    name = StringField(
        "真实姓名（单位填全称）",
        description="写身份证上的姓名，不写称呼、化名。",
        render_kw={"autocomplete": "name", **_MUST},
    )
    contact_person = StringField("联系人姓名", render_kw=_MUST)
    contact = StringField(
        "手机号码或者电子邮箱",
        description="固定电话请带区号，有分机的写“转”，例如 0874-3123456转8001。两个号码用顿号隔开。",
        render_kw={"autocomplete": "tel", **_MUST},
    )
    category = RadioField(
        "异议是哪一类？",
        choices=options(CATEGORY_NAMES),
        validators=[needed("请选一类；拿不准就选“其他”。")],
        validate_choice=True,
        render_kw=_MUST,
    )
    facts = text_area(
        "事实和依据",
        *FACTS_LENGTH,
        hint="写清时间、地点、人物、经过，以及从哪里可以核实。请不要写身份证号码，也不要写您自己的姓名。",
        rows=9,
        must=True,
    )
    letter = evidence_field("盖章的书面材料", must=True)
    evidence = evidence_field("证据材料（没有可以不附）")
    tell_me = BooleanField("有新进展时告诉我（只说有新进展，不写内容；随时可以退订）")
    against_handler = BooleanField("异议涉及办理单位本身，请直接交市级专班办理")

    def validate_name(self, field: Any) -> None:
        kind = self._kind()
        low, high = _NAME_LENGTH[kind]
        what = "单位全称" if kind is ObjectorKind.UNIT else "真实姓名"
        if not low <= len(field.data or "") <= high:
            raise StopValidation(f"请填写{what}，{low}到{high}个字。")
        if kind is ObjectorKind.PERSON and (why := why_no_real_name(field.data)):
            raise StopValidation(why)

    def validate_contact_person(self, field: Any) -> None:
        if self._kind() is ObjectorKind.UNIT and not 2 <= len(field.data or "") <= 30:
            raise StopValidation("单位提出异议，请填写联系人姓名，2到30个字。")

    def validate_contact(self, field: Any) -> None:
        """Refuse what nobody can be reached by. What is taken goes on in one spelling."""
        if why := why_unreachable(field.data):
            raise StopValidation(why)
        field.data = written(field.data)

    @property
    def is_a_units(self) -> bool:
        return self._kind() is ObjectorKind.UNIT

    @property
    def giveaways(self) -> list[str]:
        """Return the parts of the facts that reveal their writer (R19)."""
        person = self.contact_person.data or "" if self.is_a_units else ""
        return giveaways(
            self.facts.data or "", self.name.data or "", person, self.contact.data or "", unit=self.is_a_units
        )

    @property
    def number_of_files_seen(self) -> int:
        return _counted(self.files_seen)

    @property
    def number_of_letters_seen(self) -> int:
        return _counted(self.letters_seen)

    def saw(self, letters: int, files: int) -> None:
        """Set the numbers of letters and files that the page shows."""
        self.letters_seen.data, self.files_seen.data = str(letters), str(files)

    def _kind(self) -> ObjectorKind:
        return ObjectorKind.UNIT if self.objector_kind.data == ObjectorKind.UNIT else ObjectorKind.PERSON

    def filing(self) -> Filing:
        """Return the content as a Filing for the service. Call it only after `validate`."""
        kind = self._kind()
        return Filing(
            form_token=self.form_token.data or "",
            objector_kind=kind,
            name=self.name.data or "",
            contact_person=(self.contact_person.data or "") if kind is ObjectorKind.UNIT else "",
            contact=self.contact.data or "",
            category=Category(self.category.data),
            facts=self.facts.data or "",
            against_handler=bool(self.against_handler.data),
            files=self.number_of_files_seen,
            letters=self.number_of_letters_seen,
        )


def _counted(field: HiddenField) -> int:
    seen = field.data or ""
    return int(seen) if seen.isdecimal() and seen.isascii() and len(seen) <= 3 else 0


class ReceiptForm(PlainForm):
    code = StringField(
        "查询码",
        validators=[needed("请输入回执上的查询码。")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class SupplementForm(FormWithFiles):
    text = text_area("补充内容", *SUPPLEMENT_LENGTH, rows=5)
    letter = evidence_field("盖章的书面材料（封存，办理单位看不到）")
    evidence = evidence_field("补充的证据材料（没有可以不附）")


class LookForm(PlainForm):
    text = text_area("申请复核的理由", *WISH_LENGTH, rows=4)


class WithdrawForm(PlainForm):
    text = text_area("撤回原因", *WITHDRAW_LENGTH, rows=3)
