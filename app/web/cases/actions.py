"""The actions on a case, as one table: the action, the use case it calls, its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.orm import Session
from wtforms import HiddenField, MultipleFileField, RadioField, SelectField
from wtforms.validators import StopValidation

from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, Action, Conclusion, DeclineGround
from app.domain.cases.supplements import MOST_WORKDAYS, PROPOSED_WORKDAYS
from app.models import Case, Proposal, ProposalEnd, User
from app.services.cases import choices, investigation, proposals, second_looks, urging
from app.services.cases.investigation import REASON, TEXT
from app.services.cases.visibility import cases_visible_to
from app.services.shared.work import Work
from app.web.shared.form_files import TokenForm, form_hash
from app.web.shared.forms import PlainForm, needed, options, text_area, version_in
from app.web.shared.portal import now, number
from app.web.shared.uploads import ACCEPTED

# Findings are read by outsiders: by the objector in the answer, by a nominee who is disqualified.
FINDINGS_HINT = (
    "查了什么、看了哪些材料、查明了什么。会写进给异议人的答复书；异议成立的，也写进给推荐对象的告知书。"
    "不要写是谁提出异议，也不要写他人的个人信息。"
)


class ActionForm(PlainForm):
    """What an action asks for."""

    phrases: ClassVar[Mapping[str, PhraseKind]] = {}  # the fields that take phrases, and of which kind

    def arguments(self) -> tuple[Any, ...]:
        """Return the arguments of the use case that follow the unit of work and the case."""
        return ()


class AcceptForm(ActionForm):
    """Accepts a case. The button that was pressed says whether the investigation begins with it."""

    begin = HiddenField()

    def arguments(self) -> tuple[Any, ...]:
        return (bool(self.begin.data),)


class ReasonForm(ActionForm):
    text = text_area("理由", *REASON, rows=3)

    def arguments(self) -> tuple[Any, ...]:
        return (self.text.data,)


class UrgeForm(ActionForm):
    text = text_area("督办要求", *REASON, rows=3)

    def arguments(self) -> tuple[Any, ...]:
        return (self.text.data,)


class TextForm(ActionForm):
    phrases = {"text": PhraseKind.REPLY}  # noqa: RUF012 - read only, as declared above
    text = text_area("内容", *TEXT, rows=4)

    def arguments(self) -> tuple[Any, ...]:
        return (self.text.data,)


class WithFiles(ActionForm, TokenForm):
    """A form with files. They are stored under its token until the form is accepted (R22)."""

    files = MultipleFileField("附件（没有可以不附）", render_kw={"accept": ACCEPTED})
    refused_files: Sequence[str] = ()  # the reasons for the files that were refused

    def validate_files(self, field: Any) -> None:
        field.errors = [*field.errors, *self.refused_files]
        if self.refused_files:
            raise StopValidation

    @property
    def form_hash(self) -> str:
        """Return the key under which the form's files are stored."""
        return form_hash(self.form_token.data)


class NoteForm(WithFiles):
    text = text_area("内容", *TEXT, rows=4)

    def arguments(self) -> tuple[Any, ...]:
        return self.text.data, self.form_hash


class AskSupplementForm(TextForm):
    phrases = {"text": PhraseKind.SUPPLEMENT}  # noqa: RUF012 - as above
    workdays = SelectField(
        "补正期限",
        choices=options({number: f"{number}个工作日" for number in range(1, MOST_WORKDAYS + 1)}),
        coerce=number,
        default=PROPOSED_WORKDAYS,
        validate_choice=False,
        description="从明天起算，最迟到办结期限前一个工作日。异议人会看到具体日期。",
    )

    def arguments(self) -> tuple[Any, ...]:
        return self.text.data, self.workdays.data


class DeclineForm(ActionForm):
    phrases = {"text": PhraseKind.DECLINE}  # noqa: RUF012 - as above
    ground = RadioField(
        "依据",
        choices=options(DECLINE_GROUND_NAMES),
        validators=[needed("请选一项依据。")],
    )
    text = text_area("理由", *REASON, hint="异议人会看到这段话。", rows=3)

    def arguments(self) -> tuple[Any, ...]:
        return DeclineGround(self.ground.data), self.text.data


class VersionForm(ActionForm):
    """Confirms a proposal. It carries the version that was read (R22)."""

    version = HiddenField()

    def reads(self, case: Case) -> None:
        """Carry what the page shows now, whatever was read before."""
        self.version.data = str(case.proposal_version or 0)

    def arguments(self) -> tuple[Any, ...]:
        return (version_in(self.version.data),)


class AnswerLookForm(VersionForm):
    """Answers the requests that were read: how many there were goes with it (R35)."""

    text = text_area("复核的理由", *REASON, hint="异议人会看到这段话。", rows=3)

    def reads(self, case: Case) -> None:
        self.version.data = str(len(case.looks))

    def arguments(self) -> tuple[Any, ...]:
        return self.text.data, version_in(self.version.data)


