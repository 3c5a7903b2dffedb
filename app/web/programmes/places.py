"""Places of every recommending unit on one page, saved together."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.refusals import Refusal, Unfit
from app.models import Unit, UnitKind
from app.services.accounts import units
from app.services.programmes import quotas
from app.web.programmes.blueprint import blueprint
from app.web.programmes.forms import PlacesForm
from app.web.programmes.pages import found
from app.web.shared.access import actor, allow, work
from app.web.shared.portal import session


@blueprint.get("/<int:programme_id>/quotas")
@allow(Role.OFFICE)
def places(programme_id: int) -> ResponseReturnValue:
    shown = found(programme_id)
    there = {quota.unit_id: quota for quota in quotas.of_programme(session(), shown.id)}
    return _page(programme_id, {unit.id: PlacesForm.of(unit.id, there.get(unit.id)) for unit in _units(programme_id)})


@blueprint.post("/<int:programme_id>/quotas")
@allow(Role.OFFICE)
def give_places(programme_id: int) -> ResponseReturnValue:
    found(programme_id)
    rows = {unit.id: PlacesForm(prefix=f"u{unit.id}-") for unit in _units(programme_id)}
    judged = [row.validate() for row in rows.values()]  # every row says what is wrong with it
    if not all(judged):
        return _page(programme_id, rows, status=422)
    try:
        wanted = [row.places(unit_id) for unit_id, row in rows.items()]
        quotas.give(work(), programme_id, wanted)
    except Refusal as refusal:
        session().rollback()
        return _page(programme_id, rows, refusal=_beside_fields(rows, refusal), status=409)
    flash("名额已经保存。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


def _units(programme_id: int) -> list[Unit]:
    """Every recommending unit in use, and those retired that have places all the same."""
    there = {quota.unit_id for quota in quotas.of_programme(session(), programme_id)}
    recommenders = [unit for unit in units.tree(session(), actor()) if unit.kind is UnitKind.RECOMMENDER]
    return [unit for unit in recommenders if unit.retired_at is None or unit.id in there]


def _beside_fields(rows: dict[int, PlacesForm], refusal: Refusal) -> str:
    if not isinstance(refusal, Unfit):
        return str(refusal)
    for fault in refusal.faults:
        name, _, unit_id = fault.field.rpartition("-")
        rows[int(unit_id)][name].errors = [fault.words]
    return ""


def _page(
    programme_id: int, rows: dict[int, PlacesForm], *, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    html = render_template(
        "programmes/places.html",
        programme=found(programme_id),
        rows=[(unit, rows[unit.id]) for unit in _units(programme_id) if unit.id in rows],
        wrong=[field for row in rows.values() for field in row if field.errors],
        refusal=refusal,
    )
    return html, status
