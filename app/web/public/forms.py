"""The objection form and those of the receipt page (R14, R15, R18)."""

from __future__ import annotations

import re
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import StopValidation

from app.domain.receipt import looks_like_form_token, new_form_token
from app.domain.sameness import plain_contact
from app.models import Category, ObjectorKind
from app.models.objection import CATEGORY_NAMES
from app.services.following import SUPPLEMENT_LENGTH, WITHDRAW_LENGTH
from app.services.intake import Filing
from app.web.forms import PlainForm, needed, text_area

FACTS_LENGTH = (20, 3000)
_NAME_LENGTH = {ObjectorKind.PERSON: (2, 30), ObjectorKind.UNIT: (4, 60)}
# What people write who do not want to be named: no objection then (R15).
_NO_NAMES = re.compile(r"匿名|无名|不愿|知情人|热心|某某|群众$|^群众|市民$|网友|^[*＊xX×某?？.。\d\s]+$")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}\d{7,8}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


class ObjectionForm(PlainForm):
    """What is asked of an objector, and nothing beyond: no ID number, no address."""

    form_token = HiddenField()
    ticket = HiddenField()  # of who waits instead of solving a challenge, see web/challenge.py
    answer = HiddenField()
    objector_kind = RadioField(
        "您以什么身份提出异议？",
        choices=[(ObjectorKind.PERSON.value, "个人"), (ObjectorKind.UNIT.value, "单位")],
        default=ObjectorKind.PERSON.value,
    )
    name = StringField("真实姓名（单位填全称）", render_kw={"autocomplete": "name", "maxlength": 80})
    contact_person = StringField("联系人（单位提出异议时填写）", render_kw={"maxlength": 40})
    contact = StringField(
        "手机号码或者电子邮箱",
        description="只用于核实情况和答复您，核查单位看不到。",
        render_kw={"autocomplete": "tel", "maxlength": 120},
    )
    category = RadioField(
        "异议是哪一类？",
        choices=[(category.value, CATEGORY_NAMES[category]) for category in Category],
        validators=[needed("请选一类；拿不准就选“其他”。")],
        validate_choice=True,
    )
    facts = text_area(
        "事实和依据",
        *FACTS_LENGTH,
        hint="写清时间、地点、人物、经过，以及从哪里可以核实。请不要写身份证号码。",
        rows=9,
    )
    against_handler = BooleanField("异议涉及负责核查的单位本身，请直接交市级机构办理")

    def validate_name(self, field: Any) -> None:
        kind = self._kind()
        low, high = _NAME_LENGTH[kind]
        what = "单位全称" if kind is ObjectorKind.UNIT else "真实姓名"
        if not low <= len(field.data or "") <= high:
            raise StopValidation(f"请填写{what}，{low}到{high}个字。")
        if _NO_NAMES.search(field.data):
            raise StopValidation(f"请填写{what}。匿名反映不按异议办理，可以改用本页所列的电话或者信件反映。")

    def validate_contact_person(self, field: Any) -> None:
        if self._kind() is ObjectorKind.UNIT and not 2 <= len(field.data or "") <= 30:
            raise StopValidation("单位提出异议，请填写联系人姓名，2到30个字。")

    def validate_contact(self, field: Any) -> None:
        if not (_PHONE.fullmatch(plain_contact(field.data)) or _EMAIL.fullmatch(field.data or "")):
            raise StopValidation("请填写11位手机号码、带区号的固定电话，或者电子邮箱（如 name@example.com）。")

    def _kind(self) -> ObjectorKind:
        return ObjectorKind.UNIT if self.objector_kind.data == ObjectorKind.UNIT else ObjectorKind.PERSON

    def ensure_token(self) -> None:
        """A token of ours in the form: the one that came back, or a fresh one."""
        if not looks_like_form_token(self.form_token.data or ""):
            self.form_token.data = new_form_token()

    def filing(self) -> Filing:
        """What was written, as the service takes it. Only after `validate`."""
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
        )


class ReceiptForm(PlainForm):
    code = StringField(
        "查询码",
        validators=[needed("请输入回执上的查询码。")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 60},
    )


class SupplementForm(PlainForm):
    text = text_area("补充内容", *SUPPLEMENT_LENGTH, rows=5)


class WithdrawForm(PlainForm):
    text = text_area("撤回原因", *WITHDRAW_LENGTH, rows=3)
