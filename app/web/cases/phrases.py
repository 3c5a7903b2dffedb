"""Phrases (常用语): the page where they are kept, and the buttons that put one into a field of a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from app.domain.calendar.workdays import local_date
from app.domain.cases.phrases import PHRASE_KIND_NAMES, SHORTEST, PhraseKind, length_of, put_into
from app.domain.shared.wording import day
from app.models import Case
from app.models.cases import NOTE_KIND_NAMES
from app.services.cases import phrases
from app.services.cases.phrases import KeptPhrase
from app.web.cases.actions import ActionForm
from app.web.cases.blueprint import blueprint
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, needed, options, text_area
from app.web.shared.portal import session

_INSERT = "insert"  # the name of the buttons; their value is "<field>:<key>"
_LONGEST = max(length_of(kind)[1] for kind in PhraseKind)


@dataclass(frozen=True, slots=True)
class Choice:
    """A text that a button puts into a field. `key` names it in the button, `note` says where it is from."""

    key: str
    text: str
    note: str


class PhraseForm(PlainForm):
    """A new phrase."""

    kind = RadioField("用在哪里", choices=options(PHRASE_KIND_NAMES), validators=[needed("请选用在哪里。")])
    text = text_area("内容", SHORTEST, _LONGEST, hint="不要写人名、电话、证件号码；要换的地方可以写“（日期）”。")


class ChangeForm(PlainForm):
    """The text of a phrase that is there."""

    text = text_area("内容", SHORTEST, _LONGEST, rows=3)


def choices_of(case: Case | None = None) -> dict[PhraseKind, list[Choice]]:
    """Return the texts that this person may put into a form, by kind: for the findings also the notes of the case."""
    found: dict[PhraseKind, list[Choice]] = {kind: [] for kind in PhraseKind}
    for note in case.notes if case is not None else ():
        told = f"本案{NOTE_KIND_NAMES[note.kind]}，{day(local_date(note.written_at))}"
        found[PhraseKind.FINDINGS].append(Choice(f"n{note.id}", note.text, told))
    for kept in phrases.list_kept(session(), actor()):
        found[kept.kind].append(Choice(f"p{kept.id}", kept.text, _told_of(kept)))
    return found


def insertion_asked() -> bool:
    """Tell whether the pressed button puts a phrase into a field. With a script the browser does it by itself."""
    return _INSERT in request.form


def insert(form: ActionForm, choices: dict[PhraseKind, list[Choice]]) -> None:
    """Put the phrase whose button was pressed into its field. A value that no button has changes nothing."""
    name, _, key = request.form.get(_INSERT, "").partition(":")
    kind = form.phrases.get(name)
    chosen = next((each for each in choices[kind] if each.key == key), None) if kind else None
    if chosen is not None:
        form[name].data = put_into(form[name].data or "", chosen.text)


@blueprint.get("/phrases")
@allow(*OFFICE_AND_UNITS)
def phrase_page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/phrases")
@allow(*OFFICE_AND_UNITS)
def add_phrase() -> ResponseReturnValue:
    form = PhraseForm()
    tried = attempt(lambda: phrases.add(work(), PhraseKind(form.kind.data), form.text.data), form)
    return _page(form, tried) if tried.refused else _done("已经加进常用语。")


@blueprint.post("/phrases/<int:phrase_id>")
@allow(*OFFICE_AND_UNITS)
def change_phrase(phrase_id: int) -> ResponseReturnValue:
    form = ChangeForm().with_ids(f"phrase-{phrase_id}")
    tried = attempt(lambda: phrases.change(work(), phrase_id, form.text.data), form)
    return _page(None, tried, {phrase_id: form}) if tried.refused else _done("常用语已经改好。")


@blueprint.post("/phrases/<int:phrase_id>/remove")
@allow(*OFFICE_AND_UNITS)
def remove_phrase(phrase_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: phrases.remove(work(), phrase_id))
    return _page(None, tried) if tried.refused else _done("常用语已经移除，用它写好的意见不变。")


def _done(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("cases.phrase_page"), 303)


def _page(
    form: PhraseForm | None = None, tried: Attempt[Any] = UNTRIED, sent: dict[int, ChangeForm] | None = None
) -> ResponseReturnValue:
    """Show what is kept, by kind. A refused form keeps its text."""
    kept = phrases.list_kept(session(), actor())
    forms = {
        each.id: ChangeForm(formdata=None, data={"text": each.text}).with_ids(f"phrase-{each.id}")
        for each in kept
        if each.mine
    }
    html = render_template(
        "cases/phrases.html",
        groups=[(kind, [each for each in kept if each.kind is kind]) for kind in PhraseKind],
        forms=forms | (sent or {}),
        sent=set(sent or ()),
        told={each.id: _told_of(each) for each in kept},
        form=form or PhraseForm(formdata=None),
        refusal=tried.on_top,
        PHRASE_KIND_NAMES=PHRASE_KIND_NAMES,
    )
    return html, tried.status


def _told_of(kept: KeptPhrase) -> str:
    """Say whose phrase it is and how often it was used."""
    whose = "本单位的" if kept.mine and not actor().is_office else "市级专班的"
    return f"{whose}，用过{kept.uses}次" if kept.uses else f"{whose}，还没有用过"
