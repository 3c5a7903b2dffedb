"""The forms of a programme. The service judges whether values fit; its refusals are placed beside the fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired

from app.domain.calendar.stages import STAGE_NUMBERS
from app.domain.periods.rounds import LAST_ROUND
from app.domain.programmes.notice import AwardNotice
from app.domain.programmes.plan import SHARE_NAME, TEXTS, Places, ProgrammePlan, StageDays, proposed_stages, text_names
from app.models import Programme, Quota
from app.web.shared.forms import PlainForm, text_area

_DAY = InputRequired("请填写日期，例如 2025-10-16。")


def _line(key: str, hint: str = "") -> StringField:
    return StringField(description=hint, render_kw={"maxlength": TEXTS[key][1]})


def _area(key: str, hint: str = "") -> TextAreaField:
    return TextAreaField(description=hint, render_kw={"rows": 3, "maxlength": TEXTS[key][1]})


class ProgrammeForm(PlainForm):
    """The texts, the share and the timetable of a programme. `follow` gives the texts their names."""

    notice = HiddenField()  # chosen on the page before; an existing programme keeps its notice
    title = _line("title")
    notice_number = _line("notice_number", "没有就空着。")
    collective_honour = _line("collective_honour", "授予集体的称号。")
    individual_honour = _line("individual_honour", "授予个人的称号。")
    signatory = _line("signatory")
    letter_mark = _line("letter_mark", "文书编号开头的几个字，例如“满意度”，不能和别的活动相同；空着由系统取。")
    county_share = IntegerField(
        SHARE_NAME,
        validators=[InputRequired("请填0到100的整数，例如10。")],
    )
    lapse_clause = _area("lapse_clause", "办结期限内没有结论、取消资格时引用的条款原文。")
    upheld_clause = _area("upheld_clause", "异议成立、取消资格时引用的条款原文。")
    revocation_clause = _area("revocation_clause", "表彰以后撤销奖励时引用的条款原文，可以以后再填。")
    starts_1, ends_1 = DateField("开始", validators=[_DAY]), DateField("结束", validators=[_DAY])
    starts_2, ends_2 = DateField("开始", validators=[_DAY]), DateField("结束", validators=[_DAY])
    starts_3, ends_3 = DateField("开始", validators=[_DAY]), DateField("结束", validators=[_DAY])
    starts_4, ends_4 = DateField("开始", validators=[_DAY]), DateField("结束", validators=[_DAY])

    def follow(self, notice: AwardNotice) -> None:
        """Label the texts as the notice names them, and state its share as a hint."""
        for key, name in text_names(notice).items():
            self[key].label.text = name
        self.title.description = f"写全称，带上年份或者届次，例如：{notice.name}。"
        self.signatory.description = (
            f"{notice.rounds[LAST_ROUND].name}公告末尾署名、盖章的单位，联合署名的用“、”隔开；"
            "空着就用市级专班。别的文书由各单位自己署名。"
        )
        self.county_share.description = f"县处级领导最多占评选总数的百分之几，通知规定为{notice.county_share}。"

    @classmethod
    def blank(cls, first_day: dt.date, notice: AwardNotice) -> ProgrammeForm:
        """Return a form with the notice's values only: a proposed timetable and the share of 县处级."""
        form = cls(formdata=None)
        form.notice.data, form.county_share.data = notice.key, notice.county_share
        form._propose(proposed_stages(first_day, notice.stages))
        return form

    @classmethod
    def of(cls, programme: Programme, today: dt.date) -> ProgrammeForm:
        form = cls(formdata=None, obj=programme)
        stages = [StageDays(stage.number, stage.starts_on, stage.ends_on) for stage in programme.stages]
        form._propose(stages or proposed_stages(today, programme.rules.stages))
        return form

    def _propose(self, spans: Sequence[StageDays]) -> None:
        for span in spans:
            self[f"starts_{span.number}"].data, self[f"ends_{span.number}"].data = span.starts_on, span.ends_on

    def plan(self) -> ProgrammePlan:
        texts: dict[str, Any] = {key: self[key].data or "" for key in TEXTS}
        spans = [
            StageDays(number, self[f"starts_{number}"].data, self[f"ends_{number}"].data) for number in STAGE_NUMBERS
        ]
        return ProgrammePlan(**texts, county_share=self.county_share.data, notice=self.notice.data or "", stages=spans)


class ReopenForm(PlainForm):
    text = text_area("取消归档的理由", 2, 500, rows=2)


class ArchiveForm(PlainForm):
    use = text_area("归档包作什么用", 2, 300, rows=2)


class PlacesForm(PlainForm):
    """One unit's row. The page has one for each recommending unit, told apart by prefix."""

    class Meta(PlainForm.Meta):
        csrf = False  # the page's own token stands beside the rows

    collectives = IntegerField("集体", validators=[InputRequired("请填整数，没有名额填0。")])
    individuals = IntegerField("个人", validators=[InputRequired("请填整数，没有名额填0。")])
    secret_collectives = IntegerField("其中涉密集体", validators=[InputRequired("请填整数，没有就填0。")])
    secret_individuals = IntegerField("其中涉密个人", validators=[InputRequired("请填整数，没有就填0。")])
    heading = StringField("表彰对象", render_kw={"maxlength": 60})
    field = StringField("所属领域", render_kw={"maxlength": 60})
    note = StringField("备注", render_kw={"maxlength": 120})

    @classmethod
    def of(cls, unit_id: int, quota: Quota | None) -> PlacesForm:
        empty = Places(unit_id, 0, 0)
        return cls(formdata=None, obj=quota or empty, prefix=f"u{unit_id}-")

    def places(self, unit_id: int) -> Places:
        return Places(
            unit_id,
            self.collectives.data or 0,
            self.individuals.data or 0,
            self.field.data or "",
            self.heading.data or "",
            self.note.data or "",
            self.secret_collectives.data or 0,
            self.secret_individuals.data or 0,
        )
