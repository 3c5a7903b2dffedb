"""One conclusion proposed for several cases, and what waits in several cases confirmed: chosen on the desk (R22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, Conclusion
from app.domain.refusals import NothingChosen
from app.models import Case
from app.services.cases import bulk
from app.services.cases.investigation import TEXT
from app.services.shared.bulk import BulkOutcome
from app.web.cases import phrases
from app.web.cases.actions import FINDINGS_HINT, ActionForm, ProposeForm
from app.web.cases.blueprint import blueprint
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt, nothing_done
from app.web.shared.forms import needed, options, text_area, version_in
from app.web.shared.lists import ids_ticked
from app.web.shared.portal import now, session


class TogetherForm(ActionForm):
    """One conclusion with its texts, for every case that is chosen."""

    phrases: ClassVar[Mapping[str, PhraseKind]] = ProposeForm.phrases
    conclusion = RadioField(
        "结论",
        choices=options({kind: CONCLUSION_NAMES[kind] for kind in bulk.CHOSEN_CONCLUSIONS}),
        validators=[needed("请选一项结论。")],
    )
    findings = text_area("核查情况", *TEXT, hint=FINDINGS_HINT)
    grounds = text_area("依据", *TEXT, hint="依据评选通知的哪一条，或者哪项规定。", rows=3)
    answer = text_area("给异议人的答复", *TEXT, hint="每位异议人都会看到这段话，请不要写入他人的个人信息。", rows=3)

    @property
    def texts(self) -> tuple[str, str, str]:
        return self.findings.data or "", self.grounds.data or "", self.answer.data or ""


@dataclass(frozen=True, slots=True)
class ChosenCase:
    """A chosen case: why nothing can be done to it now, or what it was refused for just now; both "" for neither."""

    case: Case
    held: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """What waits in some cases, word for word the same in all of them."""

    name: str
    texts: Sequence[tuple[str, str]]
    cases: Sequence[ChosenCase]


@blueprint.post("/propose-many")
@allow(*OFFICE_AND_UNITS)
def propose_many() -> ResponseReturnValue:
    """Show the chosen cases with one form for all of them, and propose its conclusion for each."""
    chosen, form = ids_ticked("chosen"), TogetherForm()
    if phrases.insertion_asked():
        phrases.insert(form, phrases.choices_of())
        return _propose_page(chosen, form)
    if request.form.get("step") != "propose":
        return _propose_page(chosen, TogetherForm(formdata=None)) if chosen else _nothing_chosen()
    tried = attempt(
        lambda: bulk.propose_each(work(), chosen, Conclusion(form.conclusion.data), form.texts),
        form,
    )
    if tried.refused or tried.result.refused:
        return _propose_page(chosen, form, tried)
    flash(f"提出处理意见：{len(tried.result.done)}件已办好，请另一人确认。")
    return redirect(url_for("cases.queue_page"), 303)


def _propose_page(
    chosen: Sequence[int], form: TogetherForm, tried: Attempt[BulkOutcome] = UNTRIED
) -> ResponseReturnValue:
    """Show what the form is for. Where it was done for some cases, the others stay with their reasons and the text."""
    outcome = tried.result if not tried.refused else BulkOutcome([], {})
    ids = [each for each in _all_shown(chosen) if each not in outcome.done]
    rows = [
        ChosenCase(case, bulk.why_not_propose(case, actor(), now()), str(outcome.refused.get(case.id, "")))
        for case in bulk.list_chosen(session(), actor(), ids, now())
    ]
    html = render_template(
        "cases/propose_many.html",
        form=form,
        rows=rows,
        ticked=set(chosen) - outcome.refused.keys(),
        done=len(outcome.done),
        refusal=tried.on_top,
        phrases=phrases.choices_of(),
    )
    return html, tried.status


@blueprint.post("/confirm-many")
@allow(*OFFICE_AND_UNITS)
def confirm_many() -> ResponseReturnValue:
    """Show in full what waits in the chosen cases, and confirm it in each."""
    chosen = ids_ticked("chosen")
    if request.form.get("step") != "confirm":
        return _confirm_page(chosen) if chosen else _nothing_chosen()
    read = _versions_read()
    tried = attempt(lambda: bulk.confirm_each(work(), {each: read.get(each, 0) for each in chosen}))
    if tried.refused or tried.result.refused:
        return _confirm_page(chosen, tried)
    flash(f"确认：{len(tried.result.done)}件已经办结，异议人能看到答复。")
    return redirect(url_for("cases.queue_page"), 303)


def _confirm_page(chosen: Sequence[int], tried: Attempt[BulkOutcome] = UNTRIED) -> ResponseReturnValue:
    """Show each wording once, with the cases that wait with it. What was refused stays, as it reads now."""
    outcome = tried.result if not tried.refused else BulkOutcome([], {})
    ids = [each for each in _all_shown(chosen) if each not in outcome.done]
    rows = [
        ChosenCase(case, bulk.why_not_confirm(work(), case), str(outcome.refused.get(case.id, "")))
        for case in bulk.list_chosen(session(), actor(), ids, now())
    ]
    html = render_template(
        "cases/confirm_many.html",
        wordings=_wordings([row for row in rows if not row.held]),
        held=[row for row in rows if row.held],
        ticked=set(chosen) - outcome.refused.keys(),
        done=len(outcome.done),
        refusal=tried.on_top,
    )
    return html, tried.status


def _wordings(rows: Sequence[ChosenCase]) -> list[Wording]:
    """Group the cases by what waits in them."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[ChosenCase]] = {}
    for row in rows:
        found.setdefault(_said(row.case), []).append(row)
    return [Wording(name, texts, cases) for (name, texts), cases in found.items()]


def _said(case: Case) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the name of what waits in a case, and its texts with theirs."""
    if case.decline_proposed_ground is not None:
        ground = DECLINE_GROUND_NAMES[case.decline_proposed_ground]
        return "不予受理", (("依据", ground), ("理由", case.decline_proposed_reason or ""))
    name = CONCLUSION_NAMES[case.proposed_conclusion] if case.proposed_conclusion else ""
    texts = ("核查情况", case.findings), ("依据", case.grounds), ("给异议人的答复", case.answer)
    return name, tuple((label, text or "") for label, text in texts)


def _all_shown(chosen: Sequence[int]) -> list[int]:
    """Return the cases that the page shows: those chosen, and those whose box was unticked on it."""
    return list(dict.fromkeys([*ids_ticked("shown"), *chosen]))


def _versions_read() -> dict[int, int]:
    """Return the version of each case that the page showed, by the case's id."""
    pairs = (each.partition(":") for each in request.form.getlist("read"))
    return {version_in(case_id): version_in(version) for case_id, _, version in pairs}


def _nothing_chosen() -> ResponseReturnValue:
    return nothing_done(attempt(_refuse_nothing), url_for("cases.queue_page"), "案件列表")


def _refuse_nothing() -> None:
    raise NothingChosen("请至少选一个案件。")