class ProposeForm(WithFiles):
    phrases = {  # noqa: RUF012 - as above
        "findings": PhraseKind.FINDINGS,
        "grounds": PhraseKind.GROUNDS,
        "answer": PhraseKind.ANSWER,
    }
    conclusion = RadioField(
        "结论",
        choices=options(CONCLUSION_NAMES),
        validators=[needed("请选一项结论。")],
    )
    findings = text_area("核查情况", *TEXT, hint=FINDINGS_HINT)
    grounds = text_area("依据", *TEXT, hint="依据评选通知的哪一条，或者哪项规定。", rows=3)
    answer = text_area("给异议人的答复", *TEXT, hint="异议人会看到这段话，请不要写入他人的个人信息。", rows=3)

    def arguments(self) -> tuple[Any, ...]:
        texts = self.findings.data, self.grounds.data, self.answer.data
        return Conclusion(self.conclusion.data), *texts, self.form_hash


class ChoiceForm(ActionForm):
    """Picks a person or a case. The choices depend on the case."""

    chosen = SelectField("选择", coerce=number, validate_choice=False)

    def arguments(self) -> tuple[Any, ...]:
        return (self.chosen.data,)


class AssignForm(ChoiceForm):
    chosen = SelectField("由谁经办", coerce=number, validate_choice=False)


class JoinForm(ChoiceForm):
    chosen = SelectField("并入哪个案件", coerce=number, validate_choice=False)


class RecuseForm(ChoiceForm):
    chosen = SelectField("谁要回避", coerce=number, validate_choice=False)
    text = text_area("回避的原因", *REASON, hint="例如：与推荐对象是亲属、同事，或有利害关系。", rows=3)

    def arguments(self) -> tuple[Any, ...]:
        return self.chosen.data, self.text.data


@dataclass(frozen=True, slots=True)
class ActionButton:
    """An action as the page offers it: its use case, the button's text, its form and its warning.

    The use case takes the unit of work, the case's id and the form's `arguments`. An action that is `final` or `once`
    can't be taken back, so it asks for confirmation. The button of a final one is red. `further` is the text of a first
    button that goes a step further than `words`: it sends `begin`.
    """

    call: Callable[..., None]
    words: str
    form: type[ActionForm] = ActionForm
    hint: str = ""
    final: bool = False
    once: bool = False
    further: str = ""


def _accept(work: Work, case_id: int, begin: bool) -> None:
    investigation.accept(work, case_id, begin=begin)


BUTTONS: dict[Action, ActionButton] = {
    Action.ACCEPT: ActionButton(
        _accept,
        "只受理",
        AcceptForm,
        "署名真实、有具体事实或线索的，应当受理。受理后不能改为不予受理，异议人会收到受理通知书。",
        further="受理并开始核查",
    ),
    Action.DECLINE: ActionButton(
        investigation.decline,
        "提出不予受理",
        DeclineForm,
        "须由另一人确认后才生效，上级单位和市级专班会收到提醒。",
    ),
    Action.CONFIRM_DECLINE: ActionButton(
        investigation.confirm_decline,
        "确认不予受理",
        VersionForm,
        "确认后，这个案件就此结束，不能再改；异议人会收到答复。",
        final=True,
    ),
    Action.RETURN_DECLINE: ActionButton(investigation.return_decline, "退回不予受理的意见", ReasonForm),
    Action.INVESTIGATE: ActionButton(investigation.investigate, "开始核查"),
    Action.ASK: ActionButton(
        investigation.ask_supplement,
        "请异议人补正",
        AskSupplementForm,
        "只能要求一次；等待期间办结期限照常计算。",
        once=True,
    ),
    Action.RESUME: ActionButton(investigation.resume, "不再等待补正，恢复办理"),
    Action.PROPOSE: ActionButton(investigation.propose, "提出处理意见", ProposeForm, "须由另一人确认后才生效。"),
    Action.CONFIRM: ActionButton(
        investigation.confirm,
        "确认，结论生效",
        VersionForm,
        hint="确认后立即生效，不能再改。结论为“异议成立”的，该推荐对象同时取消参评资格。",
        final=True,
    ),
    Action.RETURN: ActionButton(investigation.return_proposal, "退回重新核查", ReasonForm),
    Action.NOTE: ActionButton(investigation.note, "记一笔核查记录", NoteForm, "只有办理人员看得到。"),
    Action.HEAR: ActionButton(
        investigation.hear,
        "记录当事人陈述",
        NoteForm,
        "听取推荐对象的说明时，不得透露异议人的任何情况。",
    ),
    Action.REPLY: ActionButton(investigation.reply, "给异议人留言", TextForm, "异议人凭查询码可以看到。"),
    Action.ASSIGN: ActionButton(investigation.assign, "指定经办人", AssignForm),
    Action.JOIN: ActionButton(
        investigation.join,
        "并入所选案件",
        JoinForm,
        "同一事实的几件异议可以并案办理，每位异议人都会得到答复。并案后不能拆开。",
        final=True,
    ),
    Action.RECUSE: ActionButton(
        investigation.recuse,
        "登记回避",
        RecuseForm,
        "登记后，本人不能再打开这个案件。",
        final=True,
    ),
    Action.HAND_UP: ActionButton(
        investigation.hand_up,
        "移交市级专班",
        ReasonForm,
        "异议涉及本单位，或者本单位无人可以办理时使用。",
        final=True,
    ),
    Action.TAKE_OVER: ActionButton(
        investigation.take_over,
        "由市级专班接办",
        ReasonForm,
        "接办后由市级专班办到底，不能退回原单位。",
        final=True,
    ),
    Action.URGE: ActionButton(
        urging.urge,
        "催办",
        UrgeForm,
        "办理单位的负责人和经办人会收到提醒，同时写好督办单，可以打印。催办不算办理。",
    ),
    Action.CONFIRM_LOOK: ActionButton(
        second_looks.confirm_look,
        "复核维持原决定",
        AnswerLookForm,
        "申请复核的异议人会收到答复书。",
        once=True,
    ),
    Action.REOPEN: ActionButton(
        second_looks.reopen,
        "接办并重新办理",
        AnswerLookForm,
        "原来的决定不再适用，由市级专班在办结期限以前重新办结；办结期限不变，到时没有结论的照样取消参评资格。",
        final=True,
    ),
}


