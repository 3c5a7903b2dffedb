"""What can be done to a case, as one table: the action, its form, the service it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField

from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, Action, Conclusion, DeclineGround
from app.models import Case, User
from app.services.cases import investigation
from app.services.cases.investigation import REASON, TEXT
from app.services.shared.work import Work
from app.web.shared.forms import PlainForm, needed, options, text_area
from app.web.shared.portal import number

Call = Callable[[Work, int, Any], None]


class EmptyForm(PlainForm):
    """A button, nothing to fill in."""


class ReasonForm(PlainForm):
    text = text_area("理由", *REASON, rows=3)


class TextForm(PlainForm):
    text = text_area("内容", *TEXT, rows=4)


class DeclineForm(PlainForm):
    ground = RadioField(
        "依据",
        choices=options(DECLINE_GROUND_NAMES),
        validators=[needed("请选一项依据。")],
    )
    text = text_area("理由", *REASON, hint="异议人会看到这段话。", rows=3)


class ProposeForm(PlainForm):
    conclusion = RadioField(
        "结论",
        choices=options(CONCLUSION_NAMES),
        validators=[needed("请选一项结论。")],
    )
    findings = text_area("核查情况", *TEXT, hint="查了什么、问了谁、看了哪些材料、查明了什么。")
    grounds = text_area("依据", *TEXT, hint="依据评选通知的哪一条，或者哪项规定。", rows=3)
    answer = text_area("给异议人的答复", *TEXT, hint="异议人会看到这段话，请不要写入他人的个人信息。", rows=3)


class ChoiceForm(PlainForm):
    """Picks a person or a case; the choices are the case's own."""

    chosen = SelectField("请选择", coerce=number, validate_choice=False)


class RecuseForm(ChoiceForm):
    text = text_area("回避的原因", *REASON, hint="例如：与推荐对象是亲属、同事，或有利害关系。", rows=3)


@dataclass(frozen=True, slots=True)
class Deed:
    """How an action is offered: its form, what the button says, what it calls, and what to warn of.

    What is `final` or `once` asks again before it is done; what is final is red besides.
    """

    form: type[PlainForm]
    button: str
    call: Call
    hint: str = ""
    final: bool = False
    once: bool = False


DEEDS: dict[Action, Deed] = {
    Action.ACCEPT: Deed(
        EmptyForm,
        "受理这件异议",
        lambda work, case, _form: investigation.accept(work, case),
        "署名真实、有具体事实或线索的，应当受理。受理后不能改为不予受理。",
        once=True,
    ),
    Action.DECLINE: Deed(
        DeclineForm,
        "不予受理",
        lambda work, case, form: investigation.decline(work, case, DeclineGround(form.ground.data), form.text.data),
        "不予受理后，这个案件就此结束，不能再改。",
        final=True,
    ),
    Action.INVESTIGATE: Deed(
        EmptyForm,
        "开始核查",
        lambda work, case, _form: investigation.investigate(work, case),
    ),
    Action.ASK: Deed(
        TextForm,
        "请异议人补正",
        lambda work, case, form: investigation.ask_supplement(work, case, form.text.data),
        "只能要求一次；等待期间规定时间照常计算。",
        once=True,
    ),
    Action.RESUME: Deed(
        EmptyForm,
        "不再等待补正，恢复办理",
        lambda work, case, _form: investigation.resume(work, case),
    ),
    Action.PROPOSE: Deed(
        ProposeForm,
        "提出处理意见",
        lambda work, case, form: investigation.propose(
            work, case, Conclusion(form.conclusion.data), form.findings.data, form.grounds.data, form.answer.data
        ),
        "须由另一人确认后才生效。",
    ),
    Action.CONFIRM: Deed(
        EmptyForm,
        "确认，结论生效",
        lambda work, case, _form: investigation.confirm(work, case),
        "确认后立即生效，不能再改。结论为“异议成立”的，该推荐对象同时取消参评资格。",
        final=True,
    ),
    Action.RETURN: Deed(
        ReasonForm,
        "退回重新核查",
        lambda work, case, form: investigation.return_proposal(work, case, form.text.data),
    ),
    Action.NOTE: Deed(
        TextForm,
        "记一笔核查记录",
        lambda work, case, form: investigation.note(work, case, form.text.data),
        "只有办理人员看得到。",
    ),
    Action.HEAR: Deed(
        TextForm,
        "记录当事人陈述",
        lambda work, case, form: investigation.hear(work, case, form.text.data),
        "听取推荐对象的说明时，不得透露异议人的任何情况。",
    ),
    Action.REPLY: Deed(
        TextForm,
        "给异议人留言",
        lambda work, case, form: investigation.reply(work, case, form.text.data),
        "异议人凭查询码可以看到。",
    ),
    Action.ASSIGN: Deed(
        ChoiceForm,
        "指定经办人",
        lambda work, case, form: investigation.assign(work, case, form.chosen.data),
    ),
    Action.JOIN: Deed(
        ChoiceForm,
        "并入所选案件",
        lambda work, case, form: investigation.join(work, case, form.chosen.data),
        "同一事实的几件异议可以并案办理，每位异议人都会得到答复。并案后不能拆开。",
        final=True,
    ),
    Action.RECUSE: Deed(
        RecuseForm,
        "登记回避",
        lambda work, case, form: investigation.recuse(work, case, form.chosen.data, form.text.data),
        "登记后，本人不能再打开这个案件。",
        final=True,
    ),
    Action.HAND_UP: Deed(
        ReasonForm,
        "移交市工作专班",
        lambda work, case, form: investigation.hand_up(work, case, form.text.data),
        "异议涉及本单位，或者本单位无人可以办理时使用。",
        final=True,
    ),
    Action.TAKE_OVER: Deed(
        ReasonForm,
        "由市工作专班接办",
        lambda work, case, form: investigation.take_over(work, case, form.text.data),
        "接办后由市工作专班办到底，不能退回原单位。",
        final=True,
    ),
}


def choices_for(session: Session, action: Action, case: Case, me: User) -> dict[int, str]:
    """What a ChoiceForm offers for this case and this person."""
    match action:
        case Action.ASSIGN:
            return {user.id: user.name for user in investigation.assignable(session, case)}
        case Action.JOIN:
            return {lead.id: lead.number for lead in investigation.joinable_leads(session, case)}
        case Action.RECUSE:
            others = [] if me.actor.role == "handler" else investigation.assignable(session, case)
            return {me.id: "我本人"} | {user.id: user.name for user in others if user.id != me.id}
        case _:
            return {}


def form_for(session: Session, action: Action, case: Case, me: User, *, empty: bool = False) -> PlainForm:
    """The form of an action, its choices filled in; field ids carry the action, as several share a page."""
    form = DEEDS[action].form(formdata=None) if empty else DEEDS[action].form()
    form.with_ids(action)
    if isinstance(form, ChoiceForm):
        form.chosen.choices = options(choices_for(session, action, case, me))
    return form
