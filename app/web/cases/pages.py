"""The queue and the case page; every action is one POST to `/desk/cases/<id>/<action>`."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.reminders import count_workdays_left
from app.domain.cases.states import ACTION_NAMES, OPEN_STATES, Action, Role, allowed_actions
from app.models import GROUP_ACT_NAMES, PROPOSAL_END_ACTS, PROPOSAL_END_NAMES, Case
from app.services.accounts import deputies
from app.services.cases import (
    bulk,
    enclosures,
    evidence_reading,
    history,
    investigation,
    letters,
    proposals,
    queue,
    urging,
    warnings,
)
from app.services.cases import enclosing as opening
from app.services.cases.queue import QueuedCase
from app.services.messages import followers
from app.services.office import waiting
from app.services.papers import volume
from app.services.record.chain import on_case
from app.services.shared.stored_rows import Selection
from app.web.cases import enclosing, phrases
from app.web.cases.actions import (
    BUTTONS,
    NOTHING_BEGUN,
    AcceptForm,
    ActionForm,
    ChoiceForm,
    VersionForm,
    WithFiles,
    begun_with,
    form_for,
)
from app.web.cases.blueprint import blueprint
from app.web.cases.case_list import case_listing
from app.web.office.task_list import task_list
from app.web.papers.sending import send_package
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, me, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.downloads import send_stored_file
from app.web.shared.form_files import removal_asked
from app.web.shared.forms import PlainForm
from app.web.shared.lists import Listing
from app.web.shared.portal import now, portal, session
from app.web.shared.uploads import FORM, takes_files


@blueprint.get("/")
@allow(*OFFICE_AND_UNITS)
def queue_page() -> ResponseReturnValue:
    leads = actor().role in (Role.HEAD, Role.OFFICE)
    acts = bulk.waiting_acts(session(), actor(), now())
    together = {case_id for act in acts for case_id in act.case_ids}  # confirmed by one press on the act's page
    to_confirm = waiting.list_to_confirm(session(), actor(), now(), but=together)
    return _queue().answer(
        "cases/queue.html",
        tasks=task_list(own=True if actor().is_office else None),
        to_confirm=to_confirm,
        mine=actor().user_id,
        group_acts=acts,
        GROUP_ACT_NAMES=GROUP_ACT_NAMES,
        watched=queue.stored_watched(session(), actor(), now()).count(Selection()),
        colleagues=queue.list_colleagues(session(), actor()) if leads else [],
        warnings=warnings.warnings_for(session(), actor(), now()),
        standing_in=deputies.list_standing_in(session(), me().id, now()),
    )


@blueprint.get("/cases.xlsx")
@allow(*OFFICE_AND_UNITS)
def queue_sheet() -> ResponseReturnValue:
    return _queue().as_sheet()


@blueprint.get("/watched")
@allow(*OFFICE_AND_UNITS)
def watched() -> ResponseReturnValue:
    """List the open cases of the units below, read-only."""
    rows = queue.stored_watched(session(), actor(), now())
    empty = "下级单位现在没有正在办理的案件。"
    return case_listing(rows, "下级单位的案件", empty, with_unit=True).answer("cases/watched.html")


def _queue() -> Listing[QueuedCase]:
    rows = queue.stored_queue(session(), actor(), now())
    empty = "这里没有案件。收到异议后会排在这里，最紧急的在最前面。"
    urged = urging.list_urgings(session(), actor().unit_id)
    return case_listing(rows, "案件清单", empty, tickable=lambda row: row.is_open, urged=urged)


@blueprint.get("/cases/<int:case_id>")
@allow(*OFFICE_AND_UNITS)
def case_page(case_id: int) -> ResponseReturnValue:
    return _case_page(investigation.visible_case(session(), case_id, actor(), now()))


@blueprint.get("/cases/<int:case_id>/evidence/<int:evidence_id>")
@allow(*OFFICE_AND_UNITS)
def evidence(case_id: int, evidence_id: int) -> ResponseReturnValue:
    with portal().database.writer() as writing:  # this GET is put on the record, so it writes
        opened = evidence_reading.open_for_handler(work(writing), portal().vault, case_id, evidence_id)
    return send_stored_file(opened)


@blueprint.get("/cases/<int:case_id>/files/<int:case_file_id>")
@allow(*OFFICE_AND_UNITS)
def case_file(case_id: int, case_file_id: int) -> ResponseReturnValue:
    with portal().database.writer() as writing:  # a GET that the record has to speak of
        opened = opening.open_file(work(writing), portal().vault, case_id, case_file_id)
    return send_stored_file(opened)


@blueprint.get("/cases/<int:case_id>/volume.zip")
@allow(*OFFICE_AND_UNITS)
def case_volume(case_id: int) -> ResponseReturnValue:
    """Send the whole case as one .zip in order (一案一卷)."""
    return send_package(lambda reading, clerk: volume.of_case(reading, case_id, clerk), "案卷", on_case(case_id))


@blueprint.post("/cases/<int:case_id>/<action>")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def act(case_id: int, action: str) -> ResponseReturnValue:
    if action not in set(Action):
        abort(404)
    doing = Action(action)
    case = investigation.visible_case(session(), case_id, actor(), now())
    form = form_for(session(), doing, case, me())
    if phrases.insertion_asked():
        return _with_phrase(case_id, doing, form)
    if isinstance(form, WithFiles):
        if removal_asked():
            enclosing.remove_asked(case_id, form)
            return _case_page(investigation.visible_case(session(), case_id, actor(), now()), UNTRIED, doing, form)
        may = attempt(lambda: enclosing.take(case_id, doing, form))
        if may.refused:
            return _case_page(investigation.visible_case(session(), case_id, actor(), now()), may, doing, form)
    tried = attempt(lambda: BUTTONS[doing].call(work(), case_id, *form.arguments()), form)
    if tried.refused:
        return _case_page(investigation.visible_case(session(), case_id, actor(), now()), tried, doing, form)
    further = BUTTONS[doing].further if isinstance(form, AcceptForm) and form.begin.data else ""
    flash(f"{further or ACTION_NAMES[doing]}：已办好。")
    if doing is Action.RECUSE and isinstance(form, ChoiceForm) and form.chosen.data == me().id:
        return redirect(url_for("cases.queue_page"), 303)
    return redirect(url_for("cases.case_page", case_id=case_id), 303)


def _with_phrase(case_id: int, doing: Action, form: ActionForm) -> ResponseReturnValue:
    """Show the form again with a phrase put in. What was typed, and files that came along, stay with it."""
    tried: Attempt[Any] = UNTRIED
    if isinstance(form, WithFiles):
        tried = attempt(lambda: enclosing.take(case_id, doing, form))
    case = investigation.visible_case(session(), case_id, actor(), now())
    phrases.insert(form, phrases.choices_of(case))
    return _case_page(case, tried if tried.refused else UNTRIED, doing, form)


def _case_page(
    case: Case,
    tried: Attempt[Any] = UNTRIED,
    doing: Action | None = None,
    form: PlainForm | None = None,
) -> ResponseReturnValue:
    """Show a case with its whole history and the actions open to this person. A refused form keeps its text."""
    period = case.entry.period
    facts = case.facts(now())
    possible = [action for action in BUTTONS if action in allowed_actions(actor(), facts, now())]
    begun = {action: begun_with(session(), action, case, me()) for action in possible}
    forms = {action: form_for(session(), action, case, me(), filled=begun[action].texts) for action in possible}
    if doing is not None and form is not None:
        forms[doing] = form
        begun.setdefault(doing, NOTHING_BEGUN)
        if isinstance(form, VersionForm):
            form.reads(case)
    html = render_template(
        "cases/case.html",
        case=case,
        state=case.state_at(now()),
        is_open=case.state_at(now()) in OPEN_STATES,
        escalated=facts.escalated(now()),
        has_hands=facts.has_hands,
        falls_at=facts.escalates_at if facts.state in OPEN_STATES and not facts.handled_by_office else None,
        period=period,
        left=count_workdays_left(period.conclude_by, period.day_table, now()),
        forms={action: each for action, each in forms.items() if _offers_something(each)},
        buttons=BUTTONS,
        exhibits=evidence_reading.list_exhibits(session(), case.id),
        sealed=evidence_reading.find_sealed(session(), case.id),
        enclosures=enclosures.list_enclosures(session(), portal().keyring, case.id),
        lying={
            action: enclosing.lying_with(case.id, each) for action, each in forms.items() if isinstance(each, WithFiles)
        },
        unconfirmed=followers.find_unconfirmed(session(), case.id, now()),
        tried=doing,
        refusal=tried.on_top,
        history=history.list_history(session(), case),
        versions=proposals.list_versions(session(), case),
        begun=begun,
        phrases=phrases.choices_of(case),
        PROPOSAL_END_ACTS=PROPOSAL_END_ACTS,
        PROPOSAL_END_NAMES=PROPOSAL_END_NAMES,
        letters=letters.list_of_case(session(), case.id, actor(), now()),
        now=now(),
    )
    return html, tried.status


def _offers_something(form: PlainForm) -> bool:
    """Tell whether the form can be offered: a form of choices needs at least one choice."""
    return not isinstance(form, ChoiceForm) or bool(form.chosen.choices)
