"""The form by which staff register an objection: six fields at once, to be filled in within ninety seconds (R33).

What only some cases need (postmark, unit, sealed original, reason of a late entry) shows where it applies.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import StopValidation

from app.domain.objections.arrival import CHANNEL_NAMES, REGISTERED_CHANNELS, Arrival, Channel
from app.domain.objections.giveaways import giveaways
from app.domain.objections.real_names import why_no_real_name
from app.domain.shared.instants import SHANGHAI
from app.models import Category, ObjectorKind
from app.models.objections import OBJECTOR_KIND_NAMES
from app.services.objections.evidence import Attached
from app.services.objections.intake import Filing
from app.web.objections.forms import FACTS_LENGTH, FormWithFiles, evidence_field
from app.web.shared.forms import needed, options, text_area

_NAME_LENGTH = {ObjectorKind.PERSON: (2, 30), ObjectorKind.UNIT: (4, 60)}
_CONTACT_LENGTH = (6, 120)
_REACHES = re.compile(r"\d{7,}|@|[一-鿿].*[一-鿿].*[一-鿿].*[一-鿿]", re.DOTALL)
_LONGEST_TYPED_MOMENT = 25


class RegisterForm(FormWithFiles):
    """The fields of a registration. It has no draft and no check page: only staff use it."""

    # the parts of the text that were pointed out as revealing the objector; sent again unchanged, they are accepted
    pointed_out = HiddenField()
    channel = RadioField(
        "来源渠道",
        choices=options({channel: CHANNEL_NAMES[channel] for channel in REGISTERED_CHANNELS}),
        validators=[needed("请选来源渠道。")],
    )
    arrived_at = StringField("收到时间", render_kw={"type": "datetime-local"})
    postmark = StringField("邮戳日期（来信填写）", render_kw={"type": "date"})
    objector_kind = RadioField("异议人是", choices=options(OBJECTOR_KIND_NAMES), default=ObjectorKind.PERSON.value)
    name = StringField("姓名（单位填全称）", render_kw={"autocomplete": "off"})
    contact = StringField(
        "联系方式",
        description="手机、固定电话或者电子邮箱；都没有的，写通信地址。单位写联系人和电话。",
        render_kw={"autocomplete": "off"},
    )
    facts = text_area(
        "事实和依据",
        0,
        FACTS_LENGTH[1],
        hint="照原意记录，不写异议人的姓名和联系方式。已经有扫描件的可以不抄，把扫描件传到下面一栏。",
        rows=7,
    )
    evidence = evidence_field("扫描件和证据材料（办理的人看得到，先遮住姓名、联系方式）")
    letter = evidence_field("写有姓名的原件、盖章材料（封存，只有市级专班两人同意才能打开）")
    against_handler = BooleanField("异议涉及办理单位本身，直接交市级专班办理")
    late_reason = StringField("为什么现在才登记")

    def validate_name(self, field: Any) -> None:
        low, high = _NAME_LENGTH[self.kind]
        what = "单位全称" if self.is_a_units else "真实姓名"
        if not low <= len(field.data or "") <= high:
            raise StopValidation(f"请填写{what}，{low}到{high}个字。匿名反映不能登记为异议。")
        if not self.is_a_units and (why := why_no_real_name(field.data)):
            raise StopValidation(why)

    def validate_contact(self, field: Any) -> None:
        low, high = _CONTACT_LENGTH
        text = field.data or ""
        if not low <= len(text) <= high or not _REACHES.search(text):
            raise StopValidation("请填写电话、电子邮箱；都没有的，写能收到信的通信地址（6到120个字）。")

    def validate_arrived_at(self, field: Any) -> None:
        if _moment(field.data) is None:
            raise StopValidation("请填写收到的日期和时间，例如2026-09-18 15:30。")

    def validate_postmark(self, field: Any) -> None:
        if field.data and self.channel.data == Channel.LETTER and _date(field.data) is None:
            raise StopValidation("请填写邮戳上的日期，例如2026-09-16。")

    @property
    def kind(self) -> ObjectorKind:
        return ObjectorKind.UNIT if self.objector_kind.data == ObjectorKind.UNIT else ObjectorKind.PERSON

    @property
    def is_a_units(self) -> bool:
        return self.kind is ObjectorKind.UNIT

    def judge_facts(self, files: Sequence[Attached]) -> bool:
        """Validate facts and files together: facts or a scan, and a unit's sealed letter.

        Warns once where the facts name the writer. Returns whether no fault was found; each is placed beside its field.
        """
        faults: list[tuple[Any, str]] = []
        low, _ = FACTS_LENGTH
        text = self.facts.data or ""
        scanned = any(not file.letter for file in files)
        if (text or not scanned) and len(text) < low:
            faults.append((self.facts, f"请写明事实（至少{low}个字），或者上传遮住姓名的扫描件。"))
        if self.is_a_units and not any(file.letter for file in files):
            faults.append((self.letter, "单位提出的异议，请在这里上传盖有公章的原件扫描件。"))
        told = giveaways(text, self.name.data or "", "", self.contact.data or "", unit=self.is_a_units)
        said = "、".join(told).replace("您的", "异议人的").replace("您单位", "异议人单位")
        if said and said != self.pointed_out.data:
            again = "请改写，例如写成“异议人”；确实要保留的，再点一次“登记”。"
            faults.append((self.facts, f"这里写有{said}，办理的人会看到。{again}"))
        self.pointed_out.data = said
        for field, words in faults:
            field.errors = [*field.errors, words]
        return not faults

    def filing(self, files: Sequence[Attached]) -> Filing:
        """Return the content as a Filing for the service. Call it only after `judge_facts`."""
        scans = sum(not file.letter for file in files)
        return Filing(
            form_token=self.form_token.data or "",
            objector_kind=self.kind,
            name=self.name.data or "",
            contact_person="",
            contact=self.contact.data or "",
            category=Category.OTHER,
            facts=self.facts.data or f"异议内容见所附的扫描件（{scans}个文件），原件由登记的单位保存备查。",
            only_scanned=not self.facts.data,
            against_handler=bool(self.against_handler.data),
            files=len(files),
            letters=len(files) - scans,
        )

    def arrival(self) -> Arrival:
        """Return how and when it came in. Call it only after `validate`."""
        channel, moment = Channel(self.channel.data), _moment(self.arrived_at.data)
        assert moment is not None  # noqa: S101 - validated
        postmark = _date(self.postmark.data) if channel is Channel.LETTER else None
        return Arrival(channel, moment, postmark, self.late_reason.data or "")


def _moment(text: str | None) -> dt.datetime | None:
    """Return a Shanghai clock time as an instant; None for what is none."""
    if not text or len(text) > _LONGEST_TYPED_MOMENT:
        return None
    try:
        typed = dt.datetime.fromisoformat(text)
        return typed.replace(tzinfo=SHANGHAI).astimezone(dt.UTC) if typed.tzinfo is None else None
    except (ValueError, OverflowError):
        return None


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
