"""The places of every recommending unit on one page, saved together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.models import Unit
from app.services.accounts import units
from app.services.programmes import quotas
from app.web.programmes.blueprint import blueprint
from app.web.programmes.forms import PlacesForm
from app.web.programmes.pages import found, running_totals
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.portal import session


@blueprint.get("/<int:programme_id>/quotas")
@allow(Role.OFFICE)
def places(programme_id: int) -> ResponseReturnValue:
    shown = found(programme_id)
    existing = {quota.unit_id: quota for quota in quotas.of_programme(session(), shown.id)}
    return _page(
        programme_id, {unit.id: PlacesForm.of(unit.id, existing.get(unit.id)) for unit in _units(programme_id)}
    )


@blueprint.post("/<int:programme_id>/quotas")
@allow(Role.OFFICE)
def give_places(programme_id: int) -> ResponseReturnValue:
    found(programme_id)
    rows = {unit.id: PlacesForm(prefix=f"u{unit.id}-") for unit in _units(programme_id)}
    tried = attempt(
        lambda: quotas.give_places(work(), programme_id, [row.places(unit_id) for unit_id, row in rows.items()]),
        _Table(rows),
    )
    if tried.refused:
        return _page(programme_id, rows, tried)
    flash("名额已经保存。")
    return redirect(url_for("programmes.programme", programme_id=programme_id), 303)


def _units(programme_id: int) -> list[Unit]:
    """Return every recommending unit in use, and retired ones that still have places."""
    existing = {quota.unit_id for quota in quotas.of_programme(session(), programme_id)}
    return [unit for unit in units.recommending(session()) if unit.retired_at is None or unit.id in existing]


class _Table:
    """The rows as one form. Its fields are named as in a row, with the unit's id: `collectives-7`."""

    def __init__(self, rows: dict[int, PlacesForm]) -> None:
        self._rows = rows
        self._fields = {f"{field.short_name}-{unit_id}": field for unit_id, row in rows.items() for field in row}

    def validate(self) -> bool:
        judged = [row.validate() for row in self._rows.values()]  # validate every row, so that each shows its errors
        return all(judged)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._fields.values())


def _page(programme_id: int, rows: dict[int, PlacesForm], tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    html = render_template(
        "programmes/places.html",
        programme=found(programme_id),
        rows=[(unit, rows[unit.id]) for unit in _units(programme_id) if unit.id in rows],
        wrong=[field for row in rows.values() for field in row if field.errors],
        totals=running_totals(found(programme_id)),
        refusal=tried.on_top,
    )
    return html, tried.status