def choices_for(session: Session, action: Action, case: Case, me: User) -> dict[int, str]:
    """Return the choices that a ChoiceForm offers for this case and this person."""
    match action:
        case Action.ASSIGN:
            return {user.id: user.name for user in choices.list_assignable(session, case)}
        case Action.JOIN:
            seen = cases_visible_to(me.actor, now())
            return {lead.id: lead.number for lead in choices.list_joinable_leads(session, case, seen)}
        case Action.RECUSE:
            others = [] if me.actor.role == "handler" else choices.list_assignable(session, case)
            return {me.id: "我本人"} | {user.id: user.name for user in others if user.id != me.id}
        case _:
            return {}


@dataclass(frozen=True, slots=True)
class Begun:
    """The texts that a form begins with, by field, and a sentence that says where they are from (R22)."""

    texts: Mapping[str, str]
    told: str = ""
    reason: str = ""


NOTHING_BEGUN = Begun({})


def begun_with(session: Session, action: Action, case: Case, me: User) -> Begun:
    """Return what the form of an action begins with: the text of a returned proposal, or of one looked at again."""
    if action not in (Action.PROPOSE, Action.DECLINE):
        return NOTHING_BEGUN
    earlier = proposals.find_earlier(session, case, declines=action is Action.DECLINE)
    if earlier is None:
        return NOTHING_BEGUN
    texts = _texts_of(earlier)
    if earlier.ended is not ProposalEnd.RETURNED:
        # Whether the conclusion stands is what is investigated anew.
        return Begun(texts | {"conclusion": ""}, "复核后重新办理，原来的意见已经填在下面，核查后再改。")
    whose = "您" if earlier.proposed_by == me.id else earlier.proposer.name
    told = f"{whose}提出的意见被退回了，原来写的已经填在下面，改好再提出。"
    return Begun(texts, told, earlier.end_reason or "没有写明")


def _texts_of(proposal: Proposal) -> dict[str, str]:
    if proposal.decline_ground is not None:
        return {"ground": proposal.decline_ground.value, "text": proposal.decline_reason or ""}
    texts = {
        "findings": proposal.findings or "",
        "grounds": proposal.grounds or "",
        "answer": proposal.answer or "",
    }
    return texts | {"conclusion": proposal.conclusion.value if proposal.conclusion else ""}


def form_for(
    session: Session, action: Action, case: Case, me: User, *, filled: Mapping[str, str] | None = None
) -> ActionForm:
    """Create the form of an action with its choices: as it was sent, or with the texts `filled` in.

    Field ids carry the action, as several forms share a page.
    """
    kind = BUTTONS[action].form
    form = kind() if filled is None else kind(formdata=None, data=filled)
    form.with_ids(action)
    if isinstance(form, WithFiles):
        form.ensure_token()
    if isinstance(form, VersionForm) and filled is not None:
        form.reads(case)
    if isinstance(form, ChoiceForm):
        form.chosen.choices = options(choices_for(session, action, case, me))
    return form
